/** Optimizers that ask at many points and draw numbers of their own: compiled steps are those of the direct evaluator. */
import { describe, expect, it } from 'vitest';
import { nodesOf } from '../../../src/ir/traverse.js';
import { solveText } from '../../library/solve.js';
import { expectSameSteps, throughBoth } from './compare.js';

/** Several tensors, a matrix product, a loop and a draw of the problem itself. */
const problem = (optimizer: string): string => `
  data seed 1 { A: real[4, 3] ~ normal(0, 1) }
  param b: real[3] = [1, -1, 0.5]
  param c: real[2] = 2
  let noise: real[4] ~ normal(0, 0.1)
  fn damped(u: real[n]): real {
    let s = 0.0
    for k in 1..4 while s < 3 {
      s <- s + sum(u^2) / k
    }
    return s
  }
  minimize sum((A @ b - c[0] + noise)^2) + damped(c)
  solve using ${optimizer} for 5 steps`;

const search = `
optimizer search(population: int = 6, scale: real = 0.3) {
  let z: real[population, P] ~ normal(0, 1)
  let Y = [i in population: x + scale / t * z[i]]
  let v = values(Y), best = argmin(v)
  x <- if v[best] < f then Y[best] else x
}`;

describe('questions at many points', () => {
  it('values(Y) gives the objective at each row', async () => {
    await expectSameSteps(`${search} ${problem('search()')}`, 5);
  });

  it('a comprehension of value and grad asks all points at once', async () => {
    const smoothed = `
optimizer smoothed(lr: real = 0.02) {
  let z: real[2, 3, P] ~ uniform(-1, 1)
  let v = [i in 2, j in 3: value(x + 0.1 * z[i, j])]
  let d = [i in 2, j in 3: grad(x + 0.1 * z[i, j])]
  x <- x - lr * sum(i in 2, j in 3: v[i, j] / sum(v) * d[i, j][0]) * ones(P) - lr * d[1, 2]
}`;
    await expectSameSteps(`${smoothed} ${problem('smoothed()')}`, 4);
  });

  it('grads(Y) gives the gradient at each row', async () => {
    const averaged = `
optimizer averaged(lr: real = 0.02) {
  let z: real[4, P] ~ normal(0, 0.1)
  let Y = [i in 4: x + z[i]]
  let G = grads(Y)
  x <- x - lr * [p in P: mean(i in 4: G[i, p])]
}`;
    await expectSameSteps(`${averaged} ${problem('averaged()')}`, 4);
  });

  it('an objective that does not depend on the point is the same at all of them', async () => {
    await expectSameSteps(
      `${search} param w: real[2] = 1 let z: real ~ normal(0, 1) minimize z + 0 * w[0] solve using search() for 3 steps`,
      3,
    );
  });

  it('an integer that is known only during the run is handed on from function to function', async () => {
    const partly = `
fn head(y: real[n], used: int): real = sum(i in n where i < used: y[i])
fn half_of_head(y: real[n], used: int): real = head(y, used) / 2
optimizer partly() {
  let used = min(t, 3)
  x <- x - 0.01 * half_of_head(x, used) * ones(P)
}`;
    await expectSameSteps(`${partly} ${problem('partly()')}`, 5);
  });

  it('a population is a wider graph, not a loop', async () => {
    const { program } = await throughBoth(
      `${search} param w: real[2] = 1 minimize sum(exp(w)) solve using search(40) for 3 steps`,
    );
    const [phase] = program.phases;
    if (phase === undefined) throw new Error('no phase');
    const nodes = nodesOf(phase.step.region);
    expect(nodes.some(({ operator }) => operator.kind === 'loop')).toBe(false);
    const wide = nodes.filter(
      ({ operator, type }) =>
        operator.kind === 'elementwise' && operator.name === 'exp' && type.shape.join() === '40,2',
    );
    expect(wide).toHaveLength(1);
  });

  it('counts an evaluation for each point', async () => {
    const outcome = await solveText(
      `${search} param w: real[2] = 1 minimize sum(w^2) solve using search(40) for 3 steps`,
    );
    expect(outcome.phases[0]?.evaluations).toBe(3 * 41);
  });
});

describe('the library', () => {
  it.each([
    'nelder_mead(relative = 0.3)',
    'spsa()',
    'cma_es(population = 5)',
    'separable_cma_es(population = 6)',
    'cross_entropy_method(population = 6, elite = 2)',
    'evolution_strategy(adam(0.1), pairs = 3)',
    'random_search(population = 5)',
    'differential_evolution(population = 5)',
    'particle_swarm(population = 4)',
    'population_training(members = 5, every = 2, spread = 0.1, fastest = 0.02)',
  ])('%s steps as the evaluator does', async (optimizer) => {
    await expectSameSteps(problem(optimizer).replace('5 steps', '8 steps'), 8);
  });

  it('bayesian_optimization steps as the evaluator does', async () => {
    await expectSameSteps(
      `param u: real[2] = 0.5
       minimize (u[0] - 0.3)^2 + abs(u[1] - 0.7)
       solve using bayesian_optimization(initial = 2, capacity = 4, candidates = 6, settings = 2) for 6 steps`,
      6,
    );
  });
});

describe('draws of an optimizer', () => {
  it('have the name of the optimizer, and those of a wrapped one a name of their own', async () => {
    const wrapped = `
optimizer noisy(scale: real = 0.1) {
  let z: real[P] ~ normal(0, 1)
  x <- x - 0.01 * g + scale * z
}
optimizer around(inner: optimizer) {
  let z: real[P] ~ normal(0, 1)
  x <- inner(x, g) + 0.1 * z
}`;
    await expectSameSteps(`${wrapped} ${problem('around(noisy())')}`, 3);
    const moved = async (optimizer: string): Promise<number> => {
      const outcome = await solveText(
        `${wrapped} param w: real = 0 minimize 0 * w solve using ${optimizer} for 1 steps`,
      );
      return outcome.parameters[0]?.data[0] ?? NaN;
    };
    const alone = await moved('noisy()');
    expect(await moved('around(gradient_descent(0))')).not.toBe(alone);
    expect(await moved('noisy()')).toBe(alone);
  });

  it('differ from step to step and from seed to seed', async () => {
    const text = (steps: number, seed: number): string => `
      optimizer walk() { let z ~ normal(0, 1) x <- z * ones(P) }
      param w: real = 0 minimize 0 * w solve using walk() for ${steps} steps seed ${seed}`;
    const values = await Promise.all(
      [text(1, 0), text(2, 0), text(1, 1)].map(
        async (each) => (await solveText(each)).parameters[0]?.data[0],
      ),
    );
    expect(new Set(values).size).toBe(3);
  });
});
