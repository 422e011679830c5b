/**
 * Derivatives of terms. What a term changes by, when an element of a named array changes, is a sum of products, each with the
 * element that it belongs to. Chained from the last definition to the first they are the gradient.
 */
import { addDimensions, constantDimension, constantValue } from '../../check/dimension.js';
import type { ApplyName } from '../../check/typed.js';
import type { Dimension } from '../../check/types.js';
import type { Index, Named, ScalarFunction, Term } from './term.js';
import {
  add,
  apply,
  cases,
  factored,
  indexTerm,
  isNumber,
  multiply,
  number,
  one,
  power,
  replace,
  sameTerm,
  sizeOf,
  sizeTerm,
  substitute,
  sum,
  zero,
} from './term.js';
import { equal, renewed } from './read.js';

/** `factor`, summed over `bound`, times the change of `target[at]`. */
export interface Slope {
  readonly target: Named;
  readonly at: readonly Term[];
  readonly bound: readonly Index[];
  readonly factor: Term;
}

/** An operation that no formula is known for. */
export class NoSlope extends Error {}

export function slopes(term: Term): readonly Slope[] {
  switch (term.kind) {
    case 'number':
    case 'size':
    case 'index':
    case 'stop':
      return [];
    case 'element':
      if (!term.of.isVariable && term.of.definition === undefined) return [];
      return [{ target: term.of, at: term.indices, bound: [], factor: one }];
    case 'add':
      return term.terms.flatMap(slopes);
    case 'multiply':
      return term.factors.flatMap((factor, place) => {
        const others = multiply(...term.factors.filter((_, other) => other !== place));
        return times(slopes(factor), others);
      });
    case 'sum': {
      const { over, body } = renewed(term) as Extract<Term, { kind: 'sum' }>;
      return slopes(body).map((each) => ({ ...each, bound: [...over, ...each.bound] }));
    }
    case 'apply':
      return applied(term.operator, term.operands);
    case 'reduce':
      return reduceSlopes(term);
    case 'softmax': {
      // p (u' - sum of p u').
      const own = renewed(term) as Extract<Term, { kind: 'softmax' }>;
      const here = substitute(own.body, new Map([[own.over, own.at]]));
      const inner = slopes(own.body).map((each) => ({
        ...each,
        bound: [own.over, ...each.bound],
        factor: multiply(
          number(-1),
          term,
          { ...renewed(term), at: indexTerm(own.over) } as Term,
          each.factor,
        ),
      }));
      return [...times(slopes(here), term), ...inner];
    }
    case 'cases':
      return [
        ...slopes(term.then).map((each) => ({ ...each, factor: cases(term.condition, each.factor, zero) })),
        ...slopes(term.otherwise).map((each) => ({
          ...each,
          factor: cases(term.condition, zero, each.factor),
        })),
      ];
    case 'call':
      return term.operands.flatMap((operand, place) => {
        const inner = slopes(operand);
        return inner.length === 0 ? [] : times(inner, partial(term.function, place, term.operands));
      });
    default:
      return term satisfies never;
  }
}

function times(all: readonly Slope[], factor: Term): readonly Slope[] {
  return isNumber(factor, 0) ? [] : all.map((each) => ({ ...each, factor: multiply(factor, each.factor) }));
}

// ------------------------------------------------------------------------------------------------ elementwise

const half = number(0.5);

/** The derivatives of functions of one number. */
const unary: Readonly<Partial<Record<ApplyName, (x: Term, value: Term) => Term>>> = {
  exp: (_, value) => value,
  expm1: (x) => apply('exp', x),
  log: (x) => power(x, -1),
  log1p: (x) => power(add(one, x), -1),
  sqrt: (_, value) => multiply(half, power(value, -1)),
  sin: (x) => apply('cos', x),
  cos: (x) => multiply(number(-1), apply('sin', x)),
  tan: (_, value) => add(one, power(value, 2)),
  asin: (x) => power(apply('sqrt', apply('subtract', one, power(x, 2))), -1),
  acos: (x) => multiply(number(-1), power(apply('sqrt', apply('subtract', one, power(x, 2))), -1)),
  atan: (x) => power(add(one, power(x, 2)), -1),
  sinh: (x) => apply('cosh', x),
  cosh: (x) => apply('sinh', x),
  tanh: (_, value) => apply('subtract', one, power(value, 2)),
  asinh: (x) => power(apply('sqrt', add(power(x, 2), one)), -1),
  acosh: (x) => power(apply('sqrt', add(power(x, 2), number(-1))), -1),
  atanh: (x) => power(apply('subtract', one, power(x, 2)), -1),
  sigmoid: (_, value) => multiply(value, apply('subtract', one, value)),
  softplus: (x) => apply('sigmoid', x),
  abs: (x) => apply('sign', x),
  erf: (x) => multiply(number(2 / Math.sqrt(Math.PI)), apply('exp', multiply(number(-1), power(x, 2)))),
  erfc: (x) => multiply(number(-2 / Math.sqrt(Math.PI)), apply('exp', multiply(number(-1), power(x, 2)))),
  lgamma: (x) => apply('digamma', x),
};

/** They change by jumps only. */
const flat: ReadonlySet<ApplyName> = new Set<ApplyName>([
  'not',
  'equal',
  'not_equal',
  'less',
  'less_equal',
  'greater',
  'greater_equal',
  'and',
  'or',
  'floor_divide',
  'sign',
  'floor',
  'ceil',
  'round',
  'is_finite',
  'to_int',
]);

function applied(operator: ApplyName, operands: readonly Term[]): readonly Slope[] {
  if (flat.has(operator)) return [];
  const [first = zero, second = zero] = operands;
  const [left, right] = [slopes(first), slopes(second)];
  if (left.length === 0 && right.length === 0) return [];
  const value = apply(operator, ...operands);
  const rule = unary[operator];
  if (rule !== undefined) return times(left, rule(first, value));
  switch (operator) {
    case 'power':
      return [
        ...times(left, multiply(second, reducedPower(first, second))),
        ...times(right, multiply(value, apply('log', first))),
      ];
    case 'maximum':
      return [
        ...times(left, cases(apply('greater_equal', first, second), one, zero)),
        ...times(right, cases(apply('greater_equal', first, second), zero, one)),
      ];
    case 'minimum':
      return [
        ...times(left, cases(apply('less_equal', first, second), one, zero)),
        ...times(right, cases(apply('less_equal', first, second), zero, one)),
      ];
    case 'atan2': {
      const square = power(add(power(first, 2), power(second, 2)), -1);
      return [...times(left, multiply(second, square)), ...times(right, multiply(number(-1), first, square))];
    }
    default:
      throw new NoSlope(operator);
  }
}

function reducedPower(base: Term, exponent: Term): Term {
  return exponent.kind === 'number'
    ? power(base, exponent.value - 1)
    : apply('power', base, add(exponent, number(-1)));
}

// ------------------------------------------------------------------------------------------------- reductions

function reduceSlopes(term: Extract<Term, { kind: 'reduce' }>): readonly Slope[] {
  const own = renewed(term) as typeof term;
  const { operator, over, body, guard } = own;
  const inner = slopes(body).map((each) => ({ ...each, bound: [...over, ...each.bound] }));
  if (inner.length === 0) return [];
  const guarded = (factor: Term): Term => (guard === undefined ? factor : cases(guard, factor, zero));
  const sizes = multiply(...over.map(({ size }) => sizeTerm(size)));
  const average = (): Term => {
    const again = renewed(own) as typeof term;
    return multiply(power(sizes, -1), sum(again.over, again.body));
  };
  switch (operator) {
    case 'logsumexp': {
      const [only] = over;
      if (over.length === 1 && only !== undefined && guard === undefined) {
        return times(inner, {
          kind: 'softmax',
          over: renewedIndex(term),
          body: bodyOf(term),
          at: indexTerm(only),
        });
      }
      return times(inner, guarded(apply('exp', apply('subtract', body, term))));
    }
    case 'max':
    case 'min':
      return times(inner, guarded(cases(equal(body, term), one, zero)));
    case 'product':
      return times(inner, guarded(multiply(term, power(body, -1))));
    case 'norm':
      return times(inner, guarded(multiply(body, power(term, -1))));
    case 'variance':
      if (guard !== undefined) throw new NoSlope(operator);
      return times(inner, multiply(number(2), power(sizes, -1), apply('subtract', body, average())));
    case 'deviation':
      if (guard !== undefined) throw new NoSlope(operator);
      return times(inner, multiply(power(sizes, -1), power(term, -1), apply('subtract', body, average())));
    default:
      return operator satisfies never;
  }
}

function renewedIndex({ over }: Extract<Term, { kind: 'reduce' }>): Index {
  const [only] = over;
  if (only === undefined) throw new Error('compiler bug: a reduction over nothing');
  return only;
}

function bodyOf({ body }: Extract<Term, { kind: 'reduce' }>): Term {
  return body;
}

// ------------------------------------------------------------------------------------- functions of scalars

/** A derivative longer than this keeps a name of its own. */
const longestInline = 14;

const partials = new WeakMap<ScalarFunction, Map<number, ScalarFunction>>();

/** The derivative of a function by one of its arguments: written out where it is short, by its name where not. */
function partial(of: ScalarFunction, place: number, operands: readonly Term[]): Term {
  const known = partials.get(of) ?? new Map<number, ScalarFunction>();
  partials.set(of, known);
  let derivative = known.get(place);
  if (derivative === undefined) {
    const parameter = of.parameters[place];
    const body = add(
      ...slopes(of.body).flatMap(({ target, bound, factor }) =>
        target === parameter && bound.length === 0 ? [factor] : [],
      ),
    );
    const suffix = of.parameters.length === 1 || place === 0 ? '' : `_${parameter?.text ?? place}`;
    derivative = {
      name: `d_${of.name}${suffix}`,
      parameters: of.parameters,
      body: merged(body),
      source: undefined,
    };
    known.set(place, derivative);
  }
  if (derivative.body.kind === 'number') return derivative.body;
  if (sizeOf(derivative.body) > longestInline || hasCases(derivative.body)) {
    return { kind: 'call', function: derivative, operands };
  }
  const values = new Map(of.parameters.map((parameter, index) => [parameter, operands[index] ?? zero]));
  return replace(derivative.body, (term) => (term.kind === 'element' ? values.get(term.of) : undefined));
}

/** `(a if c else 0) + (0 if c else b)` is `a if c else b`. */
function merged(term: Term): Term {
  if (term.kind !== 'add') return term;
  const rest: Term[] = [];
  for (const each of term.terms) {
    const place = rest.findIndex(
      (other) => other.kind === 'cases' && each.kind === 'cases' && sameTerm(other.condition, each.condition),
    );
    const other = rest[place];
    if (other?.kind !== 'cases' || each.kind !== 'cases') rest.push(each);
    else {
      const then = merged(add(other.then, each.then));
      rest[place] = cases(each.condition, then, merged(add(other.otherwise, each.otherwise)));
    }
  }
  return add(...rest);
}

function hasCases(term: Term): boolean {
  let found = false;
  replace(term, (each) => {
    found ||= each.kind === 'cases' || each.kind === 'call';
    return found ? each : undefined;
  });
  return found;
}

// ---------------------------------------------------------------------------------------------------- the chain

/** An array of the gradient: the derivative by every element of `of`. */
export interface Adjoint {
  readonly of: Named;
  readonly indices: readonly Index[];
  readonly term: Term;
}

/**
 * The derivatives of a term by everything that it depends on, definitions before what they are made of.
 * @param named gives an adjoint of a definition a name, if it is to have one
 */
export function adjoints(
  term: Term,
  indicesOf: (of: Named) => readonly Index[],
  named: (adjoint: Adjoint) => Named | undefined,
): readonly Adjoint[] {
  const order = definitionsOf(term);
  const parts = new Map<Named, Term[]>();
  const indices = new Map<Named, readonly Index[]>();
  const contribute = (all: readonly Slope[], outer: Term, bound: readonly Index[]): void => {
    for (const slope of all) {
      const own = indices.get(slope.target) ?? indicesOf(slope.target);
      indices.set(slope.target, own);
      const list = parts.get(slope.target) ?? [];
      parts.set(slope.target, list);
      list.push(
        collected(
          { ...slope, factor: multiply(outer, slope.factor), bound: [...bound, ...slope.bound] },
          own,
        ),
      );
    }
  };
  contribute(slopes(term), one, []);
  const result: Adjoint[] = [];
  const finish = (of: Named): Adjoint | undefined => {
    const own = indices.get(of);
    const total = merged(add(...(parts.get(of) ?? [])));
    if (own === undefined || isNumber(total, 0)) return undefined;
    return { of, indices: own, term: total.kind === 'add' ? factored(total) : total };
  };
  for (const definition of order) {
    const adjoint = finish(definition);
    if (adjoint === undefined || definition.definition === undefined) continue;
    result.push(adjoint);
    const name = named(adjoint);
    // Fresh indices: the adjoint's own are bound once for each definition that it flows into.
    const { indices: formal, term: body } = definition.definition;
    const fresh = formal.map((index) => ({ ...index }));
    const places = fresh.map(indexTerm);
    const outer: Term =
      name === undefined
        ? substitute(
            renewed(adjoint.term),
            new Map(adjoint.indices.map((index, axis) => [index, places[axis] ?? zero])),
          )
        : { kind: 'element', of: name, indices: places };
    const inner = substitute(
      renewed(body),
      new Map(formal.map((index, axis) => [index, places[axis] ?? zero])),
    );
    contribute(slopes(inner), outer, fresh);
  }
  for (const of of parts.keys()) {
    const adjoint = of.isVariable ? finish(of) : undefined;
    if (adjoint !== undefined) result.push(adjoint);
  }
  return result;
}

/** Definitions that a term reads, each before those that it is made of. */
function definitionsOf(term: Term): readonly Named[] {
  const order: Named[] = [];
  const seen = new Set<Named>();
  const visit = (each: Term): void => {
    replace(each, (part) => {
      if (part.kind === 'element' && part.of.definition !== undefined && !seen.has(part.of)) {
        seen.add(part.of);
        visit(part.of.definition.term);
        order.unshift(part.of);
      }
      return undefined;
    });
  };
  visit(term);
  return order;
}

/** The derivative by the element at `own`: the sum in which the slope's place is that one. */
function collected({ at, bound, factor }: Slope, own: readonly Index[]): Term {
  let body = factor;
  let left = [...bound];
  const conditions: Term[] = [];
  const reached: Term[] = [];
  const places = [...at];
  own.forEach((index, axis) => {
    const place = places[axis] ?? zero;
    const here = indexTerm(index);
    const { index: current, shift } = shifted(place);
    if (current !== undefined && left.includes(current)) {
      left = left.filter((each) => each !== current);
      const values = new Map([[current, add(here, multiply(number(-1), sizeTerm(shift)))]]);
      body = substitute(body, values);
      places.forEach((other, later) => (places[later] = substitute(other, values)));
      conditions.forEach((condition, earlier) => (conditions[earlier] = substitute(condition, values)));
      reached.forEach((condition, earlier) => (reached[earlier] = substitute(condition, values)));
      conditions.push(...bounds(current, shift, index));
      return;
    }
    reached.push(equal(here, place));
  });
  // Where a bound does not hold, the body would read past an end.
  const whole = multiply(...reached, body);
  const guarded = conditions.reduceRight((inner, condition) => cases(condition, inner, zero), whole);
  return sum(left, guarded);
}

/** `i + 1` as an index and what is added. */
function shifted(place: Term): { readonly index: Index | undefined; readonly shift: Dimension } {
  const none = { index: undefined, shift: constantDimension(0) };
  if (place.kind === 'index') return { ...none, index: place.index };
  if (place.kind !== 'add') return none;
  let index: Index | undefined;
  let shift = constantDimension(0);
  for (const each of place.terms) {
    if (each.kind === 'index' && index === undefined) index = each.index;
    else if (each.kind === 'number' && Number.isInteger(each.value)) {
      shift = addDimensions(shift, constantDimension(each.value));
    } else if (each.kind === 'size') shift = addDimensions(shift, each.dimension);
    else return none;
  }
  return { index, shift };
}

/** What an element's place must be for `current + shift` to reach it, unless it always does. */
function bounds(current: Index, shift: Dimension, axis: Index): readonly Term[] {
  const here = indexTerm(axis);
  const first = addDimensions(current.from ?? constantDimension(0), shift);
  const end = addDimensions(first, current.size);
  const beginsAtZero = (constantValue(first) ?? 1) <= 0;
  return [
    ...(beginsAtZero ? [] : [apply('greater_equal', here, sizeTerm(first))]),
    ...(end.key === axis.size.key ? [] : [apply('less', here, sizeTerm(end))]),
  ];
}
