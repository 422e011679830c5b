/**
 * A handler at work: the problem's parts (objective, equalities, inequalities) as one region, what the handler makes
 * of them as a region over those three and its states, and the two together as the objective that the optimizer
 * sees. The derivatives of the handler's objective by `eq` and `ineq` are the multipliers, whatever the handler. An
 * optimizer that treats constraints itself is its own handler.
 */
import type { TypedHandling, TypedObjective, TypedSolve } from '../../check/typed.js';
import { gradient, jvp, vjp } from '../differentiate/derivatives.js';
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { BoundRegion, ConstraintSlot, ParameterSlot } from '../program.js';
import { prepare } from '../rewrite/passes.js';
import { at, sizeOf } from '../types.js';
import { dtypeOf } from './apply.js';
import { bindValue } from './call.js';
import { Environment } from './environment.js';
import type { ProblemFacts } from './facts.js';
import type { Frame } from './frame.js';
import { type HandledRows, handledRowsOf, sampledState } from './handled_rows.js';
import { type Objective, objectiveRegion, tensorsOf, vectorOf } from './objective.js';
import { scheduleHooks } from './optimizer.js';
import { instantiateOptimizer, type OptimizerInstance } from './optimizer_instance.js';
import { castTo, constant, expand, tensor } from './tensor.js';
import { type RowsOfView, View } from './view.js';

export interface Handling {
  readonly instance: OptimizerInstance;
  readonly names: TypedHandling;
  /** An optimizer that treats constraints itself: no other one runs. */
  readonly isMethod: boolean;
  /** The problem's objective alone. */
  readonly plain: Objective;
  /** (tensors.., stored..) -> f to be minimized, eq, ineq; where constraints have stand-ins these come first, then the true ones. */
  readonly parts: BoundRegion;
  readonly hasProxies: boolean;
  /** (f, eq, ineq, states..) -> what is minimized. */
  readonly merit: BoundRegion;
  readonly lagrangian: Objective;
  /** On the rows that the step sees. */
  readonly equalities: number;
  readonly inequalities: number;
  /** Under `batch`, where constraints have a row for each sampled row. */
  readonly sampled: HandledRows | undefined;
  readonly constraints: readonly ConstraintSlot[];
}

/** Undefined for a solve without constraints. `firstState` is the index of the handler's first state. */
export function handlingOf(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  solve: TypedSolve,
  source: TypedObjective,
  rows: RowsOfView,
  firstState: number,
  steps: number,
): Handling | undefined {
  const written = solve.handler ?? solve.optimizer;
  const names = written.optimizer.handles;
  if (names === undefined) return undefined;
  const instance = instantiateOptimizer(written, undefined, slots.length);
  const plain = objectiveRegion(facts, slots, source, rows);
  const { parts, constraints, hasProxies } = partsOf(facts, slots, source, rows);
  const [, eq, ineq] = parts.region.results;
  const equalities = eq?.type.shape[0] ?? 0;
  const inequalities = ineq?.type.shape[0] ?? 0;
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const sampled = handledRowsOf(facts, rows);
  const merit = meritOf(
    facts,
    instance,
    names,
    { size, equalities, inequalities, steps },
    firstState,
    rows,
    sampled,
  );
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const tensors = view.parameterNodes().slots;
  const [f, ...made] = inlined(view, parts, [...tensors]);
  if (f === undefined) throw new Error('compiler bug: a problem without its objective');
  const lagrangian = view.close(inlined(view, merit, [f, ...made.slice(0, 2)]));
  const objective: Objective = {
    value: prepare(lagrangian.region, facts.report),
    inputs: lagrangian.inputs,
    slots,
    source,
  };
  return {
    instance,
    names,
    isMethod: solve.handler === undefined,
    plain,
    parts,
    hasProxies,
    merit,
    lagrangian: objective,
    equalities,
    inequalities,
    sampled,
    constraints,
  };
}

/** A region built in: its first parameters are given, the others are stored inputs of the view. */
function inlined(view: View, bound: BoundRegion, given: readonly Node[], frame: Frame = view.root): Node[] {
  return frame.builder.inline(bound.region, [...given, ...view.stored(bound, frame)]);
}

function partsOf(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  source: TypedObjective,
  rows: RowsOfView,
): {
  readonly parts: BoundRegion;
  readonly constraints: readonly ConstraintSlot[];
  readonly hasProxies: boolean;
} {
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const { builder } = view.root;
  const value = castTo(view.root, view.tensor(source.value), 'real').node;
  const made = { equal: [] as Node[], at_most: [] as Node[] };
  const stands = { equal: [] as Node[], at_most: [] as Node[] };
  const sizes = { equal: 0, at_most: 0 };
  const constraints = facts.problem.constraints.map((constraint): ConstraintSlot => {
    const { shape } = view.tensorType(constraint.value.type);
    const size = sizeOf(shape);
    const flat = (expression: typeof constraint.value): Node =>
      builder.reshape(expand(view.root, castTo(view.root, view.tensor(expression), 'real'), [], shape), [
        size,
      ]);
    const each = flat(constraint.value);
    made[constraint.relation].push(each);
    stands[constraint.relation].push(constraint.proxy === undefined ? each : flat(constraint.proxy));
    const offset = sizes[constraint.relation];
    sizes[constraint.relation] += size;
    return { name: constraint.name, relation: constraint.relation, shape, offset, size };
  });
  const joined = (nodes: readonly Node[]): Node =>
    nodes.length === 0 ? builder.constant(0, 'real', [0]) : builder.concat(nodes, 0);
  const signed = source.sense === 'maximize' ? builder.unary('negate', value) : value;
  const hasProxies = facts.problem.constraints.some(({ proxy }) => proxy !== undefined);
  const closed = view.close([
    signed,
    joined(stands.equal),
    joined(stands.at_most),
    ...(hasProxies ? [joined(made.equal), joined(made.at_most)] : []),
  ]);
  return { parts: { ...closed, region: prepare(closed.region, facts.report) }, constraints, hasProxies };
}

function meritOf(
  facts: ProblemFacts,
  instance: OptimizerInstance,
  names: TypedHandling,
  sizes: {
    readonly size: number;
    readonly equalities: number;
    readonly inequalities: number;
    readonly steps: number;
  },
  firstState: number,
  rows: RowsOfView,
  sampled: HandledRows | undefined,
): BoundRegion {
  const view = new View(facts, { rows, training: true, parameters: 'none', slots: [] });
  const { root } = view;
  const { definition } = instance;
  const f = root.builder.parameter({ dtype: 'real', shape: [] }, 'f');
  const eq = root.builder.parameter({ dtype: 'real', shape: [sizes.equalities] }, 'eq');
  const ineq = root.builder.parameter({ dtype: 'real', shape: [sizes.inequalities] }, 'ineq');
  const environment = new Environment(view.environment.outermostEnvironment());
  const bindSize = (symbol: TypedHandling['equalities'], value: number): void =>
    environment.bindSize(symbol, { value, training: undefined });
  bindSize(definition.size, sizes.size);
  bindSize(names.equalities, sizes.equalities);
  bindSize(names.inequalities, sizes.inequalities);
  environment.bind(definition.implicit.t, () => tensor(root, view.step()));
  environment.bind(definition.implicit.T, constant(root, sizes.steps, 'int'));
  view.hooks = scheduleHooks(view, () => tensor(root, view.step()), sizes.steps);
  definition.parameters.forEach((parameter, index) => {
    const argument = at(instance.arguments, index);
    if (parameter.type.kind === 'array') bindValue(view, environment, parameter, view.expression(argument));
  });
  environment.bind(definition.implicit.f, tensor(root, f));
  environment.bind(names.eq, tensor(root, eq));
  environment.bind(names.ineq, tensor(root, ineq));
  instance.states.forEach(({ symbol, name }, index) => {
    const shape = symbol.type.kind === 'array' ? environment.shape(symbol.type.shape) : [];
    const seen = { dtype: dtypeOf(symbol.type), shape: shape.map((each) => each.value) };
    const node = sampledState(view, sampled, names, symbol, seen, (type) =>
      view.input({ kind: 'state', index: firstState + index }, type, name),
    );
    environment.bind(symbol, tensor(root, node));
  });
  const value = view.within(environment, () => {
    view.statements(names.before);
    return castTo(root, view.tensor(names.objective), 'real').node;
  });
  const { inputs, nodes } = view.parameterNodes();
  return { region: root.close([f, eq, ineq, ...nodes], [value]), inputs };
}

export interface Parts {
  readonly f: Node;
  /** Stand-ins where constraints have them. */
  readonly eq: Node;
  readonly ineq: Node;
  readonly trueEq: Node;
  readonly trueIneq: Node;
}

/** The problem's parts at `x`, in the root of a view. */
export function partsAt(
  view: View,
  handling: Pick<Handling, 'parts'>,
  x: Node,
  slots: readonly ParameterSlot[],
): Parts {
  return partsOfTensors(view, handling, tensorsOf(view.root.builder, x, slots), view.root);
}

export function partsOfTensors(
  view: View,
  handling: Pick<Handling, 'parts'>,
  tensors: readonly Node[],
  frame: Frame,
): Parts {
  const [f, eq, ineq, trueEq, trueIneq] = inlined(view, handling.parts, tensors, frame);
  if (f === undefined || eq === undefined || ineq === undefined)
    throw new Error('compiler bug: a problem without its parts');
  return { f, eq, ineq, trueEq: trueEq ?? eq, trueIneq: trueIneq ?? ineq };
}

/** How fast the constraints change along a direction. */
export function slopesOfParts(
  view: View,
  { parts }: Handling,
  x: Node,
  direction: Node,
  slots: readonly ParameterSlot[],
): Weights {
  const { builder } = view.root;
  const { region } = parts;
  const linear = jvp(
    region,
    slots.map((_, index) => index),
  );
  const count = region.results.length;
  const stored = view.stored(parts);
  const given = [...tensorsOf(builder, x, slots), ...stored, ...tensorsOf(builder, direction, slots)];
  const [, eq, ineq] = builder.inline(
    { parameters: linear.parameters, results: linear.results.slice(count) },
    given,
  );
  if (eq === undefined || ineq === undefined) throw new Error('compiler bug: constraints without slopes');
  return { eq, ineq };
}

/** The slope of the constraints times given weights. */
export function pulledParts(
  view: View,
  { parts }: Handling,
  x: Node,
  weights: Weights,
  slots: readonly ParameterSlot[],
): Node {
  const { builder } = view.root;
  const { region } = parts;
  const linear = vjp(
    region,
    slots.map((_, index) => index),
  );
  const count = region.results.length;
  const stored = view.stored(parts);
  const none = builder.constant(0, 'real');
  const given = [...tensorsOf(builder, x, slots), ...stored, none, weights.eq, weights.ineq];
  const pulled = builder.inline(
    { parameters: linear.parameters, results: linear.results.slice(count) },
    given,
  );
  return vectorOf(builder, pulled, slots);
}

export interface Weights {
  readonly eq: Node;
  readonly ineq: Node;
}

/** The multipliers at a point: how what is minimized changes with each constraint. */
export function weightsAt(view: View, handling: Handling, { f, eq, ineq }: Parts): Weights {
  const { region, inputs } = handling.merit;
  const [, byEq, byIneq] = inlined(view, { region: gradient(region, [1, 2]), inputs }, [f, eq, ineq]);
  if (byEq === undefined || byIneq === undefined)
    throw new Error('compiler bug: a handler without its multipliers');
  return { eq: byEq, ineq: byIneq };
}

/** The largest of stationarity, violation and complementarity. */
export function kktResidual(
  builder: GraphBuilder,
  stationarity: Node,
  { trueEq: eq, trueIneq: ineq }: Parts,
  weights: Weights,
): Node {
  const zero = builder.constant(0, 'real');
  const largest = (vector: Node): Node =>
    vector.type.shape[0] === 0 ? zero : builder.reduceAll('max', builder.unary('abs', vector));
  const over =
    ineq.type.shape[0] === 0 ? zero : builder.binary('maximum', zero, builder.reduceAll('max', ineq));
  const slack = builder.binary('multiply', ineq, weights.ineq);
  return [largest(eq), over, largest(slack)].reduce(
    (most, each) => builder.binary('maximum', most, each),
    stationarity,
  );
}
