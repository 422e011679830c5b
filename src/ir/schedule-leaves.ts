/** The leaves of a schedule: what is left of it without its control flow. */
import type { Schedule } from './nest.js';

export type Leaf = Extract<Schedule, { kind: 'launch' | 'contraction' | 'kernel' | 'copy' | 'fill' }>;

/** A leaf of a schedule, and how often it runs at most. */
export interface CountedLeaf {
  readonly leaf: Leaf;
  readonly runs: number;
}

/** The leaves in the order of a run; of two branches, both. */
export function leavesOf(schedule: Schedule, runs = 1): readonly CountedLeaf[] {
  switch (schedule.kind) {
    case 'sequence':
      return schedule.steps.flatMap((step) => leavesOf(step, runs));
    case 'repeat': {
      const { condition, body, max } = schedule;
      const tested = condition === undefined ? [] : leavesOf(condition.schedule, runs * max);
      return [...tested, ...leavesOf(body, runs * max)];
    }
    case 'if':
      return [...leavesOf(schedule.then, runs), ...leavesOf(schedule.otherwise, runs)];
    default:
      return [{ leaf: schedule, runs }];
  }
}
