/** Interval arithmetic: where a random term's values can lie, so that programs stay finite by construction. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const interval = (low: number, high: number): Interval => ({ low, high });

export const point = (value: number): Interval => ({ low: value, high: value });

export function contains(outer: Interval, inner: Interval): boolean {
  return outer.low <= inner.low && inner.high <= outer.high;
}

export function hull(...parts: readonly Interval[]): Interval {
  return {
    low: Math.min(...parts.map((part) => part.low)),
    high: Math.max(...parts.map((part) => part.high)),
  };
}

export const plus = (a: Interval, b: Interval): Interval => interval(a.low + b.low, a.high + b.high);
export const minus = (a: Interval, b: Interval): Interval => interval(a.low - b.high, a.high - b.low);

/** The values of a function that is monotone in each operand, or has its extremes at corners. */
export function corners(a: Interval, b: Interval, f: (a: number, b: number) => number): Interval {
  const values = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => f(x, y)));
  return interval(Math.min(...values), Math.max(...values));
}

export const times = (a: Interval, b: Interval): Interval => corners(a, b, (x, y) => x * y);

export const magnitude = (a: Interval): number => Math.max(Math.abs(a.low), Math.abs(a.high));

export const symmetric = (bound: number): Interval => interval(-bound, bound);
