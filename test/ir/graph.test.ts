import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/ir/builder.js';
import { gradient, jvp, vjp } from '../../src/ir/differentiate/derivatives.js';
import type { Node, Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import { printRegion } from '../../src/ir/print.js';
import { tensor } from '../../src/ir/tensor.js';
import { countNodes, nodesOf } from '../../src/ir/traverse.js';
import { real } from '../../src/ir/types.js';
import { verifyRegion } from '../../src/ir/verify.js';

function build(
  shapes: readonly (readonly number[])[],
  body: (b: GraphBuilder, ...x: Node[]) => Node,
): Region {
  const b = new GraphBuilder();
  const parameters = shapes.map((shape, index) => b.parameter(real(...shape), `x${index}`));
  return b.region(parameters, [body(b, ...parameters)]);
}

function gradientAt(region: Region, ...values: number[][]): number[][] {
  const inputs = region.parameters.map((parameter, index) => tensor(parameter.type, values[index] ?? []));
  const all = region.parameters.map((_, index) => index);
  return interpret(gradient(region, all), inputs)
    .slice(1)
    .map((result) => [...result.data]);
}

describe('the builder', () => {
  it('makes equal nodes once, and parameters always anew', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(3), 'x');
    const y = b.parameter(real(3), 'y');
    expect(x).not.toBe(y);
    expect(b.binary('add', x, y)).toBe(b.binary('add', x, y));
    expect(b.binary('add', x, y)).not.toBe(b.binary('add', y, x));
    expect(b.constant(0)).not.toBe(b.constant(-0));
  });

  it('makes loops with equal bodies once, though the bodies were built apart', () => {
    const body = (): Region => build([[], []].slice(1), (inner, c) => inner.unary('sin', c));
    const withTurn = (): Region => {
      const inner = new GraphBuilder();
      const k = inner.parameter({ dtype: 'int', shape: [] }, 'k');
      const c = inner.parameter(real(), 'c');
      return inner.region([k, c], inner.inline(body(), [c]));
    };
    const b = new GraphBuilder();
    const x = b.parameter(real(), 'x');
    const first = b.loop({ max: 3, carries: [x], body: withTurn() });
    expect(b.loop({ max: 3, carries: [x], body: withTurn() })).toEqual(first);
  });

  it('folds constants', () => {
    const b = new GraphBuilder();
    const two = b.binary('add', b.constant(1), b.constant(1));
    expect(two).toBe(b.constant(2));
    expect(b.cast(b.constant(2.7), 'int')).toBe(b.constant(2, 'int'));
  });

  it('refuses what the type rules refuse, with the reason', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(3), 'x');
    expect(() => b.binary('add', x, b.constant(1))).toThrow(/add: operands differ in shape/);
    expect(() => b.reduce('sum', x, [1])).toThrow(/rank-1/);
    expect(() => b.unary('not', x)).toThrow(/not defined on real\[3\]/);
  });
});

describe('the verifier', () => {
  it('finds a region that reaches outside its parameters', () => {
    const b = new GraphBuilder();
    const x = b.parameter(real(), 'x');
    const y = b.parameter(real(), 'y');
    const open = { parameters: [x], results: [b.binary('add', x, y)] };
    expect(() => {
      verifyRegion(open);
    }).toThrow(/belongs to another region/);
  });

  it('finds a node whose type is not what its rule says', () => {
    const region = build([[3]], (b, x) => b.unary('sin', x));
    const [result] = region.results;
    if (result === undefined) throw new Error('no result');
    const wrong = { ...region, results: [{ ...result, type: real(4) }] };
    expect(() => {
      verifyRegion(wrong);
    }).toThrow(/should be real\[3\]/);
  });
});

describe('the printer', () => {
  it('shows names from the source and numbers the rest', () => {
    const region = build([[2]], (b, x) =>
      b.reduceAll(
        'sum',
        b.withSpan(undefined, 'y', () => b.unary('exp', x)),
      ),
    );
    expect(printRegion(region, 'f')).toBe(
      [
        'f(x0: real[2]) {',
        '  y: real[2] = exp x0',
        '  %2: real = reduce monoid="sum" axes=[0] y',
        '  return %2',
        '}',
      ].join('\n'),
    );
  });
});

describe('derivatives at kinks and under marks', () => {
  it('take 0 for |x| at 0 and share ties of extremes', () => {
    const absolute = build([[]], (b, x) => b.unary('abs', x));
    expect(gradientAt(absolute, [0])).toEqual([[0]]);
    const larger = build([[], []], (b, x, y) => b.binary('maximum', x, y));
    expect(gradientAt(larger, [1], [1])).toEqual([[0.5], [0.5]]);
    const largest = build([[4]], (b, x) => b.reduceAll('max', x));
    expect(gradientAt(largest, [3, 1, 3, 2])).toEqual([[0.5, 0, 0.5, 0]]);
  });

  it('never form log(x) for a constant exponent', () => {
    const cube = build([[]], (b, x) => b.binary('power', x, b.constant(3)));
    expect(gradientAt(cube, [-2])).toEqual([[12]]);
    const kinds = nodesOf(vjp(cube, [0])).map((node) =>
      node.operator.kind === 'elementwise' ? node.operator.name : node.operator.kind,
    );
    expect(kinds).not.toContain('log');
    const square = build([[], []], (b, x, y) => b.binary('power', x, y));
    expect(gradientAt(square, [0], [2])).toEqual([[0], [0]]);
  });

  it('stop at stop_gradient and pass a straight-through estimate', () => {
    const estimator = build([[]], (b, x) =>
      b.binary('add', x, b.stopGradient(b.binary('subtract', b.unary('round', x), x))),
    );
    expect(gradientAt(estimator, [0.3])).toEqual([[1]]);
  });

  it('are exactly zero where a mask is false, even if the branch there is infinite', () => {
    const guarded = build([[2]], (b, x) => {
      const positive = b.binary('greater', x, b.like(x, 0));
      const safe = b.maskTangent(x, positive);
      return b.reduceAll('sum', b.select(positive, b.unary('sqrt', safe), b.like(x, 0)));
    });
    expect(gradientAt(guarded, [4, 0])).toEqual([[0.25, 0]]);
    const unguarded = build([[2]], (b, x) => {
      const positive = b.binary('greater', x, b.like(x, 0));
      return b.reduceAll('sum', b.select(positive, b.unary('sqrt', x), b.like(x, 0)));
    });
    expect(gradientAt(unguarded, [4, 0])[0]?.[1]).toBeNaN();
  });

  it('build nothing for inputs that do not matter', () => {
    const region = build([[100], [100]], (b, x) => b.reduceAll('sum', b.unary('square', x)));
    const derived = gradient(region, [0, 1]);
    const [, , unused] = derived.results;
    expect(unused?.operator).toEqual({ kind: 'constant', value: 0 });
    expect(countNodes(derived)).toBeLessThan(12);
  });

  it('keep the Hessian of a quadratic exact through forward over reverse', () => {
    const region = build([[2]], (b, x) => {
      const A = b.literal([2, 1, 1, 4], 'real', [2, 2]);
      const Ax = b.contraction(A, x, { contract: [[1, 0]] });
      return b.binary('multiply', b.contraction(x, Ax, { contract: [[0, 0]] }), b.constant(0.5));
    });
    const hvp = jvp(gradient(region, [0]), [0]);
    const results = interpret(hvp, [tensor(real(2), [3, -1]), tensor(real(2), [1, 10])]);
    expect([...(results.at(-1)?.data ?? [])]).toEqual([12, 41]);
  });
});
