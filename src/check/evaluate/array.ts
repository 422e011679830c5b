/** Dense row-major arrays of scalars, and the few ways to take them apart that everything else is made of. */
import type { Scalar } from './scalar.js';
import { markVariable, valueOf } from './scalar.js';

export interface ArrayValue {
  readonly kind: 'array';
  readonly shape: readonly number[];
  readonly data: readonly Scalar[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function arrayOf(shape: readonly number[], data: readonly Scalar[]): ArrayValue {
  if (data.length !== sizeOf(shape)) {
    throw new Error(`compiler bug: ${data.length} elements for shape [${shape.join(', ')}]`);
  }
  return { kind: 'array', shape, data };
}

export function scalarArray(scalar: Scalar): ArrayValue {
  return { kind: 'array', shape: [], data: [scalar] };
}

export function numbersOf(array: ArrayValue): number[] {
  return array.data.map(valueOf);
}

/** Element `index`, repeating an array with fewer (leading) axes: how operands align at their last axes. */
export function elementAt(array: ArrayValue, index: number): Scalar {
  const scalar = array.data[index % array.data.length];
  if (scalar === undefined) throw new Error('compiler bug: an element of an empty array was read');
  return scalar;
}

/** The shape of an elementwise operation: that of the operand with most axes. */
export function broadcastShape(shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes.reduce((widest, shape) => (shape.length > widest.length ? shape : widest), []);
}

export function mapElements(
  operands: readonly ArrayValue[],
  body: (elements: readonly Scalar[]) => Scalar,
  shape = broadcastShape(operands.map((operand) => operand.shape)),
): ArrayValue {
  const data = Array.from({ length: sizeOf(shape) }, (_, index) =>
    body(operands.map((operand) => elementAt(operand, index))),
  );
  return arrayOf(shape, data);
}

/** Every index of a shape in row-major order. A shape without axes has one index, []. */
export function* indicesOf(shape: readonly number[]): Generator<readonly number[]> {
  const index = shape.map(() => 0);
  for (let count = sizeOf(shape); count > 0; count -= 1) {
    yield [...index];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] as number) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (index[axis] !== 0) break;
    }
  }
}

/** Row-major position of an index. */
export function positionOf(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((position, size, axis) => position * size + (index[axis] as number), 0);
}

/** An array from a function of the index. */
export function buildArray(
  shape: readonly number[],
  element: (index: readonly number[]) => Scalar,
): ArrayValue {
  return arrayOf(shape, Array.from(indicesOf(shape), element));
}

export function at(array: ArrayValue, index: readonly number[]): Scalar {
  const scalar = array.data[positionOf(array.shape, index)];
  if (scalar === undefined)
    throw new Error(`compiler bug: [${index.join(', ')}] is outside [${array.shape.join(', ')}]`);
  return scalar;
}

/** The part of an array with index `at` on `axis`; that axis disappears. */
export function takeAlong(array: ArrayValue, axis: number, position: number): ArrayValue {
  const shape = array.shape.filter((_, index) => index !== axis);
  return buildArray(shape, (index) => at(array, [...index.slice(0, axis), position, ...index.slice(axis)]));
}

/** Parts of equal shape on a new leading shape; `partShape` is asked for when there are no parts. */
export function stack(
  leading: readonly number[],
  parts: readonly ArrayValue[],
  partShape: () => readonly number[],
): ArrayValue {
  const shape = [...leading, ...(parts[0]?.shape ?? partShape())];
  return arrayOf(
    shape,
    parts.flatMap((part) => part.data),
  );
}

/** Applies `body` to each row along the last axis. */
export function mapRows(array: ArrayValue, body: (row: readonly Scalar[]) => readonly Scalar[]): ArrayValue {
  const length = array.shape[array.shape.length - 1] ?? 1;
  const rows = length === 0 ? 0 : array.data.length / length;
  const data = Array.from({ length: rows }, (_, row) =>
    body(array.data.slice(row * length, (row + 1) * length)),
  ).flat();
  return arrayOf(array.shape, data);
}

/** The same numbers as fresh places to differentiate at. */
export function markVariables(array: ArrayValue): ArrayValue {
  return arrayOf(array.shape, array.data.map(markVariable));
}

export function isTrue(array: ArrayValue): boolean {
  return valueOf(elementAt(array, 0)) !== 0;
}
