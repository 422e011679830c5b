/**
 * Values during elaboration. A comprehension or a mapped call does not loop: its body is elaborated once with each
 * binder standing for a whole *mapped axis*, so a tensor's node has the shape [mapped axes.., own axes..]. The
 * mapped axes are named and ordered by nesting depth; the own axes are those of the value's type in the source.
 */
import type { TypedFunction, ApplyName } from '../../check/typed.js';
import type { Node, Shape } from '../graph.js';
import type { Frame } from './frame.js';
import type { OptimizerInstance } from './optimizer_instance.js';

/** An index that the surrounding comprehension, reduction or mapped call runs over. */
export interface Axis {
  /** Grows with nesting, so sorting by depth gives one order everywhere. */
  readonly depth: number;
  readonly size: number;
  readonly name: string;
}

export interface Tensor {
  readonly kind: 'tensor';
  readonly node: Node;
  readonly axes: readonly Axis[];
  /** The frame whose builder made the node; reading from an inner frame captures it. */
  readonly frame: Frame;
  /** Set for an int that is `axis index + offset`: indexing with it renames an axis instead of gathering. */
  readonly affine: { readonly axis: Axis; readonly offset: number } | undefined;
}

export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
}

export type FunctionValue =
  | { readonly kind: 'function'; readonly function: TypedFunction }
  | { readonly kind: 'builtin_function'; readonly operator: ApplyName };

export interface OptimizerHandle {
  readonly kind: 'optimizer';
  readonly instance: OptimizerInstance;
}

export type Value = Tensor | RecordValue | FunctionValue | OptimizerHandle;

/** The axes of the value's type: those after the mapped ones. */
export function ownShape(tensor: Tensor): Shape {
  return tensor.node.type.shape.slice(tensor.axes.length);
}

export function ownRank(tensor: Tensor): number {
  return tensor.node.type.shape.length - tensor.axes.length;
}

export function unionAxes(lists: readonly (readonly Axis[])[]): readonly Axis[] {
  const first = lists[0];
  if (first !== undefined && lists.every((list) => list === first || list.length === 0)) return first;
  const all = new Set<Axis>();
  for (const list of lists) for (const axis of list) all.add(axis);
  return [...all].sort((left, right) => left.depth - right.depth);
}

export function sizesOf(axes: readonly Axis[]): number[] {
  return axes.map((axis) => axis.size);
}
