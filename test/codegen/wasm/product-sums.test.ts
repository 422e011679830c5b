/** Products and sums in one instruction or in two: an emitted module makes the first form of the second, byte for byte. */
import { setFlagsFromString } from 'node:v8';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { wasmText } from '../../../src/codegen/typescript/module-wasm.js';
import { constant, defineFunction, operateBy } from '../../../src/codegen/wasm/code.js';
import type { DefinedFunction } from '../../../src/codegen/wasm/code.js';
import { encodeModule } from '../../../src/codegen/wasm/encode.js';
import { laneOf } from '../../../src/codegen/wasm/program-code.js';
import { realForms } from '../../../src/codegen/wasm/real.js';
import type { WrittenProgram } from '../../../src/codegen/wasm/write-program.js';

// Node 20 has the instructions behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Of 3 and 5, and of that and 7 and 100: one inside of the other. */
const exports: readonly DefinedFunction[] = (['f32x4', 'f64x2'] as const).flatMap((prefix) =>
  ['madd', 'nmadd'].map((name) => {
    const form = realForms[prefix];
    const splat = (value: number) => operateBy('v128', `${prefix}.splat`, constant(form.precision, value));
    const sum = operateBy('v128', `${prefix}.relaxed_${name}`, splat(3), splat(5), splat(1));
    const made = defineFunction(`${prefix}_${name}`, [], form.precision);
    made.result = laneOf(form, operateBy('v128', `${prefix}.relaxed_${name}`, sum, splat(7), sum), 1);
    return made;
  }),
);

interface Loading {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly fused: Uint8Array<ArrayBuffer>;
}

async function loading(): Promise<Loading> {
  const written = { exports, code: { memorySize: 0 } } as unknown as WrittenProgram;
  const text = `${wasmText(written)}
export const plain = bytesOf(wasmText);
export const fused = fuseProducts(plain, bytesOf(fusedPlaces));`;
  const { code } = await transform(text, { loader: 'ts', format: 'esm' });
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as Loading;
}

it('an emitted module fuses what the encoder would', async () => {
  const { plain, fused } = await loading();
  expect(plain).toEqual(encodeModule({ exports, memory: 0, products: 'apart' }));
  expect(fused).toEqual(encodeModule({ exports, memory: 0, products: 'fused' }));
  expect(plain).not.toEqual(fused);
  for (const bytes of [plain, fused]) {
    const memory = new WebAssembly.Memory({ initial: 0 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const results = exports.map(({ name }) => (instance.exports[name] as () => number)());
    // 3 * 5 + 1 = 16, 16 * 7 + 16; 1 - 3 * 5 = -14, -14 - -14 * 7.
    expect(results).toEqual([128, 84, 128, 84]);
  }
});
