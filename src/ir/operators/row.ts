/** Everything that one operator kind means: its rules side by side. A kind without one of them does not compile. */
import type { BatchRule, ControlBatchRule } from '../batching/rule.js';
import type { ControlTangentRule, TangentRule, TransposeRule } from '../differentiate/rule.js';
import type { Operator, OperatorKind } from '../graph.js';
import type { EvaluationRule } from './evaluation/rule.js';
import type { TypeRule } from './type_rule.js';

export type Of<K extends OperatorKind> = Extract<Operator, { kind: K }>;

/** An operator with one result. */
export interface OperatorRow<O extends Operator> {
  readonly type: TypeRule<O>;
  readonly evaluate: EvaluationRule<O>;
  readonly tangent: TangentRule<O>;
  /** How cotangents go back, where tangent rules use the operator on tangents. */
  readonly transpose: TransposeRule<O>;
  readonly batch: BatchRule<O>;
}

/** An operator with several results, read by `result` nodes. */
export interface ControlRow<O extends Operator> {
  readonly type: TypeRule<O>;
  readonly evaluate: EvaluationRule<O>;
  readonly tangent: ControlTangentRule<O>;
  readonly transpose: TransposeRule<O>;
  readonly batch: ControlBatchRule<O>;
}

export type ControlKind = 'loop' | 'cond';

/** Parameters and results stand for values; every other kind computes one. */
export type ComputedKind = Exclude<OperatorKind, 'parameter' | 'result' | ControlKind>;
