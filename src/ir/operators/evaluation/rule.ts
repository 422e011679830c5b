/** The form of an evaluation rule: plain loops over dense arrays, as simple as the operator's definition. */
import type { Operator, Region, TensorType } from '../../graph.js';
import type { Tensor } from '../../tensor.js';
import { at } from '../../types.js';

/** Calls a function of the host by name: arguments, the shape of the result, its elements. */
export type HostCaller = (
  name: string,
  inputs: readonly {
    readonly shape: readonly number[];
    readonly dtype: TensorType['dtype'];
    readonly data: Float64Array;
  }[],
  shape: readonly number[],
) => ArrayLike<number>;

export interface EvaluationContext {
  readonly host?: HostCaller | undefined;
  /** Types of the results. */
  readonly types: readonly TensorType[];
  /** Evaluates a nested region. */
  readonly run: (region: Region, inputs: readonly Tensor[]) => Tensor[];
}

export type EvaluationRule<O extends Operator> = (
  operator: O,
  inputs: readonly Tensor[],
  context: EvaluationContext,
) => Tensor[];

/** All offsets `sum(index[a] * strides[a])` of a shape, in row-major order. */
export function offsetsOf(shape: readonly number[], strides: readonly number[], start = 0): Float64Array {
  let offsets = Float64Array.of(start);
  shape.forEach((extent, axis) => {
    const stride = at(strides, axis);
    const next = new Float64Array(offsets.length * extent);
    let position = 0;
    for (const offset of offsets) {
      for (let index = 0; index < extent; index += 1) {
        next[position] = offset + index * stride;
        position += 1;
      }
    }
    offsets = next;
  });
  return offsets;
}
