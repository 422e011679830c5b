/** One step of a phase as a graph: the update, what is kept, the measures and the stopping rule. */
import { phaseOf } from '../../check/phases.js';
import type { TypedExpression, TypedSolve } from '../../check/typed.js';
import type { GraphBuilder } from '../builder.js';
import type { Node, TensorType } from '../graph.js';
import type { BoundRegion, ParameterSlot, StateSlot } from '../program.js';
import { at, range } from '../types.js';
import { asTensor } from './call.js';
import { carriedUpdates } from './carried.js';
import { Cell, Environment } from './environment.js';
import { leadingRows, type ProblemFacts } from './facts.js';
import type { Frame } from './frame.js';
import { evaluationsOf, type Groups, moveAll, once, reachedBy } from './group.js';
import { type Handling, kktResidual, type Parts, partsAt, weightsAt } from './handling.js';
import { keptState, sampledState } from './handled_rows.js';
import { type Objective } from './objective.js';
import { OptimizerRun, reads, readsGradient } from './optimizer.js';
import { allInstances, type OptimizerInstance, stateKey } from './optimizer_instance.js';
import { allFirstStates } from './phase_start.js';
import { normOf, queriesIn } from './queries.js';
import { stationarityAt } from './sets.js';
import { constant, tensor } from './tensor.js';
import type { Tensor } from './value.js';
import { cut, type Variables } from './variables.js';
import { type RowsOfView, View } from './view.js';

export function stepRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
  groups: Groups,
  objective: Objective,
  steps: number,
  rows: RowsOfView,
  states: readonly StateSlot[],
  stepsPerEpoch: number,
  handling: Handling | undefined,
): { readonly bound: BoundRegion; readonly measures: readonly string[] } {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { root } = view;
  const { variables } = groups;
  const queries = queriesIn(view, objective, variables);
  const run = new OptimizerRun(view, queries, steps, handling);
  const stateNodes = states.map((state, index) =>
    view.input({ kind: 'state', index }, state.type, state.name),
  );
  const carried = stateNodes.slice(0, facts.problem.carried.length);
  const behindHandler = carried.length + (handling === undefined ? 0 : 1 + handling.instance.states.length);
  const aggregatorStates = objective.several?.states.slots.length ?? 0;
  const own = behindHandler + aggregatorStates;
  const handlerNodes = stateNodes.slice(carried.length + 1, behindHandler);
  const handlerCells =
    handling === undefined
      ? []
      : bindStates(handling.instance, seenStates(view, handling, handlerNodes), view);
  const ofGroups = bindAllStates(groups, stateNodes, own, view);
  const x = view.x();
  const y = cut(root.builder, x, variables);
  const { until } = facts.problem;
  const needsNorm = solve.until !== undefined && reads(solve.until, until.gradNorm);
  const needsKkt = solve.until !== undefined && reads(solve.until, until.kkt);
  const readsSlope = handling !== undefined && readsGradient(handling.instance);
  const withGradient = needsNorm || needsKkt || readsSlope || sharesGradient(groups);
  const both = once(() =>
    view.atRoot(() => {
      run.count(root, y);
      return queries.valueAndGradient(root, y);
    }),
  );
  const valueOnly = once(() =>
    view.atRoot(() => {
      run.count(root, y);
      return queries.value(root, y);
    }),
  );
  // An aggregator's states move on by the direction at the start of the step, whatever else the optimizer asks for.
  const turned = aggregatorStates === 0 ? undefined : view.atRoot(() => queries.aggregated(root, y));
  if (turned !== undefined) run.count(root, y);
  const g = (): Node => turned?.direction ?? both().gradient;
  const f = (): Node => turned?.value ?? (withGradient ? both().value : valueOnly());
  // Asked for here, so that it is not counted only in the branch of the optimizer's body that happens to ask first.
  if (withGradient && turned === undefined) both();
  const t = tensor(root, view.step());
  const restarted = handling === undefined ? undefined : at(stateNodes, carried.length);
  const own_t =
    restarted === undefined ? t : tensor(root, root.builder.binary('subtract', t.node, restarted));
  const parts = handling === undefined ? undefined : partsAt(view, handling, x, slots);
  const stationarity = once(() => view.atRoot(() => stationarityAt(view, x, g(), variables)));
  const setting = {
    view,
    objective,
    handling,
    x,
    gradient: g,
    value: f,
    t: own_t,
    steps,
    whole: run,
  };
  const optimized = moveAll(groups, setting);
  const handled =
    handling === undefined || parts === undefined
      ? undefined
      : runHandler(run, handling, parts, tensor(root, y), () => tensor(root, g()), t, stationarity);
  const isMethod = handling?.isMethod === true;
  const { runs } = optimized;
  const reached =
    isMethod && handled !== undefined
      ? reachedBy(setting, handled.x, variables, solve.optimizer)
      : optimized.reached;
  const restart = isMethod ? undefined : handled?.restart;
  const results = [
    reached,
    ...carried,
    ...(restarted === undefined ? [] : [restarted]),
    ...handlerCells.map((cell, index) =>
      handling === undefined
        ? root.read(asTensor(cell.read()))
        : storedState(view, handling, index, at(handlerNodes, index), root.read(asTensor(cell.read()))),
    ),
    ...(turned?.states ?? []),
    ...ofGroups.flatMap(({ cells }) => cells.map((cell) => root.read(asTensor(cell.read())))),
  ];
  const typed = results.map((node, index) =>
    sameNumbers(root.builder, node, index === 0 ? x.type : at(states, index - 1).type),
  );
  if (restart !== undefined) {
    const firsts = groups.all.flatMap(({ instance }, index) =>
      allFirstStates(view, at(runs, index), instance).map(({ node }) => node),
    );
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
  const kept = keepUnsampledRows(facts, view, slots, ofGroups, [x, ...stateNodes], typed);
  kept.splice(
    1,
    carried.length,
    ...carriedUpdates(facts, slots, view, at(kept, 0), stepsPerEpoch, phaseOf(facts.problem, solve)),
  );
  const own_f =
    objective.plain === undefined
      ? f
      : () => queriesIn(view, objective.plain ?? objective, variables).value(root, y);
  const plain = parts === undefined ? own_f() : parts.f;
  const isNegated = objective.several === undefined && objective.source.sense === 'maximize';
  const sign = isNegated ? root.builder.unary('negate', plain) : plain;
  const measures = new Map<string, Node>([['objective', sign]]);
  if (withGradient) measures.set('grad_norm', normOf(root.builder, g()));
  if (needsKkt) {
    const kkt =
      handling === undefined || parts === undefined
        ? stationarity()
        : kktResidual(root.builder, stationarity(), parts, weightsAt(view, handling, parts));
    measures.set('kkt', kkt);
  }
  measures.set('evaluations', root.builder.cast(evaluationsOf(view, [run, ...runs]), 'real'));
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

/** The handler's statements at the step's start: the flag that makes the optimizer begin anew, and the point where the handler is the optimizer. */
function runHandler(
  run: OptimizerRun,
  handling: Handling,
  parts: Parts,
  x: Tensor,
  g: () => Tensor,
  t: Tensor,
  stationarity: () => Node,
): { readonly restart: Node; readonly x: Tensor } {
  const { root } = run.view;
  const restart = new Cell('restart', constant(root, 0, 'bool'));
  const after = run.run(
    handling.instance,
    x,
    g,
    () => tensor(root, parts.f),
    t,
    (environment) => {
      environment.bind(handling.names.eq, tensor(root, parts.trueEq));
      environment.bind(handling.names.ineq, tensor(root, parts.trueIneq));
      environment.bind(handling.names.stationarity, () => tensor(root, stationarity()));
      environment.bindCell(handling.names.restart, restart);
    },
  );
  return { restart: root.builder.cast(root.read(asTensor(restart.read())), 'bool'), x: after };
}

/** The handler's states as the step sees them. */
function seenStates(view: View, handling: Handling, nodes: readonly Node[]): readonly Node[] {
  const { instance, names, sampled } = handling;
  return instance.states.map(({ symbol }, index) => {
    const node = at(nodes, index);
    return sampledState(view, sampled, names, symbol, node.type, () => node);
  });
}

function storedState(view: View, handling: Handling, index: number, stored: Node, made: Node): Node {
  const { instance, names, sampled } = handling;
  return keptState(view, sampled, names, at(instance.states, index).symbol, stored, made);
}

/** Whether the gradient of all moved variables at the step's start is what the optimizers see. */
function sharesGradient({ all, alternates }: Groups): boolean {
  return !(alternates && all.length > 1) && all.some(({ instance }) => readsGradient(instance));
}

interface StatesOfGroup {
  readonly variables: Variables;
  /** Among the states of the phase. */
  readonly first: number;
  readonly cells: readonly Cell[];
}

function bindAllStates(
  groups: Groups,
  nodes: readonly Node[],
  first: number,
  view: View,
): readonly StatesOfGroup[] {
  let next = first;
  return groups.all.map(({ instance, variables }) => {
    const cells = bindStates(instance, nodes.slice(next), view);
    next += cells.length;
    return { variables, first: next - cells.length, cells };
  });
}

/** The cells of every instance's states and step counts, in the order of the state slots. */
export function bindStates(
  instance: OptimizerInstance,
  nodes: readonly Node[],
  view: View,
  frame: Frame = view.root,
): readonly Cell[] {
  const cells: Cell[] = [];
  const add = (owner: OptimizerInstance, key: string, name: string): void => {
    const cell = new Cell(name, tensor(frame, at(nodes, cells.length)));
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
  groups: readonly StatesOfGroup[],
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
  const kept = [...after];
  const keep = (index: number, own: readonly number[], size: number): void => {
    const node = at(kept, index);
    const { shape } = node.type;
    if (shape[shape.length - 1] !== size) return;
    const advances = builder.concat(
      own.map((each) => at(parts, each)),
      0,
    );
    const flags = builder.broadcast(advances, shape, [shape.length - 1]);
    kept[index] = builder.select(flags, node, at(before, index));
  };
  keep(0, range(slots.length), at(at(before, 0).type.shape, 0));
  for (const { variables, first, cells } of groups) {
    for (const index of range(cells.length)) keep(1 + first + index, variables.own, variables.size);
  }
  return kept;
}
