/**
 * What is known of a value without running anything: an interval of all elements, curvature, the first kink, the
 * parameters that reach it. Facts of arrays speak of every element at once.
 */
import type { Span } from '../../parser/source.js';
import type { TypedFunctionValue } from '../typed.js';
import type { Curvature } from './curvature.js';
import { joinCurvature } from './curvature.js';
import type { Flow } from './flow.js';
import { noFlow, union, varies } from './flow.js';
import type { Interval } from './interval.js';
import { contains, everything, hull, point, sameInterval, widen } from './interval.js';

/** Where a value stops being differentiable. */
export interface Kink {
  readonly span: Span;
  /** As a person would name it: "`abs`", "the comparison of `relu`". */
  readonly what: string;
  /** The value itself is 0 there, so that its square is smooth. */
  readonly atZero: boolean;
  /** The pieces could not be looked at: they may meet smoothly after all. */
  readonly unsure?: true;
}

export interface Facts {
  readonly kind: 'facts';
  readonly interval: Interval;
  readonly curvature: Curvature;
  readonly kink: Kink | undefined;
  readonly flow: Flow;
  /** Known not to be 0 although the interval holds it: what a guard has tested. */
  readonly nonzero?: true;
  /** Of a matrix whose diagonal is known better than the rest: a Cholesky factor's is positive. */
  readonly diagonal?: Interval;
}

export function isNonzero(facts: Facts): boolean {
  return facts.nonzero === true || !contains(facts.interval, 0);
}

/**
 * The abstract value of an expression. Only a reference gives back the object that the name is bound to, so two
 * operands that are one object are the same value at every element.
 */
export type Abstract =
  | Facts
  | { readonly kind: 'function'; readonly target: TypedFunctionValue['target'] }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Abstract> }
  | { readonly kind: 'list'; readonly elements: readonly Abstract[] }
  | { readonly kind: 'other' };

export function constantFacts(range: Interval): Facts {
  return { kind: 'facts', interval: range, curvature: 'constant', kink: undefined, flow: noFlow };
}

export function numberFacts(value: number): Facts {
  return constantFacts(point(value));
}

/** Facts of what nothing is known about except what it depends on. */
export function unknownFacts(flow: Flow, range: Interval = everything): Facts {
  const curvature = varies(flow) ? 'unknown' : 'constant';
  return { kind: 'facts', interval: range, curvature, kink: undefined, flow };
}

export function joinKinks(...kinks: readonly (Kink | undefined)[]): Kink | undefined {
  const found = kinks.filter((kink) => kink !== undefined);
  const away = found.filter((kink) => !kink.atZero);
  return away.find((kink) => kink.unsure !== true) ?? away[0] ?? found[0];
}

/** A kink seen through an operation that moves or mixes values. */
export function movedKink(kink: Kink | undefined): Kink | undefined {
  return kink?.atZero === true ? { ...kink, atZero: false } : kink;
}

/** Facts of a value that is one of two. */
export function joinFacts(a: Facts, b: Facts): Facts {
  return {
    kind: 'facts',
    interval: hull(a.interval, b.interval),
    curvature: joinCurvature(a.curvature, b.curvature),
    kink: joinKinks(a.kink, b.kink),
    flow: union(a.flow, b.flow),
    ...(isNonzero(a) && isNonzero(b) ? { nonzero: true } : {}),
  };
}

export function joinAbstract(a: Abstract, b: Abstract): Abstract {
  if (a === b) return a;
  if (a.kind === 'facts' && b.kind === 'facts') return joinFacts(a, b);
  if (a.kind === 'record' && b.kind === 'record') {
    const other = b.fields;
    return {
      kind: 'record',
      fields: new Map(
        [...a.fields].map(([name, value]) => [name, joinAbstract(value, other.get(name) ?? value)]),
      ),
    };
  }
  return a.kind === b.kind ? a : { kind: 'other' };
}

/** One more turn of a loop: what still changes is given up. */
export function widenAbstract(before: Abstract, after: Abstract): Abstract {
  if (before.kind !== 'facts' || after.kind !== 'facts') return joinAbstract(before, after);
  const joined = joinFacts(before, after);
  return {
    ...joined,
    interval: widen(before.interval, joined.interval),
  };
}

export function sameAbstract(a: Abstract, b: Abstract): boolean {
  if (a === b) return true;
  if (a.kind !== 'facts' || b.kind !== 'facts') return a.kind === b.kind && a.kind !== 'record';
  return (
    sameInterval(a.interval, b.interval) &&
    a.curvature === b.curvature &&
    (a.kink === undefined) === (b.kink === undefined) &&
    a.flow === b.flow
  );
}
