/**
 * Long folds in two levels, where launches run in parallel: a fold of few results over many elements first folds runs of
 * one axis, as many as keep the machine busy, and then the results of those.
 */
import { at, sizeOf } from './types.js';

/** Runs so many, counted over all results, keep the machine busy: one team each, or one thread each. */
const busy = { teams: 1024, threads: 32768 } as const;
/** Shorter runs are not worth a second launch. */
const shortest = { teams: 4096, threads: 64 } as const;

export interface FoldSplit {
  /** The axis that is cut, of the operand. */
  readonly axis: number;
  readonly runs: number;
  readonly length: number;
  /** The last run is shorter. */
  readonly uneven: boolean;
}

/** @param by whether neighbouring threads will take neighbouring elements of a run (`teams`), or neighbouring results */
export function splitFold(
  shape: readonly number[],
  kept: readonly boolean[],
  by: 'teams' | 'threads',
): FoldSplit | undefined {
  const extents = shape.filter((_, axis) => kept[axis] !== true);
  const results = sizeOf(shape.filter((_, axis) => kept[axis] === true));
  const folded = sizeOf(extents);
  const wanted = Math.floor(Math.min(busy[by] / Math.max(1, results), folded / shortest[by]));
  const longest = Math.max(0, ...extents);
  if (wanted < 4 || longest < 4) return undefined;
  const axis = shape.findIndex((extent, position) => kept[position] !== true && extent === longest);
  const extent = at(shape, axis);
  const aim = Math.min(wanted, extent);
  const runs = evenRuns(extent, aim) ?? Math.ceil(extent / Math.ceil(extent / aim));
  const length = Math.ceil(extent / runs);
  return { axis, runs, length, uneven: runs * length !== extent };
}

/** A number of runs near the wanted one that leaves no rest. */
function evenRuns(extent: number, wanted: number): number | undefined {
  for (let distance = 0; distance <= wanted / 2; distance += 1) {
    if (extent % (wanted - distance) === 0) return wanted - distance;
    if (wanted + distance <= extent && extent % (wanted + distance) === 0) return wanted + distance;
  }
  return undefined;
}
