/** Handlers: compiled steps are those of the direct evaluator, restarts and the stopping rule included. */
import { describe, expect, it } from 'vitest';
import { expectSameSteps, largestDifference, started, throughBoth } from './compare.js';

const problem = (solver: string): string => `
  data { b: real[2] = [0.5, 0.25] }
  param x: real[3] = [1, 2, 3]
  param s: real in nonneg = 1
  maximize -sum((x - s)^2) - s^2
  subject to total: sum(x) + s == 4
  subject to pair: x[0..1] <= b
  solve using ${solver} for 40 steps`;

describe('handlers', () => {
  it('make of a problem what the evaluator makes of it', async () => {
    await expectSameSteps(problem('gradient_descent(0.01) by augmented_lagrangian(penalty = 3)'), 40);
    await expectSameSteps(problem('adam(0.05) by quadratic_penalty(20)'), 10);
  });

  it('restart the optimizer, and stop when the conditions hold', async () => {
    await expectSameSteps(`${problem('lbfgs() by augmented_lagrangian()')} until kkt < 1e-3`, 40);
  });

  // cooper, documentation of simultaneous updates: minimize x^2 subject to 1 - x <= 0.
  it('may be descent and ascent', async () => {
    const { program } = await throughBoth(`
      handler ascent(lr: real) {
        state mu: real[I] = 0
        minimize f + sum(mu * ineq)
        mu <- max(mu + lr * ineq, 0)
      }
      param x: real = 0
      minimize x^2
      subject to x >= 1
      solve using gradient_descent(0.1) by ascent(0.1) for 10 steps`);
    const compiled = started(program);
    compiled.startPhase(0);
    const iterates = Array.from({ length: 10 }, () => {
      compiled.step(0);
      return compiled.parameters[0];
    });
    const expected = [
      0, 0.01, 0.028, 0.0523, 0.08146, 0.114265, 0.1496944, 0.18689527, 0.225159022, 0.263901073,
    ];
    expect(largestDifference(iterates.map(Number), expected)).toBeLessThan(1e-8);
  });
});
