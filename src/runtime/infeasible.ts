/**
 * Infeasibility as a verdict. Weights `w` at a point make one constraint of all: the sum of each times its weight. Where
 * that sum is positive and has hardly any slope, no point near satisfies them all: along a straight line the sum would
 * fall to zero only at `distance`. For convex constraints that is a proof (Farkas), and no feasible point lies nearer
 * than it; for others it says that the violation has a local minimum here. Two kinds of weights are tried: the
 * multipliers, which grow without bound, and the violations, where their sum of squares is least.
 */
import type { RunPhase } from './compiled.js';

/** A constraint of the conflict. */
export interface Conflict {
  readonly name: string;
  /** The element, counted row-major from 0, of a constraint that is an array. */
  readonly element: number | undefined;
  readonly violation: number;
  /** The weight, over the largest one. */
  readonly weight: number;
}

export interface Infeasibility {
  readonly phase: number;
  /** The step after which the verdict fell. */
  readonly step: number;
  readonly conflict: readonly Conflict[];
  /** The weights times the constraints, with the largest weight 1. */
  readonly sum: number;
  /** How far a feasible point is at least, to first order. */
  readonly distance: number;
}

/** Distances are measured in lengths of x, or in ones where x is short. */
const farAway = 1e3;
/** A constraint is named whose weight times its slope is at least this share of the largest such product. */
const leastShare = 1e-3;

/** What `evaluate` says about a phase with constraints, in order. */
export const evaluated = { objective: 0, gradNorm: 1, kkt: 2, reach: 3, constraints: 5 } as const;

export function infeasibilityOf(
  about: RunPhase,
  results: ArrayLike<number>,
  phase: number,
  step: number,
  lengthOfX: number,
): Infeasibility | undefined {
  const [ofMultipliers, ofViolations] = [results[evaluated.reach] ?? 0, results[evaluated.reach + 1] ?? 0];
  const reach = Math.max(ofMultipliers, ofViolations);
  if (!(reach >= farAway)) return undefined;
  const count = about.constraints.reduce((total, { size }) => total + size, 0);
  const equalities = about.constraints.reduce(
    (total, { relation, size }) => total + (relation === 'equal' ? size : 0),
    0,
  );
  const parts = about.constraints.flatMap(({ name, relation, shape, offset, size }) =>
    Array.from({ length: size }, (_, element) => {
      const place = evaluated.constraints + (relation === 'equal' ? 0 : equalities) + offset + element;
      const value = results[place] ?? NaN;
      const violated = relation === 'equal' ? value : Math.max(0, value);
      const weight = ofMultipliers >= ofViolations ? (results[place + count] ?? NaN) : violated;
      return {
        name,
        element: shape.length === 0 ? undefined : element,
        value,
        violation: Math.abs(violated),
        weight,
        pull: Math.abs(weight * (results[place + 2 * count] ?? NaN)),
      };
    }),
  );
  const sum = parts.reduce((total, { value, weight }) => total + value * weight, 0);
  const largest = Math.max(0, ...parts.map(({ weight }) => Math.abs(weight)));
  const strongest = Math.max(0, ...parts.map(({ pull }) => pull));
  const conflict = parts.filter(({ pull }) => pull > 0 && pull >= leastShare * strongest);
  if (!(sum > 0) || conflict.every(({ violation }) => violation === 0)) return undefined;
  return {
    phase,
    step,
    conflict: conflict.map(({ name, element, violation, weight }) => ({
      name,
      element,
      violation,
      weight: weight / largest,
    })),
    sum: sum / largest,
    distance: reach * Math.max(1, lengthOfX),
  };
}

/** The verdict is looked for after so many steps, twice as many, and so on; it falls when two in a row agree. */
export const firstLook = 64;

export function agree(left: Infeasibility | undefined, right: Infeasibility | undefined): boolean {
  const names = (verdict: Infeasibility | undefined): string | undefined =>
    verdict?.conflict.map(({ name, element }) => `${name} ${element ?? ''}`).join('\n');
  return left !== undefined && names(left) === names(right);
}
