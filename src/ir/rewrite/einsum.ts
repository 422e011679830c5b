/** Products of two arrays with labelled axes: `ik, kj -> ij` as a contraction with whatever has to stand around it. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range } from '../types.js';

/** An array whose axes carry labels; equal labels are the same index. */
export interface Labelled {
  readonly node: Node;
  readonly labels: readonly number[];
}

/**
 * The array under broadcasts and transposes, with the labels of the axes that it really has. `labels` are those of
 * the node's own axes.
 */
export function underBroadcasts({ node, labels }: Labelled): Labelled {
  let current: Labelled = { node, labels };
  for (;;) {
    const { operator } = current.node;
    const input = current.node.inputs[0];
    const own = current.labels;
    if (input === undefined) return current;
    if (operator.kind === 'broadcast') {
      current = { node: input, labels: operator.axes.map((axis) => at(own, axis)) };
    } else if (operator.kind === 'transpose') {
      const inner = new Array<number>(own.length).fill(0);
      operator.permutation.forEach((axis, position) => {
        inner[axis] = at(own, position);
      });
      current = { node: input, labels: inner };
    } else {
      return current;
    }
  }
}

/** The array with axes `target`, those it lacks repeated. */
export function withLabels(
  b: GraphBuilder,
  array: Labelled,
  target: readonly number[],
  extents: Extents,
): Node {
  const present = target.filter((label) => array.labels.includes(label));
  const ordered = b.transpose(
    array.node,
    present.map((label) => array.labels.indexOf(label)),
  );
  return b.broadcast(
    ordered,
    target.map((label) => extentOf(extents, label)),
    present.map((label) => target.indexOf(label)),
  );
}

export type Extents = ReadonlyMap<number, number>;

function extentOf(extents: Extents, label: number): number {
  const extent = extents.get(label);
  if (extent === undefined) throw new Error(`compiler bug: label ${label} without an extent`);
  return extent;
}

/** Sums away the labels that are not in `keep`. */
function sumTo(b: GraphBuilder, array: Labelled, keep: (label: number) => boolean): Labelled {
  const axes = range(array.labels.length).filter((axis) => !keep(at(array.labels, axis)));
  return { node: b.reduce('sum', array.node, axes), labels: array.labels.filter(keep) };
}

/** sum over `summed` of left * right, with the axes `output`. Labels may be missing from either side. */
export function einsum(
  b: GraphBuilder,
  left: Labelled,
  right: Labelled,
  summed: readonly number[],
  output: readonly number[],
  extents: Extents,
): Node {
  const keepLeft = sumTo(b, left, (label) => output.includes(label) || right.labels.includes(label));
  const keepRight = sumTo(b, right, (label) => output.includes(label) || left.labels.includes(label));
  const pair = (label: number): readonly [number, number] => [
    keepLeft.labels.indexOf(label),
    keepRight.labels.indexOf(label),
  ];
  const both = keepLeft.labels.filter((label) => keepRight.labels.includes(label));
  const batch = both.filter((label) => output.includes(label));
  const contract = both.filter((label) => !output.includes(label));
  const product = b.contraction(keepLeft.node, keepRight.node, {
    batch: batch.map(pair),
    contract: contract.map(pair),
  });
  const free = (labels: readonly number[]): number[] => labels.filter((label) => !both.includes(label));
  const labels = [...batch, ...free(keepLeft.labels), ...free(keepRight.labels)];
  const repeats = summed.filter((label) => !left.labels.includes(label) && !right.labels.includes(label));
  const times = repeats.reduce((count, label) => count * extentOf(extents, label), 1);
  const scaled = times === 1 ? product : b.binary('multiply', product, b.like(product, times));
  return withLabels(b, { node: scaled, labels }, output, extents);
}
