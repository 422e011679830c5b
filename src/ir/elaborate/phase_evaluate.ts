/** The objective of a phase at any point, on all training rows, with what certifies it. */
import type { TypedAggregation, TypedObjective } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Region } from '../graph.js';
import { NoDerivativeError } from '../operators/host_call.js';
import type { BoundRegion, ParameterSlot, RegionInput } from '../program.js';
import { at } from '../types.js';
import { type ProblemFacts } from './facts.js';
import { type Handling, kktResidual, partsAt, weightsAt } from './handling.js';
import { gradients, objectiveRegion, objectivesRegion, vectorOf } from './objective.js';
import { project, projectionOf } from './projection.js';
import { normOf, queriesIn } from './queries.js';
import { type RowsOfView, View } from './view.js';

/** (x, data.., states..) -> objective, norm of the Lagrangian's gradient, KKT residual, constraints, multipliers. */
export function evaluateConstrained(
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
  const stationarity = normOf(builder, builder.binary('subtract', x, nearest));
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
  const slopes = gradientsIfAny(objective.value, wrt);
  const signed = source.sense === 'maximize' ? builder.unary('negate', value) : value;
  const norm =
    slopes === undefined
      ? builder.constant(NaN)
      : normOf(builder, vectorOf(builder, builder.inline(slopes, [...tensors, ...stored]), slots));
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
): BoundRegion {
  const rows: RowsOfView = { kind: 'split', name: at(objectives, 0).split };
  const firstState = facts.problem.carried.length;
  const objective = objectivesRegion(facts, slots, objectives, aggregation, rows, firstState);
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  const { builder } = view.root;
  const queries = queriesIn(view, objective);
  const { value, gradient } = queries.valueAndGradient(view.root, view.x());
  const values = objectives.map(({ sense }, index) => {
    const part = queries.part(view.root, view.x(), index);
    return sense === 'maximize' ? builder.unary('negate', part) : part;
  });
  return view.close([value, normOf(builder, gradient), ...values]);
}
