/** Values of the interpreter: dense arrays in row-major order. Ints and bools are numbers, too. */
import type { TensorType } from './graph.js';
import { sizeOf } from './types.js';

export interface Tensor {
  readonly type: TensorType;
  readonly data: Float64Array;
}

export function tensor(type: TensorType, values: ArrayLike<number>): Tensor {
  if (values.length !== sizeOf(type.shape)) {
    throw new Error(`compiler bug: ${values.length} values for a tensor of shape [${type.shape.join(', ')}]`);
  }
  return { type, data: Float64Array.from(values) };
}

export function zeros(type: TensorType): Tensor {
  return { type, data: new Float64Array(sizeOf(type.shape)) };
}

export function scalar(value: number, dtype: TensorType['dtype'] = 'real'): Tensor {
  return { type: { dtype, shape: [] }, data: Float64Array.of(value) };
}

/** The k-th element along the leading axis, as a view. */
export function leadingSlice(whole: Tensor, k: number): Tensor {
  const shape = whole.type.shape.slice(1);
  const size = sizeOf(shape);
  return { type: { dtype: whole.type.dtype, shape }, data: whole.data.subarray(k * size, (k + 1) * size) };
}
