/** Type rules of roots and of linear systems that are given by a region. */
import type { Operator, Region, TensorType } from '../graph.js';
import { at, sameType, showType } from '../types.js';
import { require, requireDType } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

function typeOf(lanes: number, region: Region, inputs: readonly TensorType[]): readonly TensorType[] {
  const first = at(inputs, 0);
  requireDType(first, 'real', 'the unknowns');
  require(first.shape.length === lanes + 1, () => `${showType(first)} with ${lanes} axes of lanes`);
  require(region.parameters.length === inputs.length, () => 'the region has other parameters');
  region.parameters.forEach((parameter, index) => {
    require(sameType(parameter.type, at(inputs, index)), () =>
      `parameter ${index} is ${showType(parameter.type)} instead of ${showType(at(inputs, index))}`);
  });
  require(region.results.length === 1 && sameType(at(region.results, 0).type, first), () =>
    'the result is not like the unknowns');
  return [first];
}

export const implicitRootType: TypeRule<Of<'implicit_root'>> = ({ lanes, residual }, inputs) =>
  typeOf(lanes, residual, inputs);

export const derivativeRuleType: TypeRule<Of<'derivative_rule'>> = ({ rule }, inputs) => {
  const value = at(inputs, 0);
  requireDType(value, 'real', 'the value');
  require(rule.parameters.length === inputs.length, () => 'the rule has other parameters');
  rule.parameters.forEach((parameter, index) => {
    require(sameType(parameter.type, at(inputs, index)), () =>
      `parameter ${index} is ${showType(parameter.type)} instead of ${showType(at(inputs, index))}`);
  });
  rule.results.forEach((result, index) => {
    require(sameType(result.type, at(inputs, 1 + index)), () =>
      `result ${index} is ${showType(result.type)} instead of ${showType(at(inputs, 1 + index))}`);
  });
  return [value];
};

export const linearSolveType: TypeRule<Of<'linear_solve'>> = ({ lanes, apply }, inputs) =>
  typeOf(lanes, apply, inputs);
