/** Evaluation of leaves and of the operators that move elements: all but a few are copies along strides. */
import type { Operator } from '../../graph.js';
import type { Tensor } from '../../tensor.js';
import { tensor, zeros } from '../../tensor.js';
import { at, range, sizeOf, stridesOf } from '../../types.js';
import { castFunction, scalarFunction } from '../elementwise/evaluate.js';
import type { EvaluationRule } from './rule.js';
import { offsetsOf } from './rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const evaluateConstant: EvaluationRule<Of<'constant'>> = (operator, _inputs, { types }) => {
  const result = zeros(at(types, 0));
  result.data.fill(operator.value);
  return [result];
};

export const evaluateLiteral: EvaluationRule<Of<'literal'>> = (operator, _inputs, { types }) => [
  tensor(at(types, 0), operator.values),
];

export const evaluateIota: EvaluationRule<Of<'iota'>> = (operator, _inputs, { types }) => {
  const { shape } = at(types, 0);
  const strides = shape.map((_, axis) => (axis === operator.axis ? 1 : 0));
  return [{ type: at(types, 0), data: offsetsOf(shape, strides) }];
};

export const evaluateElementwise: EvaluationRule<Of<'elementwise'>> = (operator, inputs, { types }) => {
  const evaluate = scalarFunction(
    operator.name,
    inputs.map((input) => input.type.dtype),
  );
  const result = zeros(at(types, 0));
  const [first, second, third] = inputs.map((input) => input.data);
  for (let index = 0; index < result.data.length; index += 1) {
    result.data[index] = evaluate(first?.[index] ?? 0, second?.[index] ?? 0, third?.[index] ?? 0);
  }
  return [result];
};

export const evaluateCast: EvaluationRule<Of<'cast'>> = (_operator, inputs, { types }) => {
  const type = at(types, 0);
  const evaluate = castFunction(at(inputs, 0).type.dtype, type.dtype);
  return [{ type, data: at(inputs, 0).data.map((value) => evaluate(value)) }];
};

/** Reads the elements of the input at these offsets. */
function copyAt(input: Tensor, offsets: Float64Array): Float64Array {
  return offsets.map((offset) => at(input.data, offset));
}

export const evaluateBroadcast: EvaluationRule<Of<'broadcast'>> = (operator, inputs, { types }) => {
  const [input, type] = [at(inputs, 0), at(types, 0)];
  const strides = new Array<number>(type.shape.length).fill(0);
  stridesOf(input.type.shape).forEach((stride, axis) => {
    strides[at(operator.axes, axis)] = stride;
  });
  return [{ type, data: copyAt(input, offsetsOf(type.shape, strides)) }];
};

export const evaluateReshape: EvaluationRule<Of<'reshape'>> = (_operator, inputs, { types }) => [
  { type: at(types, 0), data: at(inputs, 0).data },
];

export const evaluateTranspose: EvaluationRule<Of<'transpose'>> = (operator, inputs, { types }) => {
  const [input, type] = [at(inputs, 0), at(types, 0)];
  const strides = stridesOf(input.type.shape);
  const permuted = operator.permutation.map((axis) => at(strides, axis));
  return [{ type, data: copyAt(input, offsetsOf(type.shape, permuted)) }];
};

export const evaluateReverse: EvaluationRule<Of<'reverse'>> = (operator, inputs, { types }) => {
  const [input, type] = [at(inputs, 0), at(types, 0)];
  let start = 0;
  const strides = stridesOf(type.shape).map((stride, axis) => {
    if (!operator.axes.includes(axis)) return stride;
    start += stride * (at(type.shape, axis) - 1);
    return -stride;
  });
  return [{ type, data: copyAt(input, offsetsOf(type.shape, strides, start)) }];
};

export const evaluateSlice: EvaluationRule<Of<'slice'>> = (operator, inputs, { types }) => {
  const [input, type] = [at(inputs, 0), at(types, 0)];
  const strides = stridesOf(input.type.shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * at(operator.starts, axis), 0);
  const stepped = strides.map((stride, axis) => stride * at(operator.strides, axis));
  return [{ type, data: copyAt(input, offsetsOf(type.shape, stepped, start)) }];
};

export const evaluatePad: EvaluationRule<Of<'pad'>> = (operator, inputs, { types }) => {
  const input = at(inputs, 0);
  const result = zeros(at(types, 0));
  const strides = stridesOf(result.type.shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * at(operator.low, axis), 0);
  const spread = strides.map((stride, axis) => stride * (at(operator.interior, axis) + 1));
  offsetsOf(input.type.shape, spread, start).forEach((offset, index) => {
    result.data[offset] = at(input.data, index);
  });
  return [result];
};

export const evaluateConcat: EvaluationRule<Of<'concat'>> = (operator, inputs, { types }) => {
  const result = zeros(at(types, 0));
  const strides = stridesOf(result.type.shape);
  let start = 0;
  for (const input of inputs) {
    offsetsOf(input.type.shape, strides, start).forEach((offset, index) => {
      result.data[offset] = at(input.data, index);
    });
    start += at(input.type.shape, operator.axis) * at(strides, operator.axis);
  }
  return [result];
};

/** The rule of the marks that matter to differentiation only. */
export function evaluateIdentity(_operator: Operator, inputs: readonly Tensor[]): Tensor[] {
  return [at(inputs, 0)];
}

/** The rows of the last axis. */
export function rowsOf(input: Tensor): number[] {
  const width = input.type.shape.at(-1) ?? 1;
  return range(width === 0 ? 0 : sizeOf(input.type.shape) / width).map((row) => row * width);
}
