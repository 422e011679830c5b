/** Nested problems: compiled steps are those of the direct evaluator, through every way of differentiating them. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { largestDifference, started, throughBoth } from './compare.js';

async function expectSameSteps(text: string, tolerance = 1e-10): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history, x } = replaySolve(oracle, solve, { steps: 3 });
  const compiled = started(program);
  compiled.startPhase(0);
  for (const { x: expected } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(tolerance);
    compiled.step(0);
  }
  expect(largestDifference(compiled.parameters, x)).toBeLessThan(tolerance);
  const moved = largestDifference(x, history[0]?.x ?? []);
  expect(moved).toBeGreaterThan(1e-6);
}

const ridge = (solve: string): string => `
  dim N = 6
  data {
    X: real[N, 2] = [i in N, j in 2: sin(1 + i * (j + 1))]
    y: real[N] = [i in N: 0.5 * i - 1]
  }
  param log_lambda: real = 0
  let w = argmin {
    param v: real[2] = 0
    let r = X @ v - y
    minimize mean(r^2) + exp(log_lambda) * sum(v^2) / 10
    solve using ${solve}
  }
  minimize mean((X @ w - [i in N: cos(i)])^2) + log_lambda^2
  solve using gradient_descent(0.1) for 3 steps`;

describe('nested problems', () => {
  it('are differentiated through every step', () =>
    expectSameSteps(ridge('gradient_descent(0.1) for 7 steps')));

  it('are differentiated through the states of their optimizer', () =>
    expectSameSteps(ridge('adam(0.1) for 6 steps unrolled')));

  it('are differentiated through the last steps only', () =>
    expectSameSteps(ridge('momentum(0.1) for 6 steps truncated 2')));

  it('are differentiated by the implicit function theorem', () =>
    expectSameSteps(ridge('gradient_descent(0.3) for 150 steps implicit'), 1e-8));

  it('are differentiated by a Neumann series', () =>
    expectSameSteps(ridge('gradient_descent(0.3) for 50 steps implicit neumann(terms = 3, rate = 0.2)')));

  it('have an implicit derivative for each element of a comprehension', () =>
    expectSameSteps(
      `
      param a: real[3] = [0.5, -1, 2]
      let s = [i in 3, j in 2: argmin {
        param v: real[2] = [a[i], 0.3]
        minimize sum((v - a[i] * j)^4) + (1 + a[2]^2) * sum((v - [1, a[0]])^2)
        solve using newton_cg() for 12 steps implicit
      }]
      minimize sum(s^2) + sum(a^2)
      solve using gradient_descent(0.01) for 3 steps`,
      1e-7,
    ));

  it('stop where `until` says', () =>
    expectSameSteps(ridge('gradient_descent(0.3) for 40 steps until grad_norm < 0.1 or step > 30')));

  it('take wrapped optimizers and schedules', () =>
    expectSameSteps(ridge('clip_norm(adam(cosine(0.1)), 0.5) for 4 steps')));

  it('are solved for each element of a comprehension by itself', () =>
    expectSameSteps(`
      param a: real[3] = [0.5, -1, 2]
      param rate: real = 0.1
      let s = [i in 3, j in 2: argmin {
        param v: real[2] = [a[i], 0.3]
        minimize sum((v - a[i] * j)^2) + sum(cos(v)) * a[2]
        solve using momentum(abs(rate)) for 3 steps until v_small(value)
      }]
      fn v_small(f: real): bool = f < 0.9
      minimize sum(s^2) + sum(a^2) + rate
      solve using gradient_descent(0.01) for 3 steps`));

  it('are records of several parameters, kept in their sets', () =>
    expectSameSteps(`
      param a: real = 0.7
      let s = argmax {
        param p: real[2] in box(-0.2, 0.6) = a
        param q: real = -a
        maximize -sum((p - a)^2) - (q - sum(p))^2 * a
        solve using gradient_descent(0.2) for 4 steps
      }
      minimize sum(s.p^2) + (s.q - 1)^2
      solve using gradient_descent(0.05) for 3 steps`));

  it('stand in functions and in each other', () =>
    expectSameSteps(`
      fn proximal(x: real[n], weight: real): real[n] = argmin {
        param v: real[n] = 0
        minimize sum((v - x)^2) / 2 + weight * sum(sqrt(v^2 + 1))
        solve using gradient_descent(0.3) for 4 steps
      }
      param a: real[2] = [0.4, -0.6]
      let s = argmin {
        param u: real[2] = a
        let p = proximal(u, 0.2 + a[0]^2)
        minimize sum((p - 1)^2) + sum(u^2) * a[1]^2
        solve using gradient_descent(0.2) for 3 steps
      }
      minimize sum(s^2) + sum(proximal(s + a, 0.5))
      solve using gradient_descent(0.05) for 3 steps`));

  it('pass derivatives through `let`s on other rows', () =>
    expectSameSteps(`
      dim N = 6
      data split train 50%, rest 50% {
        X: real[N, 2] = [i in N, j in 2: sin(1 + i * (j + 1))]
        y: real[N] = [i in N: 0.5 * i - 1]
      }
      param a: real = 0.3
      let w = argmin {
        param v: real[2] = a
        minimize mean((X @ v - y)^2) + exp(a) * sum(v^2)
        solve using gradient_descent(0.1) for 3 steps
      } on train
      let slope = grad(mean((X @ w - y)^2) + a^3, a) on rest
      minimize mean((X @ w - y)^2) + 0.1 * slope^2 on rest
      solve using gradient_descent(0.1) for 3 steps`));

  it('start warm from what the last step has reached', () =>
    expectSameSteps(ridge('gradient_descent(0.05) for 3 steps warm')));

  it('start cold unless something else is said', () =>
    expectSameSteps(ridge('gradient_descent(0.05) for 3 steps cold')));
});
