/** Type rules of gather, scatter and random draws. */
import type { Operator, TensorType } from '../graph.js';
import { at, sameShape, sameType, showType, withShape } from '../types.js';
import { require, requireArity, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const gatherType: TypeRule<Of<'gather'>> = (operator, inputs) => {
  requireArity(inputs, 2);
  const [operand, indices] = [at(inputs, 0), at(inputs, 1)];
  return [withShape(operand, gatheredShape(operand, indices, operator.batch))];
};

export const scatterType: TypeRule<Of<'scatter_add'> | Of<'scatter_set'>> = (operator, inputs) => {
  requireArity(inputs, 3);
  const [base, indices, updates] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  const expected = withShape(base, gatheredShape(base, indices, operator.batch));
  require(sameType(updates, expected), () =>
    `updates are ${showType(updates)} where ${showType(expected)} is needed`);
  require(operator.kind === 'scatter_set' || base.dtype !== 'bool', () => 'scatter_add on bools');
  return [base];
};

export const uniformType: TypeRule<Of<'uniform'>> = (_operator, inputs) => {
  requireArity(inputs, 3);
  inputs.forEach((input) => requireDType(input, 'int', 'a counter of a draw'));
  require(at(inputs, 0).shape.length === 0 && at(inputs, 1).shape.length === 0, () =>
    'seed and step of a draw must be scalars');
  return [{ dtype: 'real', shape: at(inputs, 2).shape }];
};

function gatheredShape(operand: TensorType, indices: TensorType, batch: number): number[] {
  requireDType(indices, 'int', 'indices');
  require(operand.shape.length > batch &&
    indices.shape.length >= batch &&
    sameShape(operand.shape.slice(0, batch), indices.shape.slice(0, batch)), () =>
    `${batch} batch axes do not fit ${showType(operand)} indexed by ${showType(indices)}`);
  return [...indices.shape, ...operand.shape.slice(batch + 1)];
}
