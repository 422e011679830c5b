/**
 * What names stand for while a program is evaluated: values of symbols, sizes of dimensions, and what the evaluation
 * is for (the seed and name of draws, training or not). A call opens a frame; names of the file are seen from all.
 */
import type { Dimension, DimensionAtom, DimensionSymbol, RunSymbol, ShapeType } from '../types.js';
import type { SetOperation } from '../set_operations.js';
import type {
  TypedFunction,
  TypedFunctionValue,
  TypedObjectiveQuery,
  TypedOptimizerValue,
  ValueSymbol,
} from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, markVariables } from './array.js';
import { valueOf } from './scalar.js';

/** What a host supplies for `extern fn`: row-major numbers of each argument to those of the result. */
export type HostFunctions = ReadonlyMap<
  string,
  (...inputs: readonly (readonly number[])[]) => readonly number[]
>;

export type Value =
  | ArrayValue
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Value> }
  | { readonly kind: 'function'; readonly target: TypedFunctionValue['target'] }
  | { readonly kind: 'optimizer'; readonly apply: (at: ArrayValue, gradient: ArrayValue) => ArrayValue }
  | { readonly kind: 'list'; readonly elements: readonly Value[] };

/** The size of a dimension; of a table's row dimension also how many rows statistics are taken over, and the table's. */
export interface Size {
  readonly size: number;
  /** In `data` of a split table: reductions along it use only the first so many (training) rows. */
  readonly counted?: number;
  /** Under `batch`: the rows of the whole split. */
  readonly total?: number;
  /** The rows of the whole table that are seen, where not all are. */
  readonly rows?: readonly number[];
}

/** What an optimizer's objective answers; given while an optimizer runs. */
export interface Objective {
  readonly query: (
    query: TypedObjectiveQuery['query'],
    at: ArrayValue,
    direction: ArrayValue | undefined,
    fresh: boolean,
  ) => ArrayValue;
  /** What the sets of all parameters make of vectors over them. */
  readonly sets: (operation: SetOperation, vectors: readonly ArrayValue[]) => ArrayValue;
}

/** What stays the same during one evaluation. */
export interface Context {
  readonly seed: number;
  /** The step whose draws are made, from 1; 0 before the first. */
  readonly step: number;
  readonly training: boolean;
  /** Symbols that some derivative is taken with respect to; their bindings become places to differentiate at. */
  readonly variables: ReadonlySet<ValueSymbol>;
  /** Names that are computed when first read: the file's own. */
  readonly lookup: (symbol: ValueSymbol) => Value | undefined;
  /** A table as it comes from outside. */
  readonly raw: (id: number) => ArrayValue;
  readonly objective: Objective | undefined;
  /** The step and the length that schedules see. */
  readonly schedule: { readonly t: number; readonly T: number } | undefined;
  /** The optimizer that is running, `solve.sam.adam`: its draws have this name. */
  readonly solver?: string;
  /** Functions of the host by name, on row-major arrays. */
  readonly host?: HostFunctions;
  readonly optimizer: ((value: TypedOptimizerValue, environment: Environment) => Value) | undefined;
}

export class Environment {
  private readonly values = new Map<ValueSymbol, Value>();
  private readonly sizes = new Map<DimensionSymbol, Size | (() => Size)>();
  private readonly runs = new Map<RunSymbol, readonly number[]>();

  constructor(
    readonly context: Context,
    /** The name of the draw being made: a parameter's path or a column's name. */
    readonly drawName: string | undefined = undefined,
    private readonly outer: Environment | undefined = undefined,
  ) {}

  /** A frame inside this one: bindings made in it do not outlive it. */
  inner(): Environment {
    return new Environment(this.context, this.drawName, this);
  }

  /** A frame that sees only the file's names, as a function's body does. */
  forCall(): Environment {
    return new Environment(this.context, this.drawName, this.outermost());
  }

  /** A frame in which some of what stays the same is different. */
  within(changes: Partial<Context>): Environment {
    return new Environment({ ...this.context, ...changes }, this.drawName, this);
  }

  private outermost(): Environment {
    return this.outer === undefined ? this : this.outer.outermost();
  }

  bind(symbol: ValueSymbol, value: Value): void {
    this.values.set(symbol, this.prepare(symbol, value));
  }

  /** Changes a name where it was bound. */
  update(symbol: ValueSymbol, value: Value): void {
    const holder = this.holderOf(symbol) ?? this;
    holder.values.set(symbol, this.prepare(symbol, value));
  }

  /** Names of this frame that are to be computed anew when they are read next. */
  forget(symbols: Iterable<ValueSymbol>): void {
    for (const symbol of symbols) this.values.delete(symbol);
  }

  private holderOf(symbol: ValueSymbol): Environment | undefined {
    return this.values.has(symbol) ? this : this.outer?.holderOf(symbol);
  }

  private prepare(symbol: ValueSymbol, value: Value): Value {
    if (value.kind !== 'array') return value;
    if (symbol.dimension !== undefined && value.shape.length === 0) {
      this.bindSize(symbol.dimension, { size: valueOf(value.data[0] ?? 0) });
    }
    return this.context.variables.has(symbol) ? markVariables(value) : value;
  }

  /** Every name bound in this frame and those around it, the nearest binding of each. */
  bindings(): ReadonlyMap<ValueSymbol, Value> {
    return new Map([...(this.outer?.bindings() ?? []), ...this.values]);
  }

  lookup(symbol: ValueSymbol): Value {
    const value = this.holderOf(symbol)?.values.get(symbol) ?? this.context.lookup(symbol);
    if (value === undefined) throw new Error(`compiler bug: \`${symbol.name}\` has no value`);
    return value;
  }

  /** A size, or how to find it when it is first needed. */
  bindSize(symbol: DimensionSymbol, size: Size | (() => Size)): void {
    this.sizes.set(symbol, size);
  }

  bindRun(symbol: RunSymbol, sizes: readonly number[]): void {
    this.runs.set(symbol, sizes);
  }

  sizeOf(dimension: Dimension): number {
    return evaluateDimension(dimension, (symbol) => this.symbolSize(symbol).size);
  }

  /** `total(N)`: rows of the whole table under `batch`. */
  totalOf(dimension: Dimension): number {
    return evaluateDimension(dimension, (symbol) => {
      const size = this.symbolSize(symbol);
      return size.total ?? size.size;
    });
  }

  /** The size of a dimension with what is known of it as a row dimension. */
  describe(dimension: Dimension): Size {
    const symbol = bareSymbol(dimension);
    return symbol === undefined ? { size: this.sizeOf(dimension) } : this.symbolSize(symbol);
  }

  runOf(symbol: RunSymbol): readonly number[] {
    const sizes = this.runs.get(symbol) ?? this.outer?.runs.get(symbol);
    if (sizes !== undefined) return sizes;
    if (this.outer === undefined) throw new Error('compiler bug: the run `...` has no sizes');
    return this.outer.runOf(symbol);
  }

  shapeOf(shape: ShapeType): readonly number[] {
    return [
      ...(shape.run === undefined ? [] : this.runOf(shape.run)),
      ...shape.dimensions.map((dimension) => this.sizeOf(dimension)),
    ];
  }

  private symbolSize(symbol: DimensionSymbol): Size {
    const size = this.sizes.get(symbol);
    if (size !== undefined) return typeof size === 'function' ? size() : size;
    if (this.outer !== undefined) return this.outer.symbolSize(symbol);
    throw new Error(`compiler bug: the dimension \`${symbol.name}\` has no size`);
  }
}

export function evaluateDimension(dimension: Dimension, size: (symbol: DimensionSymbol) => number): number {
  const atom = (factor: DimensionAtom): number =>
    factor.kind === 'symbol'
      ? size(factor.symbol)
      : Math.floor(evaluateDimension(factor.numerator, size) / evaluateDimension(factor.denominator, size));
  return dimension.terms.reduce(
    (sum, term) =>
      sum +
      term.factors.reduce((product, factor) => product * atom(factor.atom) ** factor.power, term.coefficient),
    0,
  );
}

/** The symbol that a dimension is, when it is nothing more. */
export function bareSymbol(dimension: Dimension): DimensionSymbol | undefined {
  const [term, ...more] = dimension.terms;
  const [factor, ...others] = term?.factors ?? [];
  return more.length === 0 && term?.coefficient === 1 && others.length === 0 && factor?.power === 1
    ? factor.atom.kind === 'symbol'
      ? factor.atom.symbol
      : undefined
    : undefined;
}

/** Binds what a function's own dimensions and run are, where they can be read off the arguments' shapes. */
export function bindByShape(
  target: TypedFunction,
  shapes: readonly (readonly number[])[],
  frame: Environment,
): void {
  target.parameters.forEach((parameter, position) => {
    if (parameter.type.kind !== 'array') return;
    const sizes = shapes[position] ?? [];
    const { run, dimensions } = parameter.type.shape;
    const lead = sizes.length - dimensions.length;
    if (run !== undefined) frame.bindRun(run, sizes.slice(0, lead));
    dimensions.forEach((dimension, axis) => {
      const symbol = bareSymbol(dimension);
      if (symbol !== undefined && target.dimensions.includes(symbol)) {
        frame.bindSize(symbol, { size: sizes[lead + axis] ?? 0 });
      }
    });
  });
}

export function asArray(value: Value): ArrayValue {
  if (value.kind === 'array') return value;
  if (value.kind === 'list') {
    const parts = value.elements.map(asArray);
    return arrayOf(
      [parts.length, ...(parts[0]?.shape ?? [])],
      parts.flatMap((part) => part.data),
    );
  }
  throw new Error(`compiler bug: a ${value.kind} where an array is needed`);
}
