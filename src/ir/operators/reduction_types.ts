/** Type rules of reductions, scans, sorting and contractions. */
import type { Operator } from '../graph.js';
import { at, otherAxes, int, sameShape, showType, withShape } from '../types.js';
import { require, requireArity, requireAxes, requireAxis, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const reduceType: TypeRule<Of<'reduce'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  requireAxes(input.shape.length, operator.axes);
  const logical = operator.monoid === 'and' || operator.monoid === 'or';
  require(logical === (input.dtype === 'bool'), () =>
    `the ${operator.monoid} of ${showType(input)} is not defined`);
  return [
    withShape(
      input,
      otherAxes(input.shape.length, operator.axes).map((axis) => at(input.shape, axis)),
    ),
  ];
};

export const argreduceType: TypeRule<Of<'argreduce'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  require(input.dtype !== 'bool', () => 'argreduce of bools');
  requireAxis(input, operator.axis);
  require(at(input.shape, operator.axis) > 0, () => 'argreduce of an empty axis');
  return [int(...otherAxes(input.shape.length, [operator.axis]).map((axis) => at(input.shape, axis)))];
};

export const cumulativeType: TypeRule<Of<'cumulative'>> = (operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  require(input.dtype !== 'bool', () => 'scan of bools');
  requireAxis(input, operator.axis);
  return [input];
};

export const argsortType: TypeRule<Of<'argsort'>> = (_operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  require(input.shape.length > 0 && input.dtype !== 'bool', () => `argsort of ${showType(input)}`);
  return [int(...input.shape)];
};

export const contractionType: TypeRule<Of<'contraction'>> = (operator, inputs) => {
  requireArity(inputs, 2);
  const [left, right] = [at(inputs, 0), at(inputs, 1)];
  requireDType(left, 'real', 'the left side of a contraction');
  requireDType(right, 'real', 'the right side of a contraction');
  const pairs = [...operator.batch, ...operator.contract];
  for (const [leftAxis, rightAxis] of pairs) {
    requireAxis(left, leftAxis);
    requireAxis(right, rightAxis);
    require(left.shape[leftAxis] === right.shape[rightAxis], () =>
      `contracted axes [${leftAxis}, ${rightAxis}] of ${showType(left)} and ${showType(right)} differ`);
  }
  const leftAxes = pairs.map(([axis]) => axis);
  const rightAxes = pairs.map(([, axis]) => axis);
  require(new Set(leftAxes).size === pairs.length && new Set(rightAxes).size === pairs.length, () =>
    'an axis is paired twice');
  const shape = [
    ...operator.batch.map(([axis]) => at(left.shape, axis)),
    ...otherAxes(left.shape.length, leftAxes).map((axis) => at(left.shape, axis)),
    ...otherAxes(right.shape.length, rightAxes).map((axis) => at(right.shape, axis)),
  ];
  return [{ dtype: 'real', shape }];
};

export const choleskyType: TypeRule<Of<'cholesky'>> = (_operator, inputs) => {
  requireArity(inputs, 1);
  const input = at(inputs, 0);
  requireDType(input, 'real', 'a matrix');
  requireSquare(input.shape);
  return [input];
};

export const triangularSolveType: TypeRule<Of<'triangular_solve'>> = (_operator, inputs) => {
  requireArity(inputs, 2);
  const [matrix, right] = [at(inputs, 0), at(inputs, 1)];
  requireDType(matrix, 'real', 'a matrix');
  requireDType(right, 'real', 'a right-hand side');
  requireSquare(matrix.shape);
  require(right.shape.length === matrix.shape.length &&
    sameShape(matrix.shape.slice(0, -1), right.shape.slice(0, -1)), () =>
    `${showType(matrix)} cannot be solved for ${showType(right)}`);
  return [right];
};

function requireSquare(shape: readonly number[]): void {
  require(shape.length >= 2 && shape[shape.length - 1] === shape[shape.length - 2], () =>
    `[${shape.join(', ')}] is no square matrix`);
}
