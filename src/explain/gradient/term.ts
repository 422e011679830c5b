/**
 * Formulas element by element: a term is a number that depends on indices. Arrays are names with indices behind them, sums
 * say which indices they run over. Terms are made by the functions here, which fold numbers and leave out what does nothing.
 */
import { constantValue } from '../../check/dimension.js';
import type { ApplyName, TypedFunction } from '../../check/typed.js';
import type { Dimension } from '../../check/types.js';

/** Something that runs over a dimension. Compared by identity. */
export interface Index {
  readonly name: string;
  /** It runs over `from` .. `from + size - 1`. */
  readonly from: Dimension | undefined;
  readonly size: Dimension;
}

/** A named array: a parameter, data, or a definition. */
export interface Named {
  /** As it is read in the language. */
  readonly text: string;
  readonly dimensions: readonly Dimension[];
  /** What it is by definition, over `indices`; undefined for what is given, or depends on no variable. */
  readonly definition: { readonly indices: readonly Index[]; readonly term: Term } | undefined;
  /** Its elements are of a class, and can be told one by one. */
  readonly isClass?: boolean;
  /** Whether derivatives are taken with respect to it. */
  readonly isVariable: boolean;
}

export type Reduction = 'logsumexp' | 'max' | 'min' | 'product' | 'norm' | 'variance' | 'deviation';

/** Comparisons and truth values are terms too, of value 0 or 1. */
export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'size'; readonly dimension: Dimension }
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'element'; readonly of: Named; readonly indices: readonly Term[] }
  | { readonly kind: 'add'; readonly terms: readonly Term[] }
  | { readonly kind: 'multiply'; readonly factors: readonly Term[] }
  | { readonly kind: 'apply'; readonly operator: ApplyName; readonly operands: readonly Term[] }
  | { readonly kind: 'sum'; readonly over: readonly Index[]; readonly body: Term }
  | {
      readonly kind: 'reduce';
      readonly operator: Reduction;
      readonly over: readonly Index[];
      readonly guard: Term | undefined;
      readonly body: Term;
    }
  /** The share of `part`, which is `body` at one index, in the sum of exponentials. */
  | { readonly kind: 'softmax'; readonly over: Index; readonly body: Term; readonly at: Term }
  | { readonly kind: 'cases'; readonly condition: Term; readonly then: Term; readonly otherwise: Term }
  /** A function of scalars, or one of its partial derivatives. */
  | { readonly kind: 'call'; readonly function: ScalarFunction; readonly operands: readonly Term[] }
  /** Counts as a constant in derivatives. */
  | { readonly kind: 'stop'; readonly body: Term };

export interface ScalarFunction {
  readonly name: string;
  readonly parameters: readonly Named[];
  readonly body: Term;
  /** That of the source; undefined for a derivative. */
  readonly source: TypedFunction | undefined;
}

export const zero: Term = { kind: 'number', value: 0 };
export const one: Term = { kind: 'number', value: 1 };

export function number(value: number): Term {
  return { kind: 'number', value };
}

export function element(of: Named, indices: readonly Term[]): Term {
  return { kind: 'element', of, indices };
}

export function indexTerm(index: Index): Term {
  return { kind: 'index', index };
}

/** How long an axis is, as a number. */
export function sizeTerm(dimension: Dimension): Term {
  const value = constantValue(dimension);
  return value === undefined ? { kind: 'size', dimension } : number(value);
}

export function isNumber(term: Term, value?: number): term is Extract<Term, { kind: 'number' }> {
  return term.kind === 'number' && (value === undefined || term.value === value);
}

export function add(...terms: readonly Term[]): Term {
  let constant = 0;
  const rest: Term[] = [];
  for (const term of terms.flatMap((each) => (each.kind === 'add' ? each.terms : [each]))) {
    if (term.kind === 'number') constant += term.value;
    else rest.push(term);
  }
  if (constant !== 0) rest.push(number(constant));
  const [only = zero] = rest;
  return rest.length < 2 ? only : { kind: 'add', terms: rest };
}

/** The number in front comes first; equal factors are gathered into powers. */
export function multiply(...factors: readonly Term[]): Term {
  let constant = 1;
  const rest: { base: Term; exponent: number }[] = [];
  for (const factor of factors.flatMap((each) => (each.kind === 'multiply' ? each.factors : [each]))) {
    if (factor.kind === 'number') {
      constant *= factor.value;
      continue;
    }
    const { base, exponent } = asPower(factor);
    const same = rest.find((each) => sameTerm(each.base, base));
    if (same === undefined) rest.push({ base, exponent });
    else same.exponent += exponent;
  }
  if (constant === 0) return zero;
  const kept = rest
    .filter(({ exponent }) => exponent !== 0)
    .map(({ base, exponent }) => power(base, exponent));
  if (kept.length === 0) return number(constant);
  const [only] = kept;
  if (kept.length === 1 && only !== undefined && constant === 1) return only;
  if (kept.length === 1 && only?.kind === 'add' && constant === -1) return negated(only);
  return { kind: 'multiply', factors: constant === 1 ? kept : [number(constant), ...kept] };
}

function negated({ terms }: Extract<Term, { kind: 'add' }>): Term {
  return add(...terms.map((term) => multiply(number(-1), term)));
}

function asPower(term: Term): { readonly base: Term; readonly exponent: number } {
  if (term.kind === 'apply' && term.operator === 'power') {
    const [base, exponent] = term.operands;
    if (base !== undefined && exponent?.kind === 'number') return { base, exponent: exponent.value };
  }
  return { base: term, exponent: 1 };
}

export function power(base: Term, exponent: number): Term {
  if (exponent === 0) return one;
  if (exponent === 1) return base;
  if (base.kind === 'number' && base.value !== 0) return number(base.value ** exponent);
  const inner = asPower(base);
  if (inner.exponent !== 1 && Number.isInteger(inner.exponent) && Number.isInteger(exponent)) {
    return power(inner.base, inner.exponent * exponent);
  }
  return { kind: 'apply', operator: 'power', operands: [base, number(exponent)] };
}

export function apply(operator: ApplyName, ...operands: readonly Term[]): Term {
  const [first = zero, second = zero] = operands;
  switch (operator) {
    case 'add':
      return add(first, second);
    case 'subtract':
      return add(first, multiply(number(-1), second));
    case 'negate':
      return multiply(number(-1), first);
    case 'multiply':
      return multiply(first, second);
    case 'divide':
      return multiply(first, power(second, -1));
    case 'power':
      if (second.kind === 'number') return power(first, second.value);
      break;
    case 'to_real':
      return first;
    default:
  }
  return { kind: 'apply', operator, operands };
}

/** What does not depend on an index stands in front of the sum. */
export function sum(over: readonly Index[], body: Term): Term {
  if (over.length === 0 || isNumber(body, 0)) return body;
  const factors = body.kind === 'multiply' ? body.factors : [body];
  const outside = factors.filter((factor) => !over.some((index) => mentions(factor, index)));
  const inside = factors.filter((factor) => !outside.includes(factor));
  const running = over.filter((index) => inside.some((factor) => mentions(factor, index)));
  const counted = over.filter((index) => !running.includes(index)).map(({ size }) => sizeTerm(size));
  const product = multiply(...inside);
  const inner: Term =
    running.length === 0
      ? product
      : product.kind === 'sum'
        ? { kind: 'sum', over: [...running, ...product.over], body: product.body }
        : { kind: 'sum', over: running, body: product };
  return multiply(...outside, ...counted, inner);
}

export function cases(condition: Term, then: Term, otherwise: Term): Term {
  if (condition.kind === 'number') return condition.value === 0 ? otherwise : then;
  if (then.kind === 'cases' && isNumber(otherwise, 0) && isNumber(then.otherwise, 0)) {
    return cases(apply('and', condition, then.condition), then.then, otherwise);
  }
  return sameTerm(then, otherwise) ? then : { kind: 'cases', condition, then, otherwise };
}

// -------------------------------------------------------------------------------------------------- questions

export function childrenOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'number':
    case 'size':
    case 'index':
      return [];
    case 'element':
      return term.indices;
    case 'add':
      return term.terms;
    case 'multiply':
      return term.factors;
    case 'apply':
    case 'call':
      return term.operands;
    case 'sum':
    case 'stop':
      return [term.body];
    case 'reduce':
      return term.guard === undefined ? [term.body] : [term.guard, term.body];
    case 'softmax':
      return [term.body, term.at];
    case 'cases':
      return [term.condition, term.then, term.otherwise];
    default:
      return term satisfies never;
  }
}

export function mentions(term: Term, index: Index): boolean {
  if (term.kind === 'index') return term.index === index;
  return childrenOf(term).some((child) => mentions(child, index));
}

/** The indices that a term leaves to those around it. */
export function freeIndices(term: Term, bound: readonly Index[] = []): readonly Index[] {
  if (term.kind === 'index') return bound.includes(term.index) ? [] : [term.index];
  const own = term.kind === 'sum' || term.kind === 'reduce' ? [...bound, ...term.over] : bound;
  if (term.kind === 'softmax') {
    return [...freeIndices(term.body, [...bound, term.over]), ...freeIndices(term.at, bound)];
  }
  return childrenOf(term).flatMap((child) => freeIndices(child, own));
}

export function sizeOf(term: Term): number {
  return childrenOf(term).reduce((total, child) => total + sizeOf(child), 1);
}

/** Whether two terms are the same as they are written. */
export function sameTerm(first: Term, second: Term): boolean {
  if (first === second) return true;
  if (first.kind !== second.kind) return false;
  switch (first.kind) {
    case 'number':
      return second.kind === 'number' && Object.is(first.value, second.value);
    case 'size':
      return second.kind === 'size' && first.dimension.key === second.dimension.key;
    case 'index':
      return second.kind === 'index' && first.index === second.index;
    case 'element':
      if (second.kind !== 'element' || first.of !== second.of) return false;
      break;
    case 'apply':
      if (second.kind !== 'apply' || first.operator !== second.operator) return false;
      break;
    case 'call':
      if (second.kind !== 'call' || first.function !== second.function) return false;
      break;
    case 'sum':
    case 'reduce':
    case 'softmax':
      return false;
    default:
  }
  const [left, right] = [childrenOf(first), childrenOf(second)];
  return left.length === right.length && left.every((term, place) => sameTerm(term, right[place] ?? zero));
}

/** Whether elements are told from each other by their number: `i == 2`. */
export function comparesToNumber(term: Term, index: Index): boolean {
  if (term.kind === 'apply' && term.operator === 'equal') {
    const [first = zero, second = zero] = term.operands;
    const isHere = (each: Term): boolean => each.kind === 'index' && each.index === index;
    if ((isHere(first) && isNumber(second)) || (isHere(second) && isNumber(first))) return true;
  }
  return childrenOf(term).some((child) => comparesToNumber(child, index));
}

/** Comparisons of numbers made, and choices that they decide. */
export function decided(term: Term): Term {
  return replace(term, (each) => {
    if (each.kind !== 'apply' || each.operator !== 'equal') return undefined;
    const [first, second] = each.operands;
    if (first?.kind !== 'number' || second?.kind !== 'number') return undefined;
    return first.value === second.value ? one : zero;
  });
}

/** A sum of products, with the factors that all of them have in front. */
export function factored(term: Extract<Term, { kind: 'add' }>): Term {
  const products = term.terms.map((each) => (each.kind === 'multiply' ? each.factors : [each]));
  const [first = [], ...others] = products;
  const common = first.filter(
    (factor) => others.length > 0 && others.every((each) => each.some((other) => sameTerm(factor, other))),
  );
  if (common.length === 0) return term;
  const rest = products.map((factors) =>
    multiply(...factors.filter((factor) => !common.some((other) => sameTerm(factor, other)))),
  );
  return { kind: 'multiply', factors: [...common, add(...rest)] };
}

// ----------------------------------------------------------------------------------------------- substitution

/** The term with other terms for indices. Indices that a sum binds are unique, so nothing is captured. */
export function substitute(term: Term, values: ReadonlyMap<Index, Term>): Term {
  if (values.size === 0) return term;
  return replace(term, (each) => (each.kind === 'index' ? values.get(each.index) : undefined));
}

/** The term with some of its parts replaced; what `change` answers is taken as it is. */
export function replace(term: Term, change: (term: Term) => Term | undefined): Term {
  const changed = change(term);
  if (changed !== undefined) return changed;
  const each = (child: Term): Term => replace(child, change);
  switch (term.kind) {
    case 'number':
    case 'size':
    case 'index':
      return term;
    case 'element':
      return { ...term, indices: term.indices.map(each) };
    case 'add':
      return add(...term.terms.map(each));
    case 'multiply':
      return multiply(...term.factors.map(each));
    case 'apply':
      return apply(term.operator, ...term.operands.map(each));
    case 'call':
      return { ...term, operands: term.operands.map(each) };
    case 'sum':
      return sum(term.over, each(term.body));
    case 'stop':
      return { ...term, body: each(term.body) };
    case 'reduce':
      return {
        ...term,
        guard: term.guard === undefined ? undefined : each(term.guard),
        body: each(term.body),
      };
    case 'softmax':
      return { ...term, body: each(term.body), at: each(term.at) };
    case 'cases':
      return cases(each(term.condition), each(term.then), each(term.otherwise));
    default:
      return term satisfies never;
  }
}
