/**
 * A `solve` as a phase of the program: the optimizer's states and their first values, the graph of one step with its
 * measures and stopping rule, and the evaluation of the objective at a given point.
 */
import type { TypedAggregation, TypedObjective, TypedSolve } from '../../check/typed.js';
import type { ParameterSlot, Phase } from '../program.js';
import { at } from '../types.js';
import { withBarriers } from './barrier.js';
import { type ProblemFacts } from './facts.js';
import { groupsOf, ownersOf } from './group.js';
import { type Handling, handlingOf } from './handling.js';
import { lengthOf, samplerOf } from './length.js';
import { withNestedChecks } from './nested_checks.js';
import { gameRegion, objectiveRegion, objectivesRegion } from './objective.js';
import { evaluateConstrained, evaluateGame, evaluateRegion, evaluateSeveral } from './phase_evaluate.js';
import { startRegion } from './phase_start.js';
import { stepRegion } from './phase_step.js';
import { type RowsOfView } from './view.js';

export function elaboratePhase(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
  isFirst: boolean,
): Phase {
  const objectives = chosenObjectives(facts, solve);
  const objective = at(objectives, 0);
  const sampler = samplerOf(facts, solve, objectives);
  const rows: RowsOfView =
    sampler.kind === 'batch'
      ? { kind: 'batch', table: sampler.table, size: sampler.size }
      : { kind: 'split', name: objective.split };
  const stepsPerEpoch =
    sampler.kind === 'batch'
      ? Math.floor(at(at(facts.tables, sampler.table).splits, 0).count / sampler.size)
      : 1;
  const steps = lengthOf(facts, solve, stepsPerEpoch);
  const handled = (seen: RowsOfView): Handling | undefined =>
    handlingOf(facts, slots, solve, objective, seen, facts.problem.carried.length + 1, steps);
  const handling = handled(rows);
  const whole = sampler.kind === 'batch' ? handled({ kind: 'split', name: objective.split }) : handling;
  const groups = groupsOf(facts, slots, solve, handling?.isMethod === true);
  const { variables } = groups;
  const carried = facts.problem.carried.length;
  const region =
    solve.players !== undefined
      ? gameRegion(facts, slots, objectives, ownersOf(facts, solve), rows)
      : solve.aggregation === undefined
        ? withBarriers(
            facts,
            slots,
            handling?.lagrangian ?? objectiveRegion(facts, slots, objective, rows),
            rows,
            steps,
          )
        : objectivesRegion(facts, slots, objectives, solve.aggregation, rows, carried, variables);
  const start = startRegion(facts, slots, groups, region, steps, rows, isFirst, whole, handling);
  const step = stepRegion(
    facts,
    slots,
    solve,
    groups,
    region,
    steps,
    rows,
    start.states,
    stepsPerEpoch,
    handling,
  );
  return {
    title: solve.title,
    objective:
      solve.aggregation === undefined
        ? { name: nameOf(objective), sense: objective.sense }
        : { name: nameOfSeveral(objectives, solve.aggregation), sense: 'minimize' },
    ...(objectives.length === 1
      ? {}
      : { several: objectives.map((each) => ({ name: nameOf(each), sense: each.sense })) }),
    states: start.states,
    start: start.bound,
    step: step.bound,
    measures: step.measures,
    stops: solve.until !== undefined,
    sampler,
    steps,
    stepsPerEpoch,
    ...withNestedChecks(
      facts,
      slots,
      objectives,
      solve.players !== undefined
        ? evaluateGame(facts, slots, objectives, ownersOf(facts, solve), variables)
        : solve.aggregation !== undefined
          ? evaluateSeveral(facts, slots, objectives, solve.aggregation, variables)
          : whole === undefined
            ? evaluateRegion(facts, slots, objective, variables)
            : evaluateConstrained(facts, slots, whole, { kind: 'split', name: objective.split }, variables),
    ),
    constraints: whole?.constraints ?? [],
    span: solve.span,
  };
}

function nameOfSeveral(objectives: readonly TypedObjective[], { kind, title }: TypedAggregation): string {
  const labels = objectives.map(({ label }) => label ?? '').join(', ');
  return `${kind === 'scalarization' ? title : 'sum'} of ${labels}`;
}

function chosenObjectives(facts: ProblemFacts, solve: TypedSolve): readonly TypedObjective[] {
  const { objectives } = facts.problem;
  const chosen =
    solve.labels.length === 0
      ? objectives
      : objectives.filter(
          (objective) => objective.label !== undefined && solve.labels.includes(objective.label),
        );
  const [first, second] = chosen;
  if (first === undefined) throw new Error('compiler bug: a solve without an objective');
  if ((second !== undefined) !== (solve.aggregation !== undefined || solve.players !== undefined))
    throw new Error(
      'compiler bug: several objectives are a game or go with an aggregator, and one is neither',
    );
  return chosen;
}

/** Its label; a player without one is named after its variables. */
function nameOf({ label, over }: TypedObjective): string {
  if (label !== undefined) return label;
  return over === undefined ? 'objective' : `over ${over.map(({ name }) => name).join(', ')}`;
}
