/** Facts of derivatives inside a program: `grad` is linear in what it differentiates, and the library's softmax and unit vectors are gradients with known ranges. */
import type { ReduceName, TypedDerivative, TypedExpression } from '../typed.js';
import type { Facts } from './facts.js';
import { unionOf } from './flow.js';
import type { Analysis } from './interpreter.js';
import { factsOf } from './interpreter.js';
import type { Interval } from './interval.js';
import { everything, interval } from './interval.js';
import type { Scope } from './scope.js';

/** Gradients of a reduction by its own operand: the softmax lies in (0, 1], a unit vector in [-1, 1]. */
const ranges: Partial<Readonly<Record<ReduceName, Interval>>> = {
  logsumexp: interval(0, 1, true),
  norm: interval(-1, 1),
};

export function derivativeFacts(expression: TypedDerivative, scope: Scope, analysis: Analysis): Facts {
  const { value, variable, direction } = expression;
  const facts = factsOf(value, scope, analysis);
  const along = direction && factsOf(direction, scope, analysis);
  const at = scope.find(variable);
  const flow = unionOf([
    facts.flow,
    ...(along === undefined ? [] : [along.flow]),
    ...(at?.kind === 'facts' ? [at.flow] : []),
  ]);
  const free = variable.role !== 'param' && (at?.kind !== 'facts' || at.curvature === 'constant');
  const linear = free && (along === undefined || along.curvature === 'constant');
  const keeps = facts.curvature === 'constant' || facts.curvature === 'affine';
  return {
    kind: 'facts',
    interval: rangeOf(expression),
    curvature: linear && keeps ? facts.curvature : 'unknown',
    kink: facts.kink === undefined ? undefined : { ...facts.kink, atZero: false },
    flow,
  };
}

function rangeOf({ operator, value, variable }: TypedDerivative): Interval {
  if (operator !== 'gradient') return everything;
  const inner = withoutSum(value);
  if (inner?.kind !== 'reduce_axes') return everything;
  const { operand } = inner;
  const own = operand.kind === 'reference' && operand.symbol === variable;
  return (own ? ranges[inner.operator] : undefined) ?? everything;
}

function withoutSum(value: TypedExpression): TypedExpression | undefined {
  return value.kind === 'reduce_axes' && value.operator === 'sum' ? value.operand : value;
}
