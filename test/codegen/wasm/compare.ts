/** Runs a region as WebAssembly and as JavaScript, and says where they differ. */
import { setFlagsFromString } from 'node:v8';
import { expect } from 'vitest';
import { compileRegion as compileText } from '../../../src/codegen/typescript/compile-region.js';
import { compileRegion } from '../../../src/codegen/wasm/compile-region.js';
import { engineOptions } from '../../../src/codegen/wasm/features.js';
import type { WasmOptions } from '../../../src/codegen/wasm/program-code.js';
import type { Region } from '../../../src/ir/graph.js';
import type { Tensor } from '../../../src/ir/tensor.js';
import { at } from '../../../src/ir/types.js';

const scalar: WasmOptions = { vectors: false, relaxed: false, functions: 'host' };
const vectors: WasmOptions = { vectors: true, relaxed: false, functions: 'own' };

// Node 20 has them behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
const fused = engineOptions();

/** The forms that a program can take. */
export const forms: Readonly<Record<string, WasmOptions>> = { scalar, vectors, fused };

type Tolerance = (scale: number) => number;

function expectSame(
  region: Region,
  inputs: readonly Tensor[],
  precision: 'f64' | 'f32',
  options: WasmOptions,
  tolerance: Tolerance,
): void {
  const reference = compileText(region, precision);
  const compiled = compileRegion(region, precision, options);
  for (const each of [reference, compiled]) {
    each.inputs.forEach((cells, index) => cells.set(at(inputs, index).data));
  }
  // Twice: what a run leaves in memory must not matter to the next.
  for (let round = 0; round < 2; round += 1) {
    reference.run();
    compiled.run();
    compiled.results.forEach((cells, index) => {
      const wanted = at(reference.results, index);
      let scale = 0;
      for (const value of wanted) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
      wanted.forEach((value, element) => {
        const found = at(cells, element);
        if (Object.is(value, found) || value === found) return;
        if (Math.abs(value - found) <= tolerance(scale)) return;
        expect.fail(
          `result ${index}, element ${element}: ${found} instead of ${value}, ${precision}, vectors ${options.vectors}\n${reference.source}`,
        );
      });
    });
  }
}

/** Doubles, one at a time, in the same order: every bit. In lanes, sums have another order. */
export function expectSameAsTypeScript(region: Region, inputs: readonly Tensor[]): void {
  expectSame(region, inputs, 'f64', scalar, () => 0);
  expectNear(region, inputs, 'f64');
}

/** To what rounding makes of the order of sums, and in single precision of the steps in between. */
export function expectNear(region: Region, inputs: readonly Tensor[], precision: 'f64' | 'f32'): void {
  const relative = precision === 'f64' ? 1e-12 : 2e-5;
  for (const options of precision === 'f64' ? [vectors, fused] : [scalar, vectors]) {
    expectSame(region, inputs, precision, options, (scale) => Math.max(scale, 1) * relative);
  }
}
