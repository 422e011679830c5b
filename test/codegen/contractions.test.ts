import { describe, expect, it } from 'vitest';
import { compileRegion } from '../../src/codegen/typescript/compile-region.js';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Region } from '../../src/ir/graph.js';
import { real } from '../../src/ir/types.js';
import { generator, randomTensor } from '../ir/inputs.js';
import { expectSame } from './compare.js';
import { layouts, matrixProduct } from './products.js';

function check(region: Region): void {
  const random = generator(5);
  const inputs = region.parameters.map((parameter) => randomTensor(parameter.type, -1, 1, random));
  expectSame(region, inputs);
}

describe('contractions', () => {
  it.each(layouts)('handle every size up to the tile and beyond (transposed: %s, %s)', (left, right) => {
    for (const m of [0, 1, 2, 3, 4, 5, 9]) {
      for (const n of [0, 1, 2, 3, 5, 8]) {
        for (const k of [0, 1, 2, 7, 13]) check(matrixProduct(m, k, n, left, right));
      }
    }
  });

  it.each(layouts)('handle operands that no cache holds (transposed: %s, %s)', (left, right) => {
    check(matrixProduct(35, 150, 131, left, right));
    check(matrixProduct(18, 700, 40, left, right));
    check(matrixProduct(16, 2100, 8, left, right));
  });

  it('sum along both orders of axes at once', () => {
    const b = new GraphBuilder();
    const left = b.parameter(real(3, 4, 5, 2), 'left');
    const right = b.parameter(real(5, 2, 4, 3), 'right');
    const axes = {
      batch: [[3, 1]] as const,
      contract: [
        [1, 2],
        [2, 0],
      ] as const,
    };
    check(b.region([left, right], [b.contraction(left, right, axes)]));
  });

  it('read transposed and sliced operands where they lie', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(40), 'x');
    const matrix = b.reshape(b.slice(x, [4], [34]), [5, 6]);
    const vector = b.slice(x, [34], [39]);
    const region = b.region(
      [x],
      [b.contraction(b.transpose(matrix, [1, 0]), vector, { contract: [[1, 0]] })],
    );
    check(region);
    expect(compileRegion(region).source.match(/subarray/g)).toHaveLength(2);
  });

  it('write a transposed product in its final order', () => {
    const b = new GraphBuilder();
    const [left, right] = [b.parameter(real(4, 5), 'left'), b.parameter(real(5, 6), 'right')];
    const swapped = b.transpose(b.contraction(left, right, { contract: [[1, 0]] }), [1, 0]);
    const region = b.region([left, right], [swapped]);
    check(region);
    expect(compileRegion(region).source.match(/subarray/g)).toHaveLength(3);
  });
});
