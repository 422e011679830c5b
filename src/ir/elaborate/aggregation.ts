/**
 * Several objectives and the aggregator that makes one direction of their gradients. The Jacobian has a row for each
 * objective, over all parameters; one region gives the sum of the values and all rows, so that what the objectives
 * share is computed once.
 */
import type { TypedAggregation } from '../../check/typed.js';
import { gradient } from '../differentiate/derivatives.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import type { ParameterSlot } from '../program.js';
import { at, range } from '../types.js';
import { Environment } from './environment.js';
import { vectorOf } from './objective.js';
import { castTo, expand, tensor } from './tensor.js';
import type { View } from './view.js';

/** (tensors.., stored..) -> the sum of the values, and the Jacobian [objectives, P]. */
export function jacobianRegion(
  value: Region,
  parts: readonly Region[],
  slots: readonly ParameterSlot[],
): Region {
  const builder = new GraphBuilder();
  const parameters = value.parameters.map((node) => {
    const { operator } = node;
    return builder.parameter(node.type, operator.kind === 'parameter' ? operator.name : 'p');
  });
  const size = slots.reduce((total, slot) => total + slot.size, 0);
  const rows = parts.map((part) => {
    const [, ...slopes] = builder.inline(gradient(part, range(slots.length)), parameters);
    return builder.reshape(vectorOf(builder, slopes, slots), [1, size]);
  });
  const [sum] = builder.inline(value, parameters);
  if (sum === undefined) throw new Error('compiler bug: objectives without a value');
  return builder.region(parameters, [sum, builder.concat(rows, 0)]);
}

/** The direction that an aggregator makes of a Jacobian, built where the view stands. */
export function aggregate(view: View, { value, jacobian, size }: TypedAggregation, rows: Node): Node {
  const environment = new Environment(view.environment.outermostEnvironment());
  const count = at(rows.type.shape, 1);
  environment.bindSize(size, { value: count, training: undefined });
  environment.bind(jacobian, tensor(view.frame, rows));
  const direction = view.within(environment, () => view.tensor(value));
  return expand(view.frame, castTo(view.frame, direction, 'real'), [], [count]);
}
