/**
 * What one check of a file shares: the diagnostics found, fresh symbols, facts about symbols that types do not
 * carry (known integers, ranges of binders), and the sizes that remain to be compared when they are known.
 */
import type { HyperDeclaration, SolveDeclaration, LetBinding } from '../parser/ast.js';
import type { Diagnostic, Fix, Label } from '../parser/diagnostic.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { CheckCode } from './codes.js';
import {
  compareDimensions,
  constantDimension,
  constantValue,
  substituteDimension,
  symbolDimension,
} from './dimension.js';
import type { Comparison } from './dimension.js';
import type { Declared, Entity, FileScope, StaticValue } from './entities.js';
import type {
  RawColumns,
  SizeCheck,
  SymbolRole,
  TypedExpression,
  TypedFunction,
  TypedHyper,
  TypedCarried,
  TypedLet,
  TypedMapped,
  TypedParameter,
  ValueSymbol,
} from './typed.js';
import type { Dimension, DimensionSymbol, RunSymbol, Type } from './types.js';

/** Where other files come from. */
export interface Loader {
  /** A library file by its name, `std/losses.opt`. */
  library(name: string): SourceFile | undefined;
  /** Definitions visible without import, each with the library file that holds it. */
  libraryNames(): ReadonlyMap<string, string>;
  /** A file named by an import, relative to the file that imports it. */
  file(path: string, from: SourceFile): SourceFile | undefined;
}

export interface ErrorDetails {
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  readonly fixes?: readonly Fix[];
}

/** One occurrence of a name, for editors: where it stands and what it means. */
export interface Occurrence {
  readonly span: Span;
  readonly name: string;
  readonly definition: Span | undefined;
  readonly entity: Entity;
  /** What a person wants to know: made when asked for. */
  readonly description: () => string;
}

let lastId = 0;

/** Identities are never reused, so that definitions checked once can serve several checks. */
export function freshId(): number {
  lastId += 1;
  return lastId;
}

export function freshDimension(name: string, span: Span, origin: DimensionSymbol['origin']): DimensionSymbol {
  return { id: freshId(), name, span, origin };
}

export function freshRun(span: Span): RunSymbol {
  return { id: freshId(), span };
}

export function freshSymbol(
  name: string,
  role: SymbolRole,
  type: Type,
  span: Span,
  dimension?: DimensionSymbol,
): ValueSymbol {
  return { id: freshId(), name, role, type, span, dimension };
}

/** The values that an index can take. */
export interface IndexRange {
  readonly from: Dimension;
  readonly size: Dimension;
}

/** The names that a `solve front` gives a meaning; the points are counted when they are first asked for. */
export interface FrontNames {
  readonly solve: SolveDeclaration;
  readonly preference: ValueSymbol;
  readonly points: () => { readonly count: TypedExpression; readonly points: ValueSymbol } | undefined;
}

/** When a value is known: once for the program, or only once parameters have values. */
export type Level = 'constant' | 'data' | 'parameter';

export class Session {
  readonly diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();
  private readonly settled = new Set<Diagnostic | SizeCheck>();
  readonly files = new Map<string, FileScope>();
  readonly lets: TypedLet[] = [];
  /** Parameters given by coordinates, with what they are of them. */
  readonly mapped: (TypedMapped & { readonly value: TypedExpression })[] = [];
  /** Frozen copies and moving averages, in the order in which they were needed. */
  readonly copies: TypedCarried[] = [];
  /** Steps of the phases in order, once they are checked. */
  phaseLengths: readonly (Dimension | undefined)[] = [];
  /** Parameters of models and of the file by the declaration that makes them. */
  readonly parameters = new Map<object, readonly TypedParameter[]>();
  readonly hypers = new Map<HyperDeclaration, TypedHyper>();
  /** Dimensions of the file in the order in which they were needed, with their value. */
  readonly dimensions: { readonly symbol: DimensionSymbol; readonly value: TypedExpression | undefined }[] =
    [];
  /** The `on` clause of a `let`. */
  readonly splitOf = new Map<LetBinding, string>();
  /** Declarations being resolved, outermost first. */
  readonly resolving: Declared[] = [];
  readonly raw: RawColumns[] = [];
  readonly occurrences: Occurrence[] = [];
  /** Integers known at compile time, by the value that holds them. */
  readonly statics = new Map<ValueSymbol, StaticValue>();
  /** `dim K = 10`, `let S = 6`: what the symbol stands for. */
  readonly definitions = new Map<DimensionSymbol, Dimension>();
  /** The value of a `hyper` for this check, for what must be a number already here. */
  readonly hyperValues = new Map<DimensionSymbol, number>();
  /** Dimension symbols of integer parameters that decide a size or a number of turns. */
  readonly staticUses = new Set<DimensionSymbol>();
  /** Binders and loop variables as atoms of index arithmetic, with their ranges. */
  readonly shadows = new Map<ValueSymbol, DimensionSymbol>();
  readonly ranges = new Map<DimensionSymbol, IndexRange>();
  /** Equalities assumed in the body of each function, to be instantiated at its calls. */
  readonly functionChecks = new Map<TypedFunction, readonly SizeCheck[]>();
  readonly levels = new Map<ValueSymbol, Level>();
  /** The level of each function, whose body may read the file's values. */
  readonly functionLevels = new Map<TypedFunction, Level>();
  /** The syntax that bound a local name. */
  readonly bindings = new Map<ValueSymbol, LetBinding>();
  /** `let s = 0` that later holds reals: checked again as a real. */
  readonly widened = new Set<LetBinding>();
  /** Of the file's front, when it has one. */
  front: FrontNames | undefined;
  sizeChecks: SizeCheck[] = [];
  instances = 0;

  constructor(
    readonly loader: Loader,
    readonly settings: ReadonlyMap<string, number>,
  ) {}

  error(code: CheckCode, span: Span, message: string, details: ErrorDetails = {}): void {
    this.report({ code, severity: 'error', message, span, ...details });
  }

  report(diagnostic: Diagnostic): void {
    const key = keyOf(diagnostic);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.diagnostics.push(diagnostic);
  }

  /** A point to come back to when something must be checked a second time. What is settled stays. */
  mark(): () => void {
    const diagnostics = this.diagnostics.length;
    const checks = this.sizeChecks.length;
    return () => {
      for (const diagnostic of this.diagnostics.splice(diagnostics)) {
        if (this.settled.has(diagnostic)) this.diagnostics.push(diagnostic);
        else this.seen.delete(keyOf(diagnostic));
      }
      const before = this.sizeChecks.slice(0, checks);
      const after = this.sizeChecks.slice(checks).filter((check) => this.settled.has(check));
      this.sizeChecks = [...before, ...after];
    };
  }

  /** Call the answer when a definition is done: it is not checked again, so what was found in it must not be forgotten. */
  begin(): () => void {
    const diagnostics = this.diagnostics.length;
    const checks = this.sizeChecks.length;
    return () => {
      for (const diagnostic of this.diagnostics.slice(diagnostics)) this.settled.add(diagnostic);
      for (const check of this.sizeChecks.slice(checks)) this.settled.add(check);
    };
  }

  /** Replaces symbols that the file gives a value. */
  expand(dimension: Dimension): Dimension {
    if (this.definitions.size === 0) return dimension;
    return substituteDimension(dimension, (symbol) => this.definitions.get(symbol));
  }

  compare(left: Dimension, right: Dimension): Comparison {
    const direct = compareDimensions(left, right);
    if (direct === 'equal') return direct;
    return compareDimensions(this.expand(left), this.expand(right));
  }

  /** False when the two are certainly different; what stays open becomes a check when sizes are known. */
  agree(left: Dimension, right: Dimension, span: Span): boolean {
    const answer = this.compare(left, right);
    if (answer === 'unknown') this.sizeChecks.push({ left, right, span });
    return answer !== 'different';
  }

  /** The number that a dimension is for this check, hyperparameters at their value. */
  concrete(dimension: Dimension): number | undefined {
    const expanded = this.expand(dimension);
    return constantValue(
      substituteDimension(expanded, (symbol) => {
        const value = this.hyperValues.get(symbol);
        return value === undefined ? undefined : constantDimension(value);
      }),
    );
  }

  /** The atom that stands for a binder or loop variable in index arithmetic. */
  shadow(symbol: ValueSymbol): Dimension {
    let atom = this.shadows.get(symbol);
    if (atom === undefined) {
      atom = freshDimension(symbol.name, symbol.span, 'static');
      this.shadows.set(symbol, atom);
    }
    return symbolDimension(atom);
  }

  useStatically(dimension: Dimension): void {
    for (const term of dimension.terms) {
      for (const { atom } of term.factors) {
        if (atom.kind === 'symbol') this.staticUses.add(atom.symbol);
        else {
          this.useStatically(atom.numerator);
          this.useStatically(atom.denominator);
        }
      }
    }
  }
}

function keyOf({ code, span, message }: Diagnostic): string {
  return `${code} ${span.file.path} ${span.start} ${span.end} ${message}`;
}
