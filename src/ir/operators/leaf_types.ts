/** Type rules of the operators without inputs. */
import type { Operator } from '../graph.js';
import { sizeOf } from '../types.js';
import { require, requireArity, requireAxis, requireDeclared, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const parameterType: TypeRule<Of<'parameter'>> = (_operator, inputs, declared) => {
  requireArity(inputs, 0);
  return [requireDeclared(declared)];
};

export const constantType: TypeRule<Of<'constant'>> = (operator, inputs, declared) => {
  requireArity(inputs, 0);
  const type = requireDeclared(declared);
  require(type.dtype !== 'int' || Number.isInteger(operator.value), () =>
    `the int constant ${operator.value} is not an integer`);
  require(type.dtype !== 'bool' || operator.value === 0 || operator.value === 1, () =>
    `the bool constant ${operator.value} is neither 0 nor 1`);
  return [type];
};

export const literalType: TypeRule<Of<'literal'>> = (operator, inputs, declared) => {
  requireArity(inputs, 0);
  const type = requireDeclared(declared);
  require(operator.values.length === sizeOf(type.shape), () =>
    `${operator.values.length} values for ${sizeOf(type.shape)} elements`);
  return [type];
};

export const iotaType: TypeRule<Of<'iota'>> = (operator, inputs, declared) => {
  requireArity(inputs, 0);
  const type = requireDeclared(declared);
  requireDType(type, 'int', 'an iota');
  requireAxis(type, operator.axis);
  return [type];
};
