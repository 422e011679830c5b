/**
 * The objective of a problem, its derivatives and the reports at any point, on all rows of a split or on a list of
 * rows. The names of the file are computed when first read.
 */
import type { TypedObjective, TypedProblem, TypedReport, ValueSymbol } from '../typed.js';
import type { DimensionSymbol, Type } from '../types.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, numbersOf, sizeOf } from './array.js';
import type { Size, Value } from './environment.js';
import { bareSymbol, Environment } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import type { PreparedProblem, Split } from './prepare.js';
import { baseContext, bindingOf, widen } from './prepare.js';
import { projected } from './sets.js';
import type { Scalar } from './scalar.js';
import { backward, markVariable, valueOf } from './scalar.js';

/** Which rows, and for what. */
export interface View {
  readonly x: readonly Scalar[];
  /** Undefined is the first split. */
  readonly split?: string | undefined;
  /** Positions in the stored table of the batched dimension; all rows of the split otherwise. */
  readonly rows?: readonly number[] | undefined;
  /** Every row of every table, instead of those of a split. */
  readonly whole?: boolean | undefined;
  readonly training: boolean;
  /** The step whose draws are made; 0 when absent. */
  readonly step?: number | undefined;
  /** What the problem carries, over whole tables; each as it starts when absent. */
  readonly carried?: Carried | undefined;
  /** The view that a `let ... on SPLIT` is read from: parameters without rows are its own. */
  readonly around?: Environment | undefined;
}

export type Carried = ReadonlyMap<ValueSymbol, ArrayValue>;

/** The starting x. A start may read the starts before it. */
export function startOf(prepared: PreparedProblem): number[] {
  const x: number[] = [];
  prepared.problem.parameters.forEach(({ start, path }, position) => {
    const environment = openView(prepared, { x, training: false }, path);
    const shape = prepared.shapes[position] as readonly number[];
    x.push(...numbersOf(widen(evaluateArray(start, environment), shape)));
  });
  return projected(prepared, x);
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
      if (view.around !== undefined && !hasRows(prepared, symbol.type)) return view.around.lookup(symbol);
      const data = view.x.slice(slot.offset, slot.offset + sizeOf(slot.shape));
      return takeRows(prepared, view, symbol.type, arrayOf(slot.shape, data));
    }
    const column = prepared.column(symbol);
    if (column !== undefined) return takeRows(prepared, view, symbol.type, column);
    const kept = view.carried?.get(symbol);
    if (kept !== undefined) return takeRows(prepared, view, symbol.type, kept);
    const start = problem.carried.find((candidate) => candidate.symbol === symbol)?.start;
    if (start !== undefined) {
      const shape = symbol.type.kind === 'array' ? environment.shapeOf(symbol.type.shape) : [];
      return widen(evaluateArray(start, environment), shape);
    }
    const binding = bindingOf(problem, symbol);
    if (binding === undefined) return undefined;
    const split = problem.lets.find((candidate) => candidate.symbol === symbol)?.split ?? view.split;
    return split === view.split
      ? evaluateExpression(binding, environment)
      : openView(prepared, { ...view, split, rows: undefined, around: environment }).lookup(symbol);
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
      step: view.step ?? 0,
      variables: prepared.variables,
      lookup,
      ...(prepared.host === undefined ? {} : { host: prepared.host }),
    },
    drawName,
  );
  for (const [symbol, whole] of prepared.sizes) {
    const rows = selectedRows(prepared, view, symbol);
    environment.bindSize(
      symbol,
      rows === undefined
        ? wholeTable(prepared, symbol, whole)
        : { size: rows.length, total: splitOf(prepared, view, symbol)?.count ?? whole, rows },
    );
  }
  return environment;
}

/** All rows, of which statistics read those of the first split, as in `data`. */
function wholeTable({ splits }: PreparedProblem, symbol: DimensionSymbol, size: number): Size {
  const counted = splits.get(symbol)?.[0]?.count;
  return counted === undefined || counted === size ? { size } : { size, counted };
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
  if (split === undefined || view.whole === true) return undefined;
  if (view.rows !== undefined && symbol === batchedRows(prepared.problem)) return view.rows;
  return Array.from({ length: split.count }, (_, position) => split.start + position);
}

/** The dimension that `batch` samples: the rows of the first table. */
function batchedRows(problem: TypedProblem): DimensionSymbol | undefined {
  return problem.data.find((block) => block.rows !== undefined)?.rows;
}

function hasRows({ splits }: PreparedProblem, type: Type): boolean {
  const [leading] = type.kind === 'array' ? type.shape.dimensions : [];
  const symbol = leading && bareSymbol(leading);
  return symbol !== undefined && splits.has(symbol);
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
  carried?: Carried,
): { readonly shape: readonly number[]; readonly data: readonly number[] } {
  const at = (step: number): ArrayValue => {
    const view = openView(prepared, { x, split: report.split, training: false, carried, step });
    return evaluateArray(report.value, view);
  };
  if (report.samples === undefined) {
    const value = at(0);
    return { shape: value.shape, data: numbersOf(value) };
  }
  const plain = openView(prepared, { x, training: false });
  const count = Number(elementAt(evaluateArray(report.samples, plain), 0));
  const values = Array.from({ length: count }, (_, turn) => at(-1 - turn));
  const sums = values.map(numbersOf).reduce((sum, each) => sum.map((value, i) => value + (each[i] ?? NaN)));
  return { shape: values[0]?.shape ?? [], data: sums.map((sum) => sum / count) };
}
