/** Intervals of sizes: a dimension of data has at least one element, a compile-time integer is what the file says. */
import type { TypedExpression, TypedProblem } from '../typed.js';
import type { Dimension, DimensionAtom, DimensionSymbol } from '../types.js';
import type { Interval } from './interval.js';
import { add, everything, integerPower, interval, intersect, multiply, point } from './interval.js';

export type SizeFacts = (dimension: Dimension) => Interval;

/** Reads the values of hyperparameters and `dim`s that are plain numbers. */
export function sizeFacts(problem: TypedProblem): SizeFacts {
  const known = new Map<DimensionSymbol, Interval>();
  for (const { symbol, value, interval: declared } of problem.hypers) {
    if (symbol.dimension === undefined) continue;
    const from = declared && numberOf(declared.from);
    const to = declared && numberOf(declared.to);
    const given = numberOf(value);
    if (from !== undefined && to !== undefined) known.set(symbol.dimension, interval(from, to));
    else if (given !== undefined) known.set(symbol.dimension, point(given));
  }
  for (const { symbol, value } of problem.dimensions) {
    const given = value && numberOf(value);
    if (given !== undefined) known.set(symbol, point(given));
  }
  const ofSymbol = (symbol: DimensionSymbol): Interval =>
    known.get(symbol) ?? interval(symbol.origin === 'static' ? 0 : 1, Infinity);
  return (dimension) => sizeOf(dimension, ofSymbol);
}

function numberOf(expression: TypedExpression): number | undefined {
  if (expression.kind === 'constant') return expression.value;
  if (expression.kind !== 'dimension') return undefined;
  const [term, second] = expression.dimension.terms;
  if (term === undefined) return 0;
  return second === undefined && term.factors.length === 0 ? term.coefficient : undefined;
}

function sizeOf(dimension: Dimension, ofSymbol: (symbol: DimensionSymbol) => Interval): Interval {
  return dimension.terms.reduce(
    (sum, { coefficient, factors }) =>
      add(
        sum,
        factors.reduce(
          (product, { atom, power }) => multiply(product, integerPower(sizeOfAtom(atom, ofSymbol), power)),
          point(coefficient),
        ),
      ),
    point(0),
  );
}

function sizeOfAtom(atom: DimensionAtom, ofSymbol: (symbol: DimensionSymbol) => Interval): Interval {
  if (atom.kind === 'symbol') return ofSymbol(atom.symbol);
  const numerator = sizeOf(atom.numerator, ofSymbol);
  const denominator = sizeOf(atom.denominator, ofSymbol);
  if (numerator.low < 0 || denominator.low < 1) return everything;
  return intersect(
    interval(Math.floor(numerator.low / denominator.high) || 0, Math.floor(numerator.high / denominator.low)),
    interval(0, Infinity),
  );
}
