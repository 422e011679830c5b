/**
 * A thousand random programs as WebAssembly, each in the forms that a program can take: numbers or lanes, with and
 * without relaxed operations. Single precision is held to what rounding may make of each program, doubles to the interpreter
 * and, one number at a time with the functions of the host, to the bits of the printed JavaScript.
 */
import { describe, expect, it } from 'vitest';
import { compileRegion } from '../../../src/codegen/wasm/compile-region.js';
import type { WasmOptions } from '../../../src/codegen/wasm/program-code.js';
import { printRegion } from '../../../src/ir/print.js';
import { at, range } from '../../../src/ir/types.js';
import { generator, singleInputs } from '../../ir/inputs.js';
import { compareResults, expectedInSingle } from '../../support/rounding.js';
import { randomRegion } from '../random-region.js';
import { expectSameAsTypeScript, forms } from './compare.js';

const programs = 1000;
const blocks = 10;
/** Long enough for vectors, with and without turns left over. */
const extents = [1, 2, 3, 4, 8, 9, 16, 17, 0];

function region(seed: number): ReturnType<typeof randomRegion> {
  return randomRegion(seed, 3 + (seed % 12), { costly: 0.2, extents });
}

/** What a program computes in single precision that it must not. */
function wrongInSingle(seed: number, options: WasmOptions): string {
  const made = region(seed);
  const random = generator(seed);
  const inputs = singleInputs(made, random);
  const expected = expectedInSingle(made, inputs, random);
  const compiled = compileRegion(made, 'f32', options);
  compiled.inputs.forEach((cells, index) => cells.set(at(inputs, index).data));
  compiled.run();
  const { disagreements } = compareResults(compiled.results, expected);
  const [first] = disagreements;
  if (first === undefined) return '';
  const { result, element, found, wanted, allowed } = first;
  return `seed ${seed}, ${JSON.stringify(options)}: result ${result}[${element}] is ${found} instead of ${wanted} (allowed: ${allowed})\n${printRegion(made)}`;
}

describe('random programs as WebAssembly', () => {
  const size = programs / blocks;
  const seedsOf = (block: number): readonly number[] => range(size, 20_000 + block * size);

  it.each(range(blocks))('compute in single precision what rounding allows (block %i)', (block) => {
    const kinds = Object.values(forms);
    const wrong = seedsOf(block).map((seed) => wrongInSingle(seed, at(kinds, seed % kinds.length)));
    expect(wrong.find((text) => text !== '') ?? '').toBe('');
  });

  it.each(range(blocks))('compute in doubles what the printed JavaScript computes (block %i)', (block) => {
    // Each program runs in all forms here, so that fewer do.
    for (const seed of seedsOf(block).slice(0, size * 0.4)) {
      const made = region(seed);
      try {
        expectSameAsTypeScript(made, singleInputs(made, generator(seed)));
      } catch (error) {
        expect.fail(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      }
    }
  });
});
