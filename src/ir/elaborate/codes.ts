/**
 * The diagnostics of elaboration (AM5xxx): what can only be seen once every size is known. Each has a source that
 * provokes it; `docs/errors.md` and the golden tests are made from this table.
 */
import { gameCodes } from './game_codes.js';

export interface ElaborationCode {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
  readonly example: string;
}

export const elaborationCodes: readonly ElaborationCode[] = [
  {
    code: 'AM5001',
    title: 'a binder runs over a negative number of values',
    explanation:
      'A range `a..b` holds b - a + 1 values. Once the sizes are known, this one would hold fewer than none.',
    example: `hyper k: int = 1
param x: real[4] = 1
minimize sum(i in 5..k: x[i])^2
solve using gradient_descent()`,
  },
  {
    code: 'AM5002',
    title: 'a range reaches outside the array',
    explanation: 'Dimensions index from 0 to size - 1; `a..b` includes both ends.',
    example: `hyper k: int = 6
param x: real[4] = 1
minimize sum(x[2..k]^2)
solve using gradient_descent()`,
  },
  {
    code: 'AM5003',
    title: 'an index is outside the array',
    explanation:
      'Dimensions index from 0 to size - 1. Inside a guard or an `if` such an index is allowed where it is not taken.',
    example: `hyper k: int = 4
param x: real[4] = 1
minimize x[k]^2
solve using gradient_descent()`,
  },
  {
    code: 'AM5007',
    title: 'the objective is not a sum of squares',
    explanation:
      'The optimizer asks for residuals. Recognised are sums and means of squares, sums of such terms, and multiples with a constant.',
    example: `param x: real = 3
minimize exp(x) + x^2
solve using levenberg_marquardt()`,
  },
  {
    code: 'AM5008',
    title: 'a fresh batch within a step is not part of this version',
    explanation: 'Every question that an optimizer asks within a step is about the same batch.',
    example: `optimizer doubled(lr: real = 0.1) {
  x <- x - lr * grad(x on fresh)
}
param x: real = 3
minimize x^2
solve using doubled()`,
  },
  {
    code: 'AM5009',
    title: 'a question that is not asked at many points at once',
    explanation:
      'Within a comprehension, `values` or `grads` the objective is asked at many points at once: for its value, or for its gradient if it is a single objective.',
    example: `optimizer spread(lr: real = 0.1) {
  let curved = [k in 0..2: dot(g, hvp(x + k * lr, g))]
  x <- x - lr * min(curved) * g
}
param x: real = 3
minimize x^2
solve using spread()`,
  },
  {
    code: 'AM5010',
    title: 'a batch is sampled from one table',
    explanation: 'The objective reads the rows of several tables, and `batch` samples the rows of one.',
    example: `dim N = 8
dim M = 4
data { y: real[N] = 1 }
data { z: real[M] = 1 }
param x: real = 3
minimize mean((x - y)^2) + mean((x - z)^2)
solve using gradient_descent() batch 2`,
  },
  {
    code: 'AM5012',
    title: 'the objective reads no table to sample from',
    explanation: 'A batch holds rows of the table that the objective reads.',
    example: `dim N = 8
data { y: real[N] = 1 }
param x: real = 3
minimize x^2
solve using gradient_descent() batch 2
report error = mean((x - y)^2)`,
  },
  {
    code: 'AM5013',
    title: 'the batch does not fit the table',
    explanation: 'A batch holds at least one row and at most all training rows.',
    example: `dim N = 8
data { y: real[N] = 1 }
param x: real = 3
minimize mean((x - y)^2)
solve using gradient_descent() batch 9`,
  },
  {
    code: 'AM5014',
    title: 'the length of a phase is negative',
    explanation: 'A phase takes zero or more steps.',
    example: `hyper n: int = 3
param x: real = 3
minimize x^2
solve using gradient_descent() for n - 5 steps`,
  },
  {
    code: 'AM5015',
    title: 'the seed of a split must be a number',
    explanation: 'Rows are dealt to splits before anything is computed from them.',
    example: `hyper k: int = 3
dim N = 8
data split train 50%, test 50% seed k { y: real[N] = 1 }
param x: real = 3
minimize mean((x - y)^2)
solve using gradient_descent()`,
  },
  {
    code: 'AM5016',
    title: 'a matrix is too wide to factorize',
    explanation:
      '`qr` and `svd` take a matrix of at least as many rows as columns; of a wide one, factorize the transpose.',
    example: `param W: real[2, 3] = 1
minimize sum(svd(W).s)
solve using gradient_descent() for 5 steps`,
  },
  {
    code: 'AM5021',
    title: 'a copy of sampled rows',
    explanation:
      'A snapshot or an average has one value for the whole run. A value with a row for each sampled row of a table changes its rows at every step.',
    example: `dim N = 4
data {
  X: real[N] ~ normal(0, 1)
}
param w: real = 1
let old = snapshot(w * X)
minimize mean((w * X - old)^2)
solve using gradient_descent()`,
  },
  {
    code: 'AM5022',
    title: 'a snapshot every zero steps',
    explanation: 'The period of `every` is at least one step, once its hyperparameters have values.',
    example: `hyper k: int = 0
param w: real = 1
let old = snapshot(w) every k steps
minimize (w - old)^2 + w^2
solve using gradient_descent()`,
  },
  {
    code: 'AM5030',
    title: 'an aggregated direction has no curvature',
    explanation:
      'The optimizer asks for second derivatives or residuals, and the direction that an aggregator makes of several gradients has none.',
    example: `param x: real = 3
minimize a: x^2
minimize b: (x - 1)^2
solve using newton_cg() on upgrad for 3 steps`,
  },
  ...gameCodes,
  {
    code: 'AM5045',
    title: 'a nested problem with an impossible number',
    explanation:
      'The numbers of steps, of differentiated steps, of iterations and terms, and the tolerance of a nested problem are known before the run, and none is negative.',
    example: `param w: real = 1
let s = argmin {
  param v: real = 0
  minimize (v - w)^2
  solve using gradient_descent(0.1) for 10 steps implicit neumann(terms = 5, rate = -0.1)
}
minimize (s - 2)^2
solve using gradient_descent() for 5 steps`,
  },
  {
    code: 'AM5050',
    title: 'a mean of no samples',
    explanation: '`samples = n` behind a report takes the mean over n fresh draws, and n is at least 1.',
    example: `hyper n: int = 0
param w: real = 1
let z ~ normal(w, 1)
minimize z^2
solve using gradient_descent(0.1) for 3 steps
report mean_square = z^2 samples = n`,
  },
  {
    code: 'AM5055',
    title: 'a set operation on a part of the variables',
    explanation:
      'In an optimizer `project(y)`, `lmo(g)` and the like act on the vector of all variables; a vector of a `per tensor` block is the part of one tensor.',
    example: `optimizer o() {
  per tensor {
    x <- project(x - g)
  }
}
param a: real[2] in nonneg = 1
param b: real[3] = 1
minimize sum(a^2) + sum(b^2)
solve using o() for 2 steps`,
  },
  {
    code: 'AM5060',
    title: 'a problem that the handler does not treat',
    explanation:
      'A handler says by `assert` what it takes for granted about the numbers of equalities and inequalities.',
    example: `handler barrier() {
  assert E == 0
  minimize f - sum(log(-ineq))
}
param x: real = 3
minimize x^2
subject to x == 2
solve using gradient_descent(0.1) by barrier() for 3 steps`,
  },
  {
    code: 'AM5061',
    title: 'a state of a handler that cannot follow sampled rows',
    explanation:
      'Where a constraint has a row for each sampled row, a state over the constraints has one axis of them.',
    example: `dim N = 4
data {
  X: real[N] ~ normal(0, 1)
}
handler h() {
  state H: real[I, I] = 0
  minimize f + sum(H @ ineq)
}
param w: real = 1
minimize mean((w - X)^2)
subject to w * X <= 2
solve using gradient_descent(0.1) by h() batch 2 for 3 steps`,
  },
  {
    code: 'AM5062',
    title: 'an assertion of a handler is about sizes',
    explanation: 'It is decided once the sizes of the problem are known, before the run.',
    example: `handler h() {
  assert f > 0
  minimize f + sum(ineq)
}
param x: real = 3
minimize x^2
subject to x <= 2
solve using gradient_descent(0.1) by h() for 3 steps`,
  },
  {
    code: 'AM5065',
    title: 'front without points',
    explanation: 'A front has at least two points.',
    example: `param x: real = 1
minimize a: x^2
minimize b: (x - 1)^2
solve front 1 using gradient_descent(0.1) on chebyshev for 3 steps`,
  },
  {
    code: 'AM5070',
    title: 'a history that is too long',
    explanation: 'A history is kept in memory as a whole, 16 million numbers at most.',
    example: `param w: real[1000] = 1
minimize sum(w^2)
solve using adam() for 20000 steps
report path = history(w)`,
  },
  {
    code: 'AM5071',
    title: 'a history of rows',
    explanation:
      'A history has entries of one shape, and the rows that a step sees of a table may be those of a batch.',
    example: `dim N = 4
data {
  X: real[N] ~ normal(0, 1)
}
param w: real = 1
minimize mean((w - X)^2)
solve using adam() for 5 steps
report errors = history(w - X)`,
  },
  {
    code: 'AM5075',
    title: 'derivative of a black box',
    explanation:
      'Something differentiates by what an `extern fn` computes, and a function of the host has no derivative.',
    example: `extern fn f(x: real): real
param x: real = 3
let slope = grad(f(x), x)
minimize x^2
solve using gradient_descent() for 3 steps
report slope_at_end = slope`,
  },
];
