/**
 * Curvature with respect to the parameters, by the rules of disciplined convex programming (Grant, Boyd and Ye,
 * 2006): what is composed of a convex function and an argument is convex when monotonicity and the argument's
 * curvature agree.
 */
import type { Interval } from './interval.js';
import { isNonnegative, isNonpositive } from './interval.js';

export type Curvature = 'constant' | 'affine' | 'convex' | 'concave' | 'unknown';
export type Monotonicity = 'increasing' | 'decreasing' | 'neither';

/** How a function of one argument bends over the argument's interval. */
export interface Bend {
  readonly curvature: Exclude<Curvature, 'constant'>;
  readonly monotonicity: Monotonicity;
}

export const bends = {
  unknown: { curvature: 'unknown', monotonicity: 'neither' },
  up: { curvature: 'affine', monotonicity: 'increasing' },
  down: { curvature: 'affine', monotonicity: 'decreasing' },
  convex: { curvature: 'convex', monotonicity: 'neither' },
  convexUp: { curvature: 'convex', monotonicity: 'increasing' },
  convexDown: { curvature: 'convex', monotonicity: 'decreasing' },
  concave: { curvature: 'concave', monotonicity: 'neither' },
  concaveUp: { curvature: 'concave', monotonicity: 'increasing' },
  concaveDown: { curvature: 'concave', monotonicity: 'decreasing' },
} as const satisfies Readonly<Record<string, Bend>>;

export function flip(curvature: Curvature): Curvature {
  return curvature === 'convex' ? 'concave' : curvature === 'concave' ? 'convex' : curvature;
}

/** The curvature that both are instances of: of a sum, and of either of two values. */
export function joinCurvature(a: Curvature, b: Curvature): Curvature {
  if (a === b || b === 'constant') return a;
  if (a === 'constant') return b;
  if (a === 'affine') return b;
  if (b === 'affine') return a;
  return 'unknown';
}

export function compose({ curvature, monotonicity }: Bend, argument: Curvature): Curvature {
  if (argument === 'constant') return 'constant';
  if (argument === 'affine') return curvature;
  const toward = monotonicity === 'decreasing' ? flip(argument) : argument;
  if (monotonicity === 'neither' || argument === 'unknown') return 'unknown';
  return curvature === 'affine' || curvature === toward ? toward : 'unknown';
}

/** A value times a factor that does not depend on parameters. */
export function scale(curvature: Curvature, factor: Interval): Curvature {
  if (curvature === 'constant' || curvature === 'affine') return curvature;
  if (isNonnegative(factor)) return curvature;
  return isNonpositive(factor) ? flip(curvature) : 'unknown';
}
