/**
 * Preferences: how much each objective counts, positive and of sum 1. Those of a front are spread evenly over the simplex
 * (Das and Dennis, 1998), those of a step that trains one set of parameters for all are drawn uniformly from it.
 */
import { uniform } from './random.js';

/** Streams of draws of a program are not negative; the first ones below are those of rows. */
const preferenceStream = -3;

/** `count` preferences inside of the simplex. */
export function spreadPreferences(count: number, objectives: number): readonly (readonly number[])[] {
  let divisions = 1;
  while (latticeSize(divisions, objectives) < count) divisions += 1;
  const lattice = compositions(divisions, objectives).map((parts) =>
    parts.map((part) => (part + 1 / objectives) / (divisions + 1)),
  );
  return lattice.length === count ? lattice : farthestFirst(lattice, count);
}

function latticeSize(divisions: number, objectives: number): number {
  let size = 1;
  for (let index = 1; index < objectives; index += 1) size = (size * (divisions + index)) / index;
  return size;
}

/** All ways to write `total` as a sum of so many parts, the first part falling. */
function compositions(total: number, parts: number): readonly (readonly number[])[] {
  if (parts === 1) return [[total]];
  return Array.from({ length: total + 1 }, (_, index) => total - index).flatMap((first) =>
    compositions(total - first, parts - 1).map((rest) => [first, ...rest]),
  );
}

/** Some of the points, each the farthest from those chosen before it, in the order of the points. */
function farthestFirst(
  points: readonly (readonly number[])[],
  count: number,
): readonly (readonly number[])[] {
  const chosen = new Set<number>([0]);
  const distances = points.map(() => Infinity);
  let last = 0;
  while (chosen.size < count) {
    points.forEach((point, index) => {
      const away = Math.hypot(...point.map((value, each) => value - (points[last]?.[each] ?? NaN)));
      distances[index] = Math.min(distances[index] ?? Infinity, away);
    });
    last = distances.indexOf(Math.max(...distances));
    chosen.add(last);
  }
  return points.filter((_, index) => chosen.has(index));
}

/** The preference of a step, from 1: exponential draws over their sum. */
export function drawPreference(
  into: { [index: number]: number; readonly length: number },
  seed: number,
  step: number,
): void {
  let sum = 0;
  for (let index = 0; index < into.length; index += 1) {
    const drawn = -Math.log(uniform(seed, step, index, preferenceStream, 0));
    into[index] = drawn;
    sum += drawn;
  }
  for (let index = 0; index < into.length; index += 1) into[index] = (into[index] ?? NaN) / sum;
}
