/** Several objectives: compiled steps are those of the direct evaluator, and the result has each objective's value. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { solveText } from '../../library/solve.js';
import { largestDifference, started, throughBoth } from './compare.js';

async function expectSameSteps(text: string, rowsOf?: (step: number) => readonly number[]): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history, x } = replaySolve(oracle, solve, {
    steps: 4,
    ...(rowsOf === undefined ? {} : { rowsOf }),
  });
  const compiled = started(program);
  compiled.startPhase(0);
  for (const { x: expected, objective } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-9);
    compiled.step(0);
    expect(Math.abs((compiled.measures[0] ?? NaN) - objective)).toBeLessThan(1e-9);
  }
  expect(largestDifference(compiled.parameters, x)).toBeLessThan(1e-9);
}

const problem = `
  let goal = [1.0, -2, 0.5]
  param v: real[3] = 0.3
  param s: real = 1
  let d = v - goal
  minimize near: sum(d^2) + s^2
  maximize flat: -sum(v^4) - (s - 2)^2 * v[0]
  minimize small: sum(exp(v)) + s`;

describe('several objectives', () => {
  for (const aggregator of [
    'summed',
    'weighted([0.5, 0.2, 0.3])',
    'upgrad',
    'dualproj',
    'mgda',
    'pcgrad',
    'cagrad(c = 0.4)',
    'config',
    'imtl_g',
    'nash_mtl',
    'aligned_mtl',
  ]) {
    it(`step on ${aggregator} as the evaluator does`, async () => {
      await expectSameSteps(`${problem}\nsolve using adam(0.05) on ${aggregator} for 4 steps`);
    });
  }

  it('aggregate at every gradient that the optimizer asks for, and a choice of them', async () => {
    await expectSameSteps(`${problem}
      solve near, flat using sam(gradient_descent(0.05), rho = 0.1) on upgrad for 4 steps`);
    await expectSameSteps(`${problem}
      optimizer search() {
        let s = 0.1
        for k in 1..5 while value(x - s * g) > f { s <- s / 2 }
        x <- x - s * g
      }
      solve using search() on mgda for 4 steps until grad_norm < 1e-9`);
  });

  it('may use an aggregator of the file', async () => {
    await expectSameSteps(`${problem}
      aggregator signs(J: real[m, n], scale: real): real[n] = scale * [j in n: sum(i in m: sign(J[i, j]))]
      solve using momentum(0.01) on signs(scale = 0.5) for 4 steps`);
  });

  it('have a value each in the result, and their sum', async () => {
    const outcome = await solveText(`
      param x: real = 0.5
      minimize left: (x - 1)^2
      maximize right: -(x + 1)^2
      solve using gradient_descent(0.1) on mgda for 50 steps`);
    // Between the two minima every point is Pareto stationary: the shortest combination of opposed gradients is 0.
    expect(outcome.objectives.map(({ name }) => name)).toEqual(['left', 'right']);
    const [left, right] = outcome.objectives;
    expect(left?.value).toBeCloseTo(0.25, 12);
    expect(right?.value).toBeCloseTo(-2.25, 12);
    expect(outcome.objective).toBeCloseTo(2.5, 12);
    expect(outcome.gradNorm).toBeLessThan(1e-15);
  });

  it('share a batch', async () => {
    const outcome = await solveText(`
      dim N = 32
      data seed 2 { a: real[N] ~ normal(1, 0.1) b: real[N] ~ normal(1.2, 0.1) }
      param x: real = -3
      minimize first: mean((x - a)^2)
      minimize second: mean((x - b)^2)
      solve using gradient_descent(0.1) on upgrad batch 8 for 30 epochs`);
    const [first, second] = outcome.objectives;
    expect(first?.value).toBeLessThan(0.06);
    expect(second?.value).toBeLessThan(0.06);
  });
});
