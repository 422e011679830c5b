/** Measures of fronts: against inclusion and exclusion, and against the library's in the language. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runTests } from '../../src/check/evaluate/tests.js';
import { checkSource } from '../../src/front_end.js';
import { compromise, hypervolume, nonDominated, spread } from '../../src/runtime/front_measures.js';
import { drawPreference, spreadPreferences } from '../../src/runtime/preferences.js';
import { list } from '../library/solve.js';

/** The volume of a union of boxes, over all sets of them. */
function byInclusion(points: readonly (readonly number[])[], reference: readonly number[]): number {
  let volume = 0;
  for (let set = 1; set < 2 ** points.length; set += 1) {
    const members = points.filter((_, index) => (set >> index) & 1);
    const corner = reference.map((_, index) => Math.max(...members.map((point) => point[index] ?? NaN)));
    const box = corner.reduce((size, low, index) => size * Math.max(0, (reference[index] ?? NaN) - low), 1);
    volume += members.length % 2 === 1 ? box : -box;
  }
  return volume;
}

const pointsOf = (objectives: number): fc.Arbitrary<number[][]> =>
  fc.array(
    fc.array(
      fc.integer({ min: 0, max: 12 }).map((value) => value / 10),
      { minLength: objectives, maxLength: objectives },
    ),
    { minLength: 1, maxLength: 7 },
  );

describe('the hypervolume', () => {
  for (const objectives of [2, 3]) {
    test(`of ${objectives} objectives is the volume of the union of boxes`, () => {
      const reference = Array.from({ length: objectives }, () => 1);
      fc.assert(
        fc.property(pointsOf(objectives), (points) => {
          expect(hypervolume(points, reference)).toBeCloseTo(byInclusion(points, reference), 10);
        }),
        { numRuns: 200 },
      );
    });
  }

  test('of the sphere octant below (1.1, 1.1, 1.1) comes near to its volume from below', () => {
    const points = spreadPreferences(2485, 3).map((direction) =>
      direction.map((x) => x / Math.hypot(...direction)),
    );
    const volume = hypervolume(points, [1.1, 1.1, 1.1]) ?? NaN;
    expect(volume).toBeLessThan(0.8074012244017011);
    expect(volume).toBeGreaterThan(0.97 * 0.8074012244017011);
  });

  test('is not there for four objectives', () => {
    expect(hypervolume([[0, 0, 0, 0]], [1, 1, 1, 1])).toBeUndefined();
  });
});

test('measures are those of the library', () => {
  const sets = [
    ...fc.sample(pointsOf(2), { seed: 3, numRuns: 6 }),
    ...fc.sample(pointsOf(3), { seed: 4, numRuns: 6 }),
  ];
  const text = sets
    .map((points, index) => {
      const reference = (points[0] ?? []).map(() => 1);
      const best = nonDominated(points);
      const chosen = points.filter((_, place) => best[place]);
      return `test "${index}" {
        let F = ${list(points)}
        assert hypervolume(F, ${list(reference)}) == ${hypervolume(points, reference)} within 1e-12
        assert non_dominated(F) == ${list(best.map(Number))}
        ${chosen.length > 1 ? `assert spread(F) == ${spread(chosen)} within 1e-12` : ''}
      }`;
    })
    .join('\n');
  const { problem, diagnostics } = checkSource({ path: 'fronts.opt', text });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (problem === undefined) throw new Error('no problem');
  expect(runTests(problem).filter(({ passed }) => !passed)).toEqual([]);
});

test('the compromise is the point nearest to the best of each objective, in the extent of each', () => {
  expect(
    compromise([
      [0, 1000],
      [1, 100],
      [10, 0],
    ]),
  ).toBe(1);
});

describe('preferences', () => {
  test('of two objectives are evenly spaced, and none is 0', () => {
    expect(spreadPreferences(4, 2)).toEqual([
      [0.875, 0.125],
      [0.625, 0.375],
      [0.375, 0.625],
      [0.125, 0.875],
    ]);
  });

  test('are as many as asked for, of sum 1, and apart', () => {
    for (const count of [2, 7, 20]) {
      const spreadOut = spreadPreferences(count, 3);
      expect(spreadOut).toHaveLength(count);
      for (const each of spreadOut) expect(each.reduce((sum, part) => sum + part)).toBeCloseTo(1, 12);
      expect(new Set(spreadOut.map(String)).size).toBe(count);
    }
  });

  test('are drawn uniformly from the simplex', () => {
    const drawn = Array.from({ length: 4000 }, (_, step) => {
      const into = [0, 0, 0];
      drawPreference(into, 7, step + 1);
      return into;
    });
    const mean = drawn.reduce((sum, [first = NaN]) => sum + first, 0) / drawn.length;
    const square = drawn.reduce((sum, [first = NaN]) => sum + first ** 2, 0) / drawn.length;
    // Moments of Dirichlet(1, 1, 1).
    expect(mean).toBeCloseTo(1 / 3, 1.7);
    expect(square).toBeCloseTo(1 / 6, 1.7);
  });
});
