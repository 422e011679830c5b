/**
 * The optimizers of a `solve`, each with the variables that it moves, and one step of all of them: at once from where
 * the step began, or in turn, each from where the earlier ones stand.
 */
import type { TypedOptimizerValue, TypedSolve } from '../../check/typed.js';
import type { Node } from '../graph.js';
import type { ParameterSlot } from '../program.js';
import { range } from '../types.js';
import { asTensor } from './call.js';
import { fail } from './context.js';
import type { ProblemFacts } from './facts.js';
import type { Game } from './game.js';
import type { Handling } from './handling.js';
import { integerOf } from './length.js';
import type { Objective } from './objective.js';
import { failInGame, failInPart, OptimizerRun } from './optimizer.js';
import { instantiateOptimizer, type OptimizerInstance } from './optimizer_instance.js';
import { queriesIn } from './queries.js';
import { applySets, keepingOf } from './sets.js';
import { expand, tensor } from './tensor.js';
import type { Tensor } from './value.js';
import { cut, put, someVariables, type Variables, variablesNamed } from './variables.js';
import type { View } from './view.js';

export interface Group {
  readonly optimizer: TypedOptimizerValue;
  readonly instance: OptimizerInstance;
  readonly variables: Variables;
  /** Turns in a row within a step. */
  readonly times: number;
}

export interface Groups {
  readonly all: readonly Group[];
  readonly alternates: boolean;
  /** What any of them moves. */
  readonly variables: Variables;
}

/** More turns than this within a step would make its graph too large. */
const mostTurns = 100;

/** A method that treats constraints itself is its own handler, and moves the variables in that place. */
export function groupsOf(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
  isMethod: boolean,
): Groups {
  const ofSeveral = solve.groups.length > 1;
  const { aggregation } = solve;
  if (ofSeveral && solve.alternates && aggregation?.kind === 'direction') failInPart(aggregation.span);
  const all = solve.groups.map((group): Group => {
    const variables = variablesNamed(facts, slots, group.variables);
    const owner = variables.slots[0]?.name.split(/[.[]/)[0] ?? '';
    const times = group.times === undefined ? 1 : integerOf(facts, group.times);
    if (times < 1 || times > mostTurns) {
      fail('AM5041', group.times?.span ?? group.span, `an optimizer that moves ${times} times in each step`, [
        `The turns in a row within a step are 1 to ${mostTurns}.`,
      ]);
    }
    const instance = instantiateOptimizer(
      group.optimizer,
      undefined,
      variables.slots.length,
      ofSeveral ? owner : '',
    );
    return { optimizer: group.optimizer, instance, variables, times };
  });
  const moved = new Set(all.flatMap(({ variables }) => variables.own));
  const variables = someVariables(
    slots,
    range(slots.length).filter((index) => moved.has(index)),
  );
  return { all: isMethod ? [] : all, alternates: solve.alternates, variables };
}

/** The player of each tensor. */
export function ownersOf(facts: ProblemFacts, { players }: TypedSolve): Game['owner'] {
  return facts.problem.parameters.map(({ symbol }) => {
    const player = players?.findIndex(({ variables }) => variables.has(symbol)) ?? -1;
    return player < 0 ? undefined : player;
  });
}

/** What a step starts from. */
export interface Setting {
  readonly view: View;
  readonly objective: Objective;
  readonly handling: Handling | undefined;
  /** All parameters. */
  readonly x: Node;
  /** Of the variables that are moved, at `x`. */
  readonly gradient: () => Node;
  readonly value: () => Node;
  readonly t: Tensor;
  readonly steps: number;
  /** Answers about all variables that are moved. */
  readonly whole: OptimizerRun;
}

/** All parameters after every group has moved, and the runs of the optimizers, one for each turn. */
export function moveAll(
  groups: Groups,
  setting: Setting,
): { readonly reached: Node; readonly runs: readonly OptimizerRun[] } {
  const { root } = setting.view;
  let reached = setting.x;
  const runs: OptimizerRun[] = [];
  for (const [index, group] of groups.all.entries()) {
    for (const turn of range(group.times)) {
      const isAtStart = !groups.alternates || (index === 0 && turn === 0);
      const base = isAtStart ? setting.x : reached;
      const { run, moved } = oneTurn(group, turn, base, isAtStart, groups, setting);
      runs.push(run);
      reached = put(root.builder, reached, moved, group.variables);
    }
  }
  return { reached, runs };
}

/** How often the objectives were evaluated, as far as it has been asked for. */
export function evaluationsOf({ root }: View, runs: readonly OptimizerRun[]): Node {
  return [...new Set(runs)]
    .map((run) => root.read(asTensor(run.evaluations.read())))
    .reduce((sum, count) => root.builder.binary('add', sum, count));
}

function oneTurn(
  { optimizer, instance, variables, times }: Group,
  turn: number,
  base: Node,
  isAtStart: boolean,
  groups: Groups,
  setting: Setting,
): { readonly run: OptimizerRun; readonly moved: Node } {
  const { view, objective, handling, t } = setting;
  const { root } = view;
  const { builder } = root;
  const queries = queriesIn(view, objective, variables, () => base);
  const isAlone = groups.all.length === 1 && times === 1;
  const run = isAlone
    ? setting.whole
    : new OptimizerRun(view, queries, setting.steps * times, handling, groups.all.length > 1);
  const x = cut(builder, base, variables);
  const shared = isAtStart && !(groups.alternates && groups.all.length > 1);
  const both = once(() =>
    view.atRoot(() => {
      run.count(root, x);
      return queries.valueAndGradient(root, x);
    }),
  );
  const g = shared
    ? (): Node => cut(builder, put(builder, setting.x, setting.gradient(), groups.variables), variables)
    : (): Node => both().gradient;
  const f = (): Node => {
    if (queries.isField()) failInGame(instance.definition.span);
    return shared && objective.game === undefined ? setting.value() : both().value;
  };
  const after = run.run(
    instance,
    tensor(root, x),
    () => tensor(root, g()),
    () => tensor(root, f()),
    turnOf(view, t, turn, times),
    undefined,
    turn,
  );
  for (const cell of instance.cells.values()) asTensor(cell.read());
  return { run, moved: placed(setting, after, variables, base, optimizer) };
}

/** The variables where they have moved to from `base`, in their sets. */
function placed(
  { view }: Setting,
  after: Tensor,
  variables: Variables,
  base: Node,
  optimizer: TypedOptimizerValue,
): Node {
  const { root } = view;
  const moved = expand(root, after, [], [variables.size]);
  const keeping = keepingOf(view.facts, variables, optimizer);
  if (keeping === undefined) return moved;
  return applySets(view, keeping, [cut(root.builder, base, variables), moved]);
}

/** All parameters after a method that treats constraints itself has moved the variables to `after`. */
export function reachedBy(
  setting: Setting,
  after: Tensor,
  variables: Variables,
  optimizer: TypedOptimizerValue,
): Node {
  const { builder } = setting.view.root;
  return put(builder, setting.x, placed(setting, after, variables, setting.x, optimizer), variables);
}

/** How often this optimizer has moved, this turn included. */
function turnOf(view: View, t: Tensor, turn: number, times: number): Tensor {
  if (times === 1) return t;
  const { builder } = view.root;
  const before = builder.binary('subtract', t.node, builder.constant(1, 'int'));
  const whole = builder.binary('multiply', before, builder.constant(times, 'int'));
  return tensor(view.root, builder.binary('add', whole, builder.constant(turn + 1, 'int')));
}

export function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}
