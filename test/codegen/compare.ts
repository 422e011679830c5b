/** Runs a region both ways, in the interpreter and as printed code, and says where they differ. */
import { expect } from 'vitest';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import type { Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Tensor } from '../../src/ir/tensor.js';
import { at } from '../../src/ir/types.js';

export function expectSame(
  region: Region,
  inputs: readonly Tensor[],
  precision: 'f64' | 'f32' = 'f64',
): void {
  const expected = interpret(region, inputs, { precision });
  const compiled = compileRegion(region, precision);
  compiled.inputs.forEach((cells, index) => cells.set(at(inputs, index).data));
  // Twice: what a run leaves in memory must not matter to the next.
  for (let round = 0; round < 2; round += 1) {
    compiled.run();
    compiled.results.forEach((cells, index) => {
      const { data, type } = at(expected, index);
      let scale = 1e-12;
      for (const value of data) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
      const tolerance = type.dtype === 'real' ? scale * (precision === 'f64' ? 1e-12 : 1e-5) : 0;
      data.forEach((value, element) => {
        const found = at(cells, element);
        const same = Object.is(value, found) || value === found || Math.abs(value - found) <= tolerance;
        const bothNaN = Number.isNaN(value) && Number.isNaN(found);
        if (!same && !bothNaN) {
          expect.fail(
            `result ${index}, element ${element}: ${found} instead of ${value}\n${compiled.source}`,
          );
        }
      });
    });
  }
}
