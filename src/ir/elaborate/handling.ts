/**
 * A handler at work: the problem's parts (objective, equalities, inequalities) as one region, what the handler makes
 * of them as a region over those three and its states, and the two together as the objective that the optimizer
 * sees. The derivatives of the handler's objective by `eq` and `ineq` are the multipliers, whatever the handler.
 */
import type { TypedHandling, TypedObjective, TypedSolve } from '../../check/typed.js';
import { gradient } from '../differentiate/derivatives.js';
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { BoundRegion, ConstraintSlot, ParameterSlot } from '../program.js';
import { prepare } from '../rewrite/passes.js';
import { at, sizeOf } from '../types.js';
import { dtypeOf } from './apply.js';
import { bindValue } from './call.js';
import { Environment } from './environment.js';
import type { ProblemFacts } from './facts.js';
import { type Objective, objectiveRegion, tensorsOf } from './objective.js';
import { instantiateOptimizer, type OptimizerInstance } from './optimizer_instance.js';
import { castTo, expand, tensor } from './tensor.js';
import { type RowsOfView, View } from './view.js';

export interface Handling {
  readonly instance: OptimizerInstance;
  readonly names: TypedHandling;
  /** The problem's objective alone. */
  readonly plain: Objective;
  /** (tensors.., stored..) -> f to be minimized, eq, ineq. */
  readonly parts: BoundRegion;
  /** (f, eq, ineq, states..) -> what is minimized. */
  readonly merit: BoundRegion;
  readonly lagrangian: Objective;
  readonly equalities: number;
  readonly inequalities: number;
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
): Handling | undefined {
  const names = solve.handler?.optimizer.handles;
  if (solve.handler === undefined || names === undefined) return undefined;
  const instance = instantiateOptimizer(solve.handler, undefined, slots.length);
  const plain = objectiveRegion(facts, slots, source, rows);
  const { parts, constraints } = partsOf(facts, slots, source, rows);
  const [, eq, ineq] = parts.region.results;
  const equalities = eq?.type.shape[0] ?? 0;
  const inequalities = ineq?.type.shape[0] ?? 0;
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const merit = meritOf(facts, instance, names, { size, equalities, inequalities }, firstState, rows);
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const tensors = view.parameterNodes().slots;
  const at_ = inlined(view, parts, [...tensors]);
  const lagrangian = view.close(inlined(view, merit, at_));
  const objective: Objective = {
    value: prepare(lagrangian.region, facts.report),
    inputs: lagrangian.inputs,
    slots,
    source,
  };
  return {
    instance,
    names,
    plain,
    parts,
    merit,
    lagrangian: objective,
    equalities,
    inequalities,
    constraints,
  };
}

/** A region built in: its first parameters are given, the others are stored inputs of the view. */
function inlined(view: View, { region, inputs }: BoundRegion, given: readonly Node[]): Node[] {
  const lead = region.parameters.length - inputs.length;
  const stored = inputs.map((input, index) => {
    const parameter = at(region.parameters, lead + index);
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : input.kind;
    return view.input(input, parameter.type, name);
  });
  return view.root.builder.inline(region, [...given, ...stored]);
}

function partsOf(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  source: TypedObjective,
  rows: RowsOfView,
): { readonly parts: BoundRegion; readonly constraints: readonly ConstraintSlot[] } {
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  const { builder } = view.root;
  const value = castTo(view.root, view.tensor(source.value), 'real').node;
  const made = { equal: [] as Node[], at_most: [] as Node[] };
  const sizes = { equal: 0, at_most: 0 };
  const constraints = facts.problem.constraints.map((constraint): ConstraintSlot => {
    const { shape } = view.tensorType(constraint.value.type);
    const each = expand(view.root, castTo(view.root, view.tensor(constraint.value), 'real'), [], shape);
    const size = sizeOf(shape);
    made[constraint.relation].push(builder.reshape(each, [size]));
    const offset = sizes[constraint.relation];
    sizes[constraint.relation] += size;
    return { name: constraint.name, relation: constraint.relation, shape, offset, size };
  });
  const joined = (nodes: readonly Node[]): Node =>
    nodes.length === 0 ? builder.constant(0, 'real', [0]) : builder.concat(nodes, 0);
  const signed = source.sense === 'maximize' ? builder.unary('negate', value) : value;
  const closed = view.close([signed, joined(made.equal), joined(made.at_most)]);
  return { parts: { ...closed, region: prepare(closed.region, facts.report) }, constraints };
}

function meritOf(
  facts: ProblemFacts,
  instance: OptimizerInstance,
  names: TypedHandling,
  sizes: { readonly size: number; readonly equalities: number; readonly inequalities: number },
  firstState: number,
  rows: RowsOfView,
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
  definition.parameters.forEach((parameter, index) => {
    const argument = at(instance.arguments, index);
    if (parameter.type.kind === 'array') bindValue(view, environment, parameter, view.expression(argument));
  });
  environment.bind(definition.implicit.f, tensor(root, f));
  environment.bind(names.eq, tensor(root, eq));
  environment.bind(names.ineq, tensor(root, ineq));
  instance.states.forEach(({ symbol, name }, index) => {
    const shape = symbol.type.kind === 'array' ? environment.shape(symbol.type.shape) : [];
    const type = { dtype: dtypeOf(symbol.type), shape: shape.map((each) => each.value) };
    const node = view.input({ kind: 'state', index: firstState + index }, type, name);
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
  readonly eq: Node;
  readonly ineq: Node;
}

/** The problem's parts at `x`, in the root of a view. */
export function partsAt(view: View, handling: Handling, x: Node, slots: readonly ParameterSlot[]): Parts {
  const [f, eq, ineq] = inlined(view, handling.parts, tensorsOf(view.root.builder, x, slots));
  if (f === undefined || eq === undefined || ineq === undefined)
    throw new Error('compiler bug: a problem without its parts');
  return { f, eq, ineq };
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
export function kktResidual(builder: GraphBuilder, stationarity: Node, parts: Parts, weights: Weights): Node {
  const zero = builder.constant(0, 'real');
  const largest = (vector: Node): Node =>
    vector.type.shape[0] === 0 ? zero : builder.reduceAll('max', builder.unary('abs', vector));
  const over =
    parts.ineq.type.shape[0] === 0
      ? zero
      : builder.binary('maximum', zero, builder.reduceAll('max', parts.ineq));
  const slack = builder.binary('multiply', parts.ineq, weights.ineq);
  return [largest(parts.eq), over, largest(slack)].reduce(
    (most, each) => builder.binary('maximum', most, each),
    stationarity,
  );
}
