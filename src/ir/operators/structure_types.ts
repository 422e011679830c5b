/** Type rules of the operators that move elements about without computing on them. */
import type { Operator } from '../graph.js';
import { at, otherAxes, range, sizeOf, showType, withShape } from '../types.js';
import { require, requireArity, requireAxes, requireAxis, requireDeclared } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const castType: TypeRule<Of<'cast'>> = (_operator, inputs, declared) => {
  requireArity(inputs, 1);
  const type = requireDeclared(declared);
  return [{ dtype: type.dtype, shape: at(inputs, 0).shape }];
};

export const broadcastType: TypeRule<Of<'broadcast'>> = (operator, inputs, declared) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  const type = requireDeclared(declared);
  require(operator.axes.length === input.shape.length, () =>
    `${operator.axes.length} axes given for ${showType(input)}`);
  requireAxes(type.shape.length, operator.axes);
  operator.axes.forEach((outputAxis, inputAxis) =>
    require(type.shape[outputAxis] === input.shape[inputAxis], () =>
      `axis ${inputAxis} of ${showType(input)} does not fit axis ${outputAxis} of ${showType(type)}`),
  );
  return [withShape(input, type.shape)];
};

export const reshapeType: TypeRule<Of<'reshape'>> = (_operator, inputs, declared) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  const type = requireDeclared(declared);
  require(sizeOf(input.shape) === sizeOf(type.shape), () =>
    `cannot reshape ${showType(input)} to [${type.shape.join(', ')}]`);
  return [withShape(input, type.shape)];
};

export const transposeType: TypeRule<Of<'transpose'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  const sorted = [...operator.permutation].sort((left, right) => left - right);
  require(sorted.length === input.shape.length && sorted.every((axis, position) => axis === position), () =>
    `[${operator.permutation.join(', ')}] is no permutation of the axes of ${showType(input)}`);
  return [
    withShape(
      input,
      operator.permutation.map((axis) => at(input.shape, axis)),
    ),
  ];
};

export const reverseType: TypeRule<Of<'reverse'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  requireAxes(at(inputs, 0).shape.length, operator.axes);
  return [at(inputs, 0)];
};

export const sliceType: TypeRule<Of<'slice'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  const { starts, limits, strides } = operator;
  const rank = input.shape.length;
  require(starts.length === rank && limits.length === rank && strides.length === rank, () =>
    `slice bounds do not fit the rank of ${showType(input)}`);
  const shape = input.shape.map((extent, axis) => {
    const [start, limit, stride] = [at(starts, axis), at(limits, axis), at(strides, axis)];
    require(start >= 0 && start <= limit && limit <= extent && stride >= 1, () =>
      `slice ${start}..${limit} by ${stride} is outside axis ${axis} of ${showType(input)}`);
    return Math.ceil((limit - start) / stride);
  });
  return [withShape(input, shape)];
};

export const padType: TypeRule<Of<'pad'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  const { low, high, interior } = operator;
  const rank = input.shape.length;
  require(low.length === rank && high.length === rank && interior.length === rank, () =>
    `padding does not fit the rank of ${showType(input)}`);
  const shape = input.shape.map((extent, axis) => {
    const [before, after, between] = [at(low, axis), at(high, axis), at(interior, axis)];
    require(before >= 0 && after >= 0 && between >= 0, () => 'negative padding');
    return before + extent + after + between * Math.max(0, extent - 1);
  });
  return [withShape(input, shape)];
};

export const concatType: TypeRule<Of<'concat'>> = (operator, inputs) => {
  require(inputs.length > 0, () => 'concat of nothing');
  const first = at(inputs, 0);
  requireAxis(first, operator.axis);
  let total = 0;
  for (const input of inputs) {
    require(input.dtype === first.dtype &&
      input.shape.length === first.shape.length &&
      otherAxes(first.shape.length, [operator.axis]).every(
        (axis) => input.shape[axis] === first.shape[axis],
      ), () => `cannot join ${showType(first)} and ${showType(input)} on axis ${operator.axis}`);
    total += at(input.shape, operator.axis);
  }
  return [
    withShape(
      first,
      range(first.shape.length).map((axis) => (axis === operator.axis ? total : at(first.shape, axis))),
    ),
  ];
};
