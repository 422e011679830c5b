import { describe, expect, it } from 'vitest';
import { compileDeviceRegion } from '../../../src/codegen/wgsl/compile_region.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import type { Node, Region } from '../../../src/ir/graph.js';
import { int, real } from '../../../src/ir/types.js';
import { generator, randomTensor } from '../../ir/inputs.js';
import { llvmpipe, nullDevice, swiftShader } from '../../support/device.js';
import type { DeviceProfile } from '../../../src/codegen/wgsl/module_text.js';
import { plainProfile } from '../../../src/codegen/wgsl/module_text.js';
import type { Tensor } from '../../../src/ir/tensor.js';
import { compositions, expectSameOnDevice, runOnDevice } from './compare.js';

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
    'a softmax whose gradient and losses are asked for as well',
    over([9, 130], (b, x) => {
      const s = softmax(b, x);
      const weight = b.broadcast(b.reduce('sum', b.binary('multiply', s, x), [1]), [9, 130], [0]);
      return b.binary('multiply', s, b.binary('subtract', x, weight));
    }),
  ],
  ['a running sum along rows', over([5, 150], (b, x) => b.cumulative('sum', x, 1))],
  [
    'a running largest value of one long row',
    over([333], (b, x) => b.cumulative('max', x, 0, { reverse: true })),
  ],
  [
    'a running product of a running sum',
    over([4, 100], (b, x) => {
      const sum = b.cumulative('sum', b.binary('multiply', x, b.like(x, 0.01)), 1);
      return b.cumulative('product', b.binary('add', sum, b.like(sum, 0.5)), 1);
    }),
  ],
  ['a running sum along columns', over([70, 5], (b, x) => b.cumulative('sum', x, 0))],
  ['smallest places among equals', over([3, 200], (b, x) => b.argreduce('min', b.unary('floor', x), 1))],
  [
    'a sum of sums in one launch',
    over([3, 20, 9], (b, x) => {
      const inner = b.reduce('sum', x, [2]);
      const total = b.reduce('max', inner, [1]);
      return b.binary('subtract', x, b.broadcast(b.broadcast(total, [3, 20], [0]), [3, 20, 9], [0, 1]));
    }),
  ],
  [
    'rows added at places, some of them outside and some twice',
    built((b) => {
      const [x, rows] = [b.parameter(real(4, 3), 'x'), b.parameter(int(50), 'rows')];
      const updates = b.parameter(real(50, 3), 'updates');
      return [
        [x, rows, updates],
        [b.scatterAdd(x, rows, updates), b.scatterSet(x, rows, updates)],
      ];
    }),
  ],
  [
    'single numbers added at places',
    built((b) => {
      const [x, rows] = [b.parameter(real(3), 'x'), b.parameter(int(2, 9), 'rows')];
      const updates = b.parameter(real(2, 9), 'updates');
      return [[x, rows, updates], [b.scatterAdd(x, rows, updates)]];
    }),
  ],
  [
    'draws',
    over([40], (b, x) => {
      const draw = b.uniform(b.constant(3, 'int'), b.constant(7, 'int'), b.iota([40], 0), 2, 1);
      return b.binary('add', x, draw);
    }),
  ],
  [
    'values that are not finite',
    over([10], (b, x) => {
      const infinite = b.binary('divide', b.like(x, 1), b.like(x, 0));
      const none = b.binary('subtract', infinite, infinite);
      const mixed = b.select(b.binary('greater', x, b.like(x, 1)), none, b.unary('negate', infinite));
      return b.binary('add', b.reduce('max', mixed, [0]), b.constant(-Infinity));
    }),
  ],
  ['a long total, in runs that do not come out even', over([70001], (b, x) => b.reduceAll('sum', x))],
  ['long sums of rows', over([2, 3, 40000], (b, x) => b.reduce('max', x, [1, 2]))],
  ['long sums of columns', over([4099, 5], (b, x) => b.reduce('sum', x, [0]))],
  [
    'totals, scalars and short arrays, which one team does together',
    over([40], (b, x) => {
      const norm = b.unary('sqrt', b.reduceAll('sum', b.unary('square', x)));
      const unit = b.binary('divide', x, b.broadcastScalar(norm, [40]));
      const outer = b.binary('multiply', b.broadcast(unit, [40, 40], [0]), b.broadcast(x, [40, 40], [1]));
      const rows = b.reduce('max', outer, [1]);
      return b.binary('add', unit, b.broadcastScalar(b.reduceAll('min', rows), [40]));
    }),
  ],
  [
    'largest places where some values are NaN, also the first',
    over([12, 70], (b, x) => {
      const none = b.binary('subtract', b.like(x, Infinity), b.like(x, Infinity));
      return b.argreduce('max', b.select(b.binary('greater', x, b.like(x, 2)), none, x), 1);
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

const forms = ['points', 'teams'] as const;

const profileOf = (form: 'points' | 'teams'): DeviceProfile => ({ ...plainProfile, form });

function inputsFor(region: Region): Tensor[] {
  const random = generator(5);
  return region.parameters.map(({ type }) => randomTensor(type, -2, 3, random));
}

describe('launches as WGSL', () => {
  it.each(regions)('are accepted by Dawn: %s', async (_name, region) => {
    const driver = await nullDevice();
    const modules = forms.flatMap((form) =>
      compositions.map((composition) => compileDeviceRegion(region, composition, profileOf(form)).module),
    );
    const messages = await driver.validate(modules);
    expect(messages.map(({ text, line }) => `${line}: ${text}`)).toEqual([]);
  });
});

/** Results that replace inputs, by their numbers. */
const updates: readonly (readonly [name: string, region: Region, updated: readonly number[]])[] = [
  ['a softmax of rows', over([5, 70], softmax), [0]],
  ['a running sum', over([3, 90], (b, x) => b.cumulative('sum', x, 1)), [0]],
  ['a running sum of one row', over([90], (b, x) => b.cumulative('sum', x, 0)), [0]],
  ['a reversal', over([70], (b, x) => b.reverse(x, [0])), [0]],
  ['a transpose', over([12, 12], (b, x) => b.transpose(x, [1, 0])), [0]],
  ['a single number', over([], (b, x) => b.binary('add', x, b.unary('square', x))), [0]],
  [
    'short arrays that change places',
    built((b) => {
      const [x, y] = [b.parameter(real(40), 'x'), b.parameter(real(40), 'y')];
      const total = b.broadcastScalar(b.reduceAll('sum', b.binary('multiply', x, y)), [40]);
      return [
        [x, y],
        [b.binary('add', y, total), b.binary('multiply', x, total)],
      ];
    }),
    [0, 1],
  ],
];

const swift = await swiftShader();
const mesa = await llvmpipe();

/** Each form in each composition on one driver or the other: a CPU driver takes its time over a kernel. */
const shares = [
  {
    ...swift,
    name: 'SwiftShader',
    runs: [
      ['points', 'workgroup'],
      ['teams', 'grid'],
    ],
  },
  {
    ...mesa,
    name: 'llvmpipe',
    runs: [
      ['points', 'grid'],
      ['teams', 'workgroup'],
    ],
  },
] as const;

for (const { driver, reason, name, runs } of shares) {
  describe.skipIf(driver === undefined)(`launches on ${name}${reason}`, () => {
    it.each(regions)('compute what the interpreter computes: %s', async (_name, region) => {
      if (driver === undefined) return;
      for (const [form, composition] of runs)
        await expectSameOnDevice(driver, region, inputsFor(region), 1e-5, profileOf(form), [composition]);
    });
  });
}

describe.skipIf(swift.driver === undefined)(`launches on SwiftShader${swift.reason}`, () => {
  it.each(updates)('update in place what they read: %s', async (_name, region, updated) => {
    if (swift.driver === undefined) return;
    for (const form of forms) {
      const inputs = inputsFor(region);
      await expectSameOnDevice(swift.driver, region, inputs, 1e-5, profileOf(form), ['grid'], updated);
    }
  });

  it.each(regions)('compute the same by subgroups: %s', async (_name, region) => {
    if (swift.driver === undefined) return;
    expect(swift.driver.features).toContain('subgroups');
    const profile = { ...profileOf('teams'), features: new Set(['subgroups']) };
    const { module } = compileDeviceRegion(region, 'grid', profile);
    if (!module.code.includes('subgroup')) return;
    await expectSameOnDevice(swift.driver, region, inputsFor(region), 1e-5, profile, ['grid']);
  });

  it('do more points than one dispatch has threads', async () => {
    if (swift.driver === undefined) return;
    const size = 65535 * plainProfile.threads + 7;
    const data = Float64Array.from({ length: size }, (_, index) => index % 1000);
    const region = over([size], (b, x) => b.binary('add', x, b.like(x, 1)));
    const { results } = await runOnDevice(swift.driver, region, [{ type: real(size), data }], 'grid');
    expect(results[0]?.every((value, index) => value === (index % 1000) + 1)).toBe(true);
  });
});

describe('long folds', () => {
  it('come in two levels, so that many workgroups share them', () => {
    const total = over([100_000], (b, x) => b.reduceAll('sum', x));
    const { dispatches } = compileDeviceRegion(total, 'grid');
    expect(dispatches.map(({ groups }) => groups[0])).toEqual([expect.closeTo(25, -1), 1]);
    const columns = over([100_000, 8], (b, x) => b.reduce('sum', x, [0]));
    expect(compileDeviceRegion(columns, 'grid').dispatches[0]?.groups[0]).toBeGreaterThan(100);
  });
});

describe('fusion for a device', () => {
  it('makes one launch of a softmax over rows, with its losses', () => {
    expect(compileDeviceRegion(over([64, 10], softmax), 'grid').dispatches).toHaveLength(1);
  });

  it('lets one team do totals, scalars and short arrays in one launch', () => {
    const region = over([40], (b, x) => {
      const norm = b.unary('sqrt', b.reduceAll('sum', b.unary('square', x)));
      return b.binary('divide', x, b.broadcastScalar(norm, [40]));
    });
    expect(compileDeviceRegion(region, 'grid').dispatches).toHaveLength(1);
  });

  it('leaves long arrays to many workgroups', () => {
    const region = over([40_000], (b, x) => {
      const norm = b.unary('sqrt', b.reduceAll('sum', b.unary('square', x)));
      return b.binary('divide', x, b.broadcastScalar(norm, [40_000]));
    });
    const { dispatches } = compileDeviceRegion(region, 'grid');
    expect(dispatches.at(-1)?.groups[0]).toBeGreaterThan(500);
  });
});
