/**
 * The operator table: for each kind its type rule, evaluation, tangent, transpose and batching side by side. The
 * elementwise operators, which share these, have a table of their own with lowering, derivative, curvature and domain.
 */
import { qrTangent, svdTangent, symmetricEigenTangent } from '../differentiate/factorizations.js';
import { evaluateQr, evaluateSvd, evaluateSymmetricEigen } from './evaluation/factorizations.js';
import type { Operator } from '../graph.js';
import { at } from '../types.js';
import type { Tangent, TangentContext } from '../differentiate/rule.js';
import { batchContraction } from '../batching/contraction.js';
import { batchCond, batchLoop } from '../batching/control.js';
import { batchDerivativeRule } from '../batching/derivative_rule.js';
import { batchImplicitRoot, batchLinearSolve } from '../batching/implicit.js';
import { batchGather, batchScatter, batchUniform } from '../batching/indexing.js';
import {
  batchArgreduce,
  batchBroadcast,
  batchConcat,
  batchCumulative,
  batchElementwise,
  batchPad,
  batchReduce,
  batchReshape,
  batchReverse,
  batchSlice,
  batchTranspose,
  neverBatched,
  sameOperator,
} from '../batching/structure.js';
import { condTangent, condTranspose } from '../differentiate/cond.js';
import { derivativeRuleTangent } from '../differentiate/derivative_rule.js';
import { elementwiseTangent, elementwiseTranspose } from '../differentiate/elementwise.js';
import {
  gatherTangent,
  gatherTranspose,
  scatterAddTranspose,
  scatterSetTranspose,
  scatterTangent,
} from '../differentiate/indexing.js';
import {
  choleskyTangent,
  triangularSolveTangent,
  triangularSolveTranspose,
} from '../differentiate/linear_algebra.js';
import { implicitRootTangent, linearSolveTangent, linearSolveTranspose } from '../differentiate/implicit.js';
import { loopTangent } from '../differentiate/loop_tangent.js';
import { loopTranspose } from '../differentiate/loop_transpose.js';
import {
  contractionTangent,
  contractionTranspose,
  cumulativeTangent,
  cumulativeTranspose,
  reduceTangent,
  reduceTranspose,
} from '../differentiate/reduction.js';
import {
  broadcastTranspose,
  concatTranspose,
  linearTangent,
  notLinear,
  padTranspose,
  reshapeTranspose,
  reverseTranspose,
  sliceTranspose,
  transposeTranspose,
  zeroTangent,
} from '../differentiate/structure.js';
import { evaluateLinearSolve } from './evaluation/implicit.js';
import { evaluateCond, evaluateLoop } from './evaluation/control.js';
import { evaluateGather, evaluateScatter, evaluateUniform } from './evaluation/indexing.js';
import {
  evaluateArgreduce,
  evaluateArgsort,
  evaluateCholesky,
  evaluateContraction,
  evaluateCumulative,
  evaluateReduce,
  evaluateTriangularSolve,
} from './evaluation/reduction.js';
import {
  evaluateBroadcast,
  evaluateCast,
  evaluateConcat,
  evaluateConstant,
  evaluateElementwise,
  evaluateIdentity,
  evaluateIota,
  evaluateLiteral,
  evaluatePad,
  evaluateReshape,
  evaluateReverse,
  evaluateSlice,
  evaluateTranspose,
} from './evaluation/structure.js';
import { batchHostCall, evaluateHostCall, hostCallTangent } from './host_call.js';
import type { ComputedKind, ControlKind, ControlRow, Of, OperatorRow } from './row.js';
import { typeRules } from './types_table.js';

/** The tangent is exactly zero where the mask is false, whatever arrives there. */
function maskTangent({ b, inputs, tangents }: TangentContext<Operator>): Tangent {
  const tangent = tangents[0];
  return tangent && b.select(at(inputs, 1), tangent, b.like(tangent, 0));
}

export const operatorTable: { readonly [K in ComputedKind]: OperatorRow<Of<K>> } = {
  constant: {
    type: typeRules.constant,
    evaluate: evaluateConstant,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: neverBatched,
  },
  literal: {
    type: typeRules.literal,
    evaluate: evaluateLiteral,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: neverBatched,
  },
  elementwise: {
    type: typeRules.elementwise,
    evaluate: evaluateElementwise,
    tangent: elementwiseTangent,
    transpose: elementwiseTranspose,
    batch: batchElementwise,
  },
  cast: {
    type: typeRules.cast,
    evaluate: evaluateCast,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  broadcast: {
    type: typeRules.broadcast,
    evaluate: evaluateBroadcast,
    tangent: linearTangent,
    transpose: broadcastTranspose,
    batch: batchBroadcast,
  },
  reshape: {
    type: typeRules.reshape,
    evaluate: evaluateReshape,
    tangent: linearTangent,
    transpose: reshapeTranspose,
    batch: batchReshape,
  },
  transpose: {
    type: typeRules.transpose,
    evaluate: evaluateTranspose,
    tangent: linearTangent,
    transpose: transposeTranspose,
    batch: batchTranspose,
  },
  reverse: {
    type: typeRules.reverse,
    evaluate: evaluateReverse,
    tangent: linearTangent,
    transpose: reverseTranspose,
    batch: batchReverse,
  },
  slice: {
    type: typeRules.slice,
    evaluate: evaluateSlice,
    tangent: linearTangent,
    transpose: sliceTranspose,
    batch: batchSlice,
  },
  pad: {
    type: typeRules.pad,
    evaluate: evaluatePad,
    tangent: linearTangent,
    transpose: padTranspose,
    batch: batchPad,
  },
  concat: {
    type: typeRules.concat,
    evaluate: evaluateConcat,
    tangent: linearTangent,
    transpose: concatTranspose,
    batch: batchConcat,
  },
  iota: {
    type: typeRules.iota,
    evaluate: evaluateIota,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: neverBatched,
  },
  reduce: {
    type: typeRules.reduce,
    evaluate: evaluateReduce,
    tangent: reduceTangent,
    transpose: reduceTranspose,
    batch: batchReduce,
  },
  argreduce: {
    type: typeRules.argreduce,
    evaluate: evaluateArgreduce,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: batchArgreduce,
  },
  cumulative: {
    type: typeRules.cumulative,
    evaluate: evaluateCumulative,
    tangent: cumulativeTangent,
    transpose: cumulativeTranspose,
    batch: batchCumulative,
  },
  contraction: {
    type: typeRules.contraction,
    evaluate: evaluateContraction,
    tangent: contractionTangent,
    transpose: contractionTranspose,
    batch: batchContraction,
  },
  gather: {
    type: typeRules.gather,
    evaluate: evaluateGather,
    tangent: gatherTangent,
    transpose: gatherTranspose,
    batch: batchGather,
  },
  scatter_add: {
    type: typeRules.scatter_add,
    evaluate: evaluateScatter,
    tangent: scatterTangent,
    transpose: scatterAddTranspose,
    batch: batchScatter,
  },
  scatter_set: {
    type: typeRules.scatter_set,
    evaluate: evaluateScatter,
    tangent: scatterTangent,
    transpose: scatterSetTranspose,
    batch: batchScatter,
  },
  argsort: {
    type: typeRules.argsort,
    evaluate: evaluateArgsort,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  uniform: {
    type: typeRules.uniform,
    evaluate: evaluateUniform,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: batchUniform,
  },
  cholesky: {
    type: typeRules.cholesky,
    evaluate: evaluateCholesky,
    tangent: choleskyTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  triangular_solve: {
    type: typeRules.triangular_solve,
    evaluate: evaluateTriangularSolve,
    tangent: triangularSolveTangent,
    transpose: triangularSolveTranspose,
    batch: sameOperator,
  },
  symmetric_eigen: {
    type: typeRules.symmetric_eigen,
    evaluate: evaluateSymmetricEigen,
    tangent: symmetricEigenTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  qr: {
    type: typeRules.qr,
    evaluate: evaluateQr,
    tangent: qrTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  svd: {
    type: typeRules.svd,
    evaluate: evaluateSvd,
    tangent: svdTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  host_call: {
    type: typeRules.host_call,
    evaluate: evaluateHostCall,
    tangent: hostCallTangent,
    transpose: notLinear,
    batch: batchHostCall,
  },
  stop_gradient: {
    type: typeRules.stop_gradient,
    evaluate: evaluateIdentity,
    tangent: zeroTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  mask_tangent: {
    type: typeRules.mask_tangent,
    evaluate: evaluateIdentity,
    tangent: maskTangent,
    transpose: notLinear,
    batch: sameOperator,
  },
  derivative_rule: {
    type: typeRules.derivative_rule,
    evaluate: evaluateIdentity,
    tangent: derivativeRuleTangent,
    transpose: notLinear,
    batch: batchDerivativeRule,
  },
  implicit_root: {
    type: typeRules.implicit_root,
    evaluate: evaluateIdentity,
    tangent: implicitRootTangent,
    transpose: notLinear,
    batch: batchImplicitRoot,
  },
  linear_solve: {
    type: typeRules.linear_solve,
    evaluate: evaluateLinearSolve,
    tangent: linearSolveTangent,
    transpose: linearSolveTranspose,
    batch: batchLinearSolve,
  },
};

export const controlTable: { readonly [K in ControlKind]: ControlRow<Of<K>> } = {
  loop: {
    type: typeRules.loop,
    evaluate: evaluateLoop,
    tangent: loopTangent,
    transpose: loopTranspose,
    batch: batchLoop,
  },
  cond: {
    type: typeRules.cond,
    evaluate: evaluateCond,
    tangent: condTangent,
    transpose: condTranspose,
    batch: batchCond,
  },
};
