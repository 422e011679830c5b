/**
 * A process as a phase of the program. The body is elaborated once, over the whole parameters and states as cells that
 * its updates write; what they hold at the end is the state of the next step.
 */
import { phaseOf } from '../../check/phases.js';
import type { TypedProcess } from '../../check/typed.js';
import type { Node } from '../graph.js';
import type { BoundRegion, ParameterSlot, Phase } from '../program.js';
import { at } from '../types.js';
import { dtypeOf } from './apply.js';
import { asTensor } from './call.js';
import { carriedSlots, carriedStarts, carriedUpdates } from './carried.js';
import { Environment } from './environment.js';
import type { ProblemFacts } from './facts.js';
import { Following } from './following.js';
import { stepsOf } from './length.js';
import { tensorsOf, vectorOf } from './objective.js';
import { project, projectionOf } from './sets.js';
import { castTo, constant, expand, tensor } from './tensor.js';
import { type RowsOfView, View } from './view.js';

const trainingRows: RowsOfView = { kind: 'split', name: undefined };

export function elaborateProcess(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  process: TypedProcess,
  isFirst: boolean,
): Phase {
  const steps = stepsOf(facts, process);
  return {
    process: true,
    title: process.title,
    objective: { name: process.title, sense: 'minimize' },
    states: carriedSlots(facts),
    start: startRegion(facts, slots, isFirst),
    step: stepRegion(facts, slots, process, steps),
    measures: process.until === undefined ? ['updates'] : ['updates', 'stop'],
    stops: process.until !== undefined,
    sampler: { kind: 'full' },
    steps,
    stepsPerEpoch: 1,
    evaluate: nothingToEvaluate(facts, slots),
    constraints: [],
    span: process.span,
  };
}

function viewOf(facts: ProblemFacts, slots: readonly ParameterSlot[]): View {
  return new View(facts, { rows: trainingRows, training: true, parameters: 'vector', slots });
}

function startRegion(facts: ProblemFacts, slots: readonly ParameterSlot[], isFirst: boolean): BoundRegion {
  const view = viewOf(facts, slots);
  return view.close(carriedStarts(facts, slots, view, isFirst));
}

function nothingToEvaluate(facts: ProblemFacts, slots: readonly ParameterSlot[]): BoundRegion {
  const view = viewOf(facts, slots);
  const nothing = view.root.builder.constant(NaN, 'real');
  return view.close([nothing, nothing]);
}

function stepRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  process: TypedProcess,
  steps: number,
): BoundRegion {
  const view = viewOf(facts, slots);
  const { root } = view;
  const { builder } = root;
  const x = view.x();
  const types = carriedSlots(facts);
  const olds = types.map(({ type, name }, index) => view.input({ kind: 'state', index }, type, name));
  const stop = stopOf(facts, view, process);
  const updated = new Set(process.updated);
  view.following = new Following(facts, updated);
  const environment = new Environment(view.environment);
  environment.bind(process.implicit.t, tensor(root, view.step()));
  environment.bind(process.implicit.T, constant(root, steps, 'int'));
  // Their cells are made before the body begins, so that a loop sees them as its surroundings.
  const cells = new Map(process.updated.map((symbol) => [symbol, environment.cell(symbol)]));
  for (const cell of cells.values()) cell.read();
  view.within(environment, () => {
    view.statements(process.statements);
  });
  const present = (symbol: TypedProcess['updated'][number], old: Node): Node => {
    const cell = cells.get(symbol);
    if (cell === undefined) return old;
    const value = castTo(root, asTensor(cell.read()), dtypeOf(symbol.type));
    const seen = expand(root, value, [], view.tensorType(symbol.type).shape);
    const rows = view.rowPositions(symbol.type);
    return rows === undefined ? seen : builder.scatterSet(old, root.read(rows), seen, { inBounds: true });
  };
  const before = tensorsOf(builder, x, slots);
  const { parameters, carried } = facts.problem;
  const after = parameters.map(({ symbol }, index) => present(symbol, at(before, index)));
  const projection = projectionOf(facts, slots);
  const moves = parameters.some(({ symbol }) => updated.has(symbol));
  const moved = moves ? vectorOf(builder, after, slots) : x;
  const reached = moves && projection !== undefined ? project(view, projection, moved) : moved;
  const states = carried.map(({ symbol }, index) => present(symbol, at(olds, index)));
  const fault = faultOf(view, [reached, ...states]);
  // Copies and averages look at what the step has reached.
  states.forEach((node, index) => view.provideState(index, node));
  const kept = carriedUpdates(facts, slots, view, reached, 1, phaseOf(facts.problem, process), (index) =>
    at(states, index),
  );
  const results = [reached, ...kept];
  if (stop === undefined) return view.close([...results, fault]);
  const held = results.map((node, index) => {
    const old = index === 0 ? x : at(olds, index - 1);
    return builder.select(builder.broadcastScalar(stop, node.type.shape), old, node);
  });
  const quiet = builder.select(stop, builder.constant(0, 'real'), fault);
  return view.close([...held, quiet, builder.cast(stop, 'real')]);
}

/** The condition of `until`, at the step's start. */
function stopOf(facts: ProblemFacts, view: View, { until }: TypedProcess): Node | undefined {
  if (until === undefined) return undefined;
  const environment = new Environment(view.environment);
  environment.bind(facts.problem.until.step, tensor(view.root, view.step()));
  return view.root.read(view.within(environment, () => view.tensor(until)));
}

/** 0, or a NaN where some number has become one. */
function faultOf(view: View, nodes: readonly Node[]): Node {
  const { builder } = view.root;
  let wrong = builder.constant(0, 'bool');
  for (const node of nodes) {
    if (node.type.dtype !== 'real' || node.type.shape.includes(0)) continue;
    const isNone = builder.binary('not_equal', node, node);
    wrong = builder.binary(
      'or',
      wrong,
      node.type.shape.length === 0 ? isNone : builder.reduceAll('or', isNone),
    );
  }
  const sign = builder.select(wrong, builder.constant(-1, 'real'), builder.constant(0, 'real'));
  return builder.unary('sqrt', sign);
}
