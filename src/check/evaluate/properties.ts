/**
 * Algebraic properties that an aggregator declares, `aggregator mean_row(J: real[m, n]): real[n] is linear_under_scaling`,
 * tried on random Jacobians: of two to five rows, more rows than columns among them, rows of unlike lengths, rows that
 * repeat, and conflicts. A property that fails shows the Jacobian and the numbers that it fails with.
 */
import type { AggregatorProperty, TypedCall, TypedProblem, TypedProperty } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, numbersOf, scalarArray } from './array.js';
import type { Environment } from './environment.js';
import { evaluateArray } from './expression.js';
import type { ProblemInput } from './prepare.js';
import { prepareProblem } from './prepare.js';
import { openView, startOf } from './problem.js';

export interface PropertyResult {
  readonly aggregator: string;
  readonly property: AggregatorProperty;
  readonly span: TypedProperty['span'];
  /** Undefined when it held on every Jacobian. */
  readonly counterexample: Counterexample | undefined;
}

export interface Counterexample {
  readonly jacobian: Matrix;
  /** What was compared, and both sides. */
  readonly says: string;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

type Matrix = readonly (readonly number[])[];

/** The aggregator on a Jacobian, with values and a preference of its objectives in the order of the rows. */
type Aggregate = (rows: Matrix, about?: readonly About[]) => readonly number[];

interface About {
  readonly value: number;
  readonly preference: number;
}

/** Tries every property that the problem's file declares. */
export function runProperties(problem: TypedProblem, input: ProblemInput = {}, count = 12): PropertyResult[] {
  if (problem.properties.length === 0) return [];
  const prepared = prepareProblem(problem, input);
  let x: readonly number[] | undefined;
  const environment = openView(prepared, {
    get x() {
      x ??= startOf(prepared);
      return x;
    },
    training: true,
  });
  const jacobians = matrices(count);
  return problem.properties.map((declared) => {
    const { name, property, span } = declared;
    const apply: Aggregate = (rows, about = aboutOf(rows)) => aggregated(declared, environment, rows, about);
    const found = firstOf(jacobians, (rows) => checks[property](apply, rows));
    return { aggregator: name, property, span, counterexample: found };
  });
}

function firstOf<Item, Result>(
  items: readonly Item[],
  find: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function aggregated(
  { call, given, rows: rowCount, columns }: TypedProperty,
  environment: Environment,
  rows: Matrix,
  about: readonly About[],
): readonly number[] {
  const frame = environment.inner();
  const width = rows[0]?.length ?? 0;
  frame.bindSize(rowCount, { size: rows.length });
  frame.bindSize(columns, { size: width });
  const vector = (values: readonly number[]): ArrayValue => arrayOf([values.length], values);
  frame.bind(given.jacobian, arrayOf([rows.length, width], rows.flat()));
  frame.bind(given.losses, vector(about.map(({ value }) => value)));
  frame.bind(given.preference, vector(about.map(({ preference }) => preference)));
  frame.bind(given.step, scalarArray(1));
  return numbersOf(evaluateArray(call satisfies TypedCall, frame));
}

// ------------------------------------------------------------------------------------------------ what is checked

const checks: Readonly<
  Record<AggregatorProperty, (apply: Aggregate, rows: Matrix) => Counterexample | undefined>
> = {
  non_conflicting: (apply, rows) => {
    const direction = apply(rows);
    const products = rows.map((row) => dot(row, direction));
    const conflicts = products.some((product, index) => {
      // Near a Pareto stationary point the direction itself is rounding.
      const length = Math.hypot(...direction) + 1e-6 * Math.hypot(...rows.flat());
      return !(product >= -1e-8 * Math.hypot(...(rows[index] ?? [])) * length);
    });
    return conflicts
      ? { jacobian: rows, says: 'J @ direction is nowhere negative', left: products, right: [0] }
      : undefined;
  },
  permutation_invariant: (apply, rows) => {
    const about = aboutOf(rows);
    const order = [...rows.keys()].reverse();
    const turned = apply(
      order.map((index) => rows[index] ?? []),
      order.map((index) => about[index] ?? { value: NaN, preference: NaN }),
    );
    return same(rows, 'the direction of the rows in another order is the same', turned, apply(rows, about));
  },
  linear_under_scaling: (apply, rows) => {
    const about = aboutOf(rows);
    const scaled = (factors: readonly number[]): readonly number[] =>
      apply(
        rows.map((row, index) => row.map((value) => (factors[index] ?? NaN) * value)),
        about,
      );
    const one = rows.map((_, index) => 1 + index);
    const two = rows.map(() => 2);
    const together = scaled(one.map((factor, index) => factor + (two[index] ?? NaN)));
    const [a, b] = [scaled(one), scaled(two)];
    const sum = a.map((value, index) => value + (b[index] ?? NaN));
    return same(rows, 'scaling the rows by c + d gives the sum of scaling by c and by d', together, sum);
  },
};

function same(
  jacobian: Matrix,
  says: string,
  left: readonly number[],
  right: readonly number[],
): Counterexample | undefined {
  const size = Math.max(1, Math.hypot(...jacobian.flat()));
  const agrees = left.every((value, index) => Math.abs(value - (right[index] ?? NaN)) <= 1e-6 * size);
  return agrees ? undefined : { jacobian, says, left, right };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
}

// ------------------------------------------------------------------------------------------------ random Jacobians

/** Numbers in -1..1, the same at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Number((state / 2 ** 31 - 1).toFixed(6));
  }
}

function matrices(count: number): readonly Matrix[] {
  const next = numbers(7);
  return Array.from({ length: count }, (_, index) => {
    const rows = 2 + (index % 4);
    const columns = 1 + (index % 7);
    const made = Array.from({ length: rows }, (__, row) => {
      const scale = index % 5 === 0 ? 10 ** row : 1;
      return Array.from({ length: columns }, () => scale * next.next().value);
    });
    return index % 6 === 1 ? [...made.slice(1), [...(made[1] ?? [])]] : made;
  });
}

/** Positive values and preferences of the objectives. */
function aboutOf(rows: Matrix): readonly About[] {
  const total = (rows.length * (rows.length + 1)) / 2;
  return rows.map((_, index) => ({ value: 1 + 0.5 * index, preference: (index + 1) / total }));
}
