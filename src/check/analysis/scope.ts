/**
 * What names stand for during the analysis: abstract values, dimensions of the call, and what tests have shown of
 * expressions (`if x > 0` shows `x` to be positive where its branch is read).
 */
import { substituteDimension } from '../dimension.js';
import { substituteShape } from '../type_facts.js';
import type { ValueSymbol } from '../typed.js';
import type { Dimension, DimensionSymbol, RunSymbol, ShapeType } from '../types.js';
import type { Abstract, Facts } from './facts.js';
import { isNonzero } from './facts.js';
import type { Interval } from './interval.js';
import { intersect } from './interval.js';

export interface Refinement {
  readonly key: string;
  readonly interval: Interval;
  readonly nonzero: boolean;
}

export class Scope {
  private readonly values = new Map<ValueSymbol, Abstract>();
  private readonly pending = new Map<ValueSymbol, () => Abstract>();
  private refinements: readonly Refinement[] = [];
  private readonly dimensions = new Map<DimensionSymbol, Dimension>();
  private readonly runs = new Map<RunSymbol, ShapeType>();

  constructor(private readonly outer: Scope | undefined = undefined) {}

  inner(refinements: readonly Refinement[] = []): Scope {
    const scope = new Scope(this);
    scope.refinements = refinements;
    return scope;
  }

  /** A body sees the file's names only. */
  forCall(): Scope {
    return new Scope(this.outermost());
  }

  private outermost(): Scope {
    return this.outer === undefined ? this : this.outer.outermost();
  }

  bind(symbol: ValueSymbol, value: Abstract): void {
    this.values.set(symbol, value);
  }

  /** A name of the file, read when it is first needed: declarations stand in any order. */
  bindLater(symbol: ValueSymbol, value: () => Abstract): void {
    this.pending.set(symbol, value);
  }

  find(symbol: ValueSymbol): Abstract | undefined {
    const known = this.values.get(symbol);
    if (known !== undefined) return known;
    const pending = this.pending.get(symbol);
    if (pending === undefined) return this.outer?.find(symbol);
    this.pending.delete(symbol);
    const value = pending();
    this.values.set(symbol, value);
    return value;
  }

  /** Changes a name where it was bound; tests made before say nothing of the new value. */
  update(symbol: ValueSymbol, value: Abstract): void {
    this.refinements = [];
    if (this.values.has(symbol) || this.outer === undefined) this.values.set(symbol, value);
    else this.outer.update(symbol, value);
  }

  /** The values that statements may update, to be restored or joined. */
  snapshot(): ReadonlyMap<ValueSymbol, Abstract> {
    return new Map([...(this.outer?.outer === undefined ? [] : this.outer.snapshot()), ...this.values]);
  }

  restore(values: ReadonlyMap<ValueSymbol, Abstract>): void {
    for (const [symbol, value] of values) {
      if (this.find(symbol) !== value) this.update(symbol, value);
    }
  }

  /** Whether anything has been tested around here; keys need not be made otherwise. */
  hasTests(): boolean {
    return this.refinements.length > 0 || (this.outer?.hasTests() ?? false);
  }

  refined(key: string | undefined, facts: Facts): Facts {
    if (key === undefined) return facts;
    return this.tests(key).reduce((known, refinement) => {
      const interval = intersect(known.interval, refinement.interval);
      const nonzero = refinement.nonzero || isNonzero(known);
      return { ...known, interval, ...(nonzero ? { nonzero: true as const } : {}) };
    }, facts);
  }

  /** What tests around here have shown of an expression. */
  private tests(key: string): readonly Refinement[] {
    const own = this.refinements.filter((refinement) => refinement.key === key);
    const others = this.outer?.tests(key) ?? [];
    return own.length === 0 ? others : [...own, ...others];
  }

  // ------------------------------------------------------------------------------------------ dimensions

  bindDimension(symbol: DimensionSymbol, value: Dimension): void {
    this.dimensions.set(symbol, value);
  }

  bindRun(symbol: RunSymbol, value: ShapeType): void {
    this.runs.set(symbol, value);
  }

  private dimensionOf(symbol: DimensionSymbol): Dimension | undefined {
    return this.dimensions.get(symbol) ?? this.outer?.dimensionOf(symbol);
  }

  private runOf(symbol: RunSymbol): ShapeType | undefined {
    return this.runs.get(symbol) ?? this.outer?.runOf(symbol);
  }

  /** In terms of the file's own dimensions. */
  resolve(dimension: Dimension): Dimension {
    return substituteDimension(dimension, (symbol) => this.dimensionOf(symbol));
  }

  resolveShape(shape: ShapeType): ShapeType {
    return substituteShape(
      shape,
      (symbol) => this.dimensionOf(symbol),
      (symbol) => this.runOf(symbol),
    );
  }
}
