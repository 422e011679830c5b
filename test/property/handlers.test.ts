/** Handlers step by step: interpreted and emitted steps against the evaluator's replay. */
import { describe, it } from 'vitest';
import { expectSameSteps, rows } from './replayed.js';

const problem = (solve: string): string =>
  `data { X: real[N, D]  y: real[N] }
   param w: real[D] = 0.1
   param b: real = 0.2
   let miss = X @ w + b - y
   minimize mean(miss^2)
   subject to small: sum(w^2) <= 0.02
   subject to balance: sum(w) == 0.1
   subject to each: mean(miss) <= 0.1 proxy mean(tanh(miss))
   solve using ${solve}`;

describe('on all rows', () => {
  it.each([
    'quadratic_penalty(linear(1.0, 10.0))',
    'augmented_lagrangian(penalty = 2)',
    'exact_penalty(penalty = 1.0, width = 0.5)',
    'primal_dual(rate = inverse_time(0.5, 0.1))',
    'resilient(price = 2.0)',
  ])('%s takes the steps that its definition says', (handler) => {
    expectSameSteps(problem(`gradient_descent(0.1) by ${handler} for 8 steps`), 8);
  });

  it('a line search sees what the handler minimizes', () => {
    expectSameSteps(problem('lbfgs() by augmented_lagrangian() for 12 steps'), 12);
  });

  it('the barrier is taken inside', () => {
    const text = `
      param w: real[2] = 0.1
      minimize sum((w - 1)^2)
      subject to sum(w^2) <= 1
      solve using lbfgs(careful = true) by log_barrier() for 25 steps`;
    expectSameSteps(text, 25);
  });
});

describe('on batches', () => {
  const rowsOf = (step: number): readonly number[] => [step % rows, (3 * step + 1) % rows, 5];
  const sampled = (solve: string): string =>
    `data { X: real[N, D]  y: real[N] }
     param w: real[D] = 0.1
     let miss = X @ w - y
     minimize mean(miss^2)
     subject to above: miss >= -0.3
     subject to size: sum(w^2) <= 0.2
     subject to below: [n in N, k in 2: (k + 1) * miss[n]] <= 0.4
     solve using ${solve}`;

  it.each(['primal_dual(rate = 0.3)', 'resilient(price = 2.0)', 'quadratic_penalty(10)'])(
    '%s moves the multipliers of the sampled rows',
    (handler) => {
      expectSameSteps(sampled(`momentum(0.05) by ${handler} batch 3 for 6 steps`), 6, rowsOf);
    },
  );
});

describe('an optimizer that treats constraints itself', () => {
  it('asks for constraints, their Jacobian and the Hessian of the Lagrangian', () => {
    const text = `
      optimizer newton_kkt() {
        state lambda: real[E] = sum(abs(equalities(x)))
        minimize f + sum(lambda * eq)
        let H = jacobian(grad(x), x), J = jacobian(equalities(x), x)
        let top = [i in P, j in P + E: if j < P then H[i, min(j, P - 1)] else J[max(0, j - P), i]]
        let low = [i in E, j in P + E: if j < P then J[i, min(j, P - 1)] else 0]
        let d = linear_solve(concat(top, low), concat(-g, -eq))
        x <- x + d[0..P - 1]
        lambda <- lambda + [e in E: d[P + e]]
      }
      param w: real[3] = [1.0, 2, 0.5]
      minimize sum(w^4) + w[0] * w[1]
      subject to sum(w^2) == 2
      solve using newton_kkt() for 6 steps`;
    expectSameSteps(text, 6);
  });
});
