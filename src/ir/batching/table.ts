/** The batching rule of every operator kind. */
import type { OperatorKind } from '../graph.js';
import { batchContraction } from './contraction.js';
import { batchCond, batchLoop } from './control.js';
import { batchGather, batchScatter, batchUniform } from './indexing.js';
import type { BatchRule, ControlBatchRule, Of } from './rule.js';
import { batchArgreduce, batchBroadcast, batchConcat, batchCumulative } from './structure.js';
import { batchElementwise, batchPad, batchReduce, batchReshape, batchReverse } from './structure.js';
import { batchSlice, batchTranspose, neverBatched, sameOperator } from './structure.js';

type SingleKind = Exclude<OperatorKind, 'parameter' | 'result' | 'loop' | 'cond'>;

export const batchRules: { readonly [K in SingleKind]: BatchRule<Of<K>> } = {
  constant: neverBatched,
  literal: neverBatched,
  iota: neverBatched,
  elementwise: batchElementwise,
  cast: sameOperator,
  broadcast: batchBroadcast,
  reshape: batchReshape,
  transpose: batchTranspose,
  reverse: batchReverse,
  slice: batchSlice,
  pad: batchPad,
  concat: batchConcat,
  reduce: batchReduce,
  argreduce: batchArgreduce,
  cumulative: batchCumulative,
  contraction: batchContraction,
  gather: batchGather,
  scatter_add: batchScatter,
  scatter_set: batchScatter,
  argsort: sameOperator,
  uniform: batchUniform,
  cholesky: sameOperator,
  triangular_solve: sameOperator,
  stop_gradient: sameOperator,
  mask_tangent: sameOperator,
};

export const controlBatchRules: { readonly [K in 'loop' | 'cond']: ControlBatchRule<Of<K>> } = {
  loop: batchLoop,
  cond: batchCond,
};
