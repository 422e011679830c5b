/** Batching of gather, scatter, draws and solvers. */
import { GraphBuilder } from '../builder.js';
import type { Node, Operator } from '../graph.js';
import { at, range } from '../types.js';
import type { BatchContext, BatchRule, Of } from './rule.js';
import { inLanes } from './rule.js';

/** One table read by indices that differ: the batch is one more axis of the indices. */
export const batchGather: BatchRule<Of<'gather'>> = ({ b, operator, inputs, size }) => {
  const [operand, indices] = [at(inputs, 0), at(inputs, 1)];
  const { batch, inBounds } = operator;
  if (operand.batched) {
    return b.gather(operand.node, inLanes(b, indices, size), { batch: batch + 1, inBounds });
  }
  const indexRank = indices.node.type.shape.length;
  const behindShared = [...range(batch, 1), 0, ...range(indexRank - 1 - batch, batch + 1)];
  const gathered = b.gather(operand.node, b.transpose(indices.node, behindShared), { batch, inBounds });
  const outputRank = gathered.type.shape.length;
  return b.transpose(gathered, [batch, ...range(batch), ...range(outputRank - 1 - batch, batch + 1)]);
};

export const batchScatter: BatchRule<Of<'scatter_add'> | Of<'scatter_set'>> = ({
  b,
  operator,
  inputs,
  size,
}) =>
  b.node(
    { ...operator, batch: operator.batch + 1 },
    inputs.map((input) => inLanes(b, input, size)),
  );

export const batchUniform: BatchRule<Of<'uniform'>> = (context) => {
  const [seed, step] = context.inputs;
  if (seed?.batched === true || step?.batched === true) return laneByLane(context);
  return context.b.node(
    context.operator,
    context.inputs.map((input) => input.node),
  );
};

/** For rare cases without a batched form: a loop over the lanes. */
function laneByLane({ b, operator, original, inputs, size }: BatchContext<Operator>): Node {
  const body = new GraphBuilder();
  const turn = body.parameter({ dtype: 'int', shape: [] }, 'lane');
  const parameter = (batched: boolean): (Node | undefined)[] =>
    inputs.map((input, index) =>
      input.batched === batched
        ? body.parameter(at(original.inputs, index).type, `value${index}`)
        : undefined,
    );
  const invariants = parameter(false);
  const slices = parameter(true);
  const lane = inputs.map((_, index) => invariants[index] ?? at(slices as readonly Node[], index));
  const result = body.node(operator, lane, original.type);
  const present = (nodes: readonly (Node | undefined)[]): Node[] =>
    nodes.filter((node) => node !== undefined);
  const results = b.loop({
    max: size,
    carries: [],
    invariants: inputs.filter((input) => !input.batched).map((input) => input.node),
    xs: inputs.filter((input) => input.batched).map((input) => input.node),
    body: body.region([turn, ...present(invariants), ...present(slices)], [result]),
  });
  return at(results, 0);
}
