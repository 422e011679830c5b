/** Elementwise operations: the number type an operation works in, and the few that are not one graph operator. */
import type { ApplyName, TypedApply } from '../../check/typed.js';
import type { Type } from '../../check/types.js';
import type { DType } from '../graph.js';
import type { Context } from './context.js';
import { guardedOperands } from './guard.js';
import { castTo, constant, constantOf, elementwise, elementwiseOf } from './tensor.js';
import type { Tensor } from './value.js';

/** How values of a type are stored in the graph; a class is its index. */
export function dtypeOf(type: Type): DType {
  if (type.kind !== 'array') throw new Error(`compiler bug: a ${type.kind} is not stored as numbers`);
  switch (type.element.kind) {
    case 'real':
      return 'real';
    case 'bool':
      return 'bool';
    case 'int':
    case 'class':
      return 'int';
  }
}

const comparisons: ReadonlySet<ApplyName> = new Set([
  'equal',
  'not_equal',
  'less',
  'less_equal',
  'greater',
  'greater_equal',
]);
const logic: ReadonlySet<ApplyName> = new Set(['and', 'or', 'not']);

function operandType(operator: ApplyName, operands: readonly Tensor[], result: DType): DType {
  if (logic.has(operator)) return 'bool';
  if (comparisons.has(operator))
    return operands.some((operand) => operand.node.type.dtype === 'real') ? 'real' : 'int';
  return operator === 'is_finite' ? 'real' : result;
}

export function applyOperator(context: Context, expression: TypedApply): Tensor {
  const operands = expression.operands.map((operand) => context.tensor(operand));
  return applyNamed(context, expression.operator, operands, dtypeOf(expression.type));
}

export function applyNamed(
  context: Context,
  operator: ApplyName,
  values: readonly Tensor[],
  result: DType,
): Tensor {
  const { frame } = context;
  if (operator === 'to_real') return castTo(frame, only(values), 'real');
  if (operator === 'to_int') return castTo(frame, only(values), 'int');
  const type = operandType(operator, values, result);
  const operands = values.map((value) => castTo(frame, value, type));
  if (operator === 'power') return power(context, operands);
  const shifted = affineShift(context, operator, operands);
  if (shifted !== undefined) return shifted;
  const name = elementwiseOf[operator];
  if (name === undefined) throw new Error(`compiler bug: no graph operator for ${operator}`);
  return elementwise(frame, name, guardedOperands(context, operator, operands));
}

function power(context: Context, operands: readonly Tensor[]): Tensor {
  const [base, exponent] = operands;
  if (base === undefined || exponent === undefined) throw new Error('compiler bug: power takes two operands');
  const known = constantOf(exponent);
  if (known === 2 && exponent.node.type.shape.length === 0)
    return elementwise(context.frame, 'square', [base]);
  if (known === 1 && exponent.node.type.shape.length === 0) return base;
  return elementwise(context.frame, 'power', guardedOperands(context, 'power', operands));
}

/** `i + 1`, `i - 1` and `1 + i` of a binder stay indices of the binder's axis. */
function affineShift(context: Context, operator: ApplyName, operands: readonly Tensor[]): Tensor | undefined {
  if (operator !== 'add' && operator !== 'subtract') return undefined;
  const [left, right] = operands;
  if (left === undefined || right === undefined) return undefined;
  const index = left.affine === undefined && operator === 'add' ? right : left;
  const shift = constantOf(index === left ? right : left);
  if (index.affine === undefined || shift === undefined) return undefined;
  const sum = elementwise(context.frame, operator, operands);
  const offset = index.affine.offset + (operator === 'add' ? shift : -shift);
  return { ...sum, affine: { axis: index.affine.axis, offset } };
}

function only(values: readonly Tensor[]): Tensor {
  const value = values[0];
  if (value === undefined) throw new Error('compiler bug: an operation without operand');
  return value;
}

export function realConstant(context: Context, value: number): Tensor {
  return constant(context.frame, value, 'real');
}
