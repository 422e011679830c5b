/** The objective of a phase at any point, on all training rows, with what certifies it. */
import type { TypedAggregation, TypedObjective } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { NoDerivativeError } from '../operators/host_call.js';
import type { BoundRegion, ParameterSlot, RegionInput } from '../program.js';
import { at } from '../types.js';
import { type ProblemFacts } from './facts.js';
import type { Game } from './game.js';
import {
  type Handling,
  kktResidual,
  type Parts,
  partsAt,
  pulledParts,
  slopesOfParts,
  type Weights,
  weightsAt,
} from './handling.js';
import {
  gameRegion,
  gradients,
  type Objective,
  objectiveRegion,
  objectivesRegion,
  vectorOf,
} from './objective.js';
import { normOf, queriesIn } from './queries.js';
import { project, projectionOf, type SetMap, stationarityAt, tangentOf } from './sets.js';
import { cut, put, type Variables } from './variables.js';
import { type RowsOfView, View } from './view.js';

/** (x, data.., states..) -> objective, norm of the Lagrangian's gradient, KKT residual, reach of the multipliers and of the violations, constraints, multipliers, slopes. */
export function evaluateConstrained(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  handling: Handling,
  rows: RowsOfView,
  variables: Variables,
): BoundRegion {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const x = view.x();
  const { gradient } = queriesIn(view, handling.lagrangian, variables).valueAndGradient(
    view.root,
    cut(builder, x, variables),
  );
  const parts = partsAt(view, handling, x, slots);
  const weights = weightsAt(view, handling, parts);
  const stationarity = stationarityAt(view, x, gradient, variables);
  const maximizes = handling.plain.source.sense === 'maximize';
  return view.close([
    maximizes ? builder.unary('negate', parts.f) : parts.f,
    normOf(builder, gradient),
    kktResidual(builder, stationarity, parts, weights),
    ...[weights, violations(builder, parts)].map((each) =>
      handling.hasProxies
        ? builder.constant(0, 'real')
        : reachOf(view, handling, slots, variables, projectionOf(facts, slots), x, parts, each),
    ),
    builder.concat([parts.trueEq, parts.trueIneq], 0),
    builder.concat([weights.eq, weights.ineq], 0),
    slopesAlong(view, handling, x, slots),
  ]);
}

/** How fast each constraint changes along a direction that no problem has reason to be blind to. */
function slopesAlong(view: View, handling: Handling, x: Node, slots: readonly ParameterSlot[]): Node {
  const { builder } = view.root;
  const { shape } = x.type;
  const turns = builder.cast(builder.iota(shape, 0), 'real');
  const wide = builder.binary('multiply', builder.constant(2.399963229728653, 'real', shape), turns);
  const direction = builder.unary('cos', builder.binary('add', builder.constant(0.5, 'real', shape), wide));
  const { eq, ineq } = slopesOfParts(view, handling, x, direction, slots);
  return builder.concat([eq, ineq], 0);
}

/** By how much each constraint is violated: the weights whose slope vanishes where the violation is least. */
function violations(builder: GraphBuilder, { eq, ineq }: Parts): Weights {
  return { eq, ineq: builder.binary('maximum', ineq, builder.constant(0, 'real', ineq.type.shape)) };
}

/**
 * How far weights prove that there is no feasible point, in lengths of x: see `runtime/infeasible.ts`. With w.c the
 * weights times the constraints and d its slope, and r = x - P(x - td) a projected step along it, every x' of the sets
 * has d.(x' - x) >= -d.r - |r| |x' - P(x - td)| / t; so w.c(x') > 0, to first order, within t (w.c - d.r) / |r|.
 */
function reachOf(
  view: View,
  handling: Handling,
  slots: readonly ParameterSlot[],
  variables: Variables,
  projection: SetMap | undefined,
  x: Node,
  parts: Parts,
  weights: Weights,
): Node {
  const { builder } = view.root;
  const dot = (left: Node, right: Node): Node =>
    builder.reduceAll('sum', builder.binary('multiply', left, right));
  const slope = cut(builder, pulledParts(view, handling, x, weights, slots), variables);
  const sum = builder.binary('add', dot(parts.eq, weights.eq), dot(parts.ineq, weights.ineq));
  const least = builder.constant(1e-30, 'real');
  const scale = builder.binary('maximum', builder.constant(1, 'real'), normOf(builder, x));
  const length = builder.binary('divide', scale, builder.binary('add', normOf(builder, slope), least));
  const step = builder.binary('multiply', builder.broadcastScalar(length, slope.type.shape), slope);
  const y = cut(builder, x, variables);
  const beyond = builder.binary('subtract', y, step);
  const nearest =
    projection === undefined
      ? beyond
      : cut(builder, project(view, projection, put(builder, x, beyond, variables)), variables);
  const moved = builder.binary('subtract', y, nearest);
  const rise = builder.binary('subtract', sum, dot(slope, moved));
  const far = builder.binary(
    'divide',
    builder.binary('multiply', length, rise),
    builder.binary('add', normOf(builder, moved), least),
  );
  return builder.binary('divide', far, scale);
}

/** (x, data..) -> objective, gradient norm, over all rows of the objective's split. */
export function evaluateRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  source: TypedObjective,
  variables: Variables,
): BoundRegion {
  const rows: RowsOfView = { kind: 'split', name: source.split };
  const objective = objectiveRegion(facts, slots, source, rows);
  if (tangentOf(facts, variables) !== undefined)
    return evaluateOnManifold(facts, slots, objective, rows, variables);
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
  const slopes = gradientsIfAny(objective.value, variables.own);
  const signed = source.sense === 'maximize' ? builder.unary('negate', value) : value;
  const norm =
    slopes === undefined
      ? builder.constant(NaN)
      : normOf(builder, vectorOf(builder, builder.inline(slopes, [...tensors, ...stored]), variables.slots));
  return { region: builder.region([x, ...stored], [signed, norm]), inputs };
}

/** Undefined for an objective that is a black box. */
function gradientsIfAny(value: Region, wrt: readonly number[]): Region | undefined {
  try {
    return gradients(value, wrt);
  } catch (error) {
    if (error instanceof NoDerivativeError) return undefined;
    throw error;
  }
}

/** The gradient is the tangent one. */
function evaluateOnManifold(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objective: Objective,
  rows: RowsOfView,
  variables: Variables,
): BoundRegion {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const y = cut(builder, view.x(), variables);
  const { value, gradient } = queriesIn(view, objective, variables).valueAndGradient(view.root, y);
  const signed = objective.source.sense === 'maximize' ? builder.unary('negate', value) : value;
  return view.close([signed, normOf(builder, gradient)]);
}

/** (x, data..) -> the sum of several objectives, the norm of their aggregate, and the value of each as it is written. */
export function evaluateSeveral(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  aggregation: TypedAggregation,
  variables: Variables,
): BoundRegion {
  const rows: RowsOfView = { kind: 'split', name: at(objectives, 0).split };
  const firstState = facts.problem.carried.length;
  const objective = objectivesRegion(facts, slots, objectives, aggregation, rows, firstState, variables);
  const { view, value, gradient, values } = severalAt(facts, slots, objectives, objective, rows, variables);
  return view.close([value, normOf(view.root.builder, gradient), ...values]);
}

/** (x, data..) -> the first player's objective, the norm of the game's field, and every player's objective as written. */
export function evaluateGame(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  owner: Game['owner'],
  variables: Variables,
): BoundRegion {
  const rows: RowsOfView = { kind: 'split', name: at(objectives, 0).split };
  const objective = gameRegion(facts, slots, objectives, owner, rows);
  const { view, gradient, values } = severalAt(facts, slots, objectives, objective, rows, variables);
  return view.close([at(values, 0), normOf(view.root.builder, gradient), ...values]);
}

/** Several objectives at x: the value and the gradient that stand for all of them, and the value of each as written. */
function severalAt(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  objective: Objective,
  rows: RowsOfView,
  variables: Variables,
): { readonly view: View; readonly value: Node; readonly gradient: Node; readonly values: readonly Node[] } {
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const queries = queriesIn(view, objective, variables);
  const x = cut(builder, view.x(), variables);
  const values = objectives.map(({ sense }, index) => {
    const part = queries.part(view.root, x, index);
    return sense === 'maximize' ? builder.unary('negate', part) : part;
  });
  return { view, ...queries.valueAndGradient(view.root, x), values };
}
