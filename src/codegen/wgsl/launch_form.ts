/**
 * Which form a launch takes on a device: by a rough count of the turns that the busiest thread makes. Many points keep all
 * threads busy alone; few points with long inner loops need teams, which pay for their barriers.
 */
import { fastest, neighboursAlong } from '../../ir/nest-access.js';
import type { Launch } from '../../ir/nest.js';
import { at, sizeOf } from '../../ir/types.js';
import type { DeviceProfile } from './module_text.js';

/** A barrier, in turns of a short loop. */
const barrierCost = { cheap: 3, costly: 60 };
/** Workgroups that run at once on a device of which nothing is known. */
const busyGroups = 256;
/** How much slower it is when neighbouring threads read from distant places. */
const scatteredCost = 4;

export function chooseForm(
  launch: Launch,
  { threads, groups = busyGroups, form, barriers: waits = 'cheap' }: DeviceProfile,
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
  const together = Math.ceil(points / groups) * (shared + barriers * barrierCost[waits]);
  return together < alone ? 'teams' : 'points';
}

/** What an access costs when neighbouring threads take neighbouring points, and when they take neighbouring inner turns. */
function stridesOf(launch: Launch): readonly [points: number, teams: number] {
  let [byPoints, byTurns] = [0, 0];
  for (const unit of launch.units) {
    const lastInner = fastest(unit.space.slice(launch.depth));
    if (lastInner === undefined) continue;
    byTurns += neighboursAlong(unit.value, lastInner);
    byPoints += neighboursAlong(unit.value, fastest(unit.space.slice(0, launch.depth)), lastInner);
  }
  return [byPoints >= byTurns && byPoints > 0 ? 1 : scatteredCost, byTurns >= byPoints ? 1 : scatteredCost];
}
