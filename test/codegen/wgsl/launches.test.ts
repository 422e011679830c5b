import { describe, expect, it } from 'vitest';
import { compileDeviceRegion } from '../../../src/codegen/wgsl/compile_region.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import type { Node, Region } from '../../../src/ir/graph.js';
import { int, real } from '../../../src/ir/types.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { llvmpipe, nullDevice, swiftShader } from '../../support/device.js';
import { compositions, expectSameOnDevice } from './compare.js';

function built(make: (b: GraphBuilder) => readonly [readonly Node[], readonly Node[]]): Region {
  const b = new GraphBuilder();
  const [parameters, results] = make(b);
  return b.region(parameters, results);
}

function softmax(b: GraphBuilder, x: Node): Node {
  const { shape } = x.type;
  const top = b.broadcast(b.reduce('max', x, [1]), shape, [0]);
  const e = b.unary('exp', b.binary('subtract', x, top));
  return b.binary('divide', e, b.broadcast(b.reduce('sum', e, [1]), shape, [0]));
}

/** One argument, one result. */
function over(shape: readonly number[], make: (b: GraphBuilder, x: Node) => Node): Region {
  return built((b) => {
    const x = b.parameter(real(...shape), 'x');
    return [[x], [make(b, x)]];
  });
}

const regions: readonly (readonly [name: string, region: Region])[] = [
  [
    'an elementwise chain',
    over([7, 5], (b, x) => b.binary('multiply', b.unary('tanh', x), b.unary('square', x))),
  ],
  ['a transpose', over([7, 5], (b, x) => b.transpose(b.unary('negate', x), [1, 0]))],
  ['a sum of rows', over([9, 33], (b, x) => b.reduce('sum', x, [1]))],
  ['a sum of columns', over([33, 9], (b, x) => b.reduce('sum', x, [0]))],
  ['a sum over the axis in the middle', over([4, 6, 5], (b, x) => b.reduce('sum', x, [1]))],
  ['a total', over([37, 3], (b, x) => b.reduceAll('sum', x))],
  ['a softmax of rows', over([6, 5], softmax)],
  ['largest places', over([6, 11], (b, x) => b.argreduce('max', x, 1))],
  ['one element', over([], (b, x) => b.unary('square', x))],
  ['a total of nothing', over([0, 3], (b, x) => b.reduceAll('max', x))],
  ['sums of nothing', over([4, 0], (b, x) => b.reduce('sum', x, [1]))],
  ['no element at all', over([0], (b, x) => b.unary('square', x))],
  ['a padded reversal', over([7], (b, x) => b.pad(b.reverse(x, [0]), [2], [3], [1]))],
  ['a concatenation', over([5, 3], (b, x) => b.concat([x, b.unary('negate', x)], 1))],
  [
    'rows taken by number, some outside',
    built((b) => {
      const [x, rows] = [b.parameter(real(5, 3), 'x'), b.parameter(int(7), 'rows')];
      const taken = b.gather(x, rows);
      return [[x, rows], [b.select(b.binary('equal', taken, taken), taken, b.like(taken, 5))]];
    }),
  ],
  [
    'truth values in memory',
    built((b) => {
      const x = b.parameter(real(9), 'x');
      const positive = b.binary('greater', x, b.like(x, 0));
      return [[x], [positive, b.reduce('or', positive, [0]), b.reduce('and', positive, [0])]];
    }),
  ],
];

describe('launches as WGSL', () => {
  it.each(regions)('are accepted by Dawn: %s', async (_name, region) => {
    const driver = await nullDevice();
    const modules = compositions.map((composition) => compileDeviceRegion(region, composition).module);
    const messages = await driver.validate(modules);
    expect(messages.map(({ text }) => `${text}\n${modules[0]?.code ?? ''}`)).toEqual([]);
  });
});

for (const { driver, reason } of [await swiftShader(), await llvmpipe()]) {
  describe.skipIf(driver === undefined)(`launches on ${driver?.name ?? 'a driver'}${reason}`, () => {
    it.each(regions)('compute what the interpreter computes: %s', async (_name, region) => {
      if (driver === undefined) return;
      const random = generator(5);
      const inputs = region.parameters.map(({ type }) => randomTensor(type, -2, 3, random));
      await expectSameOnDevice(driver, region, inputs);
    });
  });
}
