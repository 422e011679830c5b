/**
 * A problem made ready to be evaluated: sizes found, hyperparameters set, data columns computed over the whole table
 * when they are first read.
 */
import type { TypedData, TypedExpression, TypedProblem, ValueSymbol } from '../typed.js';
import type { DimensionSymbol, Type } from '../types.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, mapElements } from './array.js';
import type { Context, HostFunctions, Value } from './environment.js';
import { bareSymbol, Environment } from './environment.js';
import { evaluateArray, evaluateExpression } from './expression.js';
import { valueOf } from './scalar.js';
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
  /** Sizes of dimensions, where neither the source nor the shapes of the data say them. */
  readonly sizes?: ReadonlyMap<DimensionSymbol, number>;
  /** Values of hyperparameters by name, instead of those in the source. */
  readonly hypers?: ReadonlyMap<string, number>;
  /** Splits by the name of the row dimension. */
  readonly splits?: ReadonlyMap<string, readonly Split[]>;
  readonly seed?: number;
  /** What the host supplies for `extern fn`. */
  readonly host?: HostFunctions;
}

/** A problem with its data read and its sizes known. */
export interface PreparedProblem {
  readonly problem: TypedProblem;
  readonly seed: number;
  readonly sizes: ReadonlyMap<DimensionSymbol, number>;
  readonly splits: ReadonlyMap<DimensionSymbol, readonly Split[]>;
  readonly variables: ReadonlySet<ValueSymbol>;
  /** The whole data column that a symbol names, computed when first asked for. */
  readonly column: (symbol: ValueSymbol) => ArrayValue | undefined;
  /** Of each parameter in the order of x, over the whole table. */
  readonly shapes: readonly (readonly number[])[];
  readonly host?: HostFunctions;
}

export function prepareProblem(source: TypedProblem, input: ProblemInput = {}): PreparedProblem {
  const problem = withHypers(source, input.hypers ?? new Map<string, number>());
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
      const binding = bindingOf(problem, symbol);
      return binding && evaluateExpression(binding, root);
    },
  });
  for (const [symbol, size] of input.sizes ?? []) sizes.set(symbol, size);
  for (const [symbol, size] of sizes) root.bindSize(symbol, { size });
  for (const { symbol, value } of problem.dimensions) {
    if (value === undefined) {
      root.bindSize(symbol, { size: sizes.get(symbol) ?? NaN });
      continue;
    }
    const size = valueOf(elementAt(evaluateArray(value, root), 0));
    sizes.set(symbol, size);
    root.bindSize(symbol, { size });
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
    ...(input.host === undefined ? {} : { host: input.host }),
    variables: derivativeTargets(problem),
    shapes: problem.parameters.map(({ symbol }) => shapeOf(symbol.type, root)),
  };
  return { ...prepared, column: columnReader(prepared, given) };
}

/** The problem with hyperparameters replaced by the values given for them. */
function withHypers(problem: TypedProblem, given: ReadonlyMap<string, number>): TypedProblem {
  const hypers = problem.hypers.map((hyper): TypedProblem['hypers'][number] => {
    const value = given.get(hyper.symbol.name);
    if (value === undefined) return hyper;
    return { ...hyper, value: { kind: 'constant', value, type: hyper.value.type, span: hyper.value.span } };
  });
  return { ...problem, hypers };
}

export function baseContext(seed: number): Context {
  return {
    seed,
    step: 0,
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
export function widen(value: ArrayValue, shape: readonly number[]): ArrayValue {
  return value.shape.length < shape.length ? mapElements([value], ([scalar = 0]) => scalar, shape) : value;
}

/** The value of a name of the file other than data and parameters. */
export function bindingOf(problem: TypedProblem, symbol: ValueSymbol): TypedExpression | undefined {
  const isIt = (candidate: { readonly symbol: ValueSymbol }): boolean => candidate.symbol === symbol;
  return (problem.hypers.find(isIt) ?? problem.lets.find(isIt))?.value;
}

/** Columns over the whole table; statistics along rows are taken over the first split. */
function columnReader(
  prepared: Omit<PreparedProblem, 'column'>,
  raw: ReadonlyMap<number, ArrayValue>,
): PreparedProblem['column'] {
  const { problem, sizes, splits } = prepared;
  const known = new Map<ValueSymbol, ArrayValue>();
  const column = (symbol: ValueSymbol): ArrayValue | undefined => {
    const before = known.get(symbol);
    if (before !== undefined) return before;
    for (const block of problem.data) {
      const found = block.columns.find((candidate) => candidate.symbol === symbol);
      if (found === undefined) continue;
      const environment = environmentOf(block, symbol.name);
      const value = widen(evaluateArray(found.value, environment), shapeOf(symbol.type, environment));
      known.set(symbol, value);
      return value;
    }
    return undefined;
  };
  const lookup = (symbol: ValueSymbol): Value | undefined => {
    const value = column(symbol);
    if (value !== undefined) return value;
    const binding = bindingOf(problem, symbol);
    return binding && evaluateExpression(binding, environmentOf(undefined, symbol.name));
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
  return column;
}
