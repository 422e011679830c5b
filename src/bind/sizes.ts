/**
 * Dimension names get their sizes here: each declaration and each array read is an equation between a symbolic
 * dimension and a number. An equation with one unknown is solved, one without unknowns must hold, and a contradiction
 * is a diagnostic that names both places.
 */
import {
  constantDimension,
  evaluateDimension,
  hasFloor,
  printDimension,
  substituteDimension,
  symbolDimension,
  symbolsOf,
} from '../check/dimension.js';
import type { Dimension, DimensionSymbol } from '../check/types.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';

export interface Equation {
  readonly dimension: Dimension;
  readonly size: number;
  readonly span: Span;
  /** Who says so, as the subject of "says": "`X` from \"iris.csv\"". */
  readonly source: string;
}

export class Sizes {
  private readonly known = new Map<DimensionSymbol, number>();
  private readonly origins = new Map<DimensionSymbol, Equation>();
  private open: Equation[] = [];
  readonly diagnostics: Diagnostic[] = [];

  readonly of = (symbol: DimensionSymbol): number | undefined => this.known.get(symbol);

  get all(): ReadonlyMap<DimensionSymbol, number> {
    return this.known;
  }

  value(dimension: Dimension): number | undefined {
    return evaluateDimension(dimension, this.of);
  }

  /** Adds an equation and solves whatever it makes solvable. */
  add(equation: Equation): void {
    this.open.push(equation);
    for (let progress = true; progress;) {
      progress = false;
      const waiting = this.open;
      this.open = [];
      for (const each of waiting) {
        if (this.settle(each)) progress = true;
        else this.open.push(each);
      }
    }
  }

  addSymbol(symbol: DimensionSymbol, equation: Omit<Equation, 'dimension'>): void {
    this.add({ dimension: symbolDimension(symbol), ...equation });
  }

  /** False while more than one unknown is left. */
  private settle(equation: Equation): boolean {
    const value = this.value(equation.dimension);
    if (value !== undefined) {
      if (value !== equation.size) this.conflict(equation, value);
      return true;
    }
    const reduced = substituteDimension(equation.dimension, (symbol) => {
      const size = this.known.get(symbol);
      return size === undefined ? undefined : constantDimension(size);
    });
    const [unknown, another] = symbolsOf(reduced);
    if (unknown === undefined || another !== undefined || hasFloor(reduced)) return false;
    let slope = 0;
    let constant = 0;
    for (const { coefficient, factors } of reduced.terms) {
      const [factor] = factors;
      if (factor === undefined) constant = coefficient;
      else if (factors.length === 1 && factor.power === 1) slope = coefficient;
      else return false;
    }
    const solution = (equation.size - constant) / slope;
    if (!Number.isInteger(solution) || solution < 0) {
      this.diagnostics.push({
        code: 'AM4011',
        severity: 'error',
        message: `no size of \`${unknown.name}\` makes \`${printDimension(equation.dimension)}\` equal to ${equation.size}`,
        span: equation.span,
        notes: [`${equation.source} says ${equation.size}`],
      });
      return true;
    }
    this.known.set(unknown, solution);
    this.origins.set(unknown, equation);
    return true;
  }

  private conflict(equation: Equation, value: number): void {
    const name = printDimension(equation.dimension);
    const labels = [...symbolsOf(equation.dimension)].flatMap((symbol) => {
      const origin = this.origins.get(symbol);
      if (origin === undefined) return [];
      return [
        {
          span: origin.span,
          message: `${symbol.name} is ${this.known.get(symbol) ?? '?'} by ${origin.source}`,
        },
      ];
    });
    this.diagnostics.push({
      code: 'AM4011',
      severity: 'error',
      message: `\`${name}\` is ${value}, and ${equation.source} says ${equation.size}`,
      span: equation.span,
      labels: [
        { span: equation.span, message: `${name} is ${equation.size} by ${equation.source}` },
        ...labels,
      ],
      notes: ['a dimension name stands for one number in the whole file'],
    });
  }
}
