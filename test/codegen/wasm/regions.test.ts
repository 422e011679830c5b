import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/ir/builder.js';
import { vjp } from '../../../src/ir/differentiate/derivatives.js';
import type { Region } from '../../../src/ir/graph.js';
import { at, real } from '../../../src/ir/types.js';
import { cases } from '../../ir/cases.js';
import { generator, inputsOf, randomTensor, realParameters, realResults } from '../../ir/inputs.js';
import { randomRegion } from '../random-region.js';
import { layouts, matrixProduct } from '../products.js';
import { expectNear, expectSameAsTypeScript } from './compare.js';

describe('WebAssembly computes what the printed JavaScript computes', () => {
  it.each(cases)('for $kind ($name)', (one) => {
    expectSameAsTypeScript(one.region, inputsOf(one));
    expectNear(one.region, inputsOf(one, 2), 'f32');
  });

  it.each(cases.filter((one) => one.smooth))('for the derivatives of $kind ($name)', (one) => {
    const random = generator(3);
    const cotangents = realResults(one.region).map((index) =>
      randomTensor(at(one.region.results, index).type, -1, 1, random),
    );
    expectSameAsTypeScript(vjp(one.region, realParameters(one.region)), [...inputsOf(one), ...cotangents]);
  });

  const blocks = Array.from({ length: 8 }, (_, index) => index);
  it.each(blocks)('for random regions, to the bit (block %i)', (block) => {
    for (let seed = 1000 + block * 25; seed < 1025 + block * 25; seed += 1) {
      const region = randomRegion(seed, 4 + (seed % 40));
      const random = generator(seed);
      const inputs = region.parameters.map((parameter) => randomTensor(parameter.type, -1, 2, random));
      try {
        expectSameAsTypeScript(region, inputs);
      } catch (error) {
        expect.fail(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      }
    }
  });
});

function check(region: Region): void {
  const random = generator(5);
  const inputs = region.parameters.map((parameter) => randomTensor(parameter.type, -1, 1, random));
  expectSameAsTypeScript(region, inputs);
  expectNear(region, inputs, 'f32');
}

describe('contractions', () => {
  it.each(layouts)('handle every size up to the tile and beyond (transposed: %s, %s)', (left, right) => {
    for (const m of [0, 1, 2, 4, 5, 9]) {
      for (const n of [0, 1, 3, 8, 11, 21]) {
        for (const k of [0, 1, 7, 13]) check(matrixProduct(m, k, n, left, right));
      }
    }
  });

  it.each(layouts)('handle operands that no cache holds (transposed: %s, %s)', (left, right) => {
    check(matrixProduct(35, 150, 131, left, right));
    check(matrixProduct(16, 1100, 8, left, right));
  });

  it('run over axes of a batch and over reversed operands', () => {
    const b = new GraphBuilder();
    const left = b.parameter(real(3, 4, 5, 2), 'left');
    const right = b.parameter(real(5, 2, 4, 9), 'right');
    const axes = {
      batch: [[3, 1]] as const,
      contract: [
        [1, 2],
        [2, 0],
      ] as const,
    };
    check(b.region([left, right], [b.contraction(b.reverse(left, [0, 1]), b.reverse(right, [2, 3]), axes)]));
  });
});
