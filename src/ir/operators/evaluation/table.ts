/** The evaluation rule of every operator kind but parameters and results, which the interpreter itself knows. */
import type { Operator, OperatorKind } from '../../graph.js';
import { evaluateCond, evaluateLoop } from './control.js';
import { evaluateGather, evaluateScatter, evaluateUniform } from './indexing.js';
import { evaluateArgreduce, evaluateArgsort, evaluateCholesky, evaluateContraction } from './reduction.js';
import { evaluateCumulative, evaluateReduce, evaluateTriangularSolve } from './reduction.js';
import type { EvaluationRule } from './rule.js';
import { evaluateBroadcast, evaluateCast, evaluateConcat, evaluateConstant } from './structure.js';
import { evaluateElementwise, evaluateIdentity, evaluateIota, evaluateLiteral } from './structure.js';
import {
  evaluatePad,
  evaluateReshape,
  evaluateReverse,
  evaluateSlice,
  evaluateTranspose,
} from './structure.js';

export type ComputedKind = Exclude<OperatorKind, 'parameter' | 'result'>;

export const evaluationTable: {
  readonly [K in ComputedKind]: EvaluationRule<Extract<Operator, { kind: K }>>;
} = {
  constant: evaluateConstant,
  literal: evaluateLiteral,
  elementwise: evaluateElementwise,
  cast: evaluateCast,
  broadcast: evaluateBroadcast,
  reshape: evaluateReshape,
  transpose: evaluateTranspose,
  reverse: evaluateReverse,
  slice: evaluateSlice,
  pad: evaluatePad,
  concat: evaluateConcat,
  iota: evaluateIota,
  reduce: evaluateReduce,
  argreduce: evaluateArgreduce,
  cumulative: evaluateCumulative,
  contraction: evaluateContraction,
  gather: evaluateGather,
  scatter_add: evaluateScatter,
  scatter_set: evaluateScatter,
  argsort: evaluateArgsort,
  uniform: evaluateUniform,
  cholesky: evaluateCholesky,
  triangular_solve: evaluateTriangularSolve,
  loop: evaluateLoop,
  cond: evaluateCond,
  stop_gradient: evaluateIdentity,
  mask_tangent: evaluateIdentity,
};
