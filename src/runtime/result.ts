/** The result of a run as one JSON-ready object, the form that `run --json` prints. */
import type { FrontOutcome } from './front.js';
import type { Infeasibility } from './infeasible.js';
import type { NamedArray, RunOutcome, RunStatus } from './run.js';

export type Nested = number | readonly Nested[];

export interface ResultObject {
  readonly status: RunStatus;
  readonly steps: number;
  readonly seconds: number;
  readonly objective: number;
  readonly objectives: Readonly<Record<string, number>>;
  readonly reports: Readonly<Record<string, Nested>>;
  readonly params: Readonly<Record<string, Nested>>;
  readonly constraints: Readonly<
    Record<string, { readonly value: Nested; readonly violation: number; readonly multiplier: Nested }>
  >;
  readonly certificate: {
    readonly grad_norm: number;
    readonly kkt?: number;
    readonly nested?: readonly { readonly grad_norm: number; readonly distance: number }[];
  };
  /** Of a `solve front`: the points that no other dominates. */
  readonly front?: readonly {
    readonly preference: readonly number[];
    readonly objectives: Readonly<Record<string, number>>;
    readonly params: Readonly<Record<string, Nested>>;
  }[];
  readonly front_measures?: {
    readonly hypervolume?: number;
    readonly reference: readonly number[];
    readonly spread: number;
    readonly dominated: number;
    readonly diverged: number;
  };
  /** When no point satisfies the constraints: those in conflict, and how far a feasible point is at least, to first order. */
  readonly infeasible?: {
    readonly constraints: readonly {
      readonly name: string;
      readonly element?: number;
      readonly violation: number;
      readonly weight: number;
    }[];
    readonly sum: number;
    readonly distance: number;
  };
}

export function resultObject(outcome: RunOutcome): ResultObject {
  return {
    status: outcome.status,
    steps: outcome.steps,
    seconds: outcome.seconds,
    objective: outcome.objective,
    objectives: Object.fromEntries(outcome.objectives.map(({ name, value }) => [name, value])),
    reports: namedValues(outcome.reports),
    params: namedValues(outcome.parameters),
    constraints: Object.fromEntries(
      outcome.constraints.map(({ name, shape, data, violation, multiplier }) => [
        name,
        { value: nested({ shape, data }), violation, multiplier: nested({ shape, data: multiplier }) },
      ]),
    ),
    certificate: {
      grad_norm: outcome.gradNorm,
      ...(outcome.kkt === undefined ? {} : { kkt: outcome.kkt }),
      ...(outcome.nested.length === 0
        ? {}
        : { nested: outcome.nested.map(({ gradNorm, distance }) => ({ grad_norm: gradNorm, distance })) }),
    },
    ...(outcome.front === undefined ? {} : frontObject(outcome.front)),
    ...(outcome.infeasibility === undefined ? {} : { infeasible: infeasibleObject(outcome.infeasibility) }),
  };
}

function frontObject(front: FrontOutcome): Pick<ResultObject, 'front' | 'front_measures'> {
  const best = front.points.filter(({ dominated }) => !dominated);
  return {
    front: best.map(({ preference, objectives, parameters }) => ({
      preference,
      objectives: Object.fromEntries(objectives.map(({ name, value }) => [name, value])),
      params: namedValues(parameters),
    })),
    front_measures: {
      ...(front.hypervolume === undefined ? {} : { hypervolume: front.hypervolume }),
      reference: front.reference,
      spread: front.spread,
      dominated: front.points.length - best.length,
      diverged: front.diverged,
    },
  };
}

function infeasibleObject({
  conflict,
  sum,
  distance,
}: Infeasibility): NonNullable<ResultObject['infeasible']> {
  return {
    constraints: conflict.map(({ name, element, violation, weight }) => ({
      name,
      ...(element === undefined ? {} : { element }),
      violation,
      weight,
    })),
    sum,
    // JSON has no infinity.
    distance: Math.min(distance, Number.MAX_VALUE),
  };
}

function namedValues(arrays: readonly NamedArray[]): Readonly<Record<string, Nested>> {
  return Object.fromEntries(arrays.map((array) => [array.name, nested(array)]));
}

/** A flat row-major array as nested ones; a scalar as a number. */
export function nested({ shape, data }: Pick<NamedArray, 'shape' | 'data'>): Nested {
  const build = (axis: number, start: number, length: number): Nested => {
    const extent = shape[axis];
    if (extent === undefined) return data[start] ?? NaN;
    const inner = extent === 0 ? 0 : length / extent;
    return Array.from({ length: extent }, (_, index) => build(axis + 1, start + index * inner, inner));
  };
  return build(0, 0, data.length);
}
