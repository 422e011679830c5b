/**
 * Which form a launch takes on a device: by a rough count of the turns that the busiest thread makes. Many points keep all
 * threads busy alone; few points with long inner loops need teams, which pay for their barriers.
 */
import { flatIndex, visitExpressions } from '../../ir/nest-expressions.js';
import type { Affine, Variable } from '../../ir/nest-affine.js';
import type { Expression, Launch, Unit } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import type { DeviceProfile } from './module_text.js';

/** A barrier, in turns of a short loop. */
const barrierCost = 3;
/** Workgroups that run at once on a device of which nothing is known. */
const busyGroups = 256;
/** How much slower it is when neighbouring threads read from distant places. */
const scatteredCost = 4;

export function chooseForm(
  launch: Launch,
  { threads, groups = busyGroups, form }: DeviceProfile,
): 'points' | 'teams' {
  if (form !== undefined) return form;
  const outer = at(launch.units, 0).space.slice(0, launch.depth);
  const points = sizeOf(outer.map(({ extent }) => extent));
  const works = launch.stages.map(({ inner }) => sizeOf(inner.map(({ extent }) => extent)));
  const work = works.reduce((sum, one) => sum + one, 0);
  if (works.every((one) => one <= 1)) return 'points';
  const folds = launch.units.filter(({ kind }) => kind.kind !== 'map').length;
  const barriers = folds * (1 + Math.log2(threads)) + launch.stages.length;
  const [asPoints, asTeams] = stridesOf(launch);
  const alone = Math.ceil(points / (groups * threads)) * work * asPoints;
  const shared = works.reduce((sum, one) => sum + Math.ceil(one / threads), 0) * asTeams;
  const together = Math.ceil(points / groups) * (shared + barriers * barrierCost);
  return together < alone ? 'teams' : 'points';
}

/** What an access costs when neighbouring threads take neighbouring points, and when they take neighbouring inner turns. */
function stridesOf(launch: Launch): readonly [points: number, teams: number] {
  let [byPoints, byTurns] = [0, 0];
  for (const unit of launch.units) {
    const lastOuter = fastest(unit.space.slice(0, launch.depth));
    const lastInner = fastest(unit.space.slice(launch.depth));
    if (lastInner === undefined) continue;
    for (const index of indicesRead(unit)) {
      if (coefficient(index, lastInner) === 0) continue;
      if (Math.abs(coefficient(index, lastInner)) === 1) byTurns += 1;
      else if (lastOuter !== undefined && Math.abs(coefficient(index, lastOuter)) === 1) byPoints += 1;
    }
  }
  return [byPoints >= byTurns && byPoints > 0 ? 1 : scatteredCost, byTurns >= byPoints ? 1 : scatteredCost];
}

function fastest(loops: readonly Variable[]): Variable | undefined {
  return loops.filter(({ extent }) => extent > 1).at(-1);
}

function coefficient(index: Affine, variable: Variable): number {
  return index.terms.find((term) => term.variable === variable)?.coefficient ?? 0;
}

function indicesRead(unit: Unit): readonly Affine[] {
  const indices: Affine[] = [];
  visitExpressions(unit.value === undefined ? [] : [unit.value], (expression: Expression) => {
    if (expression.kind === 'load') indices.push(expression.index);
    if (expression.kind === 'reference') indices.push(flatIndex(expression.index, expression.unit.strides));
  });
  return indices;
}
