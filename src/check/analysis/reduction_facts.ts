/** Facts of reductions: what a sum, a largest value or a norm says about elements of which facts are known. */
import type { Span } from '../../parser/source.js';
import type { ReduceName } from '../typed.js';
import type { Bend, Curvature } from './curvature.js';
import { bends, compose } from './curvature.js';
import type { Facts } from './facts.js';
import { joinKinks, movedKink } from './facts.js';
import { cutAt, varies } from './flow.js';
import type { Interval } from './interval.js';
import {
  add,
  everything,
  hull,
  interval,
  isNonnegative,
  isNonpositive,
  isPositive,
  magnitude,
  nonnegative,
  point,
  sumOf,
  unit,
} from './interval.js';

interface ReductionRule {
  /** `count`: how many elements there are, 0 possible when a guard may leave none. */
  readonly image: (element: Interval, count: Interval) => Interval;
  readonly bend: (element: Interval) => Bend;
  /** The reduction itself has a kink; at 0 where `atZero`. */
  readonly kink?: { readonly atZero: boolean };
  readonly cuts?: true;
}

const up = (): Bend => bends.up;
const unknown = (): Bend => bends.unknown;
const orEmpty = (value: Interval, count: Interval): Interval =>
  count.low >= 1 ? value : hull(value, point(0));
const spread: Bend = bends.convex;

function spreadOf(element: Interval): Interval {
  const width = element.high - element.low;
  return Number.isNaN(width) ? nonnegative : interval(0, width);
}

export const reductionRules: Readonly<Record<ReduceName, ReductionRule>> = {
  sum: { image: sumOf, bend: up },
  mean: { image: orEmpty, bend: up },
  product: {
    image: (element) =>
      isPositive(element) ? interval(0, Infinity, true) : isNonnegative(element) ? nonnegative : everything,
    bend: unknown,
  },
  max: { image: (element) => element, bend: () => bends.convexUp, kink: { atZero: false } },
  min: { image: (element) => element, bend: () => bends.concaveUp, kink: { atZero: false } },
  logsumexp: {
    image: (element, { low, high }) => add(element, interval(low >= 1 ? Math.log(low) : 0, Math.log(high))),
    bend: () => bends.convexUp,
  },
  norm: {
    image: (element) =>
      isPositive(element) ? interval(element.low, Infinity, element.lowOpen) : nonnegative,
    bend: (element) =>
      isNonnegative(element) ? bends.convexUp : isNonpositive(element) ? bends.convexDown : bends.convex,
    kink: { atZero: true },
  },
  variance: { image: (element) => interval(0, spreadOf(element).high ** 2), bend: () => spread },
  deviation: { image: spreadOf, bend: () => spread, kink: { atZero: true } },
  any: { image: () => unit, bend: unknown, cuts: true },
  all: { image: () => unit, bend: unknown, cuts: true },
  count: { image: (_, { high }) => interval(0, high), bend: unknown, cuts: true },
  argmax: { image: (_, { high }) => interval(0, high), bend: unknown, cuts: true },
  argmin: { image: (_, { high }) => interval(0, high), bend: unknown, cuts: true },
};

export function reductionFacts(operator: ReduceName, element: Facts, count: Interval, span: Span): Facts {
  const rule = reductionRules[operator];
  const what = `\`${operator}\``;
  const changing = varies(element.flow);
  const several = count.high > 1;
  const image = rule.image(element.interval, count);
  if (rule.cuts === true) {
    const kink = changing ? { span, what, atZero: false } : undefined;
    const flow = cutAt(element.flow, { span, what });
    return { kind: 'facts', interval: image, curvature: changing ? 'unknown' : 'constant', kink, flow };
  }
  const away = operator === 'norm' && isPositive(magnitude(element.interval));
  const own =
    rule.kink !== undefined && changing && several && !away ? { span, what, ...rule.kink } : undefined;
  const curvature: Curvature = compose(rule.bend(element.interval), element.curvature);
  const inherited =
    operator === 'norm' && element.kink?.atZero === true ? undefined : movedKink(element.kink);
  return {
    kind: 'facts',
    interval: image,
    curvature,
    kink: joinKinks(inherited, own),
    flow: element.flow,
  };
}
