/** Facts of an elementwise operation from the facts of its operands. */
import type { Span } from '../../parser/source.js';
import type { ApplyName } from '../typed.js';
import type { Bend, Curvature } from './curvature.js';
import { bends, compose, flip, joinCurvature, scale } from './curvature.js';
import type { Facts, Kink } from './facts.js';
import { joinKinks, movedKink, numberFacts } from './facts.js';
import { cutAt, union, unionOf, varies } from './flow.js';
import type { Interval } from './interval.js';
import {
  add,
  contains,
  divide,
  everything,
  increasing,
  integerPower,
  intersect,
  interval,
  isNegative,
  isNonnegative,
  isNonpositive,
  isPositive,
  magnitude,
  multiply,
  negate,
  nonnegative,
  point,
  pointOf,
  positive,
  reciprocal,
  subtract,
  unit,
} from './interval.js';
import type { UnaryName } from './unary_rules.js';
import { hasKink, isUnary, unaryRules } from './unary_rules.js';

type BinaryName = Exclude<ApplyName, UnaryName>;

/** What a binary rule is given: two operands, whether they are one value at every element, and the place. */
interface Pair {
  readonly left: Facts;
  readonly right: Facts;
  readonly same: boolean;
  readonly span: Span;
}

type BinaryRule = (pair: Pair) => Facts;

/** Signs of operators, for messages. */
const signs: Partial<Readonly<Record<ApplyName, string>>> = {
  equal: '==',
  not_equal: '!=',
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
  add: '+',
  subtract: '-',
  negate: '-',
  multiply: '*',
  divide: '/',
  power: '^',
  maximum: 'max',
  minimum: 'min',
  floor_divide: 'floor_div',
  modulo: 'mod',
  to_int: 'int',
  to_real: 'real',
};

export function operatorText(operator: ApplyName): string {
  return signs[operator] ?? operator;
}

export function applyFacts(
  operator: ApplyName,
  operands: readonly Facts[],
  span: Span,
  same: boolean,
): Facts {
  const [left, right] = operands;
  if (left === undefined) throw new Error(`compiler bug: ${operator} without operands`);
  if (isUnary(operator)) return unary(operator, left, span);
  if (right === undefined) throw new Error(`compiler bug: ${operator} with one operand`);
  return binaryRules[operator]({ left, right, same, span });
}

function unary(name: UnaryName, argument: Facts, span: Span): Facts {
  const rule = unaryRules[name];
  const image = rule.image(argument.interval);
  if (rule.cuts === true) return cutFacts(argument, image, name, span);
  const own: Kink | undefined =
    varies(argument.flow) && hasKink(name, argument.interval)
      ? { span, what: `\`${operatorText(name)}\``, atZero: true }
      : undefined;
  return {
    kind: 'facts',
    interval: image,
    curvature: compose(rule.bend(argument.interval), argument.curvature),
    kink: joinKinks(rule.keepsZero === true ? argument.kink : movedKink(argument.kink), own),
    flow: argument.flow,
  };
}

/** A step function: piecewise constant, and a derivative never passes. */
function cutFacts(argument: Pick<Facts, 'flow'>, image: Interval, name: ApplyName, span: Span): Facts {
  const changing = varies(argument.flow);
  const what = `\`${operatorText(name)}\``;
  return {
    kind: 'facts',
    interval: image,
    curvature: changing ? 'unknown' : 'constant',
    kink: changing ? { span, what, atZero: false } : undefined,
    flow: cutAt(argument.flow, { span, what }),
  };
}

function combine({ left, right }: Pair, range: Interval, curvature: Curvature): Facts {
  return {
    kind: 'facts',
    interval: range,
    curvature,
    kink: joinKinks(movedKink(left.kink), movedKink(right.kink)),
    flow: union(left.flow, right.flow),
  };
}

function comparison(name: ApplyName): BinaryRule {
  return ({ left, right, span }) => cutFacts({ flow: union(left.flow, right.flow) }, unit, name, span);
}

function product(pair: Pair): Facts {
  const { left, right, same } = pair;
  if (same) return power({ ...pair, right: numberFacts(2) });
  const range = multiply(left.interval, right.interval);
  const facts = combine(pair, range, productCurvature(left, right));
  // A kink of one factor at its own zero stays one at zero when the other is free of parameters.
  if (left.curvature === 'constant') return { ...facts, kink: right.kink };
  return right.curvature === 'constant' ? { ...facts, kink: left.kink } : facts;
}

function productCurvature(left: Facts, right: Facts): Curvature {
  if (left.curvature === 'constant') return scale(right.curvature, left.interval);
  if (right.curvature === 'constant') return scale(left.curvature, right.interval);
  return 'unknown';
}

function quotient(pair: Pair): Facts {
  const { left, right } = pair;
  const range = divide(left.interval, right.interval);
  if (right.curvature === 'constant') {
    const curvature = scale(left.curvature, reciprocal(right.interval));
    return { ...combine(pair, range, curvature), kink: left.kink };
  }
  if (left.curvature !== 'constant') return combine(pair, range, 'unknown');
  const inverse: Bend = isPositive(right.interval)
    ? bends.convexDown
    : isNegative(right.interval)
      ? bends.concaveDown
      : bends.unknown;
  return combine(pair, range, scale(compose(inverse, right.curvature), left.interval));
}

// ---------------------------------------------------------------------------------------------------- powers

function power(pair: Pair): Facts {
  const { left: base, right: exponent, span } = pair;
  const fixed = exponent.curvature === 'constant' ? pointOf(exponent.interval) : undefined;
  if (fixed !== undefined) return fixedPower(base, fixed, span);
  const range = isPositive(base.interval)
    ? positive
    : isNonnegative(base.interval)
      ? nonnegative
      : everything;
  if (base.curvature !== 'constant' || !isPositive(base.interval)) return combine(pair, range, 'unknown');
  const { low, high } = base.interval;
  const exponential = low >= 1 ? bends.convexUp : high <= 1 ? bends.convexDown : bends.convex;
  return combine(pair, range, compose(exponential, exponent.curvature));
}

function fixedPower(base: Facts, exponent: number, span: Span): Facts {
  const whole = Number.isInteger(exponent);
  const range = whole ? integerPower(base.interval, exponent) : realPower(base.interval, exponent);
  // Infinite slope of a root, seen from values that reach 0.
  const rooted = exponent > 0 && exponent < 1 && varies(base.flow) && contains(base.interval, 0);
  const smoothed = base.kink?.atZero === true && exponent > 1 ? undefined : base.kink;
  return {
    kind: 'facts',
    interval: range,
    curvature: compose(powerBend(base.interval, exponent), base.curvature),
    kink: joinKinks(smoothed, rooted ? { span, what: '`^`', atZero: true } : undefined),
    flow: base.flow,
  };
}

function realPower(base: Interval, exponent: number): Interval {
  if (exponent < 0) return reciprocal(realPower(base, -exponent));
  return increasing(intersect(base, nonnegative), (value) => Math.max(value, 0) ** exponent);
}

function powerBend(base: Interval, exponent: number): Bend {
  if (exponent === 1) return bends.up;
  if (Number.isInteger(exponent) && exponent > 0) {
    if (exponent % 2 === 0) {
      return isNonnegative(base) ? bends.convexUp : isNonpositive(base) ? bends.convexDown : bends.convex;
    }
    if (isNonnegative(base)) return bends.convexUp;
    return isNonpositive(base) ? bends.concaveUp : { curvature: 'unknown', monotonicity: 'increasing' };
  }
  if (exponent < 0) return isPositive(base) ? bends.convexDown : bends.unknown;
  // A real power is defined for nonnegative bases only.
  return exponent > 1 ? bends.convexUp : bends.concaveUp;
}

// -------------------------------------------------------------------------------------------------- extrema

/** Bounds so small that they only guard against 0. */
const guardLimit = 1e-6;

function isGuard({ interval: range }: Facts): boolean {
  const value = pointOf(range);
  return value !== undefined && value > 0 && value <= guardLimit;
}

function extremum(pair: Pair, name: 'maximum' | 'minimum'): Facts {
  const { left, right, span } = pair;
  const a = left.interval;
  const b = right.interval;
  const upward = name === 'maximum';
  // One of them never loses.
  const above = upward ? a.low >= b.high : a.high <= b.low;
  const below = upward ? b.low >= a.high : b.high <= a.low;
  if (above) return { ...left };
  if (below) return { ...right };
  const choose = upward ? Math.max : Math.min;
  const range = interval(
    choose(a.low, b.low),
    choose(a.high, b.high),
    openEnd([a.low, a.lowOpen], [b.low, b.lowOpen], upward),
    openEnd([a.high, a.highOpen], [b.high, b.highOpen], upward),
  );
  const toward = joinCurvature(left.curvature, right.curvature);
  const bent: Curvature = upward ? 'convex' : 'concave';
  const agrees = toward === 'affine' || toward === bent;
  const curvature = toward === 'constant' ? 'constant' : agrees ? bent : 'unknown';
  const facts = combine(pair, range, curvature);
  if (!varies(facts.flow) || isGuard(left) || isGuard(right)) return facts;
  const bound = pointOf(b) ?? pointOf(a);
  return {
    ...facts,
    kink: joinKinks(facts.kink, { span, what: `\`${operatorText(name)}\``, atZero: bound === 0 }),
  };
}

function openEnd(a: readonly [number, boolean], b: readonly [number, boolean], upward: boolean): boolean {
  if (a[0] === b[0]) return upward ? a[1] && b[1] : a[1] && b[1];
  return (upward ? a[0] > b[0] : a[0] < b[0]) ? a[1] : b[1];
}

const binaryRules: Readonly<Record<BinaryName, BinaryRule>> = {
  add: (pair) => {
    const { left, right } = pair;
    const range = add(left.interval, right.interval);
    return combine(pair, range, joinCurvature(left.curvature, right.curvature));
  },
  subtract: (pair) => {
    const { left, right } = pair;
    const range = pair.same ? point(0) : subtract(left.interval, right.interval);
    return combine(pair, range, joinCurvature(left.curvature, flip(right.curvature)));
  },
  multiply: product,
  divide: quotient,
  power,
  maximum: (pair) => extremum(pair, 'maximum'),
  minimum: (pair) => extremum(pair, 'minimum'),
  atan2: (pair) => combine(pair, interval(-Math.PI, Math.PI), curvatureOfAny(pair)),
  modulo: (pair) => {
    const { left, right, span } = pair;
    const facts = combine(pair, remainder(right.interval), curvatureOfAny(pair));
    if (!varies(left.flow)) return facts;
    return { ...facts, kink: { span, what: '`mod`', atZero: false } };
  },
  floor_divide: ({ left, right, span }) =>
    cutFacts(
      { flow: union(left.flow, right.flow) },
      divide(left.interval, right.interval),
      'floor_divide',
      span,
    ),
  equal: comparison('equal'),
  not_equal: comparison('not_equal'),
  less: comparison('less'),
  less_equal: comparison('less_equal'),
  greater: comparison('greater'),
  greater_equal: comparison('greater_equal'),
  and: comparison('and'),
  or: comparison('or'),
};

function curvatureOfAny({ left, right }: Pair): Curvature {
  return varies(unionOf([left.flow, right.flow])) ? 'unknown' : 'constant';
}

/** A remainder has the sign of the divisor and stays below it. */
function remainder(divisor: Interval): Interval {
  const most = magnitude(divisor).high;
  if (isPositive(divisor)) return interval(0, most, false, true);
  return isNegative(divisor) ? negate(interval(0, most, false, true)) : everything;
}
