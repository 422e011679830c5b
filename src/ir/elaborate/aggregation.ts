/**
 * Several objectives and the aggregator that makes one direction of their gradients. The Jacobian has a row for each
 * objective, over the variables; one region gives the sum of the values and all rows, so that what the objectives
 * share is computed once.
 */
import type { TypedAggregation, TypedCall } from '../../check/typed.js';
import { gradient } from '../differentiate/derivatives.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import type { StateSlot } from '../program.js';
import { at } from '../types.js';
import { dtypeOf } from './apply.js';
import { asTensor, bindSizes, bindValue } from './call.js';
import { Environment } from './environment.js';
import { vectorOf } from './objective.js';
import { castTo, expand, tensor } from './tensor.js';
import type { Variables } from './variables.js';
import type { View } from './view.js';

/** (tensors.., stored..) -> the sum of the values, the Jacobian [objectives, P], and the values. */
export function jacobianRegion(
  value: Region,
  parts: readonly Region[],
  { own, slots, size }: Variables,
): Region {
  const builder = new GraphBuilder();
  const parameters = value.parameters.map((node) => {
    const { operator } = node;
    return builder.parameter(node.type, operator.kind === 'parameter' ? operator.name : 'p');
  });
  const rows = parts.map((part) => {
    const [, ...slopes] = builder.inline(gradient(part, own), parameters);
    return builder.reshape(vectorOf(builder, slopes, slots), [1, size]);
  });
  const [sum] = builder.inline(value, parameters);
  if (sum === undefined) throw new Error('compiler bug: objectives without a value');
  const values = parts.map((part) => {
    const [each] = builder.inline(part, parameters);
    if (each === undefined) throw new Error('compiler bug: an objective without a value');
    return builder.reshape(each, [1]);
  });
  return builder.region(parameters, [sum, builder.concat(rows, 0), builder.concat(values, 0)]);
}

/** What an aggregator keeps from step to step stands in the phase's states from `first` on. */
export interface AggregatorStates {
  readonly first: number;
  readonly slots: readonly StateSlot[];
}

/** What the states are before the first step. */
export function firstAggregatorStates(
  view: View,
  aggregation: TypedAggregation,
  size: number,
): readonly { readonly name: string; readonly node: Node }[] {
  const { value, states } = aggregation;
  if (states.length === 0) return [];
  const environment = callEnvironment(view, value, sizedEnvironment(view, aggregation, size), true);
  return states.map(({ symbol, value: start }) => {
    const shape = symbol.type.kind === 'array' ? environment.shape(symbol.type.shape) : [];
    const made = view.within(environment, () => view.tensor(start));
    const typed = castTo(view.root, made, dtypeOf(symbol.type));
    const sizes = shape.map((extent) => extent.value);
    return { name: `${value.function.name}.${symbol.name}`, node: expand(view.root, typed, [], sizes) };
  });
}

/** A direction where the view stands, and the states after it. */
export interface Direction {
  readonly direction: Node;
  readonly states: readonly Node[];
}

/** What an aggregator makes of the Jacobian and the values at a point, from its states at the start of the step. */
export function aggregate(
  view: View,
  aggregation: TypedAggregation,
  rows: Node,
  values: Node,
  { first, slots }: AggregatorStates,
): Direction {
  const { value, jacobian, losses, step, states } = aggregation;
  const count = at(rows.type.shape, 1);
  const outer = sizedEnvironment(view, aggregation, count);
  outer.bind(jacobian, tensor(view.frame, rows));
  outer.bind(losses, tensor(view.frame, values));
  outer.bind(step, () => tensor(view.root, view.step()));
  const environment = callEnvironment(view, value, outer, false);
  const cells = states.map(({ symbol }, index) => {
    const slot = at(slots, index);
    const stored = view.input({ kind: 'state', index: first + index }, slot.type, slot.name);
    return environment.bind(symbol, tensor(view.root, stored));
  });
  const made = asTensor(view.within(environment, () => view.expression(value.function.body)));
  return {
    direction: expand(view.frame, castTo(view.frame, made, 'real'), [], [count]),
    states: cells.map((cell, index) => {
      const { type } = at(slots, index);
      return expand(view.frame, castTo(view.frame, asTensor(cell.read()), type.dtype), [], type.shape);
    }),
  };
}

/** The number that a scalarization makes of the values. */
export function scalarized(
  view: View,
  { value, losses, step }: TypedAggregation,
  values: readonly Node[],
): Node {
  const { builder } = view.root;
  const environment = new Environment(view.environment.outermostEnvironment());
  const rows = values.map((each) => builder.reshape(each, [1]));
  environment.bind(losses, tensor(view.root, builder.concat(rows, 0)));
  environment.bind(step, () => tensor(view.root, view.step()));
  const made = view.within(environment, () => view.tensor(value));
  return castTo(view.root, made, 'real').node;
}

function sizedEnvironment(view: View, { size }: TypedAggregation, count: number): Environment {
  const environment = new Environment(view.environment.outermostEnvironment());
  environment.bindSize(size, { value: count, training: undefined });
  return environment;
}

/** The frame of an aggregator's body; before the first step what a step gives has no value. */
function callEnvironment(view: View, value: TypedCall, outer: Environment, before: boolean): Environment {
  const environment = new Environment(view.environment.outermostEnvironment());
  view.within(outer, () => {
    bindSizes(view, value.instantiation, environment);
    value.function.parameters.forEach((parameter, index) => {
      const argument = at(value.arguments, index);
      if (before && argument.kind === 'reference' && outer.find(argument.symbol) === undefined) return;
      bindValue(view, environment, parameter, view.expression(argument));
    });
  });
  return environment;
}
