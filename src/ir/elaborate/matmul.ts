/** `a @ b` as a contraction: mapped axes that both sides have become batch axes, leading runs line up by position. */
import type { TypedMatmul } from '../../check/typed.js';
import { at, range } from '../types.js';
import type { Context } from './context.js';
import { castTo, reshapeOwn, sliceOwn, tensor } from './tensor.js';
import { ownRank, ownShape, type Tensor, unionAxes } from './value.js';

export function matmul(context: Context, expression: TypedMatmul): Tensor {
  const { frame } = context;
  let left = castTo(frame, context.tensor(expression.left), 'real');
  let right = castTo(frame, context.tensor(expression.right), 'real');
  const training = contractedTraining(context, expression);
  if (training !== undefined) {
    left = sliceOwn(frame, left, ownRank(left) - 1, 0, training);
    right = sliceOwn(frame, right, Math.max(0, ownRank(right) - 2), 0, training);
  }
  const leftIsVector = ownRank(left) === 1;
  const rightIsVector = ownRank(right) === 1;
  const rows = leftIsVector ? reshapeOwn(frame, left, [1, ...ownShape(left)]) : left;
  const columns = rightIsVector ? reshapeOwn(frame, right, [...ownShape(right), 1]) : right;
  const product = contract(context, rows, columns);
  const own = ownShape(product);
  const kept = own.filter(
    (_, axis) => !(leftIsVector && axis === own.length - 2) && !(rightIsVector && axis === own.length - 1),
  );
  return reshapeOwn(frame, product, kept);
}

/** In a `data` block of a split table, a contraction over rows is a statistic of the training rows. */
function contractedTraining(context: Context, expression: TypedMatmul): number | undefined {
  if (expression.left.type.kind !== 'array') return undefined;
  const sizes = context.environment.shape(expression.left.type.shape);
  const last = sizes[sizes.length - 1];
  return last?.training !== undefined && last.training < last.value ? last.training : undefined;
}

/** [.., n, k] with [.., k, m]; the leading own axes are equal or one side has fewer. */
function contract(context: Context, left: Tensor, right: Tensor): Tensor {
  const { frame } = context;
  const leftLead = ownRank(left) - 2;
  const rightLead = ownRank(right) - 2;
  const pairedLead = Math.min(leftLead, rightLead);
  const leftPaired = range(pairedLead, left.axes.length + leftLead - pairedLead);
  const rightPaired = range(pairedLead, right.axes.length + rightLead - pairedLead);
  const shared = left.axes.filter((axis) => right.axes.includes(axis));
  const batch: (readonly [number, number])[] = [
    ...shared.map((axis) => [left.axes.indexOf(axis), right.axes.indexOf(axis)] as const),
    ...leftPaired.map((axis, index) => [axis, at(rightPaired, index)] as const),
  ];
  const leftRank = left.node.type.shape.length;
  const rightRank = right.node.type.shape.length;
  const contracted: readonly (readonly [number, number])[] = [[leftRank - 1, rightRank - 2]];
  const node = frame.builder.contraction(frame.read(left), frame.read(right), {
    batch,
    contract: contracted,
  });
  // Output axes: batch pairs, left's free axes, right's free axes, each in order.
  const leftFree = range(leftRank).filter(
    (axis) => axis !== leftRank - 1 && !batch.some(([used]) => used === axis),
  );
  const rightFree = range(rightRank).filter(
    (axis) => axis !== rightRank - 2 && !batch.some(([, used]) => used === axis),
  );
  const placeLeft = (axis: number): number => {
    const paired = batch.findIndex(([used]) => used === axis);
    return paired !== -1 ? paired : batch.length + leftFree.indexOf(axis);
  };
  const placeRight = (axis: number): number => {
    const paired = batch.findIndex(([, used]) => used === axis);
    return paired !== -1 ? paired : batch.length + leftFree.length + rightFree.indexOf(axis);
  };
  const axes = unionAxes([left.axes, right.axes]);
  const mapped = axes.map((axis) => {
    const inLeft = left.axes.indexOf(axis);
    return inLeft !== -1 ? placeLeft(inLeft) : placeRight(right.axes.indexOf(axis));
  });
  const lead =
    leftLead >= rightLead
      ? range(leftLead, left.axes.length).map(placeLeft)
      : range(rightLead, right.axes.length).map(placeRight);
  const permutation = [...mapped, ...lead, placeLeft(leftRank - 2), placeRight(rightRank - 1)];
  return tensor(frame, frame.builder.transpose(node, permutation), axes);
}
