/** The phases of a problem in the order in which they run: solves and processes. */
import type { TypedProblem, TypedProcess, TypedSolve } from './typed.js';

export type PlannedPhase =
  | { readonly kind: 'solve'; readonly of: TypedSolve }
  | { readonly kind: 'process'; readonly of: TypedProcess };

export function phasesOf({
  solves,
  processes,
}: Pick<TypedProblem, 'solves' | 'processes'>): readonly PlannedPhase[] {
  const before = (position: number): readonly PlannedPhase[] =>
    processes
      .filter((process) => process.position === position)
      .map((of): PlannedPhase => ({ kind: 'process', of }));
  const planned = solves.flatMap((of, index) => [...before(index), { kind: 'solve' as const, of }]);
  return [...planned, ...before(solves.length)];
}

export function phaseOf(problem: TypedProblem, of: TypedSolve | TypedProcess): number {
  return phasesOf(problem).findIndex((phase) => phase.of === of);
}
