/**
 * A whole problem: data tables once, then the objective, its gradient and the reports at any point, on all rows of a
 * split or on a list of rows. The names of the file are computed when first read.
 */
import type { TypedData, TypedObjective, TypedProblem, TypedReport, ValueSymbol } from '../typed.js';
import type { DimensionSymbol, Type } from '../types.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, mapElements, numbersOf, sizeOf } from './array.js';
import type { Context, Value } from './environment.js';
import { bareSymbol, Environment } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import type { Scalar } from './scalar.js';
import { backward, markVariable, valueOf } from './scalar.js';
import { derivativeTargets, rawColumnsOf } from './walk.js';

export interface Split {
  readonly name: string;
  readonly start: number;
  readonly count: number;
}

/** What comes from outside, tables in stored order (first split first). */
export interface ProblemInput {
  /** By the raw column's name. */
  readonly raw?: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;
  /** Sizes of dimensions by name, where neither the source nor the shapes of the data say them. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Splits by the name of the row dimension. */
  readonly splits?: ReadonlyMap<string, readonly Split[]>;
  readonly seed?: number;
}

/** A problem with its data read and its sizes known. */
export interface PreparedProblem {
  readonly problem: TypedProblem;
  readonly seed: number;
  readonly sizes: ReadonlyMap<DimensionSymbol, number>;
  readonly splits: ReadonlyMap<DimensionSymbol, readonly Split[]>;
  readonly variables: ReadonlySet<ValueSymbol>;
  readonly columns: ReadonlyMap<ValueSymbol, ArrayValue>;
  /** Of each parameter in the order of x, over the whole table. */
  readonly shapes: readonly (readonly number[])[];
}

/** Which rows, and for what. */
export interface View {
  readonly x: readonly Scalar[];
  /** Undefined is the first split. */
  readonly split?: string | undefined;
  /** Positions in the stored table of the batched dimension; all rows of the split otherwise. */
  readonly rows?: readonly number[] | undefined;
  readonly training: boolean;
}

export function prepareProblem(problem: TypedProblem, input: ProblemInput = {}): PreparedProblem {
  const raws = rawColumnsOf(problem);
  const given = new Map<number, ArrayValue>();
  const sizes = new Map<DimensionSymbol, number>();
  for (const raw of raws) {
    const array = input.raw?.get(raw.name);
    if (array === undefined) continue;
    given.set(raw.id, arrayOf(array.shape, Array.from(array.data)));
    readSizes(raw.type, array.shape, sizes);
  }
  const root: Environment = new Environment({
    ...baseContext(input.seed ?? 0),
    variables: new Set(),
    lookup: (symbol) => {
      const hyper = problem.hypers.find((candidate) => candidate.symbol === symbol);
      const binding = hyper ?? problem.lets.find((candidate) => candidate.symbol === symbol);
      return binding && evaluateExpression(binding.value, root);
    },
  });
  for (const [symbol, size] of sizes) root.bindSize(symbol, { size });
  for (const { symbol, value } of problem.dimensions) {
    const size =
      value === undefined ? input.sizes?.get(symbol.name) : valueOf(elementAt(evaluateArray(value, root), 0));
    if (size !== undefined) sizes.set(symbol, size);
    root.bindSize(symbol, { size: sizes.get(symbol) ?? NaN });
  }
  for (const { symbol, value } of [...problem.hypers, ...problem.lets]) {
    if (symbol.dimension === undefined) continue;
    const size = valueOf(elementAt(evaluateArray(value, root), 0));
    sizes.set(symbol.dimension, size);
    root.bindSize(symbol.dimension, { size });
  }
  const splits = new Map<DimensionSymbol, readonly Split[]>();
  for (const { rows } of problem.data) {
    if (rows === undefined) continue;
    const whole = [{ name: 'train', start: 0, count: sizes.get(rows) ?? 0 }];
    splits.set(rows, input.splits?.get(rows.name) ?? whole);
  }
  const prepared = {
    problem,
    seed: input.seed ?? 0,
    sizes,
    splits,
    variables: derivativeTargets(problem),
    columns: new Map<ValueSymbol, ArrayValue>(),
    shapes: problem.parameters.map(({ symbol }) => shapeOf(symbol.type, root)),
  };
  const columns = evaluateColumns(prepared, given);
  return { ...prepared, columns };
}

function baseContext(seed: number): Context {
  return {
    seed,
    training: true,
    variables: new Set(),
    lookup: () => undefined,
    raw: (id) => {
      throw new Error(`compiler bug: raw column ${id} was not given`);
    },
    objective: undefined,
    schedule: undefined,
    optimizer: undefined,
  };
}

/** Reads the sizes of bare dimensions off the shape of an array. */
function readSizes(type: Type, shape: readonly number[], sizes: Map<DimensionSymbol, number>): void {
  if (type.kind !== 'array') return;
  type.shape.dimensions.forEach((dimension, axis) => {
    const symbol = bareSymbol(dimension);
    if (symbol !== undefined && symbol.origin === 'file') sizes.set(symbol, shape[axis] as number);
  });
}

function shapeOf(type: Type, environment: Environment): readonly number[] {
  return type.kind === 'array' ? environment.shapeOf(type.shape) : [];
}

/** A scalar given for an array fills it. */
function widen(value: ArrayValue, shape: readonly number[]): ArrayValue {
  return value.shape.length < shape.length ? mapElements([value], ([scalar = 0]) => scalar, shape) : value;
}

function evaluateColumns(
  prepared: PreparedProblem,
  raw: ReadonlyMap<number, ArrayValue>,
): Map<ValueSymbol, ArrayValue> {
  const { problem, sizes, splits } = prepared;
  const columns = new Map<ValueSymbol, ArrayValue>();
  const lookup = (symbol: ValueSymbol): Value | undefined => {
    for (const block of problem.data) {
      const column = block.columns.find((candidate) => candidate.symbol === symbol);
      if (column === undefined) continue;
      const known = columns.get(symbol);
      if (known !== undefined) return known;
      const environment = environmentOf(block, symbol.name);
      const value = widen(evaluateArray(column.value, environment), shapeOf(symbol.type, environment));
      columns.set(symbol, value);
      return value;
    }
    const hyper = problem.hypers.find((candidate) => candidate.symbol === symbol);
    const binding = hyper ?? problem.lets.find((candidate) => candidate.symbol === symbol);
    return binding && evaluateExpression(binding.value, environmentOf(undefined, symbol.name));
  };
  const environmentOf = (block: TypedData | undefined, name: string): Environment => {
    const context: Context = {
      ...baseContext(prepared.seed),
      variables: prepared.variables,
      lookup,
      raw: (id) => raw.get(id) ?? baseContext(0).raw(id),
    };
    const plain = new Environment(context, name);
    for (const [symbol, size] of sizes) {
      const counted = splits.get(symbol)?.[0]?.count;
      plain.bindSize(symbol, counted === undefined ? { size } : { size, counted });
    }
    if (block?.seed === undefined) return plain;
    return plain.within({ seed: valueOf(elementAt(evaluateArray(block.seed, plain), 0)) });
  };
  for (const block of problem.data) for (const column of block.columns) lookup(column.symbol);
  return columns;
}

/** The starting x. */
export function startOf(prepared: PreparedProblem): number[] {
  return prepared.problem.parameters.flatMap(({ start, path }, position) => {
    const environment = openView(prepared, { x: [], training: true }, path);
    return numbersOf(
      widen(evaluateArray(start, environment), prepared.shapes[position] as readonly number[]),
    );
  });
}

/** An environment in which the file's names have their values at one point on some rows. */
export function openView(prepared: PreparedProblem, view: View, drawName?: string): Environment {
  const { problem } = prepared;
  const offsets = new Map<ValueSymbol, { offset: number; shape: readonly number[] }>();
  let size = 0;
  problem.parameters.forEach(({ symbol }, position) => {
    const shape = prepared.shapes[position] as readonly number[];
    offsets.set(symbol, { offset: size, shape });
    size += sizeOf(shape);
  });
  const compute = (symbol: ValueSymbol): Value | undefined => {
    const slot = offsets.get(symbol);
    if (slot !== undefined) {
      const data = view.x.slice(slot.offset, slot.offset + sizeOf(slot.shape));
      return takeRows(prepared, view, symbol.type, arrayOf(slot.shape, data));
    }
    const column = prepared.columns.get(symbol);
    if (column !== undefined) return takeRows(prepared, view, symbol.type, column);
    const hyper = problem.hypers.find((candidate) => candidate.symbol === symbol);
    if (hyper !== undefined) return evaluateExpression(hyper.value, environment);
    const binding = problem.lets.find((candidate) => candidate.symbol === symbol);
    if (binding === undefined) return undefined;
    const { split = view.split } = binding;
    return split === view.split
      ? evaluateExpression(binding.value, environment)
      : openView(prepared, { ...view, split, rows: undefined }).lookup(symbol);
  };
  const lookup = (symbol: ValueSymbol): Value | undefined => {
    const value = compute(symbol);
    if (value === undefined) return undefined;
    environment.bind(symbol, value);
    return environment.lookup(symbol);
  };
  const environment = new Environment(
    {
      ...baseContext(prepared.seed),
      training: view.training,
      variables: prepared.variables,
      lookup,
    },
    drawName,
  );
  for (const [symbol, whole] of prepared.sizes) {
    const rows = selectedRows(prepared, view, symbol);
    environment.bindSize(
      symbol,
      rows === undefined
        ? { size: whole }
        : { size: rows.length, total: splitOf(prepared, view, symbol)?.count ?? whole },
    );
  }
  return environment;
}

function splitOf(prepared: PreparedProblem, view: View, symbol: DimensionSymbol): Split | undefined {
  const splits = prepared.splits.get(symbol);
  return splits?.find((split) => split.name === view.split) ?? splits?.[0];
}

/** The rows of a table that a view sees; undefined for a dimension that is not a table's. */
function selectedRows(
  prepared: PreparedProblem,
  view: View,
  symbol: DimensionSymbol,
): readonly number[] | undefined {
  const split = splitOf(prepared, view, symbol);
  if (split === undefined) return undefined;
  if (view.rows !== undefined && symbol === batchedRows(prepared.problem)) return view.rows;
  return Array.from({ length: split.count }, (_, position) => split.start + position);
}

/** The dimension that `batch` samples: the rows of the first table. */
function batchedRows(problem: TypedProblem): DimensionSymbol | undefined {
  return problem.data.find((block) => block.rows !== undefined)?.rows;
}

function takeRows(prepared: PreparedProblem, view: View, type: Type, array: ArrayValue): ArrayValue {
  const [leading] = type.kind === 'array' ? type.shape.dimensions : [];
  const symbol = leading && bareSymbol(leading);
  const rows = symbol && selectedRows(prepared, view, symbol);
  if (rows === undefined) return array;
  const stride = sizeOf(array.shape.slice(1));
  return arrayOf(
    [rows.length, ...array.shape.slice(1)],
    rows.flatMap((row) => array.data.slice(row * stride, (row + 1) * stride)),
  );
}

// ------------------------------------------------------------------------------------- objective and reports

/** The objective's value as written. */
export function objectiveAt(prepared: PreparedProblem, objective: TypedObjective, view: View): Scalar {
  const split = objective.split ?? view.split;
  return elementAt(evaluateArray(objective.value, openView(prepared, { ...view, split })), 0);
}

export interface ObjectiveAnswer {
  /** As written, not negated for `maximize`. */
  readonly value: number;
  readonly gradient: readonly number[];
}

export function evaluateObjective(
  prepared: PreparedProblem,
  x: readonly number[],
  options: { readonly objective?: TypedObjective; readonly rows?: readonly number[] } = {},
): ObjectiveAnswer {
  const [only] = prepared.problem.objectives;
  const objective = options.objective ?? only;
  if (objective === undefined) throw new Error('compiler bug: a problem without objective');
  const variables = x.map(markVariable);
  const value = objectiveAt(prepared, objective, { x: variables, rows: options.rows, training: true });
  const gradient = backward([value], [1], variables, false);
  return { value: valueOf(value), gradient: gradient.map(valueOf) };
}

/** The Hessian of the objective times a vector. */
export function evaluateHessianProduct(
  prepared: PreparedProblem,
  x: readonly number[],
  direction: readonly number[],
): readonly number[] {
  const [objective] = prepared.problem.objectives;
  if (objective === undefined) throw new Error('compiler bug: a problem without objective');
  const variables = x.map(markVariable);
  const value = objectiveAt(prepared, objective, { x: variables, training: true });
  const gradient = backward([value], [1], variables, true);
  return backward(gradient, direction, variables, false).map(valueOf);
}

export function evaluateReport(
  prepared: PreparedProblem,
  report: TypedReport,
  x: readonly number[],
): { readonly shape: readonly number[]; readonly data: readonly number[] } {
  const value = evaluateArray(report.value, openView(prepared, { x, split: report.split, training: false }));
  return { shape: value.shape, data: numbersOf(value) };
}
