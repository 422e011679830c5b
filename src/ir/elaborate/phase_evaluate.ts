/** The objective of a phase at any point, on all training rows, with what certifies it. */
import type { TypedAggregation, TypedObjective } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { NoDerivativeError } from '../operators/host_call.js';
import type { BoundRegion, ParameterSlot, RegionInput } from '../program.js';
import { at } from '../types.js';
import { type ProblemFacts } from './facts.js';
import type { Game } from './game.js';
import { type Handling, kktResidual, partsAt, weightsAt } from './handling.js';
import {
  gameRegion,
  gradients,
  type Objective,
  objectiveRegion,
  objectivesRegion,
  vectorOf,
} from './objective.js';
import { projectionOf, stationarityAt } from './projection.js';
import { normOf, queriesIn } from './queries.js';
import { cut, type Variables } from './variables.js';
import { type RowsOfView, View } from './view.js';

/** (x, data.., states..) -> objective, norm of the Lagrangian's gradient, KKT residual, constraints, multipliers. */
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
  const projection = projectionOf(facts, slots);
  const stationarity = stationarityAt(view, x, gradient, variables, projection);
  const maximizes = handling.plain.source.sense === 'maximize';
  return view.close([
    maximizes ? builder.unary('negate', parts.f) : parts.f,
    normOf(builder, gradient),
    kktResidual(builder, stationarity, parts, weights),
    builder.concat([parts.eq, parts.ineq], 0),
    builder.concat([weights.eq, weights.ineq], 0),
  ]);
}

/** (x, data..) -> objective, gradient norm, over all rows of the objective's split. */
export function evaluateRegion(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  source: TypedObjective,
  variables: Variables,
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
