/**
 * The form of batching rules. A batched value has the batch as its leading axis; a value without that axis is the
 * same in every lane. Rules keep unbatched inputs unbatched where the operator allows it.
 */
import type { GraphBuilder } from '../builder.js';
import type { Node, Operator, Region } from '../graph.js';
import { range } from '../types.js';

export interface Lanes {
  readonly node: Node;
  readonly batched: boolean;
}

/** Batches a region's body inside a builder; rules for nested regions receive it. */
export type BatchInto = (b: GraphBuilder, region: Region, values: readonly Lanes[], size: number) => Lanes[];

export interface BatchContext<O extends Operator> {
  readonly b: GraphBuilder;
  readonly operator: O;
  /** The node of the original region; its types are those of one lane. */
  readonly original: Node;
  /** At least one is batched. */
  readonly inputs: readonly Lanes[];
  readonly size: number;
  readonly batchInto: BatchInto;
}

/** For operators with one result, which becomes batched. */
export type BatchRule<O extends Operator> = (context: BatchContext<O>) => Node;

/** For operators with several results. */
export type ControlBatchRule<O extends Operator> = (context: BatchContext<O>) => Lanes[];

export type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

/** Repeats an unbatched value in every lane. */
export function inLanes(b: GraphBuilder, { node, batched }: Lanes, size: number): Node {
  if (batched) return node;
  const { shape } = node.type;
  return b.broadcast(node, [size, ...shape], range(shape.length, 1));
}

/** Axes of one lane as axes of the batch. */
export function behindBatch(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1);
}
