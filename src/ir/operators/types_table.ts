/** The type rule of every operator kind, and the one entry point to them. */
import { hostCallType } from './host_call.js';
import type { Operator, OperatorKind, TensorType } from '../graph.js';
import { at } from '../types.js';
import { castType, broadcastType, concatType, padType, reshapeType } from './structure_types.js';
import { reverseType, sliceType, transposeType } from './structure_types.js';
import { condType, loopType, maskTangentType, stopGradientType } from './control_types.js';
import { derivativeRuleType, implicitRootType, linearSolveType } from './implicit_types.js';
import { elementwiseType } from './elementwise_types.js';
import { gatherType, scatterType, uniformType } from './indexing_types.js';
import { constantType, iotaType, literalType, parameterType } from './leaf_types.js';
import { argreduceType, argsortType, choleskyType, contractionType } from './reduction_types.js';
import { cumulativeType, reduceType, triangularSolveType } from './reduction_types.js';
import { qrType, svdType, symmetricEigenType } from './factorization_types.js';
import { elementwiseTable } from './elementwise/table.js';
import { TypeRuleError } from './type_rule.js';
import type { TypeRule } from './type_rule.js';

type TypeRules = { readonly [K in OperatorKind]: TypeRule<Extract<Operator, { kind: K }>> };

export const typeRules: TypeRules = {
  parameter: parameterType,
  constant: constantType,
  literal: literalType,
  elementwise: (operator, inputs) => {
    const { signature, tangents } = elementwiseTable[operator.name];
    return elementwiseType(signature, tangents.length, inputs);
  },
  cast: castType,
  broadcast: broadcastType,
  reshape: reshapeType,
  transpose: transposeType,
  reverse: reverseType,
  slice: sliceType,
  pad: padType,
  concat: concatType,
  iota: iotaType,
  reduce: reduceType,
  argreduce: argreduceType,
  cumulative: cumulativeType,
  contraction: contractionType,
  gather: gatherType,
  scatter_add: scatterType,
  scatter_set: scatterType,
  argsort: argsortType,
  uniform: uniformType,
  cholesky: choleskyType,
  triangular_solve: triangularSolveType,
  symmetric_eigen: symmetricEigenType,
  qr: qrType,
  svd: svdType,
  host_call: hostCallType,
  loop: loopType,
  cond: condType,
  result: (_operator, _inputs, declared) => {
    if (declared === undefined) throw new TypeRuleError('needs a declared type');
    return [declared];
  },
  stop_gradient: stopGradientType,
  mask_tangent: maskTangentType,
  derivative_rule: derivativeRuleType,
  implicit_root: implicitRootType,
  linear_solve: linearSolveType,
};

/** The result types of an operator on these inputs; throws a `TypeRuleError`. */
export function resultTypes<K extends OperatorKind>(
  operator: Extract<Operator, { kind: K }>,
  inputs: readonly TensorType[],
  declared?: TensorType,
): readonly TensorType[] {
  const rule = typeRules[operator.kind] as TypeRule<Extract<Operator, { kind: K }>>;
  return rule(operator, inputs, declared);
}

export function resultType(
  operator: Operator,
  inputs: readonly TensorType[],
  declared?: TensorType,
): TensorType {
  return at(resultTypes(operator, inputs, declared), 0);
}
