/** `solve front`: one compiled program run for each preference, or one set of parameters for all. */
import { describe, expect, test } from 'vitest';
import { list, solveText } from '../library/solve.js';

const pair = `
  param x: real[2] = [0.3, 0.8]
  minimize a: sum((x - [1.0, 0])^2)
  minimize b: sum((x - [0.0, 1])^2)`;

/** The minimum of w a + (1 - w) b lies at (w, 1 - w). */
const expected = (w: number): number[] => [2 * (1 - w) ** 2, 2 * w ** 2];

describe('a front by weighted sums', () => {
  test('has the minimum of each', async () => {
    const { front, status, objectives } = await solveText(`${pair}
      solve front 5 using lbfgs() on weighted_sum until grad_norm < 1e-10
      report volume = hypervolume(front, [2.5, 2.5])
      report all = front`);
    expect(status).toBe('converged');
    expect(front?.points.map(({ preference }) => preference[0])).toEqual([0.9, 0.7, 0.5, 0.3, 0.1]);
    for (const { preference, objectives, parameters, dominated } of front?.points ?? []) {
      const w = preference[0] ?? NaN;
      expect(dominated).toBe(false);
      expected(w).forEach((value, index) => expect(objectives[index]?.value).toBeCloseTo(value, 8));
      expect(parameters[0]?.data[0]).toBeCloseTo(w, 8);
    }
    // What is said beside the front is about its middle.
    expect(objectives.map(({ value }) => value)).toEqual([expect.closeTo(0.5, 8), expect.closeTo(0.5, 8)]);
  });

  test('is read by reports', async () => {
    const { reports, front } = await solveText(`${pair}
      solve front 4 using lbfgs() on weighted_sum until grad_norm < 1e-10
      report volume = hypervolume(front, ${list([1.782, 1.782])})
      report all = front`);
    const values = front?.points.flatMap(({ objectives }) => objectives.map(({ value }) => value)) ?? [];
    expect([...(reports[1]?.data ?? [])]).toEqual(values);
    const areas = [0.125, 0.375, 0.625, 0.875].map((w) => expected(w)).sort(([a = 0], [b = 0]) => a - b);
    const by = areas.reduce((sum, [a = 0, b = 0], index) => {
      const above = areas[index - 1]?.[1] ?? 1.782;
      return sum + Math.max(0, 1.782 - a) * (above - b);
    }, 0);
    expect(reports[0]?.data[0]).toBeCloseTo(by, 6);
  });

  test('negates what is maximized, and writes it as it is', async () => {
    const { front } = await solveText(`
      param x: real = 0.5
      minimize cost: x^2
      maximize gain: 2 * x
      solve front 3 using lbfgs() on weighted_sum until grad_norm < 1e-10`);
    // w x^2 - (1 - w) 2 x has its minimum at (1 - w) / w.
    const gains = front?.points.map(({ objectives }) => objectives[1]?.value ?? NaN) ?? [];
    [5 / 6, 0.5, 1 / 6].forEach((w, index) => expect(gains[index]).toBeCloseTo((2 * (1 - w)) / w, 6));
    expect(front?.points.some(({ dominated }) => dominated)).toBe(false);
  });
});

test('a point of a concave front minimizes the distance of Chebyshev, and is found by exact Pareto search', async () => {
  // Fonseca and Fleming, 1995: the front is concave; values times the preference are equal where it is crossed.
  for (const method of ['exact_pareto(rate = 0.2)', 'achievement']) {
    const { front } = await solveText(`
      let n = 3
      param x: real[n] in box(-1, 1) ~ uniform(-0.4, 0.4)
      minimize a: 1 - exp(-sum((x - 1 / sqrt(n))^2))
      minimize b: 1 - exp(-sum((x + 1 / sqrt(n))^2))
      solve front 5 using ${method === 'achievement' ? 'adam(cosine(0.05))' : 'gradient_descent(0.2)'} on ${method} for 1500 steps`);
    expect(front?.points).toHaveLength(5);
    for (const { preference, objectives } of front?.points ?? []) {
      const [a = NaN, b = NaN] = objectives.map(({ value }) => value);
      const [p = NaN, q = NaN] = preference;
      // On the front the coordinates are all t / sqrt(n), and the values follow from t.
      const t = (Math.log(1 - a) - Math.log(1 - b)) / 4;
      expect(1 - Math.exp(-((t - 1) ** 2))).toBeCloseTo(a, method === 'achievement' ? 2 : 4);
      if (a < 0.97 && b < 0.97) {
        const ratio = method === 'achievement' ? a / p / (b / q) : (a * p) / (b * q);
        expect(ratio).toBeCloseTo(1, 1);
      }
    }
  }
});

test('objectives that read the preference are learned once, for all', async () => {
  const { front, parameters, steps } = await solveText(`
    param W: real[2, 2] = 0
    param c: real[2] = 0
    let x = W @ preference + c
    minimize a: sum((x - [1.0, 0])^2)
    minimize b: sum((x - [0.0, 1])^2)
    solve front 7 using adam(cosine(0.03)) on weighted_sum for 3000 steps`);
  expect(steps).toBe(3000);
  expect(parameters.map(({ name }) => name)).toEqual(['W', 'c']);
  // The solution is the preference itself, which the model can be.
  for (const { preference, objectives } of front?.points ?? []) {
    expected(preference[0] ?? NaN).forEach((value, index) => {
      expect(Math.abs((objectives[index]?.value ?? NaN) - value)).toBeLessThan(1e-3);
    });
  }
});

test('runs that diverge are left out, and a front of none is empty', async () => {
  const text = (rate: number): string => `
    param x: real = 1
    minimize a: x^4
    minimize b: (x - 3)^4
    solve front 4 using gradient_descent(${rate}) on weighted_sum for 60 steps`;
  const empty = await solveText(text(1e6));
  expect(empty.status).toBe('diverged');
  expect(empty.front?.points).toEqual([]);
  expect(empty.front?.diverged).toBe(4);
  const some = await solveText(text(0.012));
  expect(some.front?.diverged).toBe(0);
});
