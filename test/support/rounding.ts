/**
 * How far a result may lie from the interpreter's when it was computed in single precision, derived from the program
 * itself. Every operator that rounds is given errors as large as a device may make (a few units in the last place of its
 * operands, where it adds up many, and of its result), the program is evaluated several times in double
 * precision with such errors put in at random, and the spread of each element is what is allowed: large where the
 * program is badly conditioned, and nothing at all where it only moves numbers about. Where a comparison or a rounding
 * to integers can go either way, so may the result.
 */
import type { Node, Region } from '../../src/ir/graph.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { Disturbance, Tensor } from '../../src/ir/interpreter.js';
import { at } from '../../src/ir/types.js';

/** Half a unit in the last place, relative: the rounding error of one exact operation. */
export const halfUnit = 2 ** -24;
const largest = 3.4028234663852886e38;
/** Below this devices may flush to zero. */
const smallestNormal = 2 ** -126;

/**
 * The error of one operation, in half units. WGSL asks for division within 2.5 units, of functions the back end's
 * own promise is 4 units.
 */
const errors: Readonly<Record<string, number>> = {
  add: 1,
  subtract: 1,
  multiply: 1,
  square: 1,
  divide: 5,
  reciprocal: 5,
  sqrt: 5,
  modulo: 8,
};
const exactOperations = new Set([
  'negate',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'maximum',
  'minimum',
  'select',
]);
const functionError = 8;

type Errors = { readonly operands: number; readonly results: number };
const none: Errors = { operands: 0, results: 0 };
const folded: Errors = { operands: 2, results: 2 };
const factored: Errors = { operands: 4, results: 4 };
/** Several sweeps over the matrix, each of which rounds. */
const iterated: Errors = { operands: 16, results: 16 };

/** What rounding may do to a node, in half units of its operands and of its results. */
function errorsOf({ operator, type }: Node): Errors {
  switch (operator.kind) {
    case 'elementwise':
      if (type.dtype !== 'real' || exactOperations.has(operator.name)) return none;
      return { operands: 0, results: errors[operator.name] ?? functionError };
    case 'constant':
    case 'literal':
    case 'cast':
      return { operands: 0, results: type.dtype === 'real' ? 1 : 0 };
    case 'reduce':
    case 'cumulative':
      return operator.monoid === 'sum' || operator.monoid === 'product' ? folded : none;
    case 'contraction':
    case 'scatter_add':
      return folded;
    case 'cholesky':
    case 'triangular_solve':
      return factored;
    case 'symmetric_eigen':
    case 'qr':
    case 'svd':
      return iterated;
    default:
      return none;
  }
}

/** Numbers in [0, 1). */
export type Random = () => number;

/** What single precision can hold, with a relative error: the range ends, and small numbers may vanish. */
function held(value: number, error: number, random: Random): number {
  const moved = error === 0 ? value : value * (1 + (2 * random() - 1) * error * halfUnit);
  if (Math.abs(moved) > largest) return Math.fround(moved);
  return Math.abs(moved) < smallestNormal && random() < 0.5 ? 0 : moved;
}

/** Errors `scale` times as large as those of the operators, drawn at random. */
export function roundingErrors(random: Random, scale = 1): Disturbance {
  const disturb = (values: readonly Tensor[], units: number, keepsExact = false): readonly Tensor[] =>
    values.map((value) => {
      if (value.type.dtype !== 'real') return value;
      const data = value.data.map((element) =>
        held(element, keepsExact && Math.fround(element) === element ? 0 : units * scale, random),
      );
      return { type: value.type, data };
    });
  return {
    operands: (node, values) => {
      const { operands } = errorsOf(node);
      return operands === 0 ? values : disturb(values, operands);
    },
    results: (node, values) => {
      const { operands, results } = errorsOf(node);
      // A single operation rounds correctly: what can be represented comes out as it is.
      return disturb(values, results, operands === 0 && results <= 1);
    },
  };
}

/** A result with what may be in its place. */
export interface Expected {
  readonly value: Tensor;
  /** How far each element may lie from `value`; infinite where the program leaves it open. */
  readonly allowed: Float64Array;
}

/** Errors are put in larger than they may be, so that few evaluations show where a decision can go either way. */
const amplification = 4;
const evaluations = 8;
/** Of the spread that amplified errors show. */
const multiple = 2;

/** The results of a region with what single precision may make of them; `inputs` are taken as they are. */
export function expectedInSingle(
  region: Region,
  inputs: readonly Tensor[],
  random: Random,
): readonly Expected[] {
  const range: Disturbance = {
    operands: (_, values) => values,
    results: (_, values) =>
      values.map((value) =>
        value.type.dtype === 'real'
          ? { type: value.type, data: value.data.map((each) => held(each, 0, () => 1)) }
          : value,
      ),
  };
  const reference = interpret(region, inputs, { disturbance: range });
  const others = [
    interpret(region, inputs, { precision: 'f32' }),
    ...Array.from({ length: evaluations }, () =>
      interpret(region, inputs, { disturbance: roundingErrors(random, amplification) }),
    ),
  ];
  return reference.map((value, index) => ({
    value,
    allowed: allowance(
      value,
      others.map((results) => at(results, index)),
    ),
  }));
}

/** From evaluations with errors to what is allowed around the value without. */
export function allowance(value: Tensor, others: readonly Tensor[]): Float64Array {
  return value.data.map((element, position) => {
    const values = others.map(({ data }) => at(data, position));
    if (!Number.isFinite(element)) return values.every((other) => Object.is(other, element)) ? 0 : Infinity;
    const spread = Math.max(...values.map((other) => Math.abs(other - element)));
    if (!Number.isFinite(spread)) return Infinity;
    // An integer or a truth value that can come out differently is open, whatever it is then.
    if (value.type.dtype !== 'real') return spread === 0 ? 0 : Infinity;
    return spread === 0 && Math.fround(element) === element
      ? smallestNormal
      : multiple * spread + halfUnit * Math.abs(element) + smallestNormal;
  });
}

/** A place where a device's result is not what may be there. */
export interface Disagreement {
  readonly result: number;
  readonly element: number;
  readonly found: number;
  readonly wanted: number;
  readonly allowed: number;
}

export interface Comparison {
  readonly disagreements: readonly Disagreement[];
  /** Elements in all, and those that the program leaves open. */
  readonly elements: number;
  readonly open: number;
}

export function compareResults(
  found: readonly ArrayLike<number>[],
  expected: readonly Expected[],
): Comparison {
  const disagreements: Disagreement[] = [];
  let elements = 0;
  let open = 0;
  expected.forEach(({ value, allowed }, result) => {
    value.data.forEach((wanted, element) => {
      elements += 1;
      const margin = at(allowed, element);
      if (margin === Infinity) {
        open += 1;
        return;
      }
      const actual = at(at(found, result), element);
      const same = actual === wanted || (Number.isNaN(actual) && Number.isNaN(wanted));
      if (!same && !(Math.abs(actual - wanted) <= margin))
        disagreements.push({ result, element, found: actual, wanted, allowed: margin });
    });
  });
  return { disagreements, elements, open };
}
