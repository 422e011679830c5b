/** Draws of every step: interpreted and emitted steps against the evaluator's replay, which draws by itself. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { expectSameSteps, rows } from './replayed.js';

const data = 'data { X: real[N, D]  y: real[N] }\n';
const rowsOf = (step: number): readonly number[] => [step % rows, (3 * step + 1) % rows, 5];

const distributions = [
  'normal(m, exp(s))',
  'uniform(m, m + exp(s))',
  'exponential(exp(s))',
  'gumbel(m, exp(s))',
];

describe('a draw in a let', () => {
  it.each(distributions)(
    '~ %s is new at each step and passes derivatives to its parameters',
    (distribution) => {
      expectSameSteps(
        `${data}param w: real[D] = 0.1
       param m: real = 0.2
       param s: real = 0.3
       let eps: real[N] ~ ${distribution}
       minimize mean((X @ w + eps - y)^2)
       solve using sam(momentum(0.05)) for 4 steps`,
        4,
      );
    },
  );

  it('is the same for every question of one step', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       let eps: real[D] ~ normal(0, 0.1)
       let keep: bool[N] ~ bernoulli(0.7)
       minimize mean(keep * (X @ (w + eps) - y)^2)
       solve using lbfgs() for 4 steps`,
      4,
    );
  });

  it('goes with the row of its table in a batch', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       let eps: real[N, 2] ~ normal(0, 1)
       minimize mean(i in N: (X[i] @ w + eps[i, 0] * eps[i, 1] - y[i])^2)
       solve using adam(0.1) batch 3 for 4 steps`,
      4,
      rowsOf,
    );
  });

  it('of classes follows its logits', () => {
    expectSameSteps(
      `${data}dim K = 3
       param w: real[K] = 0.1
       param V: real[D, K] ~ normal(0, 1)
       let a: class(K)[N] ~ categorical(X @ V)
       minimize mean((w[a] - y)^2)
       solve using adam(0.1) for 4 steps`,
      4,
    );
  });

  it('in a module is named after the instance', () => {
    expectSameSteps(
      `import { dropout } from std.nn
       ${data}param w: real[D] = 0.1
       model first = dropout(0.3)
       model second = dropout(0.3)
       minimize mean((first(X) @ w - second(y))^2)
       solve using adam(0.1) batch 3 for 4 steps
       report loss = mean((first(X) @ w - second(y))^2)`,
      4,
      rowsOf,
    );
  });
});

describe('a report', () => {
  it('may read a module that draws only while training, and no draw', () => {
    const text = (report: string): string =>
      `import { dropout } from std.nn
       param w: real[3] = 1
       model drop = dropout(0.5)
       let eps: real[3] ~ normal(0, 1)
       let noisy = drop(w) + eps
       minimize sum(noisy^2)
       solve using adam() for 1 steps
       report r = ${report}`;
    expect(codesOf(text('sum(drop(w))'))).toEqual([]);
    expect(codesOf(text('sum(noisy)'))).toEqual(['AM2508']);
  });
});
