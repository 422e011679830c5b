/**
 * A `solve` as a phase of the program: the optimizer's states and their first values, the graph of one step with its
 * measures and stopping rule, and the evaluation of the objective at a given point.
 */
import type { TypedAggregation, TypedExpression, TypedObjective, TypedSolve } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, TensorType } from '../graph.js';
import type { BoundRegion, ParameterSlot, Phase, RegionInput, StateSlot } from '../program.js';
import { at } from '../types.js';
import { dtypeOf } from './apply.js';
import { aggregate } from './aggregation.js';
import { asTensor } from './call.js';
import { carriedSlots, carriedStarts, carriedUpdates } from './carried.js';
import { fail } from './context.js';
import { Cell, Environment } from './environment.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import {
  gradients,
  type Objective,
  ObjectiveQueries,
  objectiveRegion,
  objectivesRegion,
  vectorOf,
} from './objective.js';
import { OptimizerRun, reads, readsGradient } from './optimizer.js';
import {
  allInstances,
  instantiateOptimizer,
  type OptimizerInstance,
  stateKey,
} from './optimizer_instance.js';
import { type Handling, handlingOf, kktResidual, type Parts, partsAt, weightsAt } from './handling.js';
import { project, projectionOf } from './projection.js';
import { castTo, constant, constantOf, expand, sliceOwn, tensor } from './tensor.js';
import type { Tensor } from './value.js';
import { tablesReadBy } from './tables_read.js';
import { type RowsOfView, View } from './view.js';

/** Steps of a phase whose length the source does not say. */
const defaultSteps = 1000;

export function elaboratePhase(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
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
  const handling = handlingOf(facts, slots, solve, objective, rows, facts.problem.carried.length + 1);
  const region =
    solve.aggregation === undefined
      ? (handling?.lagrangian ?? objectiveRegion(facts, slots, objective, rows))
      : objectivesRegion(facts, slots, objectives, solve.aggregation, rows);
  const instance = instantiateOptimizer(solve.optimizer, undefined, slots.length);
  const isFirst = facts.problem.solves[0] === solve;
  const start = startRegion(facts, slots, instance, region, steps, rows, isFirst, handling);
  const step = stepRegion(
    facts,
    slots,
    solve,
    instance,
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
        ? { name: objective.label ?? 'objective', sense: objective.sense }
        : { name: `sum of ${objectives.map(({ label }) => label ?? '').join(', ')}`, sense: 'minimize' },
    ...(solve.aggregation === undefined
      ? {}
      : { several: objectives.map(({ label, sense }) => ({ name: label ?? 'objective', sense })) }),
    states: start.states,
    start: start.bound,
    step: step.bound,
    measures: step.measures,
    stops: solve.until !== undefined,
    sampler,
    steps,
    stepsPerEpoch,
    evaluate:
      solve.aggregation !== undefined
        ? evaluateSeveral(facts, slots, objectives, solve.aggregation)
        : handling === undefined
          ? evaluateRegion(facts, slots, objective)
          : evaluateConstrained(facts, slots, handling, rows),
    constraints: handling?.constraints ?? [],
    span: solve.span,
  };
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
  if ((second !== undefined) !== (solve.aggregation !== undefined))
    throw new Error('compiler bug: several objectives go with an aggregator, and one does not');
  return chosen;
}

/** An integer known once sizes are. */
function integerOf(facts: ProblemFacts, expression: TypedExpression): number {
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

function samplerOf(
  facts: ProblemFacts,
  solve: TypedSolve,
  objectives: readonly TypedObjective[],
): Phase['sampler'] {
  if (solve.batch === undefined) return { kind: 'full' };
  const { batch } = solve;
  const read = new Set(objectives.flatMap(({ value }) => [...tablesReadBy(facts, value)]));
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

function lengthOf(facts: ProblemFacts, solve: TypedSolve, stepsPerEpoch: number): number {
  if (facts.options.steps !== undefined) return facts.options.steps;
  if (solve.length === undefined) return defaultSteps;
  const count = integerOf(facts, solve.length.count);
  if (count < 0) fail('AM5014', solve.span, `a phase of ${count} ${solve.length.unit}`);
  return solve.length.unit === 'epochs' ? count * stepsPerEpoch : count;
}

function queriesIn(view: View, objective: Objective): ObjectiveQueries {
  const stored = objective.inputs.map((input, index) => {
    const parameter = at(objective.value.parameters, objective.slots.length + index);
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : input.kind;
    return { node: view.input(input, parameter.type, name), frame: view.root };
  });
  return new ObjectiveQueries(objective, stored, (jacobian) => {
    const aggregation = objective.several?.aggregation;
    if (aggregation === undefined) throw new Error('compiler bug: a Jacobian without an aggregator');
    return aggregate(view, aggregation, jacobian);
  });
}

// -------------------------------------------------------------------------------------------------- the start

function startRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  instance: OptimizerInstance,
  objective: Objective,
  steps: number,
  rows: RowsOfView,
  isFirstPhase: boolean,
  handling: Handling | undefined,
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
    const handler = new OptimizerRun(view, queriesIn(view, handling.plain), steps, handling);
    add(`${handling.instance.path}.restarted`, view.root.builder.constant(0, 'int'));
    firstStates(view, handler, handling.instance, slots).forEach(({ name, node }) => {
      view.provideState(states.length, node);
      add(name, node);
    });
  }
  const run = new OptimizerRun(view, queriesIn(view, objective), steps, handling);
  for (const { name, node } of allFirstStates(view, run, instance, slots)) add(name, node);
  return { states, bound: view.close(firsts) };
}

interface FirstState {
  readonly name: string;
  readonly node: Node;
}

/** The first states of an optimizer and of all that it wraps, with their counts of steps. */
function allFirstStates(
  view: View,
  run: OptimizerRun,
  instance: OptimizerInstance,
  slots: readonly ParameterSlot[],
): readonly FirstState[] {
  return [...new Set(allInstances(instance))].flatMap((each) => [
    ...(each === instance ? [] : [{ name: `${each.path}.t`, node: view.root.builder.constant(0, 'int') }]),
    ...firstStates(view, run, each, slots),
  ]);
}

function firstStates(
  view: View,
  run: OptimizerRun,
  each: OptimizerInstance,
  slots: readonly ParameterSlot[],
): readonly FirstState[] {
  const environment = run.bodyEnvironment(each, constant(view.root, 0, 'int'));
  const x = tensor(view.root, view.x());
  return each.states.map((state) => {
    const inner = new Environment(environment);
    const slot = state.tensor === undefined ? undefined : slots[state.tensor];
    if (slot !== undefined) inner.bindSize(each.definition.size, { value: slot.size, training: undefined });
    inner.bind(
      each.definition.implicit.x,
      slot === undefined ? x : sliceOwn(view.root, x, 0, slot.offset, slot.offset + slot.size),
    );
    const shape = state.symbol.type.kind === 'array' ? inner.shape(state.symbol.type.shape) : [];
    const value = view.within(inner, () => view.tensor(state.value));
    const typed = castTo(view.root, value, dtypeOf(state.symbol.type));
    const sizes = shape.map((size) => size.value);
    return { name: state.name, node: expand(view.root, typed, [], sizes) };
  });
}

// --------------------------------------------------------------------------------------------------- the step

function stepRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
  instance: OptimizerInstance,
  objective: Objective,
  steps: number,
  rows: RowsOfView,
  states: readonly StateSlot[],
  stepsPerEpoch: number,
  handling: Handling | undefined,
): { readonly bound: BoundRegion; readonly measures: readonly string[] } {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { root } = view;
  const queries = queriesIn(view, objective);
  const run = new OptimizerRun(view, queries, steps, handling);
  const stateNodes = states.map((state, index) =>
    view.input({ kind: 'state', index }, state.type, state.name),
  );
  const carried = stateNodes.slice(0, facts.problem.carried.length);
  const own = carried.length + (handling === undefined ? 0 : 1 + handling.instance.states.length);
  const handlerCells =
    handling === undefined
      ? []
      : bindStates(handling.instance, stateNodes.slice(carried.length + 1, own), view);
  const cells = bindStates(instance, stateNodes.slice(own), view);
  const x = view.x();
  const start = tensor(root, x);
  const { until } = facts.problem;
  const needsNorm = solve.until !== undefined && reads(solve.until, until.gradNorm);
  const needsKkt = solve.until !== undefined && reads(solve.until, until.kkt);
  const readsSlope = handling !== undefined && readsGradient(handling.instance);
  const withGradient = needsNorm || needsKkt || readsSlope || readsGradient(instance);
  const both = once(() =>
    view.atRoot(() => {
      run.count(root, x);
      return queries.valueAndGradient(root, x);
    }),
  );
  const valueOnly = once(() =>
    view.atRoot(() => {
      run.count(root, x);
      return queries.value(root, x);
    }),
  );
  const g = (): Node => both().gradient;
  const f = (): Node => (withGradient ? both().value : valueOnly());
  const t = tensor(root, view.step());
  const restarted = handling === undefined ? undefined : at(stateNodes, carried.length);
  const own_t =
    restarted === undefined ? t : tensor(root, root.builder.binary('subtract', t.node, restarted));
  const parts = handling === undefined ? undefined : partsAt(view, handling, x, slots);
  const after = run.run(
    instance,
    start,
    () => tensor(root, g()),
    () => tensor(root, f()),
    own_t,
  );
  const restart =
    handling === undefined || parts === undefined
      ? undefined
      : runHandler(run, handling, parts, start, () => tensor(root, g()), t);
  const projection = projectionOf(facts, slots);
  const moved = expand(root, after, [], [x.type.shape[0] ?? 0]);
  const reached = projection === undefined ? moved : project(view, projection, moved);
  const results = [
    reached,
    ...carried,
    ...(restarted === undefined ? [] : [restarted]),
    ...handlerCells.map((cell) => cell.read()).map((value) => root.read(asTensor(value))),
    ...cells.map((cell) => root.read(asTensor(cell.read()))),
  ];
  const typed = results.map((node, index) =>
    sameNumbers(root.builder, node, index === 0 ? x.type : at(states, index - 1).type),
  );
  if (restart !== undefined) {
    const firsts = allFirstStates(view, run, instance, slots).map(({ node }) => node);
    const anew = new Map<number, Node>([
      [0, x],
      [1 + carried.length, t.node],
      ...firsts.map((node, index) => [1 + own + index, node] as const),
    ]);
    typed.forEach((node, index) => {
      const instead = anew.get(index);
      if (instead === undefined) return;
      const flag = root.builder.broadcastScalar(restart, node.type.shape);
      typed[index] = root.builder.select(flag, sameNumbers(root.builder, instead, node.type), node);
    });
  }
  const kept = keepUnsampledRows(facts, view, slots, [x, ...stateNodes], typed);
  kept.splice(1, carried.length, ...carriedUpdates(facts, slots, view, at(kept, 0), stepsPerEpoch));
  const plain = parts === undefined ? f() : parts.f;
  const isNegated = objective.several === undefined && objective.source.sense === 'maximize';
  const sign = isNegated ? root.builder.unary('negate', plain) : plain;
  const measures = new Map<string, Node>([['objective', sign]]);
  if (withGradient) measures.set('grad_norm', norm(root.builder, g()));
  if (needsKkt) {
    const beyond = root.builder.binary('subtract', x, g());
    const nearest = projection === undefined ? beyond : project(view, projection, beyond);
    const stationarity = norm(root.builder, root.builder.binary('subtract', x, nearest));
    const kkt =
      handling === undefined || parts === undefined
        ? stationarity
        : kktResidual(root.builder, stationarity, parts, weightsAt(view, handling, parts));
    measures.set('kkt', kkt);
  }
  measures.set('evaluations', root.builder.cast(root.read(asTensor(run.evaluations.read())), 'real'));
  if (solve.until !== undefined) {
    const stop = stopFlag(view, facts, solve.until, measures, t.node);
    measures.set('stop', root.builder.cast(stop, 'real'));
    kept.forEach((node, index) => {
      const old = index === 0 ? x : at(stateNodes, index - 1);
      kept[index] = root.builder.select(root.builder.broadcastScalar(stop, node.type.shape), old, node);
    });
  }
  return { bound: view.close([...kept, ...measures.values()]), measures: [...measures.keys()] };
}

/** The handler's statements at the step's start; the flag that makes the optimizer begin anew. */
function runHandler(
  run: OptimizerRun,
  handling: Handling,
  parts: Parts,
  x: Tensor,
  g: () => Tensor,
  t: Tensor,
): Node {
  const { root } = run.view;
  const restart = new Cell('restart', constant(root, 0, 'bool'));
  run.run(
    handling.instance,
    x,
    g,
    () => tensor(root, parts.f),
    t,
    (environment) => {
      environment.bind(handling.names.eq, tensor(root, parts.eq));
      environment.bind(handling.names.ineq, tensor(root, parts.ineq));
      environment.bindCell(handling.names.restart, restart);
    },
  );
  return root.builder.cast(root.read(asTensor(restart.read())), 'bool');
}

function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

/** The cells of every instance's states and step counts, in the order of the state slots. */
function bindStates(instance: OptimizerInstance, nodes: readonly Node[], view: View): readonly Cell[] {
  const cells: Cell[] = [];
  const add = (owner: OptimizerInstance, key: string, name: string): void => {
    const cell = new Cell(name, tensor(view.root, at(nodes, cells.length)));
    owner.cells.set(key, cell);
    cells.push(cell);
  };
  for (const each of new Set(allInstances(instance))) {
    if (each !== instance) add(each, 't', `${each.path}.t`);
    for (const state of each.states) add(each, stateKey(state.symbol, state.tensor), state.name);
  }
  return cells;
}

function sameNumbers(builder: GraphBuilder, node: Node, type: TensorType): Node {
  const cast = builder.cast(node, type.dtype);
  return cast.type.shape.length < type.shape.length ? builder.broadcastScalar(cast, type.shape) : cast;
}

function norm(builder: GraphBuilder, vector: Node): Node {
  const squares = builder.reduceAll('sum', builder.unary('square', vector));
  return builder.unary('sqrt', squares);
}

function stopFlag(
  view: View,
  facts: ProblemFacts,
  until: TypedExpression,
  measures: ReadonlyMap<string, Node>,
  step: Node,
): Node {
  const { root } = view;
  const environment = new Environment(view.environment.outermostEnvironment());
  const names = facts.problem.until;
  const objective = measures.get('objective');
  const gradNorm = measures.get('grad_norm');
  if (objective !== undefined) environment.bind(names.value, tensor(root, objective));
  if (gradNorm !== undefined) environment.bind(names.gradNorm, tensor(root, gradNorm));
  const kkt = measures.get('kkt');
  if (kkt !== undefined) environment.bind(names.kkt, tensor(root, kkt));
  environment.bind(names.step, tensor(root, step));
  return root.read(view.within(environment, () => view.tensor(until)));
}

/** Parameters with a row for each row of the sampled table: rows outside the batch keep their values, and so do their states. */
function keepUnsampledRows(
  facts: ProblemFacts,
  view: View,
  slots: readonly ParameterSlot[],
  before: readonly Node[],
  after: readonly Node[],
): Node[] {
  const { rows } = view.options;
  if (rows.kind !== 'batch') return [...after];
  const ofRows = facts.problem.parameters.map(({ symbol }) => {
    const dimension = leadingRows(symbol.type, facts.tableOf);
    return dimension !== undefined && facts.tableOf.get(dimension) === rows.table;
  });
  if (!ofRows.some(Boolean)) return [...after];
  const { builder } = view.root;
  const sampled = view.input({ kind: 'rows' }, { dtype: 'int', shape: [rows.size] }, 'rows');
  const parts = slots.map((slot, index) => {
    if (ofRows[index] !== true) return builder.constant(1, 'bool', [slot.size]);
    const count = at(slot.shape, 0);
    const none = builder.constant(0, 'bool', [count]);
    const chosen = builder.scatterSet(none, sampled, builder.constant(1, 'bool', [rows.size]), {
      inBounds: true,
    });
    return builder.reshape(builder.broadcast(chosen, slot.shape, [0]), [slot.size]);
  });
  const advances = builder.concat(parts, 0);
  const size = at(advances.type.shape, 0);
  return after.map((node, index) => {
    const { shape } = node.type;
    if (shape[shape.length - 1] !== size) return node;
    return builder.select(builder.broadcast(advances, shape, [shape.length - 1]), node, at(before, index));
  });
}

// --------------------------------------------------------------------------------------------- the evaluation

/** (x, data.., states..) -> objective, norm of the Lagrangian's gradient, KKT residual, constraints, multipliers. */
function evaluateConstrained(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  handling: Handling,
  rows: RowsOfView,
): BoundRegion {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const x = view.x();
  const { gradient } = queriesIn(view, handling.lagrangian).valueAndGradient(view.root, x);
  const parts = partsAt(view, handling, x, slots);
  const weights = weightsAt(view, handling, parts);
  const projection = projectionOf(facts, slots);
  const beyond = builder.binary('subtract', x, gradient);
  const nearest = projection === undefined ? beyond : project(view, projection, beyond);
  const stationarity = norm(builder, builder.binary('subtract', x, nearest));
  const maximizes = handling.plain.source.sense === 'maximize';
  return view.close([
    maximizes ? builder.unary('negate', parts.f) : parts.f,
    norm(builder, gradient),
    kktResidual(builder, stationarity, parts, weights),
    builder.concat([parts.eq, parts.ineq], 0),
    builder.concat([weights.eq, weights.ineq], 0),
  ]);
}

/** (x, data..) -> objective, gradient norm, over all rows of the objective's split. */
function evaluateRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  source: TypedObjective,
): BoundRegion {
  const objective = objectiveRegion(facts, slots, source, { kind: 'split', name: source.split });
  const builder = new GraphBuilder();
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const inputs: RegionInput[] = [{ kind: 'parameters' }, ...objective.inputs];
  const x = builder.parameter({ dtype: 'real', shape: [size] }, 'x');
  const stored = objective.inputs.map((_, index) => {
    const parameter = at(objective.value.parameters, slots.length + index);
    return builder.parameter(
      parameter.type,
      parameter.operator.kind === 'parameter' ? parameter.operator.name : 'p',
    );
  });
  const tensors = slots.map((slot) =>
    builder.reshape(builder.sliceAxis(x, 0, slot.offset, slot.offset + slot.size), slot.shape),
  );
  const value = at(builder.inline(objective.value, [...tensors, ...stored]), 0);
  const wrt = slots.map((_, index) => index);
  const parts = builder.inline(gradients(objective.value, wrt), [...tensors, ...stored]);
  const signed = source.sense === 'maximize' ? builder.unary('negate', value) : value;
  const gradient = vectorOf(builder, parts, slots);
  return { region: builder.region([x, ...stored], [signed, norm(builder, gradient)]), inputs };
}

/** (x, data..) -> the sum of several objectives, the norm of their aggregate, and the value of each as it is written. */
function evaluateSeveral(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  aggregation: TypedAggregation,
): BoundRegion {
  const rows: RowsOfView = { kind: 'split', name: at(objectives, 0).split };
  const objective = objectivesRegion(facts, slots, objectives, aggregation, rows);
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const queries = queriesIn(view, objective);
  const { value, gradient } = queries.valueAndGradient(view.root, view.x());
  const values = objectives.map(({ sense }, index) => {
    const part = queries.part(view.root, view.x(), index);
    return sense === 'maximize' ? builder.unary('negate', part) : part;
  });
  return view.close([value, norm(builder, gradient), ...values]);
}
