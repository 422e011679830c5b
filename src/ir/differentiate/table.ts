/** The tangent rule and the transpose rule of every operator kind. */
import type { Operator, OperatorKind } from '../graph.js';
import { at } from '../types.js';
import { condTangent, condTranspose } from './cond.js';
import { elementwiseTangent, elementwiseTranspose } from './elementwise.js';
import { gatherTangent, gatherTranspose, scatterAddTranspose, scatterSetTranspose } from './indexing.js';
import { scatterTangent } from './indexing.js';
import { choleskyTangent, triangularSolveTangent, triangularSolveTranspose } from './linear_algebra.js';
import { loopTangent } from './loop_tangent.js';
import { loopTranspose } from './loop_transpose.js';
import { contractionTangent, contractionTranspose, cumulativeTangent } from './reduction.js';
import { cumulativeTranspose, reduceTangent, reduceTranspose } from './reduction.js';
import type { ControlTangentRule, Of, Tangent, TangentContext, TangentRule, TransposeRule } from './rule.js';
import { broadcastTranspose, concatTranspose, linearTangent, notLinear, padTranspose } from './structure.js';
import { reshapeTranspose, reverseTranspose, sliceTranspose, transposeTranspose } from './structure.js';
import { zeroTangent } from './structure.js';

type SingleKind = Exclude<OperatorKind, 'parameter' | 'result' | 'loop' | 'cond'>;

/** The tangent is exactly zero where the mask is false, whatever arrives there. */
function maskTangent({ b, inputs, tangents }: TangentContext<Operator>): Tangent {
  const tangent = tangents[0];
  return tangent && b.select(at(inputs, 1), tangent, b.like(tangent, 0));
}

export const tangentRules: { readonly [K in SingleKind]: TangentRule<Of<K>> } = {
  constant: zeroTangent,
  literal: zeroTangent,
  iota: zeroTangent,
  elementwise: elementwiseTangent,
  cast: zeroTangent,
  broadcast: linearTangent,
  reshape: linearTangent,
  transpose: linearTangent,
  reverse: linearTangent,
  slice: linearTangent,
  pad: linearTangent,
  concat: linearTangent,
  reduce: reduceTangent,
  argreduce: zeroTangent,
  cumulative: cumulativeTangent,
  contraction: contractionTangent,
  gather: gatherTangent,
  scatter_add: scatterTangent,
  scatter_set: scatterTangent,
  argsort: zeroTangent,
  uniform: zeroTangent,
  cholesky: choleskyTangent,
  triangular_solve: triangularSolveTangent,
  stop_gradient: zeroTangent,
  mask_tangent: maskTangent,
};

export const controlTangents: { readonly [K in 'loop' | 'cond']: ControlTangentRule<Of<K>> } = {
  loop: loopTangent,
  cond: condTangent,
};

/** For the operators that tangent rules build from tangents. */
export const transposeRules: { readonly [K in OperatorKind]: TransposeRule<Of<K>> } = {
  parameter: notLinear,
  constant: notLinear,
  literal: notLinear,
  iota: notLinear,
  elementwise: elementwiseTranspose,
  cast: notLinear,
  broadcast: broadcastTranspose,
  reshape: reshapeTranspose,
  transpose: transposeTranspose,
  reverse: reverseTranspose,
  slice: sliceTranspose,
  pad: padTranspose,
  concat: concatTranspose,
  reduce: reduceTranspose,
  argreduce: notLinear,
  cumulative: cumulativeTranspose,
  contraction: contractionTranspose,
  gather: gatherTranspose,
  scatter_add: scatterAddTranspose,
  scatter_set: scatterSetTranspose,
  argsort: notLinear,
  uniform: notLinear,
  cholesky: notLinear,
  triangular_solve: triangularSolveTranspose,
  loop: loopTranspose,
  cond: condTranspose,
  result: () => [],
  stop_gradient: notLinear,
  mask_tangent: notLinear,
};
