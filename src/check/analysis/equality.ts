/** `==` between computed reals: rounding decides it. */
import type { TypedApply, TypedExpression } from '../typed.js';
import type { Facts } from './facts.js';
import type { Finding } from './findings.js';
import { textAt } from './findings.js';
import { varies } from './flow.js';
import { pointOf } from './interval.js';

function isReal({ type }: TypedExpression): boolean {
  return type.kind === 'array' && type.element.kind === 'real';
}

/** An int, class or truth value made real compares exactly. */
function isExact(expression: TypedExpression): boolean {
  if (!isReal(expression)) return true;
  return (
    expression.kind === 'apply' && expression.operator === 'to_real' && expression.operands.every(isExact)
  );
}

export function equalityFindings(
  { operator, operands, span }: TypedApply,
  facts: readonly Facts[],
): Finding[] {
  if (operator !== 'equal' && operator !== 'not_equal') return [];
  const [left, right] = operands;
  const [a, b] = facts;
  if (left === undefined || right === undefined || a === undefined || b === undefined) return [];
  if (isExact(left) && isExact(right)) return [];
  if (!varies(a.flow) && !varies(b.flow)) return [];
  // Comparing with 0 is how a division is guarded, and zeros are often exact.
  if (pointOf(a.interval) === 0 || pointOf(b.interval) === 0) return [];
  const near = `abs(${textAt(left.span)} - ${textAt(right.span)}) ${operator === 'equal' ? '<=' : '>'} 1e-9`;
  return [
    {
      certain: false,
      derivative: false,
      diagnostic: {
        code: 'AM3010',
        severity: 'warning',
        message: `\`${operator === 'equal' ? '==' : '!='}\` compares computed reals exactly`,
        span,
        notes: [
          'two ways to compute one number differ in the last digits, so the answer is decided by rounding',
        ],
        fixes: [{ title: 'compare within a tolerance', edits: [{ span, newText: near }] }],
      },
    },
  ];
}
