/** Every name that the language itself defines: its kind, its signature for messages and editors, and a line of documentation. */
import type { FactorizationName } from './factorizations.js';
import { type SetOperation, setOperationNames, setOperations as setForms } from './set_operations.js';
import type { ApplyName, ReduceName, StructuralName } from './typed.js';

export type Builtin = BuiltinKind & {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
};

export type DerivativeName = 'grad' | 'jacobian' | 'hessian' | 'hvp' | 'jvp' | 'vjp';
export type QueryName =
  | 'value'
  | 'vhp'
  | 'values'
  | 'grads'
  | 'residuals'
  | 'residual_jvp'
  | 'residual_vjp'
  | 'equalities'
  | 'inequalities';
export type RawName = 'columns' | 'column' | 'characters' | 'array';
export type NoiseName = 'standard_normal' | 'standard_uniform';
export type DistributionOperation = 'log_prob' | 'entropy' | 'kl' | 'score';

type BuiltinKind =
  | { readonly kind: 'elementwise'; readonly operator: ApplyName; readonly arity: 1 | 2 }
  | { readonly kind: 'reduction'; readonly operator: ReduceName }
  | {
      readonly kind: 'structural';
      readonly operator: StructuralName | FactorizationName | 'ones' | 'zeros' | 'length' | 'total';
    }
  | { readonly kind: 'derivative'; readonly operator: DerivativeName }
  | { readonly kind: 'query'; readonly operator: QueryName }
  | { readonly kind: 'raw'; readonly operator: RawName }
  | { readonly kind: 'distribution'; readonly operator: NoiseName }
  | { readonly kind: 'distribution_operation'; readonly operator: DistributionOperation }
  | { readonly kind: 'set_operation'; readonly operator: SetOperation }
  | { readonly kind: 'history' }
  | { readonly kind: 'constant'; readonly value: number };

type Row = readonly [name: string, signature: string, doc: string];

function unary(operator: ApplyName, doc: string, name: string = operator): Builtin {
  return {
    kind: 'elementwise',
    operator,
    arity: 1,
    name,
    signature: `${name}(x: real[...]): real[...]`,
    doc,
  };
}

function binary(operator: ApplyName, signature: string, doc: string, name: string = operator): Builtin {
  return { kind: 'elementwise', operator, arity: 2, name, signature, doc };
}

function reduction(operator: ReduceName, doc: string): Builtin {
  const signature = `${operator}(x), ${operator}(x over D), ${operator}(i in D where g: e)`;
  return { kind: 'reduction', operator, name: operator, signature, doc };
}

function structural(
  operator: Extract<Builtin, { kind: 'structural' }>['operator'],
  signature: string,
  doc: string,
  name: string = operator,
): Builtin {
  return { kind: 'structural', operator, name, signature, doc };
}

const elementwise: readonly Builtin[] = [
  unary('abs', 'Absolute value; its derivative at 0 is 0.'),
  unary('sign', 'Sign: -1, 0 or 1.'),
  unary('floor', 'Largest integer not above.'),
  unary('ceil', 'Smallest integer not below.'),
  unary('round', 'Nearest integer.'),
  unary('exp', 'Exponential.'),
  unary('expm1', '`exp(x) - 1`, exact near 0.'),
  unary('log', 'Natural logarithm.'),
  unary('log1p', '`log(1 + x)`, exact near 0.'),
  unary('sqrt', 'Square root.'),
  unary('sin', 'Sine.'),
  unary('cos', 'Cosine.'),
  unary('tan', 'Tangent.'),
  unary('asin', 'Inverse sine.'),
  unary('acos', 'Inverse cosine.'),
  unary('atan', 'Inverse tangent.'),
  unary('sinh', 'Hyperbolic sine.'),
  unary('cosh', 'Hyperbolic cosine.'),
  unary('tanh', 'Hyperbolic tangent.'),
  unary('asinh', 'Inverse hyperbolic sine.'),
  unary('acosh', 'Inverse hyperbolic cosine.'),
  unary('atanh', 'Inverse hyperbolic tangent.'),
  unary('sigmoid', '`1 / (1 + exp(-x))`.'),
  unary('softplus', '`log(1 + exp(x))`, without overflow.'),
  unary('erf', 'Error function.'),
  unary('erfc', 'Complementary error function.'),
  unary('lgamma', 'Logarithm of the gamma function.'),
  unary('digamma', 'Derivative of `lgamma`.'),
  unary('is_finite', 'Whether a value is neither infinite nor NaN.'),
  unary('to_real', 'An int, class or bool as a real.', 'real'),
  unary('to_int', 'A real as an int, toward zero.', 'int'),
  binary('maximum', 'maximum(a: real[...], b: real[...]): real[...]', 'The larger of two; also `max(a, b)`.'),
  binary(
    'minimum',
    'minimum(a: real[...], b: real[...]): real[...]',
    'The smaller of two; also `min(a, b)`.',
  ),
  binary('atan2', 'atan2(y: real[...], x: real[...]): real[...]', 'Angle of the point (x, y).'),
  binary('floor_divide', 'floor_div(a: int, b: int): int', 'Integer division, rounded down.', 'floor_div'),
  binary('modulo', 'mod(a, b)', 'Remainder with the sign of b.', 'mod'),
];

const reductions: readonly Builtin[] = [
  reduction('sum', 'Sum.'),
  reduction('mean', 'Arithmetic mean; 0 when a guard leaves nothing.'),
  reduction('product', 'Product.'),
  reduction('max', 'Largest value; `max(a, b)` of two values is elementwise.'),
  reduction('min', 'Smallest value; `min(a, b)` of two values is elementwise.'),
  reduction('any', 'Whether one is true.'),
  reduction('all', 'Whether all are true.'),
  reduction('logsumexp', '`log(sum(exp(x)))`, without overflow.'),
  reduction('count', 'How many are true.'),
  reduction('norm', 'Euclidean norm; its derivative at 0 is 0.'),
  reduction('variance', 'Population variance.'),
  reduction('deviation', 'Population standard deviation.'),
  reduction('argmax', 'Index of the largest value.'),
  reduction('argmin', 'Index of the smallest value.'),
];

const structurals: readonly Builtin[] = [
  structural('zeros', 'zeros(n, m): real[n, m]', 'An array of zeros.'),
  structural('ones', 'ones(n, m): real[n, m]', 'An array of ones.'),
  structural('fill', 'full(v: real, n, m): real[n, m]', 'An array of one value.', 'full'),
  structural('identity', 'eye(n): real[n, n]', 'The identity matrix.', 'eye'),
  structural('transpose', 'transpose(A: real[..., n, m]): real[..., m, n]', 'Swaps the last two axes.'),
  structural('concat', 'concat(a: real[n], b: real[m]): real[n + m]', 'Joins along the first axis.'),
  structural('reshape', 'reshape(a, n, m): real[n, m]', 'The same elements, row-major, in another shape.'),
  structural('pick', 'pick(a: real[..., K], k: class(K)[...]): real[...]', 'One element of each last axis.'),
  structural('cumsum', 'cumsum(x: real[..., n]): real[..., n]', 'Running sums along the last axis.'),
  structural('cumprod', 'cumprod(x: real[..., n]): real[..., n]', 'Running products along the last axis.'),
  structural('sort', 'sort(x: real[..., n]): real[..., n]', 'Ascending along the last axis.'),
  structural(
    'argsort',
    'argsort(x: real[..., n]): int[..., n]',
    'The order that sorts the last axis; stable.',
  ),
  structural('reverse', 'reverse(x: real[..., n]): real[..., n]', 'Backwards along the last axis.'),
  structural(
    'cholesky',
    'cholesky(A: real[n, n]): real[n, n]',
    'Lower factor of a positive definite matrix.',
  ),
  structural(
    'solve_lower',
    'solve_lower(L: real[n, n], b: real[n]): real[n]',
    'Solves L x = b; b may be a matrix.',
  ),
  structural(
    'solve_upper',
    'solve_upper(U: real[n, n], b: real[n]): real[n]',
    'Solves U x = b; b may be a matrix.',
  ),
  structural(
    'eigh',
    'eigh(A: real[n, n]): { values: real[n], vectors: real[n, n] }',
    'Eigenvalues of a symmetric matrix, ascending, and the vectors as columns.',
  ),
  structural(
    'qr',
    'qr(A: real[n, m]): { q: real[n, m], r: real[m, m] }',
    'Orthonormal columns times an upper triangle with a positive diagonal; n is at least m.',
  ),
  structural(
    'svd',
    'svd(A: real[n, m]): { u: real[n, m], s: real[m], v: real[m, m] }',
    'Singular values, descending: A = u @ diag(s) @ transpose(v); n is at least m.',
  ),
  structural('diag', 'diag(v: real[n]): real[n, n]', 'A diagonal matrix.'),
  structural('diagonal', 'diagonal(A: real[n, n]): real[n]', 'The diagonal of a matrix.'),
  structural('stop', 'stop(x)', 'The same value, with derivative zero.'),
  structural('training', 'training(): bool', 'True while a step is taken, false in reports.'),
  structural(
    'glorot',
    'glorot()',
    'A start uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot and Bengio, 2010.',
  ),
  structural('he', 'he()', 'A normal start of variance 2 / fan_in. He et al., 2015.'),
  structural('lecun', 'lecun()', 'A normal start of variance 1 / fan_in. LeCun et al., 1998.'),
  structural('length', 'length(x): int', 'The size of the first axis.'),
  structural('total', 'total(N): int', 'The size of the whole table, also under `batch`.'),
];

function rows<
  Kind extends 'derivative' | 'query' | 'raw' | 'distribution' | 'distribution_operation' | 'set_operation',
>(kind: Kind, table: readonly Row[]): Builtin[] {
  return table.map(([name, signature, doc]) => ({ kind, operator: name, name, signature, doc }) as Builtin);
}

const derivatives = rows('derivative', [
  ['grad', 'grad(e, x); in an optimizer grad(y)', 'Gradient of a scalar with respect to a name.'],
  ['jacobian', 'jacobian(e, x)', 'Jacobian: the axes of e, then those of x.'],
  ['hessian', 'hessian(e, x)', 'Matrix of second derivatives of a scalar.'],
  ['hvp', 'hvp(e, x, v); in an optimizer hvp(y, v)', 'Hessian times a direction.'],
  ['jvp', 'jvp(e, x, v)', 'Jacobian times a direction.'],
  ['vjp', 'vjp(e, x, u)', 'A direction times the Jacobian.'],
]);

const queries = rows('query', [
  ['value', 'value(y: real[P]): real', 'The objective at another point, on the same batch.'],
  ['values', 'values(Y: real[n, P]): real[n]', 'The objective at many points at once, one in each row.'],
  ['grads', 'grads(Y: real[n, P]): real[n, P]', 'The gradients at many points at once, one in each row.'],
  [
    'vhp',
    'vhp(y: real[P], u: real[P]): real[P]',
    'A direction times the Jacobian of the gradient; `hvp` is that Jacobian times a direction. They differ in games.',
  ],
  [
    'residuals',
    'residuals(y: real[P]): real[R]',
    'The residuals of an objective that is a sum or mean of squares.',
  ],
  [
    'residual_jvp',
    'residual_jvp(y: real[P], v: real[P]): real[R]',
    'Jacobian of the residuals times a direction.',
  ],
  [
    'residual_vjp',
    'residual_vjp(y: real[P], u: real[R]): real[P]',
    'A direction times the Jacobian of the residuals.',
  ],
  [
    'equalities',
    'equalities(y: real[P]): real[E]',
    'The equalities at another point, for an optimizer that treats constraints itself.',
  ],
  [
    'inequalities',
    'inequalities(y: real[P]): real[I]',
    'The inequalities at another point, at most zero where they hold.',
  ],
]);

const raws = rows('raw', [
  ['columns', 'columns(a..b, c), columns(all except d)', 'Columns of the data file as a table.'],
  ['column', 'column(c)', 'One column of the data file.'],
  ['characters', 'characters(): class(K)[N]', 'A text file as its characters.'],
  ['array', 'array()', 'A whole NPY or JSON array.'],
]);

const distributions = rows('distribution', [
  ['standard_normal', '~ standard_normal()', 'Normal noise of mean 0 and deviation 1.'],
  ['standard_uniform', '~ standard_uniform()', 'Uniform noise between 0 and 1, both excluded.'],
]);

const distributionOperations = rows('distribution_operation', [
  ['log_prob', 'log_prob(DISTRIBUTION, y)', 'The logarithm of the density or probability of `y`.'],
  [
    'entropy',
    'entropy(DISTRIBUTION)',
    'The entropy, in nats; of an array of probabilities a library function.',
  ],
  ['kl', 'kl(P, Q)', 'The divergence of P from Q, two of one distribution, in nats.'],
  [
    'score',
    'score(DISTRIBUTION, y, reward)',
    'The reward of a draw `y`, with the gradient of the expected reward.',
  ],
]);

const setOperations = rows(
  'set_operation',
  setOperationNames.map((name) => [name, setForms[name].signature, setForms[name].doc] as const),
);

const histories: readonly Builtin[] = [
  {
    kind: 'history',
    name: 'history',
    signature: 'history(e), history(e, phase)',
    doc: 'In a report: the value at every step of the last phase, or of the one with that number.',
  },
];

const constants: readonly Builtin[] = [
  { kind: 'constant', value: Math.PI, name: 'pi', signature: 'pi: real', doc: 'Half a turn.' },
  { kind: 'constant', value: Infinity, name: 'inf', signature: 'inf: real', doc: 'Positive infinity.' },
  { kind: 'constant', value: NaN, name: 'nan', signature: 'nan: real', doc: 'Not a number.' },
];

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...elementwise,
    ...reductions,
    ...structurals,
    ...derivatives,
    ...queries,
    ...raws,
    ...histories,
    ...distributions,
    ...distributionOperations,
    ...setOperations,
    ...constants,
  ].map((builtin) => [builtin.name, builtin]),
);
