/** Type rules of loops, branches, their results, and the marks that only differentiation reads. */
import type { Node, Operator, TensorType } from '../graph.js';
import { at, sameShape, sameType, showType, withShape } from '../types.js';
import { require, requireArity, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const loopType: TypeRule<Of<'loop'>> = (operator, inputs) => {
  const { max, carries, invariants, body, condition } = operator;
  require(Number.isInteger(max) && max >= 0, () => `a loop of ${max} turns`);
  require(inputs.length >= carries + invariants, () => 'too few inputs for the carries and invariants');
  const carryTypes = inputs.slice(0, carries);
  const invariantTypes = inputs.slice(carries, carries + invariants);
  const sliceTypes = inputs.slice(carries + invariants).map((type) => {
    require(type.shape[0] === max, () => `${showType(type)} is scanned by a loop of ${max} turns`);
    return withShape(type, type.shape.slice(1));
  });
  const turn: TensorType = { dtype: 'int', shape: [] };
  requireSameTypes('the body', body.parameters, [turn, ...carryTypes, ...invariantTypes, ...sliceTypes]);
  require(body.results.length >= carries, () => 'the body returns too few carries');
  requireSameTypes('the carries that the body returns', body.results.slice(0, carries), carryTypes);
  if (condition !== undefined) {
    requireSameTypes('the condition', condition.parameters, [turn, ...carryTypes, ...invariantTypes]);
    requireSameTypes('the result of the condition', condition.results, [{ dtype: 'bool', shape: [] }]);
  }
  const stacked = body.results.slice(carries).map(({ type }) => withShape(type, [max, ...type.shape]));
  return [...carryTypes, ...stacked];
};

export const condType: TypeRule<Of<'cond'>> = (operator, inputs) => {
  require(inputs.length > 0, () => 'no condition');
  require(sameType(at(inputs, 0), { dtype: 'bool', shape: [] }), () => 'the condition is no bool scalar');
  requireSameTypes('the first branch', operator.then.parameters, inputs.slice(1));
  requireSameTypes('the second branch', operator.otherwise.parameters, inputs.slice(1));
  const types = operator.then.results.map(({ type }) => type);
  requireSameTypes('the results of the second branch', operator.otherwise.results, types);
  return types;
};

export const stopGradientType: TypeRule<Of<'stop_gradient'>> = (_operator, inputs) => {
  requireArity(inputs, 1);
  return [at(inputs, 0)];
};

export const maskTangentType: TypeRule<Of<'mask_tangent'>> = (_operator, inputs) => {
  requireArity(inputs, 2);
  requireDType(at(inputs, 0), 'real', 'a masked value');
  requireDType(at(inputs, 1), 'bool', 'a mask');
  require(sameShape(at(inputs, 0).shape, at(inputs, 1).shape), () => 'mask and value differ in shape');
  return [at(inputs, 0)];
};

function requireSameTypes(what: string, nodes: readonly Node[], types: readonly TensorType[]): void {
  require(nodes.length === types.length, () => `${what}: ${nodes.length} nodes for ${types.length} types`);
  nodes.forEach((node, index) =>
    require(sameType(node.type, at(types, index)), () =>
      `${what}: number ${index} is ${showType(node.type)} instead of ${showType(at(types, index))}`),
  );
}
