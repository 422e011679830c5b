/**
 * Types: an element kind and a symbolic, named shape. Dimensions are polynomials over dimension symbols (a named
 * dimension of the file, a quantified dimension of a function, or an integer known at compile time) and floor
 * divisions of such polynomials, kept in one normal form so that equality of dimensions is equality of keys.
 */
import type { Span } from '../parser/source.js';

/** Something that stands for a non-negative integer known before the run. Compared by identity. */
export interface DimensionSymbol {
  readonly id: number;
  readonly name: string;
  readonly span: Span;
  /**
   * `file`: declared or bound by the file (N, D). `quantified`: bound by a call (n in a signature). `static`: the value of an
   * integer binding known at compile time (a hyper, a `let S = 6`, an `int` parameter that is used as a size).
   */
  readonly origin: 'file' | 'quantified' | 'static';
}

export type DimensionAtom =
  | { readonly kind: 'symbol'; readonly symbol: DimensionSymbol }
  | { readonly kind: 'floor'; readonly numerator: Dimension; readonly denominator: Dimension };

export interface DimensionTerm {
  readonly coefficient: number;
  /** Sorted by atom key; powers are positive. Empty for the constant term. */
  readonly factors: readonly { readonly atom: DimensionAtom; readonly power: number }[];
}

/** A polynomial with integer coefficients in normal form: terms sorted by key, none zero. */
export interface Dimension {
  readonly terms: readonly DimensionTerm[];
  /** Canonical text; two dimensions are provably equal iff their keys are. */
  readonly key: string;
}

/** The `...` of a signature: a run of leading dimensions, the same wherever `...` stands in that signature. */
export interface RunSymbol {
  readonly id: number;
  readonly span: Span;
}

/** A shape: an optional leading run, then dimensions. */
export interface ShapeType {
  readonly run: RunSymbol | undefined;
  readonly dimensions: readonly Dimension[];
}

export type ElementType =
  | { readonly kind: 'real' }
  | { readonly kind: 'int' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'class'; readonly classes: Dimension };

export type Type =
  | ArrayType
  | RecordType
  | FunctionType
  | ModelType
  | ListType
  | { readonly kind: 'optimizer' }
  | { readonly kind: 'schedule' }
  | { readonly kind: 'text' }
  /** The type of what already has a diagnostic; everything accepts it silently. */
  | { readonly kind: 'error' };

/** Scalars are arrays without dimensions. */
export interface ArrayType {
  readonly kind: 'array';
  readonly element: ElementType;
  readonly shape: ShapeType;
}

export interface RecordType {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
}

export interface FunctionType {
  readonly kind: 'function';
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/** The value of `model net = ...`: callable, with parameters of its own. */
export interface ModelType {
  readonly kind: 'model';
  readonly name: string;
}

/** A static list of models, `[l in 0..2: linear(...)]`; resolved away by the checker. */
export interface ListType {
  readonly kind: 'list';
  readonly elements: readonly Type[];
}
