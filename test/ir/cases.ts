/**
 * One or more small regions for every operator, with intervals for the real inputs that keep them inside the domain
 * and off the kinks. Tests of every transform run over this table.
 */
import { GraphBuilder } from '../../src/ir/builder.js';
import type { ElementwiseName, Node, OperatorKind, Region, TensorType } from '../../src/ir/graph.js';
import { elementwiseTable } from '../../src/ir/operators/elementwise/table.js';
import { bool, int, real } from '../../src/ir/types.js';

export interface Case {
  readonly name: string;
  readonly kind: OperatorKind;
  readonly region: Region;
  /** One interval a parameter; ints are drawn from it and rounded down. */
  readonly intervals: readonly (readonly [number, number])[];
  /** Derivatives up to this order are compared with differences (0: not differentiable at all). */
  readonly smooth: boolean;
}

type Input = readonly [TensorType, number, number];

function define(
  kind: OperatorKind,
  name: string,
  inputs: readonly Input[],
  build: (b: GraphBuilder, ...nodes: Node[]) => Node | Node[],
  smooth = true,
): Case {
  const b = new GraphBuilder();
  const parameters = inputs.map(([type], index) => b.parameter(type, `x${index}`));
  const built = build(b, ...parameters);
  return {
    kind,
    name,
    region: b.region(parameters, Array.isArray(built) ? built : [built]),
    intervals: inputs.map(([, low, high]) => [low, high] as const),
    smooth,
  };
}

const domains: Partial<Record<ElementwiseName, readonly (readonly [number, number])[]>> = {
  log: [[0.3, 3]],
  log1p: [[-0.7, 3]],
  sqrt: [[0.3, 3]],
  reciprocal: [[0.4, 3]],
  tan: [[-1, 1]],
  asin: [[-0.9, 0.9]],
  acos: [[-0.9, 0.9]],
  acosh: [[1.2, 3]],
  atanh: [[-0.8, 0.8]],
  abs: [[0.2, 2]],
  sign: [[0.2, 2]],
  floor: [[0.2, 0.8]],
  ceil: [[0.2, 0.8]],
  round: [[0.6, 1.4]],
  lgamma: [[0.4, 4]],
  digamma: [[0.4, 4]],
  trigamma: [[0.4, 4]],
  divide: [
    [-2, 2],
    [0.4, 2],
  ],
  power: [
    [0.3, 2],
    [-2, 2],
  ],
  maximum: [
    [-2, 0.9],
    [1, 2],
  ],
  minimum: [
    [-2, 0.9],
    [1, 2],
  ],
  floor_divide: [
    [2.2, 2.8],
    [0.9, 1.05],
  ],
  modulo: [
    [2.2, 2.8],
    [0.9, 1.05],
  ],
};

function elementwiseCases(): Case[] {
  return (Object.keys(elementwiseTable) as ElementwiseName[]).map((name) => {
    const { signature, tangents } = elementwiseTable[name];
    const inputs = tangents.map((_, index): Input => {
      const isBool = signature === 'bool' || (signature === 'choice' && index === 0);
      const [low, high] = isBool ? [0, 2] : (domains[name]?.[index] ?? [-2, 2]);
      return [isBool ? bool(2, 3) : real(2, 3), low, high];
    });
    return define('elementwise', name, inputs, (b, ...nodes) => b.elementwise(name, nodes));
  });
}

const x: Input = [real(2, 3), -2, 2];
const positive: Input = [real(2, 3), 0.3, 2];

function structureCases(): Case[] {
  return [
    define('constant', 'constant', [x], (b, a) => b.binary('multiply', a, b.like(a, 3))),
    define('literal', 'literal', [x], (b, a) =>
      b.binary('multiply', a, b.literal([1, 2, 3, 4, 5, 6], 'real', [2, 3])),
    ),
    define('iota', 'iota', [x], (b, a) => b.binary('multiply', a, b.cast(b.iota([2, 3], 1), 'real'))),
    define('cast', 'cast', [[int(2, 3), -4, 4]], (b, a) => b.cast(b.cast(a, 'bool'), 'real')),
    define('broadcast', 'broadcast', [x], (b, a) => b.broadcast(a, [2, 4, 3], [0, 2])),
    define('reshape', 'reshape', [x], (b, a) => b.reshape(a, [3, 1, 2])),
    define('transpose', 'transpose', [[real(2, 3, 4), -2, 2]], (b, a) => b.transpose(a, [2, 0, 1])),
    define('reverse', 'reverse', [x], (b, a) => b.reverse(a, [1])),
    define('slice', 'slice', [[real(5, 4), -2, 2]], (b, a) => b.slice(a, [1, 0], [5, 3], [2, 2])),
    define('slice', 'empty slice', [[real(5, 4), -2, 2]], (b, a) => b.slice(a, [1, 1], [5, 1], [2, 1])),
    define('pad', 'pad', [x], (b, a) => b.pad(a, [1, 0], [0, 2], [0, 1])),
    define('concat', 'concat', [x, [real(2, 1), -2, 2]], (b, a, c) => b.concat([a, c, a], 1)),
    define('stop_gradient', 'stop_gradient', [x], (b, a) => b.binary('multiply', a, b.unary('exp', a))),
    define('mask_tangent', 'mask_tangent', [x], (b, a) => {
      const inside = b.binary('greater', a, b.like(a, 0));
      const safe = b.maskTangent(a, b.binary('equal', a, a));
      return b.select(inside, b.unary('square', safe), safe);
    }),
  ];
}

function reductionCases(): Case[] {
  return [
    define('reduce', 'sum', [x], (b, a) => b.reduce('sum', a, [0])),
    define('reduce', 'product', [x], (b, a) => b.reduce('product', a, [1])),
    define('reduce', 'product of two axes', [[real(2, 3, 2), -2, 2]], (b, a) =>
      b.reduce('product', a, [0, 2]),
    ),
    define('reduce', 'product with zeros', [[real(3), -2, 2]], (b, a) =>
      b.reduce('product', b.binary('multiply', a, b.literal([1, 0, 2], 'real', [3])), [0]),
    ),
    define('reduce', 'max', [x], (b, a) => b.reduce('max', a, [1])),
    define('reduce', 'min', [x], (b, a) => b.reduce('min', a, [0, 1])),
    define('reduce', 'all', [[bool(2, 3), 0, 2]], (b, a) => b.reduce('and', a, [1])),
    define('reduce', 'any', [[bool(2, 3), 0, 2]], (b, a) => b.reduce('or', a, [0])),
    define('argreduce', 'argmax', [x], (b, a) => b.argreduce('max', a, 1)),
    define('argreduce', 'argmin', [x], (b, a) => b.argreduce('min', a, 0)),
    ...(['sum', 'product', 'max', 'min'] as const).flatMap((monoid) =>
      [false, true].map((reverse) =>
        define(
          'cumulative',
          `cumulative ${monoid}${reverse ? ' backwards' : ''}`,
          [[real(2, 4), -2, 2]],
          (b, a) => b.cumulative(monoid, a, reverse ? 0 : 1, { reverse }),
        ),
      ),
    ),
    define('argsort', 'argsort', [x], (b, a) => b.argsort(a)),
    define('argsort', 'argsort descending', [x], (b, a) => b.argsort(a, { descending: true })),
    define('contraction', 'matrix product', [x, [real(3, 4), -2, 2]], (b, a, c) =>
      b.contraction(a, c, { contract: [[1, 0]] }),
    ),
    define(
      'contraction',
      'batched with mixed axes',
      [
        [real(3, 2, 4, 5), -2, 2],
        [real(5, 4, 3), -2, 2],
      ],
      (b, a, c) =>
        b.contraction(a, c, {
          batch: [[0, 2]],
          contract: [
            [3, 0],
            [2, 1],
          ],
        }),
    ),
    define(
      'contraction',
      'outer product',
      [
        [real(2), -2, 2],
        [real(3), -2, 2],
      ],
      (b, a, c) => b.contraction(a, c, { contract: [] }),
    ),
    define('cholesky', 'cholesky', [[real(2, 3, 3), -1, 1]], (b, a) => {
      const square = b.contraction(a, a, { batch: [[0, 0]], contract: [[2, 2]] });
      const eye = b.cast(b.binary('equal', b.iota([2, 3, 3], 1), b.iota([2, 3, 3], 2)), 'real');
      return b.cholesky(b.binary('add', square, eye));
    }),
    ...factorizationCases(),
    ...[true, false].flatMap((lower) =>
      [true, false].flatMap((transposed) =>
        [true, false].map((unitDiagonal) =>
          define(
            'triangular_solve',
            `triangular solve ${lower} ${transposed} ${unitDiagonal}`,
            [
              [real(2, 3, 3), 0.5, 1.5],
              [real(2, 3, 2), -1, 1],
            ],
            (b, a, c) => b.triangularSolve(a, c, { lower, transposed, unitDiagonal }),
          ),
        ),
      ),
    ),
  ];
}

/** Far from equal eigenvalues and singular values, and of full rank. */
function factorizationCases(): Case[] {
  const eye = (b: GraphBuilder, shape: readonly number[], scale: number): Node => {
    const rank = shape.length;
    const same = b.cast(b.binary('equal', b.iota(shape, rank - 2), b.iota(shape, rank - 1)), 'real');
    const weight = b.binary('add', b.cast(b.iota(shape, rank - 1), 'real'), b.constant(1, 'real', shape));
    return b.binary('multiply', b.binary('multiply', same, weight), b.constant(scale, 'real', shape));
  };
  const small: Input = [real(2, 3, 3), -0.5, 0.5];
  const tall: Input = [real(2, 4, 3), -0.5, 0.5];
  return [
    define('symmetric_eigen', 'symmetric eigen decomposition', [small], (b, a) =>
      b.symmetricEigen(b.binary('add', a, eye(b, [2, 3, 3], 3))),
    ),
    define('qr', 'qr', [tall], (b, a) => b.qr(b.binary('add', a, eye(b, [2, 4, 3], 2)))),
    define('qr', 'qr of a square matrix', [small], (b, a) => b.qr(b.binary('add', a, eye(b, [2, 3, 3], -2)))),
    define('svd', 'svd', [tall], (b, a) => b.svd(b.binary('add', a, eye(b, [2, 4, 3], 3)))),
    define('svd', 'svd of a square matrix', [small], (b, a) =>
      b.svd(b.binary('add', a, eye(b, [2, 3, 3], 3))),
    ),
  ];
}

function indexingCases(): Case[] {
  const indices: Input = [int(4), -1, 4];
  const batchedIndices: Input = [int(2, 2), 0, 3];
  return [
    define(
      'gather',
      'gather',
      [
        [real(3, 2), -2, 2],
        [int(2, 2), 0, 3],
      ],
      (b, a, i) => b.gather(a, i),
    ),
    define('gather', 'gather integers outside', [[int(3, 2), -9, 9], indices], (b, a, i) => b.gather(a, i)),
    define('gather', 'batched gather', [[real(2, 3, 2), -2, 2], batchedIndices], (b, a, i) =>
      b.gather(a, i, { batch: 1, inBounds: true }),
    ),
    define(
      'gather',
      'gather a scalar index',
      [
        [real(3, 2), -2, 2],
        [int(), 0, 3],
      ],
      (b, a, i) => b.gather(a, i),
    ),
    define('scatter_add', 'scatter_add', [[real(3, 2), -2, 2], indices, [real(4, 2), -2, 2]], (b, a, i, u) =>
      b.scatterAdd(a, i, u),
    ),
    define(
      'scatter_add',
      'batched scatter_add',
      [[real(2, 3), -2, 2], batchedIndices, [real(2, 2), -2, 2]],
      (b, a, i, u) => b.scatterAdd(a, i, u, { batch: 1, inBounds: true }),
    ),
    define('scatter_set', 'scatter_set', [[real(3, 2), -2, 2], indices, [real(4, 2), -2, 2]], (b, a, i, u) =>
      b.scatterSet(a, i, u),
    ),
    define(
      'scatter_set',
      'batched scatter_set',
      [[real(2, 3), -2, 2], batchedIndices, [real(2, 2), -2, 2]],
      (b, a, i, u) => b.scatterSet(a, i, u, { batch: 1 }),
    ),
    define(
      'uniform',
      'uniform',
      [
        [int(), 0, 9],
        [int(), 0, 9],
        [int(2, 3), 0, 99],
      ],
      (b, s, t, i) => b.uniform(s, t, i, 3, 2),
    ),
  ];
}

/** c <- sin(c) * w + x_k, emitting c^2, with w an invariant. */
function recurrence(condition: boolean): Case {
  const body = new GraphBuilder();
  const k = body.parameter(int(), 'k');
  const c = body.parameter(real(2), 'c');
  const count = body.parameter(int(), 'count');
  const w = body.parameter(real(2), 'w');
  const xk = body.parameter(real(), 'xk');
  const next = body.binary(
    'add',
    body.binary('multiply', body.unary('sin', c), w),
    body.broadcastScalar(body.binary('multiply', xk, body.cast(k, 'real')), [2]),
  );
  const one = body.binary('add', count, body.constant(1, 'int'));
  const region = body.region(
    [k, c, count, w, xk],
    [next, one, body.unary('square', body.binary('add', c, w))],
  );
  const test = new GraphBuilder();
  const parameters = [int(), real(2), int(), real(2)].map((type, index) => test.parameter(type, `p${index}`));
  const [, , counted] = parameters;
  if (counted === undefined) throw new Error('no counter');
  const goOn = test.region(parameters, [test.binary('less', counted, test.constant(3, 'int'))]);
  return define(
    'loop',
    condition ? 'loop with a condition' : 'loop',
    [
      [real(2), -1, 1],
      [real(2), -1, 1],
      [real(5), -1, 1],
    ],
    (b, start, weight, xs) => {
      const results = b.loop({
        max: 5,
        carries: [start, b.constant(0, 'int')],
        invariants: [weight],
        xs: [xs],
        body: region,
        condition: condition ? goOn : undefined,
      });
      return results;
    },
  );
}

/** A loop in a loop: y <- y + sum_k (w * y_k), the inner one as a body. */
function nestedLoop(): Case {
  const inner = new GraphBuilder();
  const innerParameters = [int(), real(), real()].map((type, index) => inner.parameter(type, `i${index}`));
  const [, c, w] = innerParameters;
  if (c === undefined || w === undefined) throw new Error('no parameters');
  const innerBody = inner.region(innerParameters, [inner.unary('tanh', inner.binary('multiply', c, w))]);
  const outer = new GraphBuilder();
  const outerParameters = [int(), real(), real()].map((type, index) => outer.parameter(type, `o${index}`));
  const [, d, v] = outerParameters;
  if (d === undefined || v === undefined) throw new Error('no parameters');
  const [turned] = outer.loop({ max: 3, carries: [d], invariants: [v], body: innerBody });
  if (turned === undefined) throw new Error('no result');
  const outerBody = outer.region(outerParameters, [outer.binary('add', turned, outer.unary('cos', d))]);
  return define(
    'loop',
    'nested loop',
    [
      [real(), -1, 1],
      [real(), -1, 1],
    ],
    (b, start, weight) => b.loop({ max: 4, carries: [start], invariants: [weight], body: outerBody }),
  );
}

function condCase(): Case {
  const branch = (f: (b: GraphBuilder, a: Node, c: Node) => Node): Region => {
    const b = new GraphBuilder();
    const a = b.parameter(real(2), 'a');
    const c = b.parameter(real(2), 'c');
    return b.region([a, c], [f(b, a, c), b.unary('exp', a)]);
  };
  const then = branch((b, a, c) => b.binary('multiply', a, c));
  const otherwise = branch((b, a) => b.unary('sin', a));
  return define(
    'cond',
    'cond',
    [
      [bool(), 0, 2],
      [real(2), -1, 1],
      [real(2), -1, 1],
    ],
    (b, condition, a, c) => b.cond({ condition, captured: [a, c], then, otherwise }),
  );
}

export const cases: readonly Case[] = [
  ...elementwiseCases(),
  ...structureCases(),
  ...reductionCases(),
  ...indexingCases(),
  recurrence(false),
  recurrence(true),
  nestedLoop(),
  condCase(),
  define('elementwise', 'power by a constant', [[real(2, 3), -2, 2]], (b, a) =>
    b.concat(
      [0, 1, 2, 3, 4].map((exponent) => b.binary('power', a, b.like(a, exponent))),
      0,
    ),
  ),
  define('elementwise', 'softmax', [positive], (b, a) => {
    const e = b.unary('exp', a);
    return b.binary('divide', e, b.broadcast(b.reduce('sum', e, [1]), [2, 3], [0]));
  }),
];
