/**
 * Facts of every elementwise operation of one operand: its image of an interval, how it bends there, where it has
 * a kink, and which arguments it is defined for.
 */
import type { ApplyName } from '../typed.js';
import type { Bend } from './curvature.js';
import { bends } from './curvature.js';
import type { Interval } from './interval.js';
import {
  contains,
  everything,
  increasing,
  interval,
  intersect,
  isNonnegative,
  isNonpositive,
  isPositive,
  magnitude,
  negate,
  nonnegative,
  positive,
  straddles,
  unit,
} from './interval.js';

export type UnaryName = Extract<
  ApplyName,
  | 'negate' | 'not' | 'abs' | 'sign' | 'floor' | 'ceil' | 'round' | 'exp' | 'expm1' | 'log' | 'log1p' | 'sqrt'
  | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh'
  | 'sigmoid' | 'softplus' | 'erf' | 'erfc' | 'lgamma' | 'digamma' | 'is_finite' | 'to_real' | 'to_int'
>; // prettier-ignore

export interface UnaryRule {
  readonly image: (argument: Interval) => Interval;
  readonly bend: (argument: Interval) => Bend;
  /** Where the operation is defined; everywhere without one. */
  readonly domain?: Interval;
  /** Whether it breaks smoothness at an argument of 0. */
  readonly kinkAtZero?: true;
  /** The derivative is 0 wherever there is one. */
  readonly cuts?: true;
  /** Keeps zeros where they are, so that a kink at 0 stays one at 0. */
  readonly keepsZero?: true;
}

const everyBend = (bend: Bend) => (): Bend => bend;
const everyImage = (image: Interval) => (): Interval => image;

/** Increasing, bent one way below 0 and the other way above. */
const bentAtZero =
  (below: Bend, above: Bend, through: Bend) =>
  (argument: Interval): Bend =>
    isNonnegative(argument) ? above : isNonpositive(argument) ? below : through;

const increasingOnly: Bend = { curvature: 'unknown', monotonicity: 'increasing' };
const decreasingOnly: Bend = { curvature: 'unknown', monotonicity: 'decreasing' };
const saturating = bentAtZero(bends.convexUp, bends.concaveUp, increasingOnly);
const steepening = bentAtZero(bends.concaveUp, bends.convexUp, increasingOnly);

const within =
  (range: Interval, image: (value: number) => number) =>
  (argument: Interval): Interval =>
    intersect(range, increasing(intersect(argument, range), image));

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
const softplus = (value: number): number => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
const open = (low: number, high: number): Interval => interval(low, high, true, true);

function step(image: (argument: Interval) => Interval): UnaryRule {
  return { image, bend: everyBend(bends.unknown), cuts: true };
}

const endpoints =
  (image: (value: number) => number) =>
  (argument: Interval): Interval =>
    interval(image(argument.low), image(argument.high));

export const unaryRules: Readonly<Record<UnaryName, UnaryRule>> = {
  negate: { image: negate, bend: everyBend(bends.down), keepsZero: true },
  to_real: { image: (argument) => argument, bend: everyBend(bends.up), keepsZero: true },
  abs: {
    image: magnitude,
    bend: (argument) =>
      isNonnegative(argument) ? bends.up : isNonpositive(argument) ? bends.down : bends.convex,
    kinkAtZero: true,
    keepsZero: true,
  },
  exp: { image: (a) => within(positive, (x) => x)(increasing(a, Math.exp)), bend: everyBend(bends.convexUp) },
  expm1: {
    image: (argument) => increasing(argument, Math.expm1),
    bend: everyBend(bends.convexUp),
    keepsZero: true,
  },
  log: {
    image: (argument) => increasing(argument, (x) => (x <= 0 ? -Infinity : Math.log(x))),
    bend: everyBend(bends.concaveUp),
    domain: positive,
  },
  log1p: {
    image: (argument) => increasing(argument, (x) => (x <= -1 ? -Infinity : Math.log1p(x))),
    bend: everyBend(bends.concaveUp),
    domain: interval(-1, Infinity, true),
    keepsZero: true,
  },
  sqrt: {
    image: (argument) => increasing(intersect(argument, nonnegative), (x) => Math.sqrt(Math.max(x, 0))),
    bend: everyBend(bends.concaveUp),
    domain: nonnegative,
    kinkAtZero: true,
    keepsZero: true,
  },
  sin: { image: everyImage(interval(-1, 1)), bend: everyBend(bends.unknown) },
  cos: { image: everyImage(interval(-1, 1)), bend: everyBend(bends.unknown) },
  tan: { image: everyImage(everything), bend: everyBend(bends.unknown) },
  asin: {
    image: everyImage(interval(-Math.PI / 2, Math.PI / 2)),
    bend: steepening,
    domain: interval(-1, 1),
  },
  acos: {
    image: everyImage(interval(0, Math.PI)),
    bend: bentAtZero(bends.convexDown, bends.concaveDown, decreasingOnly),
    domain: interval(-1, 1),
  },
  atan: { image: (argument) => increasing(argument, Math.atan), bend: saturating },
  sinh: { image: (argument) => increasing(argument, Math.sinh), bend: steepening },
  cosh: {
    image: (argument) => increasing(magnitude(argument), Math.cosh),
    bend: bentAtZero(bends.convexDown, bends.convexUp, bends.convex),
  },
  tanh: { image: (argument) => increasing(argument, Math.tanh), bend: saturating, keepsZero: true },
  asinh: { image: (argument) => increasing(argument, Math.asinh), bend: saturating, keepsZero: true },
  acosh: {
    image: everyImage(nonnegative),
    bend: everyBend(bends.concaveUp),
    domain: interval(1, Infinity),
  },
  atanh: { image: everyImage(everything), bend: steepening, domain: open(-1, 1) },
  sigmoid: { image: (argument) => increasing(argument, sigmoid), bend: saturating },
  softplus: {
    image: (argument) => intersect(increasing(argument, softplus), positive),
    bend: everyBend(bends.convexUp),
  },
  erf: { image: everyImage(open(-1, 1)), bend: saturating, keepsZero: true },
  erfc: {
    image: everyImage(open(0, 2)),
    bend: bentAtZero(bends.concaveDown, bends.convexDown, decreasingOnly),
  },
  lgamma: {
    image: everyImage(everything),
    bend: (argument) => (isPositive(argument) ? bends.convex : bends.unknown),
  },
  digamma: {
    image: everyImage(everything),
    bend: (argument) => (isPositive(argument) ? bends.concaveUp : bends.unknown),
  },
  not: step(everyImage(unit)),
  is_finite: step(everyImage(unit)),
  sign: step((argument) =>
    interval(
      contains(argument, 0) || argument.low < 0 ? (argument.low < 0 ? -1 : 0) : 1,
      argument.high > 0 ? 1 : 0,
    ),
  ),
  floor: step(endpoints(Math.floor)),
  ceil: step(endpoints(Math.ceil)),
  round: step(endpoints(Math.round)),
  to_int: step(endpoints(Math.trunc)),
};

export function isUnary(name: ApplyName): name is UnaryName {
  return Object.hasOwn(unaryRules, name);
}

/** Whether the operation has its kink inside the interval, or at an end that is reached. */
export function hasKink(name: UnaryName, argument: Interval): boolean {
  if (unaryRules[name].kinkAtZero === undefined) return false;
  return name === 'sqrt' ? contains(argument, 0) : straddles(argument, 0);
}
