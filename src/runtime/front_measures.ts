/**
 * What a set of points says about a Pareto front, all objectives to be minimized: which points no other one dominates,
 * the volume that they dominate below a reference point, how evenly they lie. `std/fronts.opt` has the same in the
 * language, and tests hold the two together.
 */

export type Points = readonly (readonly number[])[];

/** No worse in every objective, and better in one. */
function dominates(a: readonly number[], b: readonly number[]): boolean {
  return (
    a.every((value, index) => value <= (b[index] ?? NaN)) &&
    a.some((value, index) => value < (b[index] ?? NaN))
  );
}

/** Of each point, whether no other dominates it; of points that are alike only the first counts. */
export function nonDominated(points: Points): readonly boolean[] {
  return points.map(
    (point, index) =>
      point.every(Number.isFinite) &&
      !points.some(
        (other, place) =>
          dominates(other, point) || (place < index && other.every((value, each) => value === point[each])),
      ),
  );
}

/** The volume dominated below `reference`, exact, for two or three objectives; undefined for others. */
export function hypervolume(points: Points, reference: readonly number[]): number | undefined {
  const [width, height, depth = 1] = reference;
  if (width === undefined || height === undefined || reference.length > 3) return undefined;
  const corners = points
    .filter((point) => point.every((value, index) => value < (reference[index] ?? NaN)))
    .map(([x = NaN, y = NaN, z = 0]) => ({ x, y, z }))
    .sort((a, b) => a.x - b.x);
  const levels = [...new Set(corners.map(({ z }) => z))].sort((a, b) => a - b);
  return levels.reduce((volume, level, index) => {
    let area = 0;
    let lowest = height;
    for (const { x, y, z } of corners) {
      if (z > level || y >= lowest) continue;
      area += (width - x) * (lowest - y);
      lowest = y;
    }
    return volume + area * ((levels[index + 1] ?? depth) - level);
  }, 0);
}

/** The mean deviation of the distances to the nearest neighbour, in their mean: 0 where all are equal. */
export function spread(points: Points): number {
  if (points.length < 2) return NaN;
  const nearest = points.map((point, index) =>
    Math.min(
      ...points.flatMap((other, place) =>
        place === index ? [] : [Math.hypot(...point.map((value, each) => value - (other[each] ?? NaN)))],
      ),
    ),
  );
  const mean = nearest.reduce((sum, distance) => sum + distance, 0) / nearest.length;
  const deviation = nearest.reduce((sum, distance) => sum + Math.abs(distance - mean), 0) / nearest.length;
  return mean === 0 ? 0 : deviation / mean;
}

/** A tenth of the front's extent beyond the worst value of each objective. */
export function referenceOf(points: Points): readonly number[] {
  const [first = []] = points;
  return first.map((_, index) => {
    const values = points.map((point) => point[index] ?? NaN);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return high + 0.1 * (high > low ? high - low : Math.max(1, Math.abs(high)));
  });
}

/** The point nearest to the best of each objective, in units of the front's extent. */
export function compromise(points: Points): number {
  const [first = []] = points;
  const low = first.map((_, index) => Math.min(...points.map((point) => point[index] ?? NaN)));
  const high = first.map((_, index) => Math.max(...points.map((point) => point[index] ?? NaN)));
  const distances = points.map((point) =>
    Math.hypot(
      ...point.map((value, index) => {
        const [least, most] = [low[index] ?? NaN, high[index] ?? NaN];
        return most > least ? (value - least) / (most - least) : 0;
      }),
    ),
  );
  return distances.indexOf(Math.min(...distances));
}
