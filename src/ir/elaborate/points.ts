/**
 * The objective asked at many points at once. Inside of a comprehension a point has mapped axes; the region of the
 * question is batched over all of them together, so a population is one evaluation of a wider graph, not a loop.
 * What is stored, the batch's rows and the step's draws are the same for all points.
 */
import { batchRegion } from '../batching/batch.js';
import { inLanes } from '../batching/rule.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import type { ParameterSlot } from '../program.js';
import { at, sizeOf } from '../types.js';
import type { Frame } from './frame.js';
import { tensor } from './tensor.js';
import { sizesOf, type Tensor } from './value.js';

/** The region of a question, (tensors.., stored..) -> results, on `count` points of the tensors `moved`. */
export function overPoints(region: Region, moved: readonly number[], count: number): Region {
  const flags = region.parameters.map((_, index) => moved.includes(index));
  const { region: wide, batched } = batchRegion(region, flags, count);
  if (batched.every((flag) => flag)) return wide;
  // What does not depend on the point is the same in every lane.
  const { parameters, results } = wide;
  const builder = new GraphBuilder();
  const inner = parameters.map((node, index) => builder.parameter(node.type, `value${index}`));
  const built = builder.inline({ parameters, results }, inner);
  return builder.region(
    inner,
    built.map((node, index) => inLanes(builder, { node, batched: batched[index] === true }, count)),
  );
}

/** Cuts points [count, P] into the tensors of each. */
export function tensorsOfPoints(
  builder: GraphBuilder,
  points: Node,
  slots: readonly ParameterSlot[],
): Node[] {
  const count = at(points.type.shape, 0);
  return slots.map(({ offset, size, shape }) =>
    builder.reshape(builder.sliceAxis(points, 1, offset, offset + size), [count, ...shape]),
  );
}

/** Joins tensors of many points to vectors [count, P]. */
export function vectorsOfPoints(
  builder: GraphBuilder,
  tensors: readonly Node[],
  slots: readonly ParameterSlot[],
  count: number,
): Node {
  const parts = tensors.map((each, index) => builder.reshape(each, [count, at(slots, index).size]));
  return parts.length === 0 ? builder.constant(0, 'real', [count, 0]) : builder.concat(parts, 1);
}

/** Points of mapped axes as one list of them, and back. */
export function asPoints(
  frame: Frame,
  value: Tensor,
): { readonly points: Node; readonly back: (results: Node) => Tensor } {
  const sizes = sizesOf(value.axes);
  const node = frame.read(value);
  const own = node.type.shape.slice(sizes.length);
  return {
    points: frame.builder.reshape(node, [sizeOf(sizes), ...own]),
    back: (results) =>
      tensor(frame, frame.builder.reshape(results, [...sizes, ...results.type.shape.slice(1)]), value.axes),
  };
}
