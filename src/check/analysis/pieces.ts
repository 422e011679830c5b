/**
 * How the pieces of a scalar function meet: along each varying atom the pieces are found by a scan, their borders by
 * bisection, and values and slopes on both sides are compared. That tells Huber's loss (smooth) from a hinge (an
 * upward kink) without knowing either by name.
 */
import type { TypedExpression } from '../typed.js';
import type { Interval } from './interval.js';
import { contains, keyOfInterval, pointOf } from './interval.js';
import { evaluateAt } from './scalar_function.js';

export interface Meeting {
  readonly jump: boolean;
  /** The slope grows somewhere, and shrinks somewhere. */
  readonly up: boolean;
  readonly down: boolean;
  /** Wherever it is not smooth, the value is 0. */
  readonly atZero: boolean;
}

export interface AtomRange {
  readonly key: string;
  readonly interval: Interval;
  /** Depends on parameters. */
  readonly varies: boolean;
}

const scan: readonly number[] = scanPoints();

function scanPoints(): readonly number[] {
  const magnitudes = Array.from({ length: 64 }, (_, index) => 10 ** (-4 + index / 7));
  return [...magnitudes.map((value) => -value).reverse(), 0, ...magnitudes];
}

/** Values of what is held still: unremarkable numbers, so that pieces meet where they generally do. */
const samples: readonly number[] = [0.731, 2.417, -1.293, 0.127];

const known = new WeakMap<TypedExpression, Map<string, Meeting>>();

/** Remembered: a library function is scanned once for each range of its arguments. */
export function meetingOf(expression: TypedExpression, atoms: readonly AtomRange[]): Meeting {
  const memory = known.get(expression) ?? new Map<string, Meeting>();
  known.set(expression, memory);
  const key = atoms.map(({ interval, varies }) => `${keyOfInterval(interval)}${varies ? 'v' : 'c'}`).join();
  const meeting = memory.get(key) ?? scanned(expression, atoms);
  memory.set(key, meeting);
  return meeting;
}

function scanned(expression: TypedExpression, atoms: readonly AtomRange[]): Meeting {
  const meetings = atoms
    .filter(({ varies }) => varies)
    .flatMap((atom) => [0, 1, 2].flatMap((round) => alongAtom(expression, atom, atoms, round)));
  return {
    jump: meetings.some(({ jump }) => jump),
    up: meetings.some(({ up }) => up),
    down: meetings.some(({ down }) => down),
    atZero: meetings.every((meeting) => meeting.atZero),
  };
}

function still(range: Interval, round: number): number {
  const fixed = pointOf(range);
  if (fixed !== undefined) return fixed;
  for (let attempt = 0; attempt < samples.length; attempt += 1) {
    const value = samples[(round + attempt) % samples.length] ?? 0;
    if (contains(range, value)) return value;
  }
  const low = Number.isFinite(range.low) ? range.low : range.high - 2;
  const high = Number.isFinite(range.high) ? range.high : low + 2;
  return low + ((high - low) * (round + 1)) / 4;
}

function alongAtom(
  expression: TypedExpression,
  atom: AtomRange,
  atoms: readonly AtomRange[],
  round: number,
): Meeting[] {
  const others = new Map(
    atoms.map(({ key, interval }, index) => [key, still(interval, round + index)] as const),
  );
  const at = (value: number) => evaluateAt(expression, new Map([...others, [atom.key, value]]));
  const points = scan.filter((value) => contains(atom.interval, value));
  const outcomes = points.map((value) => at(value).signature);
  return points.flatMap((right, index) => {
    const left = points[index - 1];
    if (left === undefined || outcomes[index] === outcomes[index - 1]) return [];
    return meetingsBetween(left, right, at);
  });
}

type At = (value: number) => { readonly value: number; readonly signature: string };

/** All borders between two points, found by halving until no piece is left between. */
function meetingsBetween(left: number, right: number, at: At, depth = 0): Meeting[] {
  const border = bisect(left, right, at);
  const found = meetingAt(border.left, border.right, at);
  const more =
    depth < 4 && at(border.right).signature !== at(right).signature
      ? meetingsBetween(border.right, right, at, depth + 1)
      : [];
  return found === undefined ? more : [found, ...more];
}

/** The last point of the left piece and the first that is not of it. */
function bisect(left: number, right: number, at: At): { readonly left: number; readonly right: number } {
  const { signature } = at(left);
  let low = left;
  let high = right;
  for (let count = 0; count < 80; count += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (at(middle).signature === signature) low = middle;
    else high = middle;
  }
  return { left: low, right: high };
}

function meetingAt(left: number, right: number, at: At): Meeting | undefined {
  const step = 1e-5 * Math.max(1e-3, Math.abs(left));
  const [before, here, there, after] = [left - step, left, right, right + step].map(
    (value) => at(value).value,
  );
  if (before === undefined || here === undefined || there === undefined || after === undefined)
    return undefined;
  // Outside the domain on both sides there is nothing to say; infinite on one side is a jump.
  if (Number.isNaN(here) && Number.isNaN(there)) return undefined;
  if (![before, here, there, after].every(Number.isFinite)) {
    return { jump: true, up: false, down: false, atZero: false };
  }
  const size = Math.max(1e-3, Math.abs(here), Math.abs(there));
  if (Math.abs(there - here) > 1e-6 * size) {
    return { jump: true, up: false, down: false, atZero: false };
  }
  const slopeBefore = (here - before) / step;
  const slopeAfter = (after - there) / step;
  const bend = slopeAfter - slopeBefore;
  const steepness = Math.max(1e-3, Math.abs(slopeBefore), Math.abs(slopeAfter));
  if (Math.abs(bend) <= 1e-3 * steepness) return undefined;
  return { jump: false, up: bend > 0, down: bend < 0, atZero: Math.abs(here) <= 1e-6 };
}
