/** Derivatives of nested problems against differences of their values, on random problems. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { report, solveText } from '../library/solve.js';

const number = fc.double({ min: -1, max: 1, noNaN: true }).map((value) => Number(value.toFixed(3)));
const real = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

interface RandomProblem {
  readonly matrix: readonly number[];
  readonly target: readonly number[];
  readonly at: readonly number[];
}

const randomProblem: fc.Arbitrary<RandomProblem> = fc.record({
  matrix: fc.array(number, { minLength: 6, maxLength: 6 }),
  target: fc.array(number, { minLength: 3, maxLength: 3 }),
  at: fc.array(number, { minLength: 2, maxLength: 2 }),
});

/** A smooth, strongly convex inner problem that depends on `a` in its data, weights and start. */
function program({ matrix, target, at }: RandomProblem, solve: string, more = ''): string {
  const rows = [0, 2, 4].map(
    (start) =>
      `[${matrix
        .slice(start, start + 2)
        .map(real)
        .join(', ')}]`,
  );
  return `
    let A = [${rows.join(', ')}], b = [${target.map(real).join(', ')}]
    fn outer(a: real[2]): real {
      let w = argmin {
        param v: real[2] = sin(a)
        let r = A @ v - b * a[0]
        minimize sum(r^2) / 2 + (1 + exp(a[1])) * sum(v^2) / 2 + sum(log(1 + exp(v * a[0])))
        solve using ${solve}
      }
      return sum(cos(w)) + w[0] * w[1] + sum(a * w)
    }
    fn shifted(a: real[2], i: int, h: real): real[2] = [j in 2: a[j] + (if j == i then h else 0)]
    param a: real[2] = [${at.map(real).join(', ')}]
    minimize outer(a)
    solve using gradient_descent(0) for 1 step
    report slope = grad(outer(a), a)
    report difference = [i in 2: (outer(shifted(a, i, 1e-5)) - outer(shifted(a, i, -1e-5))) / 2e-5]
    ${more}`;
}

const curvature = `
    report curvature = hvp(outer(a), a, [1.0, 0.5])
    report ahead = slope_of(a + 1e-5 * [1.0, 0.5])
    report behind = slope_of(a - 1e-5 * [1.0, 0.5])
    fn slope_of(a: real[2]): real[2] = grad(outer(a), a)`;

async function expectSlope(problem: RandomProblem, solve: string): Promise<void> {
  const outcome = await solveText(program(problem, solve));
  const slope = report(outcome, 'slope');
  const difference = report(outcome, 'difference');
  slope.forEach((value, index) =>
    expect(Math.abs(value - (difference[index] ?? NaN))).toBeLessThan(1e-6 * (1 + Math.abs(value))),
  );
}

async function expectCurvature(problem: RandomProblem, solve: string): Promise<void> {
  const outcome = await solveText(program(problem, solve, curvature));
  const ahead = report(outcome, 'ahead');
  const behind = report(outcome, 'behind');
  report(outcome, 'curvature').forEach((value, index) => {
    const expected = ((ahead[index] ?? NaN) - (behind[index] ?? NaN)) / 2e-5;
    expect(Math.abs(value - expected)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  });
}

const steps = 'momentum(0.1) for 6 steps';
const implicit =
  'gradient_descent(0.1) for 400 steps until grad_norm < 1e-13 implicit cg(iterations = 20, tolerance = 1e-13)';
const once = { numRuns: 1, seed: 7 };

describe('derivatives of a nested problem', () => {
  it.each([steps, implicit])('are differences of what it reaches: %s', async (solve) => {
    await fc.assert(
      fc.asyncProperty(randomProblem, (each) => expectSlope(each, solve)),
      { ...once, numRuns: 2 },
    );
  });

  it.each([steps, implicit])('have derivatives that are differences of them: %s', async (solve) => {
    await fc.assert(
      fc.asyncProperty(randomProblem, (each) => expectCurvature(each, solve)),
      once,
    );
  });
});
