/** The type rule of elementwise operators: all operands have the output's shape; the row's signature says the dtypes. */
import type { DType, TensorType } from '../graph.js';
import { at, sameShape, showType } from '../types.js';
import { require, requireArity } from './type_rule.js';

/**
 * What operands an elementwise operator takes and what it gives:
 * - `real`: reals to a real;
 * - `number`: reals to a real or ints to an int;
 * - `bool`: bools to a bool;
 * - `test`: reals to a bool;
 * - `order`: two operands of one number type to a bool;
 * - `equality`: two operands of any one type to a bool;
 * - `choice`: a bool and two operands of any one type to that type.
 */
export type Signature = 'real' | 'number' | 'bool' | 'test' | 'order' | 'equality' | 'choice';

export function elementwiseType(
  signature: Signature,
  arity: number,
  inputs: readonly TensorType[],
): readonly TensorType[] {
  requireArity(inputs, arity);
  const first = at(inputs, 0);
  for (const input of inputs) {
    require(sameShape(input.shape, first.shape), () =>
      `operands differ in shape: ${inputs.map(showType).join(' and ')}`);
  }
  const values = signature === 'choice' ? inputs.slice(1) : inputs;
  const dtype = at(values, 0).dtype;
  require(values.every((value) => value.dtype === dtype) &&
    acceptedTypes(signature).includes(dtype) &&
    (signature !== 'choice' || first.dtype === 'bool'), () =>
    `is not defined on ${inputs.map(showType).join(' and ')}`);
  const answersBool = signature === 'test' || signature === 'order' || signature === 'equality';
  return [{ dtype: answersBool ? 'bool' : dtype, shape: first.shape }];
}

const acceptedBy = {
  real: ['real'],
  number: ['real', 'int'],
  bool: ['bool'],
  test: ['real'],
  order: ['real', 'int'],
  equality: ['real', 'int', 'bool'],
  choice: ['real', 'int', 'bool'],
} as const satisfies Readonly<Record<Signature, readonly DType[]>>;

/** The dtypes that operands of a signature may have (for `choice`, those after the condition). */
export type AcceptedDType<S extends Signature> = (typeof acceptedBy)[S][number];

export function acceptedTypes(signature: Signature): readonly DType[] {
  return acceptedBy[signature];
}
