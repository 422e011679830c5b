/** Batching of contractions: a shared batch axis if both sides have it, else one more free axis, moved to the front. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range } from '../types.js';
import type { BatchRule, Of } from './rule.js';

type Pair = readonly [number, number];

export const batchContraction: BatchRule<Of<'contraction'>> = ({ b, operator, inputs }) => {
  const [left, right] = [at(inputs, 0), at(inputs, 1)];
  const shift = ([leftAxis, rightAxis]: Pair): Pair => [
    leftAxis + (left.batched ? 1 : 0),
    rightAxis + (right.batched ? 1 : 0),
  ];
  const batch = operator.batch.map(shift);
  const contract = operator.contract.map(shift);
  if (left.batched && right.batched) {
    return b.contraction(left.node, right.node, { batch: [[0, 0], ...batch], contract });
  }
  const product = b.contraction(left.node, right.node, { batch, contract });
  const leftFree = left.node.type.shape.length - batch.length - contract.length;
  return moveToFront(b, product, left.batched ? batch.length : batch.length + leftFree);
};

function moveToFront(b: GraphBuilder, node: Node, axis: number): Node {
  const others = range(node.type.shape.length).filter((other) => other !== axis);
  return b.transpose(node, [axis, ...others]);
}
