/**
 * Where the stages of a team must wait for each other: before a stage that reads from memory what other threads have
 * written in an earlier one, or that writes what other threads may still be reading. A thread waits for nobody where it
 * reads its own elements: those that it writes in a stage whose loops are shared out in the same way.
 */
import { isLocal, readsOwnPoint, referencesOf } from '../../ir/fuse.js';
import { visitExpressions } from '../../ir/nest-expressions.js';
import { rootPlace } from '../../ir/nest.js';
import type { Launch, Place, Stage } from '../../ir/nest.js';

export interface StageBarriers {
  /** By stage: a barrier before all of it. */
  readonly before: readonly boolean[];
  /** By stage: a barrier between the reads of all threads and the stores of one. */
  readonly atStores: readonly boolean[];
}

/** @param sharing how the loops of a stage are shared out, as a key */
export function stageBarriers(launch: Launch, sharing: (stage: Stage) => string): StageBarriers {
  const { stages } = launch;
  const before: boolean[] = [];
  let last = 0;
  stages.forEach((stage, index) => {
    const earlier = stages.slice(last, index);
    const waits = earlier.some(
      (other) => readsWhatOthersWrote(stage, other, sharing) || writesWhatOthersRead(stage, other, sharing),
    );
    if (waits) last = index;
    before.push(waits);
  });
  return { before, atStores: stages.map((stage) => stage.inner.length === 0 && overwrites(stage, stage)) };
}

function readsWhatOthersWrote(stage: Stage, earlier: Stage, sharing: (stage: Stage) => string): boolean {
  return stage.units.some((unit) =>
    referencesOf(unit).some(
      (reference) =>
        earlier.units.includes(reference.unit) &&
        !isLocal(reference, unit) &&
        !(readsOwnPoint(reference) && sameThread(stage, earlier, sharing)),
    ),
  );
}

/** What is updated in place is read at the same element only. */
function writesWhatOthersRead(stage: Stage, earlier: Stage, sharing: (stage: Stage) => string): boolean {
  return overwrites(stage, earlier) && !sameThread(stage, earlier, sharing);
}

function overwrites(writer: Stage, reader: Stage): boolean {
  const written = new Set<Place>();
  for (const unit of writer.units) if (unit.stored) written.add(rootPlace(unit.place));
  let found = false;
  const roots = reader.units.flatMap(({ value }) => (value === undefined ? [] : [value]));
  visitExpressions(roots, (expression) => {
    found ||= expression.kind === 'load' && written.has(rootPlace(expression.place));
  });
  return found;
}

function sameThread(left: Stage, right: Stage, sharing: (stage: Stage) => string): boolean {
  return left.inner.length > 0 && sharing(left) === sharing(right);
}
