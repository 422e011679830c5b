/**
 * Intervals that enclose every element of a value. An end may be open, so that `exp(x)` is known to be positive and
 * `x^2` only to be nonnegative: the difference decides whether a logarithm or a division is safe.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Whether the end itself is never reached. */
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

export function interval(low: number, high: number, lowOpen = false, highOpen = false): Interval {
  return { low, high, lowOpen, highOpen };
}

export const everything: Interval = interval(-Infinity, Infinity);
export const nonnegative: Interval = interval(0, Infinity);
export const positive: Interval = interval(0, Infinity, true);
export const unit: Interval = interval(0, 1);

export function point(value: number): Interval {
  return Number.isNaN(value) ? everything : interval(value, value);
}

export function pointOf({ low, high }: Interval): number | undefined {
  return low === high ? low : undefined;
}

export function isNonnegative({ low }: Interval): boolean {
  return low >= 0;
}

export function isNonpositive({ high }: Interval): boolean {
  return high <= 0;
}

export function isPositive({ low, lowOpen }: Interval): boolean {
  return low > 0 || (low === 0 && lowOpen);
}

export function isNegative({ high, highOpen }: Interval): boolean {
  return high < 0 || (high === 0 && highOpen);
}

export function contains({ low, high, lowOpen, highOpen }: Interval, value: number): boolean {
  return (value > low || (value === low && !lowOpen)) && (value < high || (value === high && !highOpen));
}

/** Whether 0 lies strictly between the ends. */
export function straddles({ low, high }: Interval, value: number): boolean {
  return low < value && value < high;
}

export function keyOfInterval({ low, high, lowOpen, highOpen }: Interval): string {
  return `${lowOpen ? '(' : '['}${low},${high}${highOpen ? ')' : ']'}`;
}

export function sameInterval(a: Interval, b: Interval): boolean {
  return a.low === b.low && a.high === b.high && a.lowOpen === b.lowOpen && a.highOpen === b.highOpen;
}

interface End {
  readonly value: number;
  readonly open: boolean;
}

function lowest(ends: readonly End[]): End {
  const value = Math.min(...ends.map((end) => end.value));
  return { value, open: ends.filter((end) => end.value === value).every((end) => end.open) };
}

function highest(ends: readonly End[]): End {
  const value = Math.max(...ends.map((end) => end.value));
  return { value, open: ends.filter((end) => end.value === value).every((end) => end.open) };
}

function between(ends: readonly End[]): Interval {
  if (ends.some((end) => Number.isNaN(end.value))) return everything;
  const low = lowest(ends);
  const high = highest(ends);
  return interval(low.value, high.value, low.open, high.open);
}

function endsOf(range: Interval): readonly [End, End] {
  return [
    { value: range.low, open: range.lowOpen },
    { value: range.high, open: range.highOpen },
  ];
}

export function hull(a: Interval, b: Interval): Interval {
  return between([...endsOf(a), ...endsOf(b)]);
}

/** What both say; the first where they contradict each other. */
export function intersect(a: Interval, b: Interval): Interval {
  const low = a.low > b.low || (a.low === b.low && a.lowOpen) ? endsOf(a)[0] : endsOf(b)[0];
  const high = a.high < b.high || (a.high === b.high && a.highOpen) ? endsOf(a)[1] : endsOf(b)[1];
  return low.value > high.value ? a : interval(low.value, high.value, low.open, high.open);
}

/** For loops: an end that moved goes to infinity. */
export function widen(before: Interval, after: Interval): Interval {
  const low = after.low < before.low || (after.low === before.low && before.lowOpen && !after.lowOpen);
  const high = after.high > before.high || (after.high === before.high && before.highOpen && !after.highOpen);
  // Zero is a wall worth trying first: sums of squares stay nonnegative.
  const lowEnd = low ? (after.low >= 0 ? 0 : -Infinity) : before.low;
  const highEnd = high ? (after.high <= 0 ? 0 : Infinity) : before.high;
  return interval(lowEnd, highEnd, low ? false : before.lowOpen, high ? false : before.highOpen);
}

export function negate(a: Interval): Interval {
  return interval(-a.high, -a.low, a.highOpen, a.lowOpen);
}

export function add(a: Interval, b: Interval): Interval {
  const low = a.low + b.low;
  const high = a.high + b.high;
  if (Number.isNaN(low) || Number.isNaN(high)) return everything;
  return interval(low, high, a.lowOpen || b.lowOpen, a.highOpen || b.highOpen);
}

export function subtract(a: Interval, b: Interval): Interval {
  return add(a, negate(b));
}

function productEnd(a: End, b: End): End {
  const value = a.value === 0 || b.value === 0 ? 0 : a.value * b.value;
  const reached = (!a.open && !b.open) || (a.value === 0 && !a.open) || (b.value === 0 && !b.open);
  return { value, open: !reached };
}

export function multiply(a: Interval, b: Interval): Interval {
  return between(endsOf(a).flatMap((left) => endsOf(b).map((right) => productEnd(left, right))));
}

export function reciprocal(a: Interval): Interval {
  if (isPositive(a) || isNegative(a)) {
    const inverse = (end: End, side: number): End => ({
      value: end.value === 0 ? side * Infinity : 1 / end.value,
      open: end.open || !Number.isFinite(end.value) || end.value === 0,
    });
    const side = isPositive(a) ? 1 : -1;
    return between(endsOf(a).map((end) => inverse(end, side)));
  }
  if (isNonnegative(a)) return interval(a.high === Infinity ? 0 : 1 / a.high, Infinity, a.high === Infinity);
  if (isNonpositive(a))
    return interval(-Infinity, a.low === -Infinity ? 0 : 1 / a.low, false, a.low === -Infinity);
  return everything;
}

export function divide(a: Interval, b: Interval): Interval {
  return multiply(a, reciprocal(b));
}

/** The image under an increasing function; ends where it is not a number become infinite. */
export function increasing(a: Interval, image: (value: number) => number): Interval {
  const low = image(a.low);
  const high = image(a.high);
  return interval(
    Number.isNaN(low) ? -Infinity : low,
    Number.isNaN(high) ? Infinity : high,
    a.lowOpen || a.low === -Infinity,
    a.highOpen || a.high === Infinity,
  );
}

export function magnitude(a: Interval): Interval {
  if (isNonnegative(a)) return a;
  if (isNonpositive(a)) return negate(a);
  const high = highest([
    { value: -a.low, open: a.lowOpen },
    { value: a.high, open: a.highOpen },
  ]);
  return interval(0, high.value, false, high.open);
}

export function integerPower(a: Interval, exponent: number): Interval {
  if (exponent < 0) return reciprocal(integerPower(a, -exponent));
  const base = exponent % 2 === 0 ? magnitude(a) : a;
  return interval(base.low ** exponent, base.high ** exponent, base.lowOpen, base.highOpen);
}

/** The sum of between `least` and `most` such elements. */
export function sumOf(element: Interval, count: Interval): Interval {
  const some = multiply(element, interval(Math.max(count.low, 0), count.high));
  return count.low >= 1 ? some : hull(some, point(0));
}

/** "positive", "at least 0", "between 0 and 1": for messages. */
export function describe(range: Interval): string {
  const { low, high } = range;
  if (low === -Infinity && high === Infinity) return 'of any sign';
  if (high === Infinity) return low === 0 ? (range.lowOpen ? 'positive' : 'at least 0') : `at least ${low}`;
  if (low === -Infinity) return high === 0 ? (range.highOpen ? 'negative' : 'at most 0') : `at most ${high}`;
  return low === high ? String(low) : `between ${low} and ${high}`;
}
