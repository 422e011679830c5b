/** The evaluator against differences of its own values, on random programs. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateHessianProduct, evaluateObjective } from '../../src/check/evaluate/problem.js';
import { norm, plainValue, prepared } from './evaluated.js';
import { kindsOf, pointOf, randomProgram } from './generate.js';
import { runs } from './runs.js';

/** Central differences at two steps: the better estimate, and how far to trust it. */
function slopeAlong(f: (t: number) => number): { readonly slope: number; readonly doubt: number } {
  const central = (h: number): number => (f(h) - f(-h)) / (2 * h);
  const [coarse, fine] = [central(2e-4), central(1e-4)];
  return { slope: fine + (fine - coarse) / 3, doubt: Math.abs(fine - coarse) };
}

/** Directions that touch every coordinate, the same for each run. */
function directions(size: number): number[][] {
  return [1, 2].map((seed) => Array.from({ length: size }, (_, index) => Math.sin(3 * seed * (index + 1))));
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('the evaluator', () => {
  it('has the gradients that differences show', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(randomProgram(), (program) => {
        const problem = prepared(program);
        const x = pointOf(program);
        const { value, gradient } = evaluateObjective(problem, x);
        expect(value).toBe(plainValue(problem, x));
        expect(Number.isFinite(value)).toBe(true);
        expect(gradient.every(Number.isFinite)).toBe(true);
        if (kindsOf(program).has('stop')) return;
        for (const v of directions(x.length)) {
          const along = (t: number): number =>
            plainValue(
              problem,
              x.map((each, i) => each + t * (v[i] ?? 0)),
            );
          const { slope, doubt } = slopeAlong(along);
          const scale = 1 + norm(gradient) + Math.abs(value);
          expect(Math.abs(slope - dot(gradient, v))).toBeLessThanOrEqual(1e-5 * scale + doubt);
        }
      }),
      runs(500),
    );
  });

  it('has the second derivatives that differences of gradients show', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(randomProgram(), (program) => {
        if (kindsOf(program).has('stop')) return;
        const problem = prepared(program);
        const x = pointOf(program);
        const [v = [], u = []] = directions(x.length);
        const product = evaluateHessianProduct(problem, x, v);
        const { gradient } = evaluateObjective(problem, x);
        const along = (t: number): number =>
          dot(
            evaluateObjective(
              problem,
              x.map((each, i) => each + t * (v[i] ?? 0)),
            ).gradient,
            u,
          );
        const { slope, doubt } = slopeAlong(along);
        const scale = 1 + norm(gradient) + norm(product);
        expect(Math.abs(slope - dot(product, u))).toBeLessThanOrEqual(1e-5 * scale + doubt);
      }),
      runs(150),
    );
  });
});
