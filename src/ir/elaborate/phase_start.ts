/** The start of a phase: the states of the problem, the handler and the optimizers, and what they begin with. */
import type { Node } from '../graph.js';
import type { BoundRegion, ParameterSlot, StateSlot } from '../program.js';
import { firstAggregatorStates } from './aggregation.js';
import { dtypeOf } from './apply.js';
import { carriedSlots, carriedStarts } from './carried.js';
import { Environment } from './environment.js';
import { type ProblemFacts } from './facts.js';
import type { Groups } from './group.js';
import { type Handling } from './handling.js';
import { type Objective } from './objective.js';
import { OptimizerRun } from './optimizer.js';
import { allInstances, type OptimizerInstance } from './optimizer_instance.js';
import { queriesIn } from './queries.js';
import { castTo, constant, expand, sliceOwn, tensor } from './tensor.js';
import type { Tensor } from './value.js';
import { cut } from './variables.js';
import { type RowsOfView, View } from './view.js';

export function startRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  groups: Groups,
  objective: Objective,
  steps: number,
  rows: RowsOfView,
  isFirstPhase: boolean,
  /** On all training rows: a handler's states are kept for all. */
  handling: Handling | undefined,
  sampled: Handling | undefined,
): { readonly states: readonly StateSlot[]; readonly bound: BoundRegion } {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  // What the optimizer's states start from may read the objective, which reads what is carried.
  const carried = carriedStarts(facts, slots, view, isFirstPhase);
  carried.forEach((node, index) => view.provideState(index, node));
  const states: StateSlot[] = [];
  const firsts: Node[] = [];
  const add = (name: string, node: Node): void => {
    states.push({ name, type: node.type });
    firsts.push(node);
  };
  states.push(...carriedSlots(facts));
  firsts.push(...carried);
  if (handling !== undefined) {
    add(`${handling.instance.path}.restarted`, view.root.builder.constant(0, 'int'));
    const { variables } = groups;
    const handler = new OptimizerRun(view, queriesIn(view, handling.plain, variables), steps, handling);
    firstStates(view, handler, handling.instance).forEach(({ name, node }) => {
      view.provideState(states.length, node);
      add(name, node);
    });
  }
  if (objective.several !== undefined) {
    const { size } = groups.variables;
    firstAggregatorStates(view, objective.several.aggregation, size).forEach(({ name, node }) => {
      view.provideState(states.length, node);
      add(name, node);
    });
  }
  for (const { instance, variables, times } of groups.all) {
    const run = new OptimizerRun(view, queriesIn(view, objective, variables), steps * times, sampled);
    for (const { name, node } of allFirstStates(view, run, instance)) add(name, node);
  }
  return { states, bound: view.close(firsts) };
}

interface FirstState {
  readonly name: string;
  readonly node: Node;
}

/** The first states of an optimizer and of all that it wraps, with their counts of steps. */
export function allFirstStates(
  view: View,
  run: OptimizerRun,
  instance: OptimizerInstance,
  x: Tensor = ownStart(view, run),
): readonly FirstState[] {
  return [...new Set(allInstances(instance))].flatMap((each) => [
    ...(each === instance ? [] : [{ name: `${each.path}.t`, node: view.frame.builder.constant(0, 'int') }]),
    ...firstStates(view, run, each, x),
  ]);
}

/** What the run's optimizer moves, where the phase starts. */
function ownStart(view: View, run: OptimizerRun): Tensor {
  return tensor(view.root, cut(view.root.builder, view.x(), run.queries.variables));
}

export function firstStates(
  view: View,
  run: OptimizerRun,
  each: OptimizerInstance,
  x: Tensor = ownStart(view, run),
): readonly FirstState[] {
  const environment = run.bodyEnvironment(each, constant(view.root, 0, 'int'));
  const { slots } = run.queries.variables;
  return each.states.map((state) => {
    const inner = new Environment(environment);
    const slot = state.tensor === undefined ? undefined : slots[state.tensor];
    if (slot !== undefined) inner.bindSize(each.definition.size, { value: slot.size, training: undefined });
    inner.bind(
      each.definition.implicit.x,
      slot === undefined ? x : sliceOwn(view.frame, x, 0, slot.offset, slot.offset + slot.size),
    );
    const shape = state.symbol.type.kind === 'array' ? inner.shape(state.symbol.type.shape) : [];
    const value = view.within(inner, () => view.tensor(state.value));
    const typed = castTo(view.frame, value, dtypeOf(state.symbol.type));
    const sizes = shape.map((size) => size.value);
    return { name: state.name, node: expand(view.frame, typed, [], sizes) };
  });
}
