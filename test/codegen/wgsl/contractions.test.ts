import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseShape } from '../../../src/codegen/wgsl/contraction_shape.js';
import type { ContractionShape } from '../../../src/codegen/wgsl/contraction_shape.js';
import type { DeviceProfile } from '../../../src/codegen/wgsl/module_text.js';
import { plainProfile } from '../../../src/codegen/wgsl/module_text.js';
import { printContraction } from '../../../src/codegen/wgsl/print_contraction.js';
import type { Region } from '../../../src/ir/graph.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { llvmpipe, swiftShader } from '../../support/device.js';
import { product, productCases } from '../products.js';
import type { ProductCase } from '../products.js';
import { expectRight, near } from './kernels_alone.js';
import type { Print, Trial } from './kernels_alone.js';

/** Each sum of k products of numbers below 1 rounds by at most k halves of an ulp of k; so many suffice for any order. */
function trial(region: Region, depth: number, shape?: ContractionShape): Trial {
  const random = generator(5);
  const print: Print = (schedule, module) =>
    schedule.kind === 'contraction' ? printContraction(schedule.contraction, module, shape) : [];
  return {
    region,
    inputs: region.parameters.map((parameter) => {
      const { type, data } = randomTensor(parameter.type, -1, 1, random);
      return { type, data: data.map(Math.fround) };
    }),
    print,
    judge: near(1e-7 * (depth + 1) * Math.sqrt(depth + 1)),
  };
}

const shapes: readonly ContractionShape[] = [
  { kind: 'dot', share: 1 },
  { kind: 'dot', share: 4 },
  { kind: 'dot', share: 64 },
  { kind: 'tile', height: 4, width: 4, down: 8, across: 8, step: 16 },
  { kind: 'tile', height: 1, width: 4, down: 21, across: 3, step: 8 },
  { kind: 'tile', height: 8, width: 8, down: 4, across: 4, step: 8 },
];

for (const find of [swiftShader, llvmpipe]) {
  const { driver, reason } = await find();
  describe.skipIf(driver === undefined)(`contractions on ${driver?.name ?? 'a device'}${reason}`, () => {
    it('are right for sizes, transpositions, batches and strides of all kinds', async () => {
      const drawn = fc.sample(productCases, { numRuns: 16, seed: 11 });
      await expectRight(
        driver!,
        drawn.map((one) => trial(product(one), one.k)),
      );
    });

    it('are right in every shape of kernel, where it fits and where it does not', async () => {
      const drawn = fc.sample(productCases, { numRuns: 12, seed: 12 });
      await expectRight(
        driver!,
        drawn.map((one, index) => trial(product(one), one.k, shapes[index % shapes.length])),
      );
    });

    it('are right where few long sums are cut into parts', async () => {
      const long: ProductCase = { m: 1, k: 20000, n: 3, batch: 1, left: false, right: false, sliced: false };
      const trials = [long, { ...long, m: 2, right: true }, { ...long, n: 1, k: 8192 }].map((one) => ({
        ...trial(product(one), one.k),
        judge: near(1e-3),
      }));
      await expectRight(driver!, trials);
      await expectRight(driver!, trials, { ...plainProfile, groups: 1 });
    });

    it('are right where one thread does everything, and with many', async () => {
      const one: ProductCase = { m: 13, k: 37, n: 21, batch: 2, left: true, right: false, sliced: true };
      await expectRight(driver!, [trial(product(one), one.k)], { ...plainProfile, threads: 32, groups: 1 });
      await expectRight(driver!, [trial(product(one), one.k)], { ...plainProfile, threads: 256, groups: 1 });
    });
  });
}

const one: ProductCase = { m: 33, k: 300, n: 18, batch: 1, left: false, right: true, sliced: false };
const tile = shapes[3];

const mesa = await llvmpipe();
const halves = mesa.driver?.features.has('shader-f16') === true;
describe.skipIf(!halves)(`tiles of 16 bits${mesa.reason}`, () => {
  it('round the operands, not the sums', async () => {
    const profile: DeviceProfile = { ...plainProfile, features: new Set(['shader-f16']), halfTiles: true };
    // Each of the operands, which are below 1, rounds by 2^-12 at most.
    const judge = near(3 * one.k * 2 ** -12);
    const trials = [{ ...trial(product(one), one.k, tile), judge }];
    await expectRight(mesa.driver!, trials, profile);
    await expect(expectRight(mesa.driver!, [trial(product(one), one.k, tile)], profile)).rejects.toThrow(
      /instead of/,
    );
  });
});

const dawn = await swiftShader();
const subgroups = dawn.driver?.features.has('subgroups') === true;
describe.skipIf(!subgroups)(`dot products with subgroups${dawn.reason}`, () => {
  it('are right whatever the sizes', async () => {
    const profile: DeviceProfile = { ...plainProfile, features: new Set(['subgroups']) };
    const depths = [0, 1, 5, 63, 64, 65, 1000];
    const trials = depths.map((k) =>
      trial(product({ ...one, m: 2, n: 3, k }), k, { kind: 'dot', share: 64 }),
    );
    await expectRight(dawn.driver!, trials, profile);
    await expectRight(
      dawn.driver!,
      trials.slice(4).map(({ region, inputs, judge }, index) => ({
        ...trial(region, depths[4 + index]!, { kind: 'dot', share: 256 }),
        inputs,
        judge,
      })),
      { ...profile, threads: 256 },
    );
  });
});

describe('the kernel of a contraction', () => {
  const device = plainProfile;
  const rowMajor = { left: { free: 4096, contract: 1 }, right: { free: 1, contract: 1 } };
  const columnMajor = { left: { free: 1, contract: 4096 }, right: { free: 1, contract: 1 } };
  it('is a tile for large matrices, the largest there is', () => {
    const size = { batch: 1, rows: 2048, columns: 2048, depth: 2048 };
    expect(chooseShape(size, rowMajor, device)).toMatchObject({ kind: 'tile', height: 8, width: 8 });
  });
  it('waits less often on a CPU that plays the device', () => {
    const size = { batch: 1, rows: 64, columns: 10, depth: 128 };
    const strides = { left: { free: 128, contract: 1 }, right: { free: 1, contract: 10 } };
    expect(chooseShape(size, strides, device)).not.toEqual({ kind: 'dot', share: 1 });
    const cpu: DeviceProfile = { ...device, groups: 4, barriers: 'costly' };
    expect(chooseShape(size, strides, cpu)).toEqual({ kind: 'dot', share: 1 });
  });
  it('shares dot products among more threads the fewer there are', () => {
    const shared = [1, 16, 256, 4096, 65536].map((rows) => {
      const shape = chooseShape({ batch: 1, rows, columns: 1, depth: 4096 }, rowMajor, device);
      return shape.kind === 'dot' ? shape.share : 0;
    });
    expect(shared).toEqual([...shared].sort((a, b) => b - a));
    expect(shared[0]).toBe(64);
  });
  it('takes a thread for an output where neighbouring outputs lie together, and a team where summed elements do', () => {
    const size = { batch: 1, rows: 8192, columns: 1, depth: 64 };
    expect(chooseShape(size, columnMajor, device)).toEqual({ kind: 'dot', share: 1 });
    const shape = chooseShape(size, rowMajor, device);
    expect(shape.kind === 'dot' && shape.share).toBeGreaterThan(1);
  });
});
