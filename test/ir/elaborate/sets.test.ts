/** Parameters in sets: compiled steps are those of the direct evaluator, and every step ends in the set. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { startOf } from '../../../src/check/evaluate/problem.js';
import { parameter, solveText } from '../../library/solve.js';
import { largestDifference, started, throughBoth } from './compare.js';

async function expectSameSteps(text: string): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history, x } = replaySolve(oracle, solve, { steps: 5 });
  const compiled = started(program);
  expect(largestDifference(compiled.parameters, startOf(oracle))).toBeLessThan(1e-12);
  compiled.startPhase(0);
  for (const { x: expected } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-12);
    compiled.step(0);
  }
  expect(largestDifference(compiled.parameters, x)).toBeLessThan(1e-12);
}

describe('parameters in sets', () => {
  it('start in the set and return to it after each step, as the evaluator does', async () => {
    await expectSameSteps(`
      dim K = 2
      let goal = [0.1, 0.9, -0.4]
      param p: real[3] in simplex(2) = 5
      param q: real[K, 3] in ball_l1(1.5 over K) = [k in K, i in 3: 1 + k - i]
      param free: real = 1
      param s: real in box(-1, 0.25) = 7
      minimize sum((p - goal)^2) + sum((q - free)^4) + (s - free)^2
      solve using adam(0.1) for 5 steps until kkt < 1e-9`);
  });

  it('may be a set of the file, and of a module', async () => {
    await expectSameSteps(`
      set above(low: real[n]) { fn project(v: real[n]): real[n] = max(v, low) }
      module gain()(x: real[n]): real[n] {
        param a: real in nonneg = -1
        return a * x
      }
      let low = [1.0, 2, 3]
      param p: real[3] in above(low) by projection = 2.5
      model m = gain()
      minimize sum((m(p) + p)^2)
      solve using momentum(0.05) for 5 steps`);
  });

  it('are moved in the mirror, along retractions, inside barriers and by coordinates, as the evaluator does', async () => {
    await expectSameSteps(`
      dim K = 2
      let goal = [0.1, 0.9, -0.4]
      param p: real[3] in simplex by mirror = 1 / 3
      param q: real[K, 3] in simplex(2 over K) by mirror = [k in K, i in 3: 1 + k + i]
      param u: real[3] in unit_sphere = [1.0, 2, 2]
      param V: real[3, 2] in stiefel = [i in 3, k in 2: if i == k then 1 else 0.3]
      param s: real in box(-1, 2) by map = 0.25
      param z: real[3] in nonneg by barrier = 1
      param M: real[2, 2] in positive_definite by map
      param w: real[3] in unit_sphere by map
      minimize sum((p - goal)^2) + sum((q[0] - goal)^4) + sum(q[1] * u) + (s + 3)^2 + sum((z - goal)^2)
        + sum((V @ M - [i in 3, k in 2: i - k])^2) + dot(w, goal)
      solve using momentum(0.3) for 5 steps`);
  });

  it('are asked by an optimizer as a whole, and the free ones are as they are', async () => {
    await expectSameSteps(`
      optimizer asks(lr: real) {
        let y = project(x - lr * grad(project(x - lr * g)))
        let s = 1.0
        for k in 1..5 while value(unmirror(mirror(x) + s * (y - x))) > f - 1e-3 * s * dot(g, g) { s <- s / 2 }
        x <- unmirror(mirror(x) + s * (y - x))
      }
      param p: real[3] in simplex(2) = 2 / 3
      param q: real[2] in nonneg = 1
      param free: real[2] = 1
      minimize sum((p - [0.1, 0.9, -0.4])^2) + sum((q - free)^2) + sum((free + 1)^4)
      solve using asks(0.1) for 5 steps`);
  });

  it('on manifolds are asked for tangents and retractions', async () => {
    await expectSameSteps(`
      param u: real[3] in unit_sphere(2) = [1.0, 2, 2]
      param V: real[3, 2] in stiefel = [i in 3, k in 2: if i == k then 1 else 0.3]
      param free: real[3] = 1
      minimize sum((V @ [1.0, 2] - u)^2) + sum((free - u)^2)
      solve using riemannian_cg(0.3) for 5 steps until grad_norm < 1e-12`);
  });

  it('converge to the constrained minimum', async () => {
    const outcome = await solveText(`
      param p: real[3] in simplex = 1 / 3
      minimize sum((p - [0.5, 2.1, -3.5])^2) / 2
      solve using gradient_descent(0.5) for 200 steps until kkt < 1e-10`);
    expect(outcome.status).toBe('converged');
    expect(largestDifference(parameter(outcome, 'p'), [0, 1, 0])).toBeLessThan(1e-9);
  });

  it('keep the rows outside a batch in the set too', async () => {
    const outcome = await solveText(`
      data seed 1 { y: real[N] ~ normal(0, 2) }
      dim N = 40
      param z: real[N] in nonneg = 0.1
      minimize mean((z - y)^2)
      solve using gradient_descent(1) batch 8 for 5 epochs`);
    expect(Math.min(...parameter(outcome, 'z'))).toBeGreaterThanOrEqual(0);
  });
});
