/**
 * Arithmetic of dimensions. A dimension is a polynomial with integer coefficients over symbols and floor divisions,
 * always kept in one normal form, so that two dimensions are provably equal exactly when their keys are. Comparison
 * has three answers: what can be neither proved nor refuted here is checked when sizes are known.
 */
import type { Dimension, DimensionAtom, DimensionSymbol, DimensionTerm } from './types.js';

type Factors = DimensionTerm['factors'];

function atomKey(atom: DimensionAtom): string {
  return atom.kind === 'symbol'
    ? `s${atom.symbol.id}`
    : `floor(${atom.numerator.key} / ${atom.denominator.key})`;
}

function factorsKey(factors: Factors): string {
  const [first] = factors;
  if (first === undefined) return '';
  if (factors.length === 1 && first.power === 1) return atomKey(first.atom);
  return factors
    .map(({ atom, power }) => (power === 1 ? atomKey(atom) : `${atomKey(atom)}^${power}`))
    .join('*');
}

/** A dimension of the given terms, in normal form. */
export function fromTerms(terms: readonly DimensionTerm[]): Dimension {
  return normalize(terms);
}

interface KeyedTerm {
  readonly key: string;
  coefficient: number;
  readonly factors: Factors;
}

/** Builds the normal form: like terms collected, zero terms dropped, terms sorted by key. */
function normalize(terms: readonly DimensionTerm[]): Dimension {
  const collected: KeyedTerm[] = [];
  for (const { coefficient, factors } of terms) {
    const key = factorsKey(factors);
    const same = collected.find((term) => term.key === key);
    if (same === undefined) collected.push({ key, coefficient, factors });
    else same.coefficient += coefficient;
  }
  const kept = collected.filter(({ coefficient }) => coefficient !== 0);
  if (kept.length > 1) kept.sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    terms: kept.map(({ coefficient, factors }) => ({ coefficient, factors })),
    key: kept.map(({ key, coefficient }) => `${coefficient}*${key}`).join(' + ') || '0',
  };
}

export function constantDimension(value: number): Dimension {
  return value === 0
    ? { terms: [], key: '0' }
    : { terms: [{ coefficient: value, factors: [] }], key: `${value}*` };
}

export function symbolDimension(symbol: DimensionSymbol): Dimension {
  const factors = [{ atom: { kind: 'symbol', symbol } as const, power: 1 }];
  return { terms: [{ coefficient: 1, factors }], key: `1*s${symbol.id}` };
}

/** The number that a dimension is, if it holds no symbol. */
export function constantValue(dimension: Dimension): number | undefined {
  const [first, second] = dimension.terms;
  if (first === undefined) return 0;
  return second === undefined && first.factors.length === 0 ? first.coefficient : undefined;
}

/** The symbol that a dimension is, if it is nothing else. */
export function bareSymbol(dimension: Dimension): DimensionSymbol | undefined {
  const [first, second] = dimension.terms;
  if (first === undefined || second !== undefined || first.coefficient !== 1) return undefined;
  const [factor, other] = first.factors;
  if (factor === undefined || other !== undefined || factor.power !== 1) return undefined;
  return factor.atom.kind === 'symbol' ? factor.atom.symbol : undefined;
}

export function addDimensions(left: Dimension, right: Dimension): Dimension {
  if (left.terms.length === 0) return right;
  if (right.terms.length === 0) return left;
  const a = constantValue(left);
  const b = a === undefined ? undefined : constantValue(right);
  if (a !== undefined && b !== undefined) return constantDimension(a + b);
  return normalize([...left.terms, ...right.terms]);
}

export function scaleDimension(dimension: Dimension, factor: number): Dimension {
  if (factor === 1) return dimension;
  return normalize(
    dimension.terms.map(({ coefficient, factors }) => ({ coefficient: coefficient * factor, factors })),
  );
}

export function subtractDimensions(left: Dimension, right: Dimension): Dimension {
  return addDimensions(left, scaleDimension(right, -1));
}

function multiplyFactors(left: Factors, right: Factors): Factors {
  const powers = new Map<string, Factors[number]>();
  for (const factor of [...left, ...right]) {
    const key = atomKey(factor.atom);
    powers.set(key, { atom: factor.atom, power: (powers.get(key)?.power ?? 0) + factor.power });
  }
  return [...powers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, factor]) => factor);
}

export function multiplyDimensions(left: Dimension, right: Dimension): Dimension {
  const a = constantValue(left);
  if (a !== undefined) return scaleDimension(right, a);
  const b = constantValue(right);
  if (b !== undefined) return scaleDimension(left, b);
  return normalize(
    left.terms.flatMap((a) =>
      right.terms.map((b) => ({
        coefficient: a.coefficient * b.coefficient,
        factors: multiplyFactors(a.factors, b.factors),
      })),
    ),
  );
}

export function powerDimension(base: Dimension, exponent: number): Dimension {
  let result = constantDimension(1);
  for (let count = 0; count < exponent; count += 1) result = multiplyDimensions(result, base);
  return result;
}

/** `floor(numerator / denominator)`; whole multiples of a constant denominator are taken out. Undefined for a zero denominator. */
export function floorDivideDimensions(numerator: Dimension, denominator: Dimension): Dimension | undefined {
  const divisor = constantValue(denominator);
  if (divisor === 0) return undefined;
  if (numerator.key === denominator.key) return constantDimension(1);
  if (divisor === undefined) return floorAtom(numerator, denominator);
  const whole: DimensionTerm[] = [];
  const rest: DimensionTerm[] = [];
  for (const { coefficient, factors } of numerator.terms) {
    const quotient = Math.floor(coefficient / divisor);
    whole.push({ coefficient: quotient, factors });
    rest.push({ coefficient: coefficient - quotient * divisor, factors });
  }
  const remainder = normalize(rest);
  const constant = constantValue(remainder);
  const tail =
    constant === undefined
      ? floorAtom(remainder, denominator)
      : constantDimension(Math.floor(constant / divisor));
  return addDimensions(normalize(whole), tail);
}

function floorAtom(numerator: Dimension, denominator: Dimension): Dimension {
  if (numerator.terms.length === 0) return numerator;
  const atom: DimensionAtom = { kind: 'floor', numerator, denominator };
  return normalize([{ coefficient: 1, factors: [{ atom, power: 1 }] }]);
}

/** Replaces symbols; those for which `lookup` answers undefined stay. */
export function substituteDimension(
  dimension: Dimension,
  lookup: (symbol: DimensionSymbol) => Dimension | undefined,
): Dimension {
  if (constantValue(dimension) !== undefined) return dimension;
  const bare = bareSymbol(dimension);
  if (bare !== undefined) return lookup(bare) ?? dimension;
  let changed = false;
  let result = constantDimension(0);
  for (const term of dimension.terms) {
    let product = constantDimension(term.coefficient);
    for (const { atom, power } of term.factors) {
      const value = substituteAtom(atom, lookup);
      if (value !== undefined) changed = true;
      const base = value ?? atomDimension(atom);
      product = multiplyDimensions(product, powerDimension(base, power));
    }
    result = addDimensions(result, product);
  }
  return changed ? result : dimension;
}

function atomDimension(atom: DimensionAtom): Dimension {
  return atom.kind === 'symbol'
    ? symbolDimension(atom.symbol)
    : normalize([{ coefficient: 1, factors: [{ atom, power: 1 }] }]);
}

function substituteAtom(
  atom: DimensionAtom,
  lookup: (symbol: DimensionSymbol) => Dimension | undefined,
): Dimension | undefined {
  if (atom.kind === 'symbol') return lookup(atom.symbol);
  const numerator = substituteDimension(atom.numerator, lookup);
  const denominator = substituteDimension(atom.denominator, lookup);
  if (numerator === atom.numerator && denominator === atom.denominator) return undefined;
  return floorDivideDimensions(numerator, denominator) ?? constantDimension(0);
}

/** Every symbol in a dimension, those inside floor divisions included. */
export function symbolsOf(dimension: Dimension, found = new Set<DimensionSymbol>()): Set<DimensionSymbol> {
  for (const { factors } of dimension.terms) {
    for (const { atom } of factors) {
      if (atom.kind === 'symbol') found.add(atom.symbol);
      else {
        symbolsOf(atom.numerator, found);
        symbolsOf(atom.denominator, found);
      }
    }
  }
  return found;
}

export function hasFloor(dimension: Dimension): boolean {
  return dimension.terms.some(({ factors }) => factors.some(({ atom }) => atom.kind === 'floor'));
}

/** The value of a dimension when every symbol has one; undefined when one has none or a division is by zero. */
export function evaluateDimension(
  dimension: Dimension,
  sizes: (symbol: DimensionSymbol) => number | undefined,
): number | undefined {
  let sum = 0;
  for (const { coefficient, factors } of dimension.terms) {
    let product = coefficient;
    for (const { atom, power } of factors) {
      const value = atom.kind === 'symbol' ? sizes(atom.symbol) : evaluateFloor(atom, sizes);
      if (value === undefined) return undefined;
      product *= value ** power;
    }
    sum += product;
  }
  return sum;
}

function evaluateFloor(
  atom: Extract<DimensionAtom, { kind: 'floor' }>,
  sizes: (symbol: DimensionSymbol) => number | undefined,
): number | undefined {
  const numerator = evaluateDimension(atom.numerator, sizes);
  const denominator = evaluateDimension(atom.denominator, sizes);
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return Math.floor(numerator / denominator);
}

export type Comparison = 'equal' | 'different' | 'unknown';

/**
 * Whether two dimensions are the same. Distinct names are distinct dimensions, and inside a generic function a
 * quantified dimension is nobody else's; only what involves a compile-time integer, a constant or a floor division stays open.
 */
export function compareDimensions(left: Dimension, right: Dimension): Comparison {
  if (left.key === right.key) return 'equal';
  const difference = subtractDimensions(left, right);
  if (constantValue(difference) !== undefined || keepsSign(difference)) return 'different';
  const a = bareSymbol(left);
  const b = bareSymbol(right);
  if (a !== undefined && b !== undefined && a.origin !== 'static' && b.origin !== 'static')
    return 'different';
  if (hasFloor(left) || hasFloor(right)) return 'unknown';
  const symbols = [...symbolsOf(left), ...symbolsOf(right)];
  const rigid = symbols.some((symbol) => symbol.origin === 'quantified');
  return rigid && symbols.every((symbol) => symbol.origin !== 'static') ? 'different' : 'unknown';
}

/** Whether it is above zero, or below, for all sizes but empty ones. Compile-time integers may well be 0. */
function keepsSign(dimension: Dimension): boolean {
  const [first] = dimension.terms;
  if (first === undefined || hasFloor(dimension)) return false;
  const symbols = [...symbolsOf(dimension)];
  return (
    symbols.every((symbol) => symbol.origin !== 'static') &&
    dimension.terms.every((term) => Math.sign(term.coefficient) === Math.sign(first.coefficient))
  );
}

/** As a person would write it: `2*N + 1`. */
export function printDimension(dimension: Dimension): string {
  const ordered = [...dimension.terms].sort((a, b) => b.factors.length - a.factors.length);
  if (ordered.length === 0) return '0';
  return ordered
    .map((term, index) => {
      const text = printTerm({ ...term, coefficient: Math.abs(term.coefficient) });
      if (term.coefficient < 0) return index === 0 ? `-${text}` : ` - ${text}`;
      return index === 0 ? text : ` + ${text}`;
    })
    .join('');
}

function printTerm({ coefficient, factors }: DimensionTerm): string {
  const parts = factors.map(({ atom, power }) =>
    power === 1 ? printAtom(atom) : `${printAtom(atom)}^${power}`,
  );
  return coefficient === 1 && parts.length > 0 ? parts.join('*') : [String(coefficient), ...parts].join('*');
}

function printAtom(atom: DimensionAtom): string {
  if (atom.kind === 'symbol') return atom.symbol.name;
  return `floor_div(${printDimension(atom.numerator)}, ${printDimension(atom.denominator)})`;
}
