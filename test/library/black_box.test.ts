/** Optimizers that see values only, against SciPy and published figures. */
import { describe, expect, test } from 'vitest';
import { compileSource, diagnoseDivergence, prepareRun } from '../../src/compile.js';
import { runProgram } from '../../src/runtime/run.js';
import { compileText, distance, list, parameter, solveText } from './solve.js';

const rosenbrock = (n: number): string => `sum(i in 0..${n - 2}: 100 * (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2)`;

describe('nelder_mead', () => {
  // The points at which scipy.optimize.minimize(method='Nelder-Mead', options={'adaptive': True}) of SciPy 1.17.1
  // asks for Rosenbrock's function: the number of the evaluation, from 1, and the point.
  const asked = [
    {
      x0: [-1.2, 1],
      points: [
        [1, -1.2, 1],
        [2, -1.26, 1],
        [3, -1.2, 1.05],
        [4, -1.14, 1.0499999999999998],
        [10, -1.0199999999999991, 1.1750000000000003],
        [25, -0.9742382812499999, 0.9291992187499996],
        [60, 0.1206685137748806, 0.00998305082320004],
        [120, 0.9738854846219187, 0.9501418345669361],
        [150, 1.0001805776655326, 1.0003076391087622],
      ],
    },
    {
      x0: [-1.2, 1, -0.5, 0],
      points: [
        [5, -1.2, 1, -0.5, 0.00025],
        [6, -1.2299999999999998, 0.95, -0.5125, 0.000125],
        [20, -1.0713820981979367, 0.6874491214752199, -0.540083533525467, 0.0012962554097175596],
        [50, 0.09993784724816729, -0.1722568319646698, -0.34940159702814166, 0.007752637854261725],
        [100, 0.1487087862050768, 0.03781418468031438, 0.02534998321399977, 0.00871226920010968],
      ],
    },
  ];
  for (const { x0, points } of asked) {
    test(`asks where SciPy asks in ${x0.length} dimensions`, async () => {
      const { run } = await compileText(`
        param x: real[${x0.length}] = ${list(x0)}
        minimize ${rosenbrock(x0.length)}
        solve using nelder_mead() for 1000 steps`);
      for (const [count, ...point] of points) {
        const outcome = await run({ steps: (count ?? 1) - 1 });
        expect(distance(parameter(outcome, 'x'), point)).toBeLessThan(1e-9);
      }
    });
  }

  test('ends at the best vertex, and each step costs one evaluation', async () => {
    const outcome = await solveText(`
      param x: real[2] = [-1.2, 1]
      minimize ${rosenbrock(2)}
      solve using nelder_mead() for 231 steps`);
    expect(outcome.phases[0]?.evaluations).toBe(231);
    expect(outcome.objective).toBeLessThan(1e-19);
  });

  test('shrinks where SciPy shrinks', async () => {
    // The same call as above. The evaluations from 10 to 11 measure a smaller simplex.
    const { run } = await compileText(`
      param x: real[2] = [2.0, -1.0]
      minimize sum(x^2) + 3 * sin(20 * (x[0] + 0.3 * x[1])) * sin(20 * (x[1] - 0.2 * x[0]))
      solve using nelder_mead() for 1000 steps`);
    const points = [
      [9, 2.0437499999999997, -1.00625],
      [10, 2.05, -1.0],
      [11, 2.01875, -1.00625],
      [12, 1.96875, -1.00625],
      [13, 1.9281249999999996, -1.0093750000000004],
      [31, 1.9182861328125034, -0.9374755859374995],
    ];
    for (const [count, ...point] of points) {
      const outcome = await run({ steps: (count ?? 1) - 1 });
      expect(distance(parameter(outcome, 'x'), point)).toBeLessThan(1e-9);
    }
  });
});

describe('populations', () => {
  test('cma_es brings Rosenbrock in 10 dimensions below 1e-8 within 6000 evaluations', async () => {
    const outcome = await solveText(`
      param x: real[10] = 0
      minimize ${rosenbrock(10)}
      solve using cma_es(sigma = 0.5) for 1000 steps until value < 1e-8`);
    expect(outcome.status).toBe('converged');
    expect(outcome.phases[0]?.evaluations).toBeLessThan(6000);
  });

  test('cma_es does not see a rotation', async () => {
    // 1e6 between the longest and the shortest axis, along the diagonal.
    const outcome = await solveText(`
      param x: real[2] = [3.0, 1.0]
      minimize (x[0] + x[1])^2 + 1e6 * (x[0] - x[1])^2
      solve using cma_es(population = 6) for 300 steps until value < 1e-10`);
    expect(outcome.status).toBe('converged');
  });

  const ellipsoid = `
    param x: real[10] = 2
    minimize sum(i in 10: 1e3^(i / 9) * x[i]^2)`;

  test('separable_cma_es learns the scale of each coordinate', async () => {
    const outcome = await solveText(
      `${ellipsoid} solve using separable_cma_es() for 500 steps until value < 1e-10`,
    );
    expect(outcome.status).toBe('converged');
  });

  test('cross_entropy_method closes on the minimum', async () => {
    const outcome = await solveText(`
      param x: real[2] = [-1.2, 1]
      minimize ${rosenbrock(2)}
      solve using cross_entropy_method(population = 100, least = 1) for 300 steps`);
    expect(outcome.objective).toBeLessThan(1e-3);
  });

  test('evolution_strategy follows the slope of the smoothed objective', async () => {
    // The expected slope of the ranks points against the minimum: the distance falls to the order of the smoothing.
    const outcome = await solveText(`
      param x: real[10] = 2
      minimize sum(x^2)
      solve using evolution_strategy(adam(0.05)) for 500 steps`);
    expect(outcome.objective).toBeLessThan(0.05);
  });

  test('spsa finds a slope from two values', async () => {
    const { run } = await compileText(`
      param x: real[10] = 2
      minimize sum(x^2)
      solve using spsa() for 1000 steps`);
    const outcome = await run();
    expect(outcome.phases[0]?.evaluations).toBe(3000);
    expect(outcome.objective).toBeLessThan(1e-3);
  });

  test('population_training finds a rate at which slow ones are still far', async () => {
    // At a rate above 0.2 gradient descent leaves this bowl, and at 1e-4 it hardly moves.
    const bowl = `param x: real[5] = 2 minimize 5 * sum(x^2)`;
    const outcome = await solveText(
      `${bowl} solve using population_training(slowest = 1e-4, fastest = 1) for 100 steps`,
    );
    expect(outcome.objective).toBeLessThan(1e-12);
    const slow = await solveText(`${bowl} solve using gradient_descent(1e-4) for 100 steps`);
    expect(slow.objective).toBeGreaterThan(50);
  });

  const rastrigin = 'param x: real[4] = 3 minimize 40 + sum(i in 4: x[i]^2 - 10 * cos(2 * pi * x[i]))';

  test('differential_evolution finds the lowest of many valleys', async () => {
    const outcome = await solveText(
      `${rastrigin} solve using differential_evolution(low = -5, high = 5) for 300 steps`,
    );
    expect(outcome.objective).toBeLessThan(1e-4);
  });

  test('particle_swarm closes on one of the lowest valleys', async () => {
    const outcome = await solveText(
      `${rastrigin} solve using particle_swarm(low = -5, high = 5) for 300 steps`,
    );
    // The valleys beside the lowest one have the value 0.995.
    expect(outcome.objective).toBeLessThan(2);
  });

  test('random_search keeps the best of its draws', async () => {
    const { run } = await compileText(
      `${rastrigin} solve using random_search(low = -5, high = 5) for 100 steps`,
    );
    const values = [];
    for (const steps of [0, 1, 10, 100]) values.push((await run({ steps })).objective);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values[3]).toBeLessThan(20);
  });

  test('a step size that is no number ends the run with a verdict', async () => {
    const outcome = await solveText(`
      param x: real[2] = 1
      minimize sum(x^2)
      solve using cma_es(sigma = 0 / 0) for 10 steps`);
    expect(outcome.status).toBe('diverged');
  });
});

describe('bayesian_optimization', () => {
  // Branin's function over the unit square, from the start in the middle.
  const branin = (optimizer: string, seed: number): string => `
    param u: real[2] = 0.5
    let x = 15 * u[0] - 5, y = 15 * u[1]
    minimize (y - 5.1 / (4 * pi^2) * x^2 + 5 / pi * x - 6)^2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10
    solve using ${optimizer} for 40 steps seed ${seed}`;

  test('comes within 0.01 of the minimum in 40 evaluations from other seeds too', async () => {
    for (const seed of [1, 2]) {
      const outcome = await solveText(branin('bayesian_optimization(capacity = 40)', seed));
      expect(outcome.phases[0]?.evaluations).toBe(40);
      expect(Math.abs(outcome.objective - 0.397887)).toBeLessThan(0.01);
    }
  }, 120_000);

  test('a covariance without a Cholesky factor ends the run, and is named', async () => {
    const { compilation } = await compileSource(
      { path: 'test.opt', text: branin('bayesian_optimization(capacity = 10, noise = -1.5)', 0) },
      {},
    );
    if (compilation === undefined) throw new Error('no program');
    const compiled = await prepareRun(compilation);
    const { status, divergence } = await runProgram(compilation.program, compiled);
    expect(status).toBe('diverged');
    if (divergence === undefined) throw new Error('no divergence');
    const { code, labels } = await diagnoseDivergence(compilation, compiled, divergence);
    expect(code).toBe('AM6001');
    expect(labels?.[0]?.message).toMatch(/cholesky|triangular_solve/);
  }, 60_000);
});
