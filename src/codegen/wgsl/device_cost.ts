/**
 * What a part of a schedule takes on a device, in microseconds, and the rule that follows from it: a part runs in a single
 * workgroup where that is at least as fast as a dispatch for each of its functions. The weights are those of a
 * desktop GPU by its data sheet, rounded; on a CPU driver everything is slower by about the same factor.
 */
import { operationsOf } from '../../ir/cost.js';
import type { Leaf } from '../../ir/schedule-leaves.js';
import type { Launch } from '../../ir/nest.js';
import { sizeOfExpression } from '../../ir/schedule.js';
import { at, sizeOf } from '../../ir/types.js';

/** How many threads there are. */
export interface Crew {
  /** Invocations of a workgroup. */
  readonly threads: number;
  /** Workgroups that run at once. */
  readonly groups: number;
}

export const microseconds = {
  /** One operation of one thread, the memory that it waits for included. */
  operation: 0.008,
  /** From the end of one dispatch to the start of the next. */
  dispatch: 4,
  /** A barrier within a workgroup, and the first reads after it. */
  barrier: 0.5,
  /** A value that the host reads before it goes on. */
  readBack: 200,
  /** To compile one kernel; it counts for functions that run once. */
  compilation: 10_000,
} as const;

/** Workgroups that a device of some size runs at once. */
export const usualGroups = 100;

/** Turns that a loop with a condition is thought to take. */
export function expectedTurns(max: number): number {
  return Math.min(max, 16);
}

interface Work {
  readonly operations: number;
  /** Threads that can share it. */
  readonly threads: number;
}

export function leafTime(leaf: Leaf, { threads, groups }: Crew): number {
  const work = workOf(leaf);
  const busy = Math.max(1, Math.min(threads * groups, work.threads));
  return (work.operations / busy) * microseconds.operation;
}

export function workOf(leaf: Leaf): Work {
  switch (leaf.kind) {
    case 'launch':
      return workOfLaunch(leaf.launch);
    case 'contraction': {
      const { node, left, output, epilogue } = leaf.contraction;
      const terms = Math.max(1, left.contract.extent);
      const after = epilogue === undefined ? output.size : workOfLaunch(epilogue).operations;
      return { operations: operationsOf(node) + after, threads: output.size * Math.min(terms, 32) };
    }
    case 'kernel': {
      const { node } = leaf.call;
      const { shape } = at(node.inputs, 0).type;
      const matrices = sizeOf(shape.slice(0, node.operator.kind === 'argsort' ? -1 : -2));
      // The threads of the workgroup that has the matrix wait for each other most of the time.
      return { operations: operationsOf(node), threads: matrices * 16 };
    }
    case 'copy':
    case 'fill':
      return { operations: 2 * leaf.size, threads: leaf.size };
    default:
      return leaf satisfies never;
  }
}

function workOfLaunch({ units }: Launch): Work {
  let [operations, threads] = [0, 1];
  for (const unit of units) {
    const points = unit.space.reduce((product, { extent }) => product * extent, 1);
    operations += points * (unit.value === undefined ? 1 : sizeOfExpression(unit.value));
    const length = unit.kind.kind === 'scan' ? (unit.space.at(-1)?.extent ?? 1) : 1;
    threads = Math.max(threads, points / length);
  }
  return { operations, threads };
}
