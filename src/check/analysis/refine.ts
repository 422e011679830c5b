/** What a test shows where its branch is read: `x > 0` bounds `x`, `abs(r) <= d` bounds `r` on both sides. */
import type { ApplyName, TypedExpression } from '../typed.js';
import type { Analysis } from './interpreter.js';
import { quietFacts } from './interpreter.js';
import type { Interval } from './interval.js';
import { everything, interval } from './interval.js';
import { keyOf } from './keys.js';
import type { Refinement, Scope } from './scope.js';

type Order = 'less' | 'less_equal' | 'greater' | 'greater_equal';

const opposite: Readonly<Record<Order, Order>> = {
  less: 'greater_equal',
  less_equal: 'greater',
  greater: 'less_equal',
  greater_equal: 'less',
};
const mirrored: Readonly<Record<Order, Order>> = {
  less: 'greater',
  less_equal: 'greater_equal',
  greater: 'less',
  greater_equal: 'less_equal',
};

function isOrder(operator: ApplyName): operator is Order {
  return Object.hasOwn(opposite, operator);
}

export function refinementsOf(
  condition: TypedExpression,
  truth: boolean,
  scope: Scope,
  analysis: Analysis,
): readonly Refinement[] {
  if (condition.kind !== 'apply') return [];
  const { operator, operands } = condition;
  const [left, right] = operands;
  if (left === undefined) return [];
  if (operator === 'not') return refinementsOf(left, !truth, scope, analysis);
  if (right === undefined) return [];
  if ((operator === 'and' && truth) || (operator === 'or' && !truth)) {
    return [left, right].flatMap((part) => refinementsOf(part, truth, scope, analysis));
  }
  const bounds = (expression: TypedExpression): Interval =>
    quietFacts(expression, scope, analysis)?.interval ?? everything;
  if (isOrder(operator)) {
    const order = truth ? operator : opposite[operator];
    return [...ordered(left, order, bounds(right)), ...ordered(right, mirrored[order], bounds(left))];
  }
  const equal = (operator === 'equal') === truth;
  if (operator !== 'equal' && operator !== 'not_equal') return [];
  return [...matched(left, bounds(right), equal), ...matched(right, bounds(left), equal)];
}

function refinement(expression: TypedExpression, range: Interval, nonzero = false): readonly Refinement[] {
  const key = keyOf(expression);
  return key === undefined || expression.kind === 'constant' ? [] : [{ key, interval: range, nonzero }];
}

function ordered(expression: TypedExpression, order: Order, bound: Interval): readonly Refinement[] {
  const inner = magnitudeOf(expression);
  switch (order) {
    case 'less':
    case 'less_equal': {
      const open = order === 'less' || bound.highOpen;
      const { high } = bound;
      return [
        ...refinement(expression, interval(-Infinity, high, false, open)),
        ...(inner === undefined ? [] : refinement(inner, interval(-high, high, open, open))),
      ];
    }
    case 'greater':
    case 'greater_equal': {
      const open = order === 'greater' || bound.lowOpen;
      const away = inner !== undefined && (bound.low > 0 || (bound.low === 0 && open));
      return [
        ...refinement(expression, interval(bound.low, Infinity, open)),
        ...(away ? refinement(inner, everything, true) : []),
      ];
    }
    default:
      return order satisfies never;
  }
}

function magnitudeOf(expression: TypedExpression): TypedExpression | undefined {
  return expression.kind === 'apply' && expression.operator === 'abs' ? expression.operands[0] : undefined;
}

function matched(expression: TypedExpression, other: Interval, equal: boolean): readonly Refinement[] {
  if (equal) return refinement(expression, other);
  return other.low === 0 && other.high === 0 ? refinement(expression, everything, true) : [];
}
