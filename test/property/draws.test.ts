/** Draws of every step: interpreted and emitted steps against the evaluator's replay, which draws by itself. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { expectSameReports, expectSameSteps, pointsOf, rows } from './replayed.js';

const data = 'data { X: real[N, D]  y: real[N] }\n';
const rowsOf = (step: number): readonly number[] => [step % rows, (3 * step + 1) % rows, 5];

const distributions = [
  'normal(m, exp(s))',
  'uniform(m, m + exp(s))',
  'exponential(exp(s))',
  'gumbel(m, exp(s))',
  'laplace(m, exp(s))',
  'logistic_distribution(m, exp(s))',
  'log_normal(m, exp(s))',
  'student_t(exp(s) + 2, m, 1)',
  'truncated_normal(m, exp(s), -1, 2)',
  'gamma(exp(m), exp(s))',
  'gamma(exp(m) / 4, 1)',
  'beta(exp(m), exp(s))',
  'normal_mixture([m, s], [m, -s], [1, exp(s)])',
];

describe('a draw in a loop', () => {
  it('is new in each turn, with derivatives through the recurrence', () => {
    expectSameSteps(
      `${data}module walk(length: int)(start: real[a]): real[length, a] {
         param scale: real = 0.3
         let path = zeros(length, a), here = start
         for t in 0..length - 1 {
           let move: real[a] ~ normal(0, exp(scale))
           for k in 1..2 {
             let jump ~ uniform(0, 0.1)
             here <- 0.9 * here + move + jump * k
           }
           path[t] <- here
         }
         return path
       }
       model walked = walk(length = 4)
       param w: real[D] = 0.1
       minimize mean((X @ w - y)^2) + mean(walked(w)^2)
       solve using adam(0.05) for 3 steps`,
      3,
    );
  });

  it('is that of an array over the turns', () => {
    const seen = (body: string): string => `
       module noise()(start: real[N]): real[4, N] {
         let out = zeros(4, N)
         ${body}
         return out + 0 * start[0]
       }
       ${data}model e = noise()
       param w: real[D] = 0.1
       let drawn = e(y)
       minimize mean((X @ w - y)^2) + mean(n in N: drawn[3, n] * (w[0] + drawn[1, n] * w[1]))
       solve using adam(0.05) batch 3 for 3 steps`;
    const inTurns = `for t in 0..3 {
      let z: real[N] ~ normal(0, 1)
      out[t] <- z
    }`;
    const atOnce = `let z: real[N, 4] ~ normal(0, 1)
      out <- transpose(z)`;
    expect(pointsOf(seen(inTurns), 3, rowsOf)).toEqual(pointsOf(seen(atOnce), 3, rowsOf));
  });

  it('over a list known before the run is told apart by its turn', () => {
    expectSameSteps(
      `${data}module jitter()(x: real): real {
         let sizes = [1, 2, 3], total = x
         for size in sizes {
           let z ~ normal(0, 1)
           total <- total + size * z
         }
         return total
       }
       model j = jitter()
       param w: real[D] = 0.1
       minimize mean((X @ w - y)^2) + 0.1 * j(w[0]) * w[1]
       solve using adam(0.05) for 3 steps`,
      3,
    );
  });
});

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

  it('of counts and of several numbers follows its parameters', () => {
    expectSameSteps(
      `${data}param m: real = 0.2
       param s: real[3] = 0.3
       param L: real[2, 2] = [[1, 0], [0.5, 1]]
       let few: int[N] ~ poisson(exp(m))
       let many: real[N] ~ poisson(20 * exp(m))
       let c: class(3)[N] ~ choice(softmax(s))
       let d: real[N, 3] ~ dirichlet(exp(s))
       let v: real[N, 2] ~ multivariate_normal([m, m], L)
       let score_of = mean(log_prob(poisson(exp(m)), few)) + mean(log_prob(poisson(20 * exp(m)), many))
       minimize mean((d @ s - y)^2) + mean(n in N: (v[n, 0] - s[c[n]])^2 + v[n, 1]^2) - 0.01 * score_of
         + mean(score(categorical([n in N, k in 3: s[k]]), c, y))
       solve using adam(0.1) batch 3 for 4 steps`,
      4,
      rowsOf,
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
    expect(codesOf(text('sum(noisy) samples = 3'))).toEqual([]);
    expect(codesOf(text('sum(drop(w)) samples = 3'))).toEqual(['AM2675']);
  });
});

describe('a report with samples', () => {
  const text = `${data}param w: real[D] = 0.1
    let eps: real[N, 2] ~ normal(0, 1)
    minimize mean(i in N: (X[i] @ w + eps[i, 0] - y[i])^2)
    solve using adam(0.1) for 1 steps
    report loss = [mean(i in N: (X[i] @ w + eps[i, 0] - y[i])^2), mean(eps), w[0]] samples = 5
    report one = mean(eps) samples = 1`;

  it('is what the evaluator makes of it', () => {
    expectSameReports(text);
  });
});
