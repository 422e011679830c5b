/**
 * Loops that can run as one: where every index that mentions the outer variable treats the pair as one counter, the
 * outer loop disappears and the inner one runs over the product.
 */
import { innerLoops } from '../ir/fuse.js';
import type { Affine, Variable } from '../ir/nest-affine.js';
import { flatIndex, visitExpressions } from '../ir/nest-expressions.js';
import type { Expression, Launch, Place, Unit } from '../ir/nest.js';
import { at } from '../ir/types.js';

type FlatOf = (expression: Expression) => { readonly place: Place; readonly index: Affine } | undefined;

export function collapsibleLoops(
  launch: Launch,
  flatOf: FlatOf,
  stridesOf: (unit: Unit) => readonly number[],
): ReadonlySet<Variable> {
  const collapsed = new Set<Variable>();
  const first = at(launch.units, 0);
  const all = indicesUsed(launch.units, flatOf, stridesOf);
  const outer = first.space.slice(0, launch.depth);
  const mergeRun = (
    loops: readonly Variable[],
    from: number,
    units: readonly Unit[],
    indices: readonly Affine[],
  ): void => {
    for (let position = 0; position + 1 < loops.length; position += 1) {
      const [outside, inside] = [at(loops, position), at(loops, position + 1)];
      if (outside.extent === 1 || inside.extent <= 1) continue;
      const depth = from + position;
      const sameRole = units.every(
        (unit) =>
          unit.kept[depth] === unit.kept[depth + 1] &&
          (unit.kind.kind !== 'scan' || depth + 1 < unit.space.length - 1) &&
          unit.kind.kind !== 'argreduce',
      );
      if (sameRole && indices.every((index) => actAsOne(index, outside, inside))) collapsed.add(outside);
    }
  };
  mergeRun(outer, 0, launch.units, all);
  // A variable is shared by stages with equal loops, so a merge must suit all of them.
  const groups = new Map<string, Unit[]>();
  for (const unit of launch.units) {
    const key = innerLoops(unit, launch)
      .map((variable) => variable.id)
      .join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [unit]);
    else group.push(unit);
  }
  if (groups.size === 1) mergeRun(innerLoops(first, launch), launch.depth, launch.units, all);
  return collapsed;
}

function actAsOne(index: Affine, outside: Variable, inside: Variable): boolean {
  let [outer, inner] = [0, 0];
  for (const { variable, coefficient } of index.terms) {
    if (variable === outside) outer = coefficient;
    if (variable === inside) inner = coefficient;
  }
  return outer === inner * inside.extent;
}

function indicesUsed(
  units: readonly Unit[],
  flatOf: FlatOf,
  stridesOf: (unit: Unit) => readonly number[],
): readonly Affine[] {
  const indices: Affine[] = [];
  const addIndex = (index: Affine): void => {
    indices.push(index);
    for (const { variable } of index.terms) if (variable.kind === 'quotient') addIndex(variable.dividend);
  };
  const roots: Expression[] = [];
  for (const unit of units) {
    if (unit.value !== undefined) roots.push(unit.value);
    addIndex(flatIndex(unit.target, stridesOf(unit)));
    for (const guard of unit.guards) addIndex(guard.index);
    for (const index of unit.target) {
      for (const { variable } of index.terms) if (variable.kind === 'value') roots.push(variable.value);
    }
  }
  visitExpressions(roots, (expression) => {
    const flat = flatOf(expression);
    if (flat !== undefined) addIndex(flat.index);
    if (expression.kind === 'integer') addIndex(expression.value);
    if (expression.kind === 'guarded') for (const guard of expression.guards) addIndex(guard.index);
  });
  return indices;
}
