/** Random regions over most operators, bounded so that values and derivatives stay moderate and off the kinks. */
import fc from 'fast-check';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Node, Region } from '../../src/ir/graph.js';
import { at, range, real, sizeOf } from '../../src/ir/types.js';

/** Choices drawn by fast-check, consumed one by one; shrinking them shrinks the program. */
export interface Program {
  readonly choices: readonly number[];
}

export const programs: fc.Arbitrary<Program> = fc
  .array(fc.nat(999_983), { minLength: 20, maxLength: 90, size: 'max' })
  .map((choices) => ({ choices }));

class Chooser {
  private position = 0;

  constructor(private readonly choices: readonly number[]) {}

  get exhausted(): boolean {
    return this.position >= this.choices.length;
  }

  below(count: number): number {
    const choice = this.choices[this.position] ?? 0;
    this.position += 1;
    return choice % count;
  }

  of<T>(items: readonly T[]): T {
    return at(items as readonly (T & {})[], this.below(items.length));
  }
}

type Step = (b: GraphBuilder, a: Node, choose: Chooser, pool: readonly Node[]) => Node;

/** Smooth functions of everything, with values in a small range. */
const bounded = ['sin', 'cos', 'tanh', 'sigmoid', 'erf', 'atan', 'asinh', 'softplus', 'log_sigmoid'] as const;

function sameShapeAs(a: Node, choose: Chooser, pool: readonly Node[], b: GraphBuilder): Node {
  const fitting = pool.filter((node) => node.type.shape.join() === a.type.shape.join());
  return fitting.length === 0 ? b.like(a, 0.5) : choose.of(fitting);
}

function positive(b: GraphBuilder, a: Node): Node {
  return b.binary('add', b.unary('sigmoid', a), b.like(a, 0.5));
}

function anAxis(a: Node, choose: Chooser): number | undefined {
  const usable = range(a.type.shape.length).filter((axis) => at(a.type.shape, axis) > 0);
  return usable.length === 0 ? undefined : choose.of(usable);
}

/** c <- tanh(c * w + x_k), with the carries and their squares as results. */
function loopBody(shape: readonly number[]): Region {
  const b = new GraphBuilder();
  const parameters = [
    b.parameter({ dtype: 'int', shape: [] }, 'k'),
    ...['c', 'w', 'x'].map((name) => b.parameter(real(...shape), name)),
  ];
  const [, c, w, x] = parameters;
  if (c === undefined || w === undefined || x === undefined) throw new Error('no parameters');
  const weight = b.unary('sin', b.binary('multiply', w, w));
  const next = b.unary('tanh', b.binary('add', b.binary('multiply', c, weight), x));
  return b.region(parameters, [next, b.binary('multiply', c, x)]);
}

const steps: readonly Step[] = [
  (b, a, choose) => b.unary(choose.of(bounded), a),
  (b, a) => b.unary('negate', a),
  (b, a) => b.unary('square', b.unary('tanh', a)),
  (b, a) => b.unary('exp', b.unary('sin', a)),
  (b, a) => b.unary(`log`, positive(b, a)),
  (b, a) => b.unary('sqrt', positive(b, a)),
  (b, a) => b.unary('lgamma', positive(b, a)),
  (b, a) => b.binary('multiply', a, b.like(a, 1)),
  (b, a) => b.binary('add', b.like(a, 0), a),
  (b, a, choose) =>
    b.binary('power', positive(b, a), b.like(a, choose.of([-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 2.5]))),
  (b, a, choose, pool) => b.binary('add', a, sameShapeAs(a, choose, pool, b)),
  (b, a, choose, pool) => b.binary('subtract', a, sameShapeAs(a, choose, pool, b)),
  (b, a, choose, pool) => b.binary('multiply', b.unary('tanh', a), sameShapeAs(a, choose, pool, b)),
  (b, a, choose, pool) => b.binary('divide', a, positive(b, sameShapeAs(a, choose, pool, b))),
  (b, a, choose, pool) => b.binary('atan2', positive(b, a), sameShapeAs(a, choose, pool, b)),
  (b, a, choose, pool) => {
    const index = b.iota(a.type.shape.length === 0 ? [1] : a.type.shape, 0);
    const even = b.binary('equal', b.binary('modulo', index, b.like(index, 2)), b.like(index, 0));
    const condition = a.type.shape.length === 0 ? b.reshape(even, []) : even;
    return b.select(condition, b.maskTangent(a, condition), sameShapeAs(a, choose, pool, b));
  },
  (b, a) => (a.type.shape.length === 0 ? b.broadcastScalar(a, [3]) : b.reduce('sum', a, [0])),
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    return axis === undefined ? a : b.reduce('sum', a, [axis]);
  },
  (b, a) =>
    sizeOf(a.type.shape) > 12 ? a : b.reduce('product', b.unary('cos', a), range(a.type.shape.length)),
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    return axis === undefined
      ? a
      : b.cumulative(choose.of(['sum', 'product']), b.unary('cos', a), axis, {
          reverse: choose.below(2) === 1,
        });
  },
  (b, a, choose) => {
    if (a.type.shape.length > 2) return a;
    const position = choose.below(a.type.shape.length + 1);
    const shape = [...a.type.shape];
    shape.splice(position, 0, choose.of([1, 2, 3]));
    return b.broadcast(
      a,
      shape,
      range(shape.length).filter((axis) => axis !== position),
    );
  },
  (b, a) => b.transpose(a, range(a.type.shape.length).reverse()),
  (b, a) => b.reshape(a, [sizeOf(a.type.shape)]),
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    return axis === undefined ? a : b.reverse(a, [axis]);
  },
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    if (axis === undefined) return a;
    const extent = at(a.type.shape, axis);
    const start = choose.below(extent);
    return b.sliceAxis(a, axis, start, extent);
  },
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    if (axis === undefined || sizeOf(a.type.shape) > 40) return a;
    const edge = (count: number): number[] => a.type.shape.map((_, index) => (index === axis ? count : 0));
    return b.pad(a, edge(1), edge(choose.below(2)), edge(choose.below(2)));
  },
  (b, a, choose) => {
    const axis = anAxis(a, choose);
    return axis === undefined || sizeOf(a.type.shape) > 40 ? a : b.concat([a, b.unary('sin', a)], axis);
  },
  (b, a, choose) => {
    const extent = a.type.shape[0];
    if (extent === undefined || extent === 0) return a;
    const indices = b.literal(
      range(3).map(() => choose.below(extent)),
      'int',
      [3],
    );
    return b.gather(a, indices, { inBounds: true });
  },
  (b, a, choose) => {
    const extent = a.type.shape[0];
    if (extent === undefined || extent < 2) return a;
    const count = extent - choose.below(2);
    const indices = b.binary('add', b.iota([count], 0), b.constant(extent - count, 'int', [count]));
    return b.gather(a, indices);
  },
  (b, a, choose) => {
    const extent = a.type.shape[0];
    if (extent === undefined || extent === 0) return a;
    const indices = b.literal(
      range(2).map(() => choose.below(extent + 1)),
      'int',
      [2],
    );
    const updates = b.constant(0.25, 'real', [2, ...a.type.shape.slice(1)]);
    return choose.below(2) === 0 ? b.scatterAdd(a, indices, updates) : b.scatterSet(a, indices, updates);
  },
  (b, a, choose, pool) => {
    const matrices = pool.filter(
      (node) => node.type.shape.length > 0 && node.type.shape[0] === a.type.shape.at(-1),
    );
    if (a.type.shape.length === 0) return a;
    const other =
      matrices.length === 0 ? b.transpose(a, range(a.type.shape.length).reverse()) : choose.of(matrices);
    if (sizeOf(a.type.shape) * sizeOf(other.type.shape) > 400) return a;
    return b.contraction(a, b.unary('tanh', other), { contract: [[a.type.shape.length - 1, 0]] });
  },
  (b, a, choose, pool) => {
    // sum_k A[.., k] * B[k, j], written with broadcasts
    const others = pool.filter(
      (node) => node.type.shape.length === 2 && node.type.shape[0] === a.type.shape.at(-1),
    );
    if (a.type.shape.length === 0 || a.type.shape.length > 2) return a;
    if (others.length === 0 && a.type.shape.length < 2) return a;
    const other = others.length === 0 ? b.transpose(a, [1, 0]) : choose.of(others);
    const rank = a.type.shape.length;
    const shape = [...a.type.shape, at(other.type.shape, 1)];
    const left = b.broadcast(a, shape, range(rank));
    const right = b.broadcast(other, shape, [rank - 1, rank]);
    return b.reduce('sum', b.binary('multiply', left, right), [rank - 1]);
  },
  (b, a) => {
    const rank = a.type.shape.length;
    if (rank === 0 || a.type.shape[rank - 1] === 0) return a;
    const total = b.reduce('sum', b.unary('exp', b.unary('sin', a)), [rank - 1]);
    return b.unary('log', total);
  },
  (b, a, choose, pool) => {
    if (sizeOf(a.type.shape) > 20) return a;
    const other = sameShapeAs(a, choose, pool, b);
    const xs = b.broadcast(other, [2, ...a.type.shape], range(a.type.shape.length, 1));
    const results = b.loop({
      max: 2,
      carries: [a],
      invariants: [other],
      xs: [xs],
      body: loopBody(a.type.shape),
    });
    return at(results, choose.below(2));
  },
  (b, a, choose, pool) => {
    const other = sameShapeAs(a, choose, pool, b);
    const branch = (flip: boolean): Region => {
      const inner = new GraphBuilder();
      const x = inner.parameter(a.type, 'x');
      const y = inner.parameter(a.type, 'y');
      return inner.region(
        [x, y],
        [inner.binary('multiply', inner.unary('tanh', flip ? y : x), inner.unary('cos', y))],
      );
    };
    const total = b.reduceAll('sum', b.stopGradient(a));
    const condition = b.binary('greater', total, b.constant(100.123));
    return at(b.cond({ condition, captured: [a, other], then: branch(false), otherwise: branch(true) }), 0);
  },
];

/** Two real parameters and one scalar; the results are the last values of the pool. */
export function regionOf({ choices }: Program): Region {
  const choose = new Chooser(choices);
  const b = new GraphBuilder();
  const shapes = [[3, 2], [2, 3], [1, 3], [4], [0, 2], [1], []];
  const parameters = [choose.of(shapes), choose.of(shapes), []].map((shape, index) =>
    b.parameter(real(...shape), `x${index}`),
  );
  const pool: Node[] = [...parameters];
  while (!choose.exhausted && pool.length < 30) {
    const step = choose.of(steps);
    const made = step(b, choose.of(pool.slice(-8)), choose, pool);
    if (sizeOf(made.type.shape) <= 200 && made.type.shape.length <= 4) pool.push(made);
  }
  return b.region(parameters, pool.slice(-2));
}
