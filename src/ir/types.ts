/** Small questions about tensor types and shapes that every part of the graph IR asks. */
import type { DType, Node, Shape, TensorType } from './graph.js';

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

export function sameType(left: TensorType, right: TensorType): boolean {
  return left.dtype === right.dtype && sameShape(left.shape, right.shape);
}

export function showType(type: TensorType): string {
  return type.shape.length === 0 ? type.dtype : `${type.dtype}[${type.shape.join(', ')}]`;
}

export function real(...shape: number[]): TensorType {
  return { dtype: 'real', shape };
}

export function int(...shape: number[]): TensorType {
  return { dtype: 'int', shape };
}

export function bool(...shape: number[]): TensorType {
  return { dtype: 'bool', shape };
}

export function withShape(type: TensorType, shape: Shape): TensorType {
  return { dtype: type.dtype, shape };
}

export function withDType(type: TensorType, dtype: DType): TensorType {
  return { dtype, shape: type.shape };
}

/** 0, 1, ... count - 1. */
export function range(count: number, start = 0): number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = at(strides, axis + 1) * at(shape, axis + 1);
  }
  return strides;
}

/** The element that must be there: an index outside the list is a compiler bug. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`compiler bug: index ${index} outside a list of ${list.length}`);
  return element;
}

/** The axes of a shape that are not in `axes`, in order. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return range(rank).filter((axis) => !axes.includes(axis));
}

export function isConstant(node: Node, value?: number): boolean {
  return node.operator.kind === 'constant' && (value === undefined || node.operator.value === value);
}

export function isScalar(node: Node): boolean {
  return node.type.shape.length === 0;
}
