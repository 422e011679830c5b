/** How long a phase is and what rows its steps see: the sampler, the number of steps, an epoch. */
import type { TypedExpression, TypedObjective, TypedProcess, TypedSolve } from '../../check/typed.js';
import type { Phase } from '../program.js';
import { at } from '../types.js';
import { fail } from './context.js';
import { type ProblemFacts } from './facts.js';
import { tablesReadBy } from './tables_read.js';
import { constantOf } from './tensor.js';
import { View } from './view.js';

/** Steps of a phase whose length the source does not say. */
const defaultSteps = 1000;

/** An integer known once sizes are. */
export function integerOf(facts: ProblemFacts, expression: TypedExpression): number {
  const view = new View(facts, {
    rows: { kind: 'split', name: undefined },
    training: true,
    parameters: 'none',
    slots: [],
  });
  const value = constantOf(view.tensor(expression));
  if (value === undefined) throw new Error('compiler bug: an integer that is not known before the run');
  return value;
}

export function samplerOf(
  facts: ProblemFacts,
  solve: TypedSolve,
  objectives: readonly TypedObjective[],
): Phase['sampler'] {
  if (solve.batch === undefined) return { kind: 'full' };
  const { batch } = solve;
  const ofObjectives = objectives.flatMap(({ value }) => [...tablesReadBy(facts, value)]);
  const { constraints } = facts.problem;
  const read = new Set(
    ofObjectives.length > 0
      ? ofObjectives
      : constraints.flatMap(({ value }) => [...tablesReadBy(facts, value)]),
  );
  const [table, other] = [...read].sort((left, right) => left - right);
  if (table === undefined) {
    return fail('AM5012', batch.span, 'the objective reads no table whose rows could be sampled', [
      'Drop `batch`, or state the objective over the rows of a `data` table.',
    ]);
  }
  if (other !== undefined) {
    const names = [table, other].map((index) => at(facts.tables, index).dimension).join(' and ');
    fail('AM5010', batch.span, `the objective reads rows of ${names}, and \`batch\` samples one table only`, [
      'State the objective over the rows of one table; sampling from several is not part of this version.',
    ]);
  }
  const size = integerOf(facts, batch.size);
  const available = at(at(facts.tables, table).splits, 0).count;
  if (size < 1 || size > available) {
    fail('AM5013', batch.span, `a batch of ${size} cannot be sampled from ${available} training rows`);
  }
  return { kind: 'batch', table, size, inOrder: batch.inOrder };
}

/** The number of steps of a process. */
export function stepsOf(facts: ProblemFacts, { count, span }: TypedProcess): number {
  if (facts.options.steps !== undefined) return facts.options.steps;
  const steps = integerOf(facts, count);
  if (steps < 0) fail('AM5014', span, `a process of ${steps} steps`);
  return steps;
}

export function lengthOf(facts: ProblemFacts, solve: TypedSolve, stepsPerEpoch: number): number {
  if (facts.options.steps !== undefined) return facts.options.steps;
  if (solve.length === undefined) return defaultSteps;
  const count = integerOf(facts, solve.length.count);
  if (count < 0) fail('AM5014', solve.span, `a phase of ${count} ${solve.length.unit}`);
  return solve.length.unit === 'epochs' ? count * stepsPerEpoch : count;
}
