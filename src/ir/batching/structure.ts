/** Batching of elementwise operators and of those that move or reduce elements: the axes shift by one. */
import type { Node, Operator } from '../graph.js';
import { at } from '../types.js';
import type { BatchContext, BatchRule, Of } from './rule.js';
import { behindBatch, inLanes } from './rule.js';

function operand({ inputs }: BatchContext<Operator>): Node {
  return at(inputs, 0).node;
}

/** All inputs in lanes, the operator unchanged: right for everything that ignores leading axes. */
export function sameOperator({ b, operator, original, inputs, size }: BatchContext<Operator>): Node {
  const nodes = inputs.map((input) => inLanes(b, input, size));
  return b.node(operator, nodes, { dtype: original.type.dtype, shape: [size, ...original.type.shape] });
}

export const batchElementwise: BatchRule<Of<'elementwise'>> = ({ b, operator, inputs, size }) =>
  b.elementwise(
    operator.name,
    inputs.map((input) => inLanes(b, input, size)),
  );

export const batchBroadcast: BatchRule<Of<'broadcast'>> = (context) =>
  context.b.broadcast(
    operand(context),
    [context.size, ...context.original.type.shape],
    [0, ...behindBatch(context.operator.axes)],
  );

export const batchReshape: BatchRule<Of<'reshape'>> = (context) =>
  context.b.reshape(operand(context), [context.size, ...context.original.type.shape]);

export const batchTranspose: BatchRule<Of<'transpose'>> = (context) =>
  context.b.transpose(operand(context), [0, ...behindBatch(context.operator.permutation)]);

export const batchReverse: BatchRule<Of<'reverse'>> = (context) =>
  context.b.reverse(operand(context), behindBatch(context.operator.axes));

export const batchSlice: BatchRule<Of<'slice'>> = (context) => {
  const { starts, limits, strides } = context.operator;
  return context.b.slice(operand(context), [0, ...starts], [context.size, ...limits], [1, ...strides]);
};

export const batchPad: BatchRule<Of<'pad'>> = (context) => {
  const { low, high, interior } = context.operator;
  return context.b.pad(operand(context), [0, ...low], [0, ...high], [0, ...interior]);
};

export const batchConcat: BatchRule<Of<'concat'>> = ({ b, operator, inputs, size }) =>
  b.concat(
    inputs.map((input) => inLanes(b, input, size)),
    operator.axis + 1,
  );

export const batchReduce: BatchRule<Of<'reduce'>> = (context) =>
  context.b.reduce(context.operator.monoid, operand(context), behindBatch(context.operator.axes));

export const batchArgreduce: BatchRule<Of<'argreduce'>> = (context) =>
  context.b.argreduce(context.operator.direction, operand(context), context.operator.axis + 1);

export const batchCumulative: BatchRule<Of<'cumulative'>> = (context) => {
  const { monoid, axis, reverse } = context.operator;
  return context.b.cumulative(monoid, operand(context), axis + 1, { reverse });
};

/** Leaves have no inputs, so nothing can batch them. */
export function neverBatched({ operator }: BatchContext<Operator>): Node {
  throw new Error(`compiler bug: a batched ${operator.kind}`);
}
