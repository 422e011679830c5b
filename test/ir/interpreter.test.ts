import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Node, Region, TensorType } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Tensor } from '../../src/ir/interpreter.js';
import { tensor } from '../../src/ir/tensor.js';
import { at, bool, int, real } from '../../src/ir/types.js';

function build(types: readonly TensorType[], body: (b: GraphBuilder, ...x: Node[]) => Node | Node[]): Region {
  const b = new GraphBuilder();
  const parameters = types.map((type, index) => b.parameter(type, `x${index}`));
  const built = body(b, ...parameters);
  return b.region(parameters, Array.isArray(built) ? built : [built]);
}

function run(
  types: readonly TensorType[],
  values: readonly (readonly number[])[],
  body: (b: GraphBuilder, ...x: Node[]) => Node | Node[],
): number[][] {
  const inputs = types.map((type, index): Tensor => tensor(type, at(values, index)));
  return interpret(build(types, body), inputs).map((result) => [...result.data]);
}

describe('the interpreter', () => {
  it('follows the floor in division and remainder, with the sign of the divisor', () => {
    const results = run(
      [int(4), int(4)],
      [
        [7, -7, 7, -7],
        [3, 3, -3, -3],
      ],
      (b, x, y) => [b.binary('floor_divide', x, y), b.binary('modulo', x, y)],
    );
    expect(results).toEqual([
      [2, -3, -3, 2],
      [1, 2, -2, -1],
    ]);
  });

  it('rounds halves to the even neighbour', () => {
    const [rounded] = run([real(6)], [[0.5, 1.5, 2.5, -0.5, -1.5, 2.4]], (b, x) => b.unary('round', x));
    expect(rounded?.map((value) => value + 0)).toEqual([0, 2, 2, 0, -2, 2]);
  });

  it('gives NaN for reals gathered outside and 0 for ints', () => {
    const types = [real(2), int(2), int(3)];
    const results = run(
      types,
      [
        [5, 6],
        [7, 8],
        [-1, 1, 2],
      ],
      (b, x, y, i) => [b.gather(x, i), b.gather(y, i)],
    );
    expect(results).toEqual([
      [NaN, 6, NaN],
      [0, 8, 0],
    ]);
  });

  it('adds up repeated indices, keeps the last one set, and drops those outside', () => {
    const types = [real(3), int(4), real(4)];
    const values = [
      [10, 20, 30],
      [1, 5, 1, 0],
      [1, 2, 3, 4],
    ];
    const results = run(types, values, (b, x, i, u) => [b.scatterAdd(x, i, u), b.scatterSet(x, i, u)]);
    expect(results).toEqual([
      [14, 24, 30],
      [4, 3, 30],
    ]);
  });

  it('sorts stably in both directions and takes the first of equal extremes', () => {
    const results = run([real(5)], [[2, 1, 2, 1, 3]], (b, x) => [
      b.argsort(x),
      b.argsort(x, { descending: true }),
      b.argreduce('min', x, 0),
    ]);
    expect(results).toEqual([[1, 3, 0, 2, 4], [4, 0, 2, 1, 3], [1]]);
  });

  it('knows the identity of each reduction of nothing', () => {
    const results = run([real(0), bool(0)], [[], []], (b, x, p) => [
      ...(['sum', 'product', 'max', 'min'] as const).map((monoid) => b.reduce(monoid, x, [0])),
      b.reduce('and', p, [0]),
      b.reduce('or', p, [0]),
    ]);
    expect(results.flat()).toEqual([0, 1, -Infinity, Infinity, 1, 0]);
  });

  it('reads the lower triangle in a Cholesky factor and answers NaN for what is not positive definite', () => {
    const [factor] = run([real(2, 2)], [[4, 99, 2, 10]], (b, a) => b.cholesky(a));
    expect(factor).toEqual([2, 0, 1, 3]);
    const [broken] = run([real(2, 2)], [[1, 0, 2, 1]], (b, a) => b.cholesky(a));
    expect(broken?.[3]).toBeNaN();
  });

  it('draws the published words of Philox4x32-10', () => {
    const words = ([0, 1, 2, 3] as const).flatMap((word) =>
      run([int(), int(), int()], [[0], [0], [0]], (b, seed, step, index) =>
        b.uniform(seed, step, index, 0, word),
      ).flat(),
    );
    // Random123's known answers for counter 0 and key 0.
    const published = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
    expect(words).toEqual(published.map((word) => ((word >>> 9) + 0.5) / 2 ** 23));
  });

  it('stops a loop at the first false condition and leaves later rows zero', () => {
    const body = new GraphBuilder();
    const parameters = [int(), real(), real()].map((type, index) => body.parameter(type, `p${index}`));
    const [k, c, step] = parameters;
    if (k === undefined || c === undefined || step === undefined) throw new Error('no parameters');
    const next = body.binary('add', c, step);
    const region = body.region(parameters, [next, next]);
    const test = new GraphBuilder();
    const [turn, value, unused] = [int(), real(), real()].map((type, index) =>
      test.parameter(type, `p${index}`),
    );
    if (turn === undefined || value === undefined || unused === undefined) throw new Error('no parameters');
    const condition = test.region([turn, value, unused], [test.binary('less', value, test.constant(2.5))]);
    const results = run([real(), real()], [[0], [1]], (b, x, y) =>
      b.loop({ max: 5, carries: [x], invariants: [y], body: region, condition }),
    );
    expect(results).toEqual([[3], [1, 2, 3, 0, 0]]);
  });

  it('rounds every stored real in single precision', () => {
    const region = build([real(1)], (b, x) => b.binary('add', x, b.like(x, 1)));
    const input = [tensor(real(1), [0.1])];
    const [value] = interpret(region, input, { precision: 'f32' });
    expect(value?.data[0]).toBe(Math.fround(Math.fround(0.1) + 1));
    expect(interpret(region, input)[0]?.data[0]).toBe(1.1);
  });

  it('shows every value to a watcher, in loops too, which finds the first NaN', () => {
    const region = build([real(1)], (b, x) => {
      const logarithm = b.withSpan(undefined, 'bad', () => b.unary('log', x));
      return b.unary('exp', logarithm);
    });
    const seen: (string | undefined)[] = [];
    interpret(region, [tensor(real(1), [-1])], {
      onNode: (node, value) => {
        if (value.data.some(Number.isNaN)) seen.push(node.label);
      },
    });
    expect(seen[0]).toBe('bad');
  });
});

/** The nearest doubles, from an arbitrary-precision library (mpmath). */
const references = {
  erf: [
    [1e-8, 1.1283791670955126e-8],
    [0.3, 0.3286267594591274],
    [1, 0.8427007929497149],
    [2.5, 0.999593047982555],
    [-0.7, -0.6778011938374184],
  ],
  erfc: [
    [-1, 1.8427007929497148],
    [0.5, 0.4795001221869535],
    [1.1, 0.11979493042591827],
    [2, 0.004677734981047266],
    [5, 1.537459794428035e-12],
    [20, 5.395865611607901e-176],
  ],
  lgamma: [
    [1e-5, 11.512919692895826],
    [0.5, 0.5723649429247001],
    [1.0001, -5.771334222047127e-5],
    [1.5, -0.12078223763524522],
    [1.9999, -4.227520877215346e-5],
    [3.7, 1.428072326665388],
    [25, 54.78472939811232],
    [100000.0, 1051287.7089736569],
    [-0.5, 1.2655121234846454],
  ],
  digamma: [
    [0.1, -10.423754940411076],
    [1, -0.5772156649015329],
    [2.5, 0.7031566406452432],
    [30, 3.384438132685525],
    [-0.7, -2.073952793628704],
  ],
  trigamma: [
    [0.1, 101.43329915079275],
    [1, 1.6449340668482264],
    [2.5, 0.49035775610023485],
    [30, 0.033895060357739946],
    [-0.5, 8.934802200544679],
  ],
} as const;

describe('special functions', () => {
  it.each(Object.keys(references) as (keyof typeof references)[])(
    'are accurate to a few units: %s',
    (name) => {
      for (const [x, expected] of references[name]) {
        const [value] = run([real()], [[x]], (b, a) => b.unary(name, a)).flat();
        expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(4e-15 * Math.abs(expected));
      }
    },
  );

  it('stay finite and exact far from zero', () => {
    const results = run([real(2)], [[800, -800]], (b, x) => [
      b.unary('softplus', x),
      b.unary('sigmoid', x),
      b.unary('log_sigmoid', x),
    ]);
    expect(results).toEqual([[800, 0], [1, 0], [0, -800].map((value) => value + 0)]);
  });
});
