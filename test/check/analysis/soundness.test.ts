/** What the analysis says of random expressions holds at random points, by the evaluator. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareProblem } from '../../../src/check/evaluate/prepare.js';
import { evaluateObjective, objectiveAt } from '../../../src/check/evaluate/problem.js';
import { valueOf } from '../../../src/check/evaluate/scalar.js';
import { objectiveFacts } from '../../../src/check/analysis/objective_facts.js';
import { problemOf } from './analysing.js';

/** Scalars over two parameters and a vector of three; small numbers keep exponentials finite. */
const scalar = fc.letrec<{ scalar: string; vector: string }>((tie) => ({
  scalar: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'w[0]', '0.5', '2', '-1', '1'),
    fc.tuple(tie('scalar'), fc.constantFrom('+', '-', '*'), tie('scalar')).map(([l, o, r]) => `(${l} ${o} ${r})`),
    fc.tuple(tie('scalar'), fc.constantFrom('2', '3', '4')).map(([base, power]) => `(${base})^${power}`),
    fc
      .tuple(
        fc.constantFrom(
          'abs', 'exp', 'softplus', 'sigmoid', 'tanh', 'relu', 'huber', 'sin', 'cosh', 'elu', 'gelu', 'sign',
          'floor', 'atan', 'sinh', 'erf', 'biweight', 'logistic', 'hinge', 'squared_hinge', 'stop', '-', 'erfc',
          'pseudo_huber', 'log_cosh', 'asinh', 'cauchy', 'softsign', 'leaky_relu', 'expm1',
        ),
        tie('scalar'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('scalar'), tie('scalar'))
      .map(([name, left, right]) => `${name}(${left}, ${right})`),
    fc.tuple(tie('scalar'), tie('scalar')).map(([value, tau]) => `pinball(${value}, sigmoid(${tau}))`),
    fc
      .tuple(tie('scalar'), fc.constantFrom('>', '<', '>=', '<='), fc.constantFrom('0', '1', '-0.5'), tie('scalar'), tie('scalar'))
      .map(([test, order, bound, then, otherwise]) => `(if ${test} ${order} ${bound} then ${then} else ${otherwise})`),
    fc
      .tuple(fc.constantFrom('sum', 'mean', 'max', 'min', 'norm', 'logsumexp', 'variance', 'deviation', 'product'), tie('vector'))
      .map(([name, vector]) => `${name}(${vector})`),
    fc.tuple(tie('vector'), tie('vector')).map(([left, right]) => `dot(${left}, ${right})`),
    fc.tuple(tie('scalar'), tie('scalar')).map(([top, bottom]) => `(${top}) / (1 + (${bottom})^2)`),
    tie('scalar').map((inner) => `sqrt(1 + (${inner})^2)`),
    tie('scalar').map((inner) => `log(1 + abs(${inner}))`),
  ),
  vector: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('w', '[1.0, -2, 0.5]'),
    fc.tuple(tie('vector'), fc.constantFrom('+', '-', '*'), tie('scalar')).map(([l, o, r]) => `(${l} ${o} ${r})`),
    fc.tuple(fc.constantFrom('abs', 'exp', 'relu', 'tanh', 'sort', 'cumsum', 'softmax', '-'), tie('vector')).map(([f, v]) => `${f}(${v})`),
    fc.tuple(tie('vector'), tie('vector')).map(([l, r]) => `(${l} - ${r})`),
    fc.tuple(tie('scalar'), tie('vector')).map(([s, v]) => `[i in 3: ${s} + ${v}[i]^2]`),
  ),
})).scalar; // prettier-ignore

const declarations = 'param a: real = 1\nparam b: real = 1\nparam w: real[3] = 0';

/** Points with many exact zeros and ones, where kinks are. */
const coordinate = fc.oneof(fc.constantFrom(0, 1, -1, 0.5), fc.double({ min: -2, max: 2, noNaN: true }));
const pointOf = fc.array(coordinate, { minLength: 5, maxLength: 5 });

function understood(expression: string) {
  const problem = problemOf(`${declarations}\nminimize ${expression}`);
  const prepared = prepareProblem(problem, { raw: new Map(), sizes: new Map() });
  const [objective] = problem.objectives;
  const [facts] = objectiveFacts(problem);
  if (objective === undefined || facts === undefined) throw new Error('an objective is declared');
  const at = (x: readonly number[]): number =>
    valueOf(objectiveAt(prepared, objective, { x, training: true }));
  return { problem, prepared, facts, at };
}

const runs = {
  numRuns: Number(process.env['ANALYSIS_RUNS'] ?? 250),
  seed: Number(process.env['ANALYSIS_SEED'] ?? 7),
};
const mix = (p: readonly number[], q: readonly number[], share: number): number[] =>
  p.map((value, index) => share * value + (1 - share) * (q[index] ?? 0));

const moved = (p: readonly number[], direction: readonly number[], step: number): number[] =>
  p.map((value, index) => value + step * (direction[index] ?? 0));

describe('on random expressions', () => {
  it('values lie in their interval, and curvature holds between two points', () => {
    const counts = { constant: 0, affine: 0, convex: 0, concave: 0, unknown: 0 };
    fc.assert(
      fc.property(
        scalar,
        pointOf,
        pointOf,
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        (expression, p, q, share) => {
          const { facts, at } = understood(expression);
          const [left, right, middle] = [at(p), at(q), at(mix(p, q, share))];
          if (![left, right, middle].every((value) => Math.abs(value) < 1e12)) return;
          const { low, high } = facts.interval;
          const slack = 1e-9 * Math.max(1, Math.abs(left), Math.abs(right), Math.abs(middle));
          for (const value of [left, right, middle]) {
            expect(value).toBeGreaterThanOrEqual(low - slack);
            expect(value).toBeLessThanOrEqual(high + slack);
          }
          counts[facts.curvature] += 1;
          const chord = share * left + (1 - share) * right;
          if (
            facts.curvature === 'convex' ||
            facts.curvature === 'affine' ||
            facts.curvature === 'constant'
          ) {
            expect(middle).toBeLessThanOrEqual(chord + slack);
          }
          if (
            facts.curvature === 'concave' ||
            facts.curvature === 'affine' ||
            facts.curvature === 'constant'
          ) {
            expect(middle).toBeGreaterThanOrEqual(chord - slack);
          }
        },
      ),
      runs,
    );
    expect(Math.min(counts.affine, counts.convex, counts.concave)).toBeGreaterThan(1);
  });

  it('what is called smooth has one slope on both sides of every point', () => {
    fc.assert(
      fc.property(scalar, pointOf, pointOf, (expression, p, direction) => {
        const { facts, at } = understood(expression);
        if (!facts.smooth) return;
        const at0 = at(p);
        const bend = (step: number): number =>
          (at(moved(p, direction, step)) - 2 * at0 + at(moved(p, direction, -step))) / step;
        const slope = (at(moved(p, direction, 1e-5)) - at0) / 1e-5;
        if (!(Math.abs(at0) < 1e3 && Math.abs(slope) < 1e3)) return;
        // Where a function is smooth, the change of its slope shrinks with the step; at a kink it stays.
        const near = Math.abs(bend(1e-5));
        const kinked = near > 1e-3 * Math.max(1, Math.abs(slope)) && near > 0.5 * Math.abs(bend(1e-4));
        expect(kinked).toBe(false);
      }),
      runs,
    );
  });

  it('parameters that no derivative reaches have gradient 0', () => {
    fc.assert(
      fc.property(scalar, pointOf, (expression, p) => {
        const { facts, prepared } = understood(expression);
        const { gradient } = evaluateObjective(prepared, p);
        const reached = (path: string): boolean => facts.parameters.includes(path);
        if (!reached('a')) expect(gradient[0]).toBeCloseTo(0, 12);
        if (!reached('b')) expect(gradient[1]).toBeCloseTo(0, 12);
        if (!reached('w')) expect(gradient.slice(2).every((slope) => Math.abs(slope) < 1e-12)).toBe(true);
      }),
      runs,
    );
  });
});
