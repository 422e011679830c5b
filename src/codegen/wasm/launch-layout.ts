/**
 * How what a launch stores only for its own later stages lies in memory: one turn over the other, so that it stays in the
 * cache; and where the outer loop itself is written in lanes, lane beside lane.
 */
import type { Affine, Variable } from '../../ir/nest-affine.js';
import type { Launch, Unit } from '../../ir/nest.js';
import { at } from '../../ir/types.js';

export type StridesOf = (unit: Unit) => readonly number[];

/** The turns of the outer loops use the same memory. */
export function rowLayout(launch: Launch): StridesOf {
  return layout(launch, (outer, stride) => (outer ? 0 : stride));
}

/** Lanes of `variable` lie side by side; undefined where a place is too small for that. */
export function acrossLayout(launch: Launch, variable: Variable, lanes: number): StridesOf | undefined {
  const across = layout(launch, (outer, stride) => {
    if (outer === variable) return 1;
    return outer === undefined ? stride * lanes : 0;
  });
  const fits = launch.units.every((unit) => {
    if (!unit.passing) return true;
    const strides = across(unit);
    const inner = unit.target.filter((index) => outerVariable(index, launch) === undefined);
    const extents = unit.target.map((index, axis) => ({ index, stride: at(strides, axis) }));
    const last = extents.reduce((sum, { index, stride }) => sum + stride * (lengthOf(index) - 1), 0);
    return inner.length < unit.target.length && last < unit.place.size;
  });
  return fits ? across : undefined;
}

function layout(launch: Launch, change: (outer: Variable | undefined, stride: number) => number): StridesOf {
  const known = new Map<Unit, readonly number[]>();
  return (unit) => {
    if (!unit.passing || unit.launch !== launch) return unit.strides;
    let strides = known.get(unit);
    if (strides === undefined) {
      strides = unit.strides.map((stride, axis) =>
        change(outerVariable(at(unit.target, axis), launch), stride),
      );
      known.set(unit, strides);
    }
    return strides;
  };
}

/** The outer loop that counts the elements of an axis. */
function outerVariable({ constant, terms }: Affine, launch: Launch): Variable | undefined {
  const [term, ...rest] = terms;
  if (term === undefined || rest.length > 0 || constant !== 0 || term.coefficient !== 1) return undefined;
  const { variable } = term;
  return variable.kind === 'loop' && variable.depth < launch.depth ? variable : undefined;
}

/** Elements that an index of a target runs over. */
function lengthOf({ constant, terms }: Affine): number {
  return terms.reduce(
    (sum, { variable, coefficient }) => sum + Math.abs(coefficient) * (variable.extent - 1),
    constant + 1,
  );
}
