/** Products in tiles and blocks, and the launches that they take in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleAlone } from '../../../src/codegen/schedule-region.js';
import { compileRegion as compileText } from '../../../src/codegen/typescript/compile-region.js';
import { compileRegion } from '../../../src/codegen/wasm/compile-region.js';
import { withEpilogues } from '../../../src/codegen/wasm/contraction-epilogue.js';
import { cutColumns } from '../../../src/codegen/wasm/tile-choice.js';
import { inLanes } from '../../../src/ir/fuse.js';
import type { Region } from '../../../src/ir/graph.js';
import type { Schedule } from '../../../src/ir/nest.js';
import { leavesOf } from '../../../src/ir/schedule-leaves.js';
import { at } from '../../../src/ir/types.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { epilogueCases } from '../epilogue-cases.js';
import { layouts, product, productCases } from '../products.js';
import { expectNear, expectSameAsTypeScript } from './compare.js';

function inputsOf(region: Region) {
  const random = generator(5);
  return region.parameters.map((parameter) => randomTensor(parameter.type, -1, 1, random));
}

/** Tiles, panels and blocks change no sum: each is made in order, as printed code makes it. */
function expectSameBits(region: Region): void {
  const inputs = inputsOf(region);
  const [wanted, found] = [
    compileText(region, 'f64'),
    compileRegion(region, 'f64', { vectors: true, relaxed: false, functions: 'own' }),
  ].map((compiled) => {
    compiled.inputs.forEach((cells, index) => cells.set(at(inputs, index).data));
    compiled.run();
    return compiled.results.map((cells) => Array.from(cells));
  });
  expect(found).toEqual(wanted);
}

describe('a product in vectors', () => {
  it('has the bits of sums in order, for sizes, transpositions, batches and strides of all kinds', () => {
    fc.assert(
      fc.property(productCases, (one) => expectSameBits(product(one))),
      { numRuns: 60, seed: 21 },
    );
  });

  it('is near in single precision, and where products and sums are fused', () => {
    fc.assert(
      fc.property(productCases, (one) => {
        const region = product(one);
        expectSameAsTypeScript(region, inputsOf(region));
        expectNear(region, inputsOf(region), 'f32');
      }),
      { numRuns: 25, seed: 22 },
    );
  });

  it.each(layouts)('has the same bits in several blocks (transposed: %s, %s)', (left, right) => {
    const one = { m: 45, k: 1103, n: 150, batch: 1, left, right, sliced: false };
    expectSameBits(product(one));
    expectSameBits(product({ ...one, m: 530, k: 130, n: 37 }));
    expectSameBits(product({ ...one, m: 6, k: 21, n: 6200 }));
  });
});

describe('the choice of tiles', () => {
  it('covers all columns once, in tiles that registers hold', () => {
    const extent = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(extent, extent, fc.constantFrom(2, 4), fc.boolean(), (rows, columns, lanes, fused) => {
        const cuts = cutColumns(rows, columns, lanes, fused);
        expect(cuts.reduce((total, { valid, count }) => total + valid * count, 0)).toBe(columns);
        for (const { vectors, valid, height } of cuts) {
          expect(valid).toBeLessThanOrEqual(vectors * lanes);
          expect(height).toBeLessThanOrEqual(rows);
          expect(height * vectors + height + vectors).toBeLessThanOrEqual(15);
        }
      }),
    );
  });
});

function kindsOf(schedule: Schedule): readonly string[] {
  return leavesOf(schedule).map(({ leaf }) => leaf.kind);
}

describe('an epilogue', () => {
  it.each(epilogueCases)('computes what stands apart computes: %s', (_name, region) => {
    expectSameAsTypeScript(region, inputsOf(region));
    expectNear(region, inputsOf(region), 'f32');
  });

  it('takes in a bias and an activation, and several outputs', () => {
    for (const [, region] of epilogueCases.slice(0, 4)) {
      expect(kindsOf(scheduleAlone(region, withEpilogues(inLanes, 'f32')).schedule)).toEqual(['contraction']);
    }
  });

  it('leaves alone what reads other elements of the product', () => {
    const names = epilogueCases.filter(([, region]) =>
      kindsOf(scheduleAlone(region, withEpilogues(inLanes, 'f32')).schedule).includes('launch'),
    );
    expect(names.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'no reading of its own and of other elements',
        'no sum of rows, which reads the outputs of all columns',
      ]),
    );
  });
});
