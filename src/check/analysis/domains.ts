/**
 * Operations that are not defined everywhere, checked where the argument depends on parameters or draws: data is as
 * it is, but an optimizer will try every value that it is not kept from.
 */
import type { Diagnostic, Fix } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';
import type { ApplyName, TypedApply, TypedExpression } from '../typed.js';
import { operatorText } from './apply_facts.js';
import type { Facts } from './facts.js';
import { isNonzero } from './facts.js';
import type { Finding } from './findings.js';
import { textAt } from './findings.js';
import { varies } from './flow.js';
import type { Interval } from './interval.js';
import { contains, describe, isNonnegative, isNonpositive, nonnegative, pointOf } from './interval.js';
import { isUnary, unaryRules } from './unary_rules.js';

/** Whether a value starts away from 0 and is a parameter or a product of such, which a run seldom drives through 0. */
export type StartsNonzero = (expression: TypedExpression) => boolean;

export function domainFindings(
  { operator, operands, span }: Pick<TypedApply, 'operator' | 'operands' | 'span'>,
  facts: readonly Facts[],
  startsNonzero: StartsNonzero,
): Finding[] {
  const [first, second] = operands;
  const [left, right] = facts;
  if (first === undefined || left === undefined) return [];
  if (isUnary(operator)) return unaryFindings(operator, first, left, span);
  if (second === undefined || right === undefined) return [];
  if (operator === 'divide') return startsNonzero(second) ? [] : divisionFindings(first, second, right);
  if (operator !== 'power') return [];
  const whole = isInteger(second) || Number.isInteger(pointOf(right.interval));
  return whole && startsNonzero(first) ? [] : powerFindings(first, left, right, whole);
}

// ---------------------------------------------------------------------------------------------------- unary

function inside(range: Interval, domain: Interval): boolean {
  const low = range.low > domain.low || (range.low === domain.low && (!domain.lowOpen || range.lowOpen));
  const high =
    range.high < domain.high || (range.high === domain.high && (!domain.highOpen || range.highOpen));
  return (low || domain.low === -Infinity) && (high || domain.high === Infinity);
}

function disjoint(range: Interval, domain: Interval): boolean {
  const below = range.high < domain.low || (range.high === domain.low && (domain.lowOpen || range.highOpen));
  const above = range.low > domain.high || (range.low === domain.high && (domain.highOpen || range.lowOpen));
  return (below && domain.low !== -Infinity) || (above && domain.high !== Infinity);
}

function unaryFindings(operator: ApplyName, operand: TypedExpression, facts: Facts, span: Span): Finding[] {
  const domain = isUnary(operator) ? unaryRules[operator].domain : undefined;
  if (domain === undefined || !varies(facts.flow)) return [];
  // `x != 0` has been tested: a nonnegative argument is then positive.
  const positiveByTest = facts.nonzero === true && facts.interval.low >= 0;
  if (inside(facts.interval, domain) || positiveByTest) {
    return operator === 'sqrt' && !positiveByTest ? rootFindings(operand, facts, span) : [];
  }
  const certain = disjoint(facts.interval, domain);
  const argument = textAt(operand.span);
  const wanted = domainText(operator, domain);
  return [
    {
      certain,
      derivative: false,
      diagnostic: {
        code: 'AM3003',
        severity: 'warning',
        message: certain
          ? `\`${operator}\` is taken outside its domain: \`${argument}\` is ${describe(facts.interval)}`
          : `\`${operator}\` needs ${wanted}, and \`${argument}\` cannot be shown to be`,
        span: operand.span,
        notes: [
          `it is ${describe(facts.interval)} as far as can be seen, and depends on parameters; outside the domain the value is NaN or infinite`,
          ...suggestions(operator),
        ],
        fixes: unaryFixes(operator, operand),
      },
    },
  ];
}

function domainText(operator: ApplyName, domain: Interval): string {
  if (operator === 'log1p') return 'an argument above -1';
  if (operator === 'acosh') return 'an argument of at least 1';
  if (domain.low === 0) return domain.lowOpen ? 'a positive argument' : 'a nonnegative argument';
  return 'an argument between -1 and 1';
}

function suggestions(operator: ApplyName): readonly string[] {
  switch (operator) {
    case 'log':
      return [
        'make it positive by construction (`exp(...)`, `softplus(...)`), bound it (`max(..., 1e-12)`), or test it (`if ... > 0`)',
      ];
    case 'sqrt':
      return ['bound it below by 0 (`max(..., 0)`), or make it a sum of squares'];
    case 'asin':
    case 'acos':
    case 'atanh':
      return ['map it into the interval (`tanh(...)`) or clamp it (`clamp(..., -1, 1)`)'];
    default:
      return ['bound it with `max`, or test it with `if`'];
  }
}

function unaryFixes(operator: ApplyName, operand: TypedExpression): readonly Fix[] {
  const argument = textAt(operand.span);
  const rewrite = (text: string): Fix => ({
    title: `write \`${text}\``,
    edits: [{ span: operand.span, newText: text }],
  });
  switch (operator) {
    case 'log':
      return [rewrite(`softplus(${argument})`), rewrite(`max(${argument}, 1e-12)`)];
    case 'sqrt':
      return [rewrite(`max(${argument}, 0)`)];
    case 'acosh':
      return [rewrite(`max(${argument}, 1)`)];
    case 'asin':
    case 'acos':
      return [rewrite(`clamp(${argument}, -1, 1)`)];
    case 'atanh':
      return [rewrite(`clamp(${argument}, -1 + 1e-12, 1 - 1e-12)`)];
    default:
      return [];
  }
}

/** The derivative of a root at 0 is infinite. The root of a mean is 0 only at a perfect fit. */
function rootFindings(operand: TypedExpression, facts: Facts, span: Span): Finding[] {
  const reduced = operand.kind === 'reduce' || operand.kind === 'reduce_axes' ? operand.operator : undefined;
  if (!contains(facts.interval, 0) || facts.flow.live.size === 0) return [];
  if (reduced === 'mean' || reduced === 'variance' || operand.kind === 'reference') return [];
  const squares = squaredSum(operand);
  const text = textAt(operand.span);
  const fixes: Fix[] = [
    ...(squares === undefined
      ? []
      : [{ title: `write \`norm(${squares})\``, edits: [{ span, newText: `norm(${squares})` }] }]),
    { title: `write \`sqrt(${text} + 1e-12)\``, edits: [{ span: operand.span, newText: `${text} + 1e-12` }] },
  ];
  const diagnostic: Diagnostic = {
    code: 'AM3004',
    severity: 'warning',
    message: `the derivative of \`sqrt\` is infinite where \`${text}\` is 0`,
    span: operand.span,
    notes: [
      'an infinite derivative times 0 is NaN, and spoils the gradient of every parameter it reaches',
      squares === undefined
        ? 'add a small constant under the root'
        : 'use `norm`, whose derivative at 0 is 0, or add a small constant under the root',
    ],
    fixes,
  };
  return [{ certain: false, derivative: true, diagnostic }];
}

/** `e` of `sum(e^2)` over everything. */
function squaredSum(operand: TypedExpression): string | undefined {
  if (operand.kind !== 'reduce_axes' || operand.operator !== 'sum' || operand.axes !== 'all')
    return undefined;
  const { operand: body } = operand;
  if (body.kind !== 'apply' || body.operator !== 'power') return undefined;
  const [base, exponent] = body.operands;
  return base !== undefined && exponent?.kind === 'constant' && exponent.value === 2
    ? textAt(base.span)
    : undefined;
}

// ----------------------------------------------------------------------------------------- division, powers

/**
 * A norm, a sum of squares or a count reaches 0 at the end of its range, where runs often start or end: a warning. A
 * divisor of any sign is 0 only on the way through, which a fit of positive quantities never goes: a remark.
 */
function divisionFindings(numerator: TypedExpression, divisor: TypedExpression, facts: Facts): Finding[] {
  if (isNonzero(facts) || !varies(facts.flow)) return [];
  const certain = pointOf(facts.interval) === 0;
  const text = textAt(divisor.span);
  const oneSided = isNonnegative(facts.interval) || isNonpositive(facts.interval);
  const bounded = `max(${text}, 1e-12)`;
  const diagnostic: Diagnostic = {
    code: 'AM3005',
    severity: oneSided ? 'warning' : 'info',
    message: certain ? 'this divides by 0' : `\`${text}\` may be 0, and this divides by it`,
    span: divisor.span,
    labels: [{ span: numerator.span, message: 'what is divided' }],
    notes: [
      oneSided
        ? `it is ${describe(facts.interval)} and depends on parameters; at 0 the quotient is infinite or NaN`
        : 'it depends on parameters and can pass through 0, where the quotient is infinite',
      oneSided
        ? 'bound it away from 0, or treat 0 apart with `if`'
        : 'where it stands for something positive, make it so: `exp(...)` or `softplus(...)` of a parameter',
    ],
    fixes: isNonnegative(facts.interval)
      ? [{ title: `divide by \`${bounded}\``, edits: [{ span: divisor.span, newText: bounded }] }]
      : [],
  };
  return [{ certain, derivative: false, diagnostic }];
}

function isInteger(expression: TypedExpression): boolean {
  if (expression.kind === 'apply' && expression.operator === 'to_real') {
    return expression.operands.every(isInteger);
  }
  return expression.type.kind === 'array' && expression.type.element.kind === 'int';
}

function powerFindings(base: TypedExpression, left: Facts, right: Facts, whole: boolean): Finding[] {
  if (!varies(left.flow)) return [];
  const exponent = pointOf(right.interval);
  const text = textAt(base.span);
  const pole = `\`${text}\` may be 0, and a negative power of 0 is infinite`;
  if (whole) {
    const negative = exponent !== undefined && exponent < 0 && !isNonzero(left);
    return negative ? [powerFinding(pole, pointOf(left.interval) === 0, base)] : [];
  }
  if (!isNonnegative(left.interval)) {
    const certain = disjoint(left.interval, nonnegative);
    const shown = certain ? 'is negative' : 'cannot be shown to be';
    const message = `a power with a fractional exponent needs a nonnegative base, and \`${text}\` ${shown}`;
    return [powerFinding(message, certain, base)];
  }
  if (exponent === undefined || isNonzero(left)) return [];
  if (exponent < 0) return [powerFinding(pole, false, base)];
  if (exponent > 1 || left.flow.live.size === 0) return [];
  const message = `the derivative of this power is infinite where \`${text}\` is 0`;
  return [{ ...powerFinding(message, false, base), derivative: true }];
}

function powerFinding(message: string, certain: boolean, base: TypedExpression): Finding {
  const text = textAt(base.span);
  const bounded = `max(${text}, 1e-12)`;
  return {
    certain,
    derivative: false,
    diagnostic: {
      code: 'AM3003',
      severity: 'warning',
      message,
      span: base.span,
      notes: [
        `\`a ${operatorText('power')} b\` with a fractional or negative \`b\` is \`exp(b * log(a))\``,
        'bound the base, or test it with `if`',
      ],
      fixes: [{ title: `write \`${bounded}\``, edits: [{ span: base.span, newText: bounded }] }],
    },
  };
}
