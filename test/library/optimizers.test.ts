/**
 * The library's optimizers against other libraries: iterates over given gradients, trajectories on Rosenbrock's
 * function, and convergence. The figures are in `cases.json`, each with its source.
 */
import { describe, expect, test } from 'vitest';
import cases from './cases.json' with { type: 'json' };
import { compileText, distance, list, parameter, solveText } from './solve.js';

describe('iterates over given gradients', () => {
  for (const { id, optimizer, x0, grads, x, tolerance } of cases.iterates) {
    test(`${optimizer} takes the steps of ${id}`, async () => {
      // Row t of the table is the gradient of step t: the objective is linear and the batch a single row.
      const { run } = await compileText(`
        dim N = ${grads.length}
        data { C: real[N, 3] = ${list(grads)} }
        param x: real[3] = ${list(x0)}
        minimize mean([i in N: dot(C[i], x)])
        solve using ${optimizer} batch 1 in order for ${grads.length} steps`);
      for (const [index, expected] of x.entries()) {
        const outcome = await run({ steps: index + 1 });
        expect(distance(parameter(outcome, 'x'), expected)).toBeLessThan(tolerance);
      }
    });
  }
});

describe('iterates that need more than a gradient', () => {
  test('schedule_free takes its gradients where optax does', async () => {
    const { x0, grads, y, tolerance } = cases.scheduleFree;
    const { run } = await compileText(`
      dim N = ${grads.length}
      data { C: real[N, 3] = ${list(grads)} }
      param x: real[3] = ${list(x0)}
      minimize mean([i in N: dot(C[i], x)])
      solve using schedule_free(0.1) batch 1 in order for ${grads.length} steps`);
    let z = x0;
    for (const [index, expected] of y.entries()) {
      z = z.map((value, k) => value - 0.1 * (grads[index]?.[k] ?? NaN));
      const x = parameter(await run({ steps: index + 1 }), 'x');
      const next = x.map((value, k) => 0.1 * (z[k] ?? NaN) + 0.9 * value);
      expect(distance(next, expected)).toBeLessThan(tolerance);
    }
  });

  test('polyak divides by the gradient as optax does', async () => {
    const { x0, grads, value, x, tolerance } = cases.polyak;
    for (const [index, expected] of x.entries()) {
      // One step from the iterate before, at an objective with the given value and gradient there.
      const from = x[index - 1] ?? x0;
      const outcome = await solveText(`
        param x: real[3] = ${list(from)}
        minimize dot(${list(grads[index] ?? [])}, x - ${list(from)}) + ${value}
        solve using polyak() for 1 steps`);
      expect(distance(parameter(outcome, 'x'), expected)).toBeLessThan(tolerance);
    }
  });
});

const rosenbrock = '(1 - x[0])^2 + 100 * (x[1] - x[0]^2)^2';

describe('trajectories on Rosenbrock', () => {
  for (const { id, optimizer, x0, rows, value, tolerance } of cases.trajectories) {
    test(`${optimizer} follows ${id}`, async () => {
      const { run } = await compileText(`
        param x: real[2] = ${list(x0)}
        minimize ${rosenbrock}
        solve using ${optimizer} for 100 steps`);
      for (const [step, ...expected] of rows) {
        const outcome = await run({ steps: step ?? 0 });
        expect(distance(parameter(outcome, 'x'), expected)).toBeLessThan(tolerance);
      }
      if (value !== undefined) {
        expect((await run()).objective).toBeCloseTo(value, 5);
      }
    });
  }
});

describe('convergence', () => {
  const problems: Readonly<Record<string, string>> = {
    rosenbrock,
    parabola: 'sum((x - [1.0, -1, 1])^2)',
  };
  for (const { id, optimizer, problem, x0, steps, x, tolerance } of cases.convergence) {
    test(`${optimizer} arrives, as ${id} asks`, async () => {
      const outcome = await solveText(`
        param x: real[${x0.length}] = ${list(x0)}
        minimize ${problems[problem] ?? ''}
        solve using ${optimizer} for ${steps} steps`);
      // optax: rtol = atol = tolerance, and the two add up.
      parameter(outcome, 'x').forEach((value, index) => {
        const wanted = x[index] ?? NaN;
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(tolerance + tolerance * Math.abs(wanted));
      });
    });
  }
});

describe('line searches and second order', () => {
  const chain = `
    dim n = 100
    param x: real[n] = [i in n: if mod(i, 2) == 0 then -1.2 else 1]
    minimize sum(i in 0..n - 2: 100 * (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2)`;

  test('lbfgs brings the chained Rosenbrock function below 1e-16 within 900 evaluations', async () => {
    const outcome = await solveText(
      `${chain} solve using lbfgs(memory = 10) for 900 steps until value < 1e-16`,
    );
    expect(outcome.status).toBe('converged');
    expect(outcome.objective).toBeLessThan(1e-16);
    const evaluations = outcome.phases.reduce((sum, phase) => sum + phase.evaluations, 0);
    expect(evaluations).toBeLessThan(900);
  });

  test('newton_cg brings the chained Rosenbrock function below 1e-16', async () => {
    const outcome = await solveText(`${chain} solve using newton_cg() for 500 steps until value < 1e-16`);
    expect(outcome.objective).toBeLessThan(1e-16);
  });

  const quadratic = `
    param x: real[20] = 1
    minimize sum(i in 20: (i + 1) * x[i]^2) + 1e3`;
  for (const optimizer of ['lbfgs()', 'newton_cg()']) {
    test(`${optimizer} drives a quadratic with a large constant to a gradient below 1e-8`, async () => {
      const outcome = await solveText(
        `${quadratic} solve using ${optimizer} for 500 steps until grad_norm < 1e-8`,
      );
      expect(outcome.status).toBe('converged');
    });
  }

  test('a careful lbfgs stays inside the domain of a barrier', async () => {
    // The minimum of -log(1 - x) - log(1 + x) - c x is where 2 x / (1 - x^2) = c.
    const outcome = await solveText(`
      param x: real[3] = 0
      minimize sum(i in 3: -log(1 - x[i]) - log(1 + x[i]) - 50 * (i + 1) * x[i])
      solve using lbfgs(careful = true) for 200 steps until grad_norm < 1e-6`);
    expect(outcome.status).toBe('converged');
    const best = [50, 100, 150].map((c) => (Math.sqrt(1 + c * c) - 1) / c);
    expect(distance(parameter(outcome, 'x'), best)).toBeLessThan(1e-9);
  });

  test('line_search finds its own step length', async () => {
    const outcome = await solveText(`
      param x: real[20] = 1
      minimize sum(i in 20: (i + 1) * x[i]^2)
      solve using line_search() for 500 steps until grad_norm < 1e-8`);
    expect(outcome.status).toBe('converged');
  });
});

describe('wrappers', () => {
  const start = [3, 4];
  const step = async (optimizer: string): Promise<number[]> =>
    parameter(
      await solveText(`
        param x: real[2] = ${list(start)}
        minimize sum(x^2) / 2
        solve using ${optimizer} for 1 steps`),
      'x',
    );

  test('clip_norm limits the length of the gradient', async () => {
    expect(distance(await step('clip_norm(gradient_descent(1), limit = 1)'), [2.4, 3.2])).toBeLessThan(1e-15);
    expect(distance(await step('clip_norm(gradient_descent(1), limit = 10)'), [0, 0])).toBeLessThan(1e-15);
  });

  test('clip_value limits each entry', async () => {
    expect(await step('clip_value(gradient_descent(1), limit = 3.5)')).toEqual([0, 0.5]);
  });

  test('decay shrinks before the step', async () => {
    expect(distance(await step('decay(gradient_descent(0), rate = 0.5)'), [1.5, 2])).toBeLessThan(1e-15);
  });

  test('lookahead goes half of the way after its steps', async () => {
    expect(distance(await step('lookahead(gradient_descent(1), every = 1)'), [1.5, 2])).toBeLessThan(1e-15);
    expect(await step('lookahead(gradient_descent(1), every = 2)')).toEqual([0, 0]);
  });

  test('lamb scales its step to the norm of each tensor', async () => {
    const outcome = await solveText(`
      param a: real[2] = [3.0, 4]
      param b: real[2] = [0.3, 0.4]
      minimize sum(a) + sum(b)
      solve using lamb(0.1, weight_decay = 0) for 1 steps`);
    const length = (name: string, from: readonly number[]): number =>
      Math.hypot(...parameter(outcome, name).map((value, index) => value - (from[index] ?? NaN)));
    expect(length('a', [3, 4])).toBeCloseTo(0.5, 9);
    expect(length('b', [0.3, 0.4])).toBeCloseTo(0.05, 9);
  });
});
