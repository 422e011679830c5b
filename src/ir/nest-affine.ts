/**
 * Affine index arithmetic: a constant plus integer multiples of variables with known ranges. Loop variables are
 * canonical by depth and extent, so that two nodes over the same space speak of the same variables. What is not
 * affine (a gathered index, the quotient of a reshape) becomes a variable of its own with a definition.
 */
import type { Expression, Place } from './nest.js';

export type Variable =
  /** The loop at `depth`, running over 0 .. extent - 1. */
  | { readonly kind: 'loop'; readonly id: number; readonly depth: number; readonly extent: number }
  /** An integer read from data, within 0 .. extent - 1 where it is used. */
  | {
      readonly kind: 'value';
      readonly id: number;
      readonly value: Expression;
      readonly extent: number;
      /** Certainly within its extent, wherever it is used: the turn of a loop around the nest. */
      readonly bounded: boolean;
    }
  /** floor(dividend / divisor), within 0 .. extent - 1 where it is used. */
  | {
      readonly kind: 'quotient';
      readonly id: number;
      readonly dividend: Affine;
      readonly divisor: number;
      readonly extent: number;
    };

export interface Term {
  readonly variable: Variable;
  readonly coefficient: number;
}

export interface Affine {
  readonly constant: number;
  /** By ascending variable id, without zero coefficients. */
  readonly terms: readonly Term[];
}

export const zero: Affine = { constant: 0, terms: [] };

export function constantIndex(constant: number): Affine {
  return constant === 0 ? zero : { constant, terms: [] };
}

/** A variable of a single value is that value. */
export function variableIndex(variable: Variable): Affine {
  return variable.extent === 1 ? zero : { constant: 0, terms: [{ variable, coefficient: 1 }] };
}

export function add(left: Affine, right: Affine): Affine {
  if (right.terms.length === 0) return offset(left, right.constant);
  if (left.terms.length === 0) return offset(right, left.constant);
  const terms: Term[] = [];
  let [l, r] = [0, 0];
  for (;;) {
    const [a, b] = [left.terms[l], right.terms[r]];
    if (a === undefined && b === undefined) break;
    if (b === undefined || (a !== undefined && a.variable.id < b.variable.id)) {
      if (a !== undefined) terms.push(a);
      l += 1;
    } else if (a === undefined || b.variable.id < a.variable.id) {
      terms.push(b);
      r += 1;
    } else {
      const coefficient = a.coefficient + b.coefficient;
      if (coefficient !== 0) terms.push({ variable: a.variable, coefficient });
      l += 1;
      r += 1;
    }
  }
  return { constant: left.constant + right.constant, terms };
}

export function offset(index: Affine, constant: number): Affine {
  return constant === 0 ? index : { constant: index.constant + constant, terms: index.terms };
}

export function scale(index: Affine, factor: number): Affine {
  if (factor === 1) return index;
  if (factor === 0) return zero;
  return {
    constant: index.constant * factor,
    terms: index.terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * factor })),
  };
}

export function subtract(left: Affine, right: Affine): Affine {
  return add(left, scale(right, -1));
}

export function sameIndex(left: Affine, right: Affine): boolean {
  return (
    left.constant === right.constant &&
    left.terms.length === right.terms.length &&
    left.terms.every((term, index) => {
      const other = right.terms[index];
      return term.variable === other?.variable && term.coefficient === other.coefficient;
    })
  );
}

/** The smallest and largest value over the ranges of its variables. */
export function rangeOf(index: Affine): { readonly low: number; readonly high: number } {
  let [low, high] = [index.constant, index.constant];
  for (const { variable, coefficient } of index.terms) {
    const reach = coefficient * (variable.extent - 1);
    if (reach > 0) high += reach;
    else low += reach;
  }
  return { low, high };
}

export function indexKey(index: Affine): string {
  let key = `${index.constant}`;
  for (const { variable, coefficient } of index.terms) key += `+${coefficient}v${variable.id}`;
  return key;
}

/** Makes variables and keeps them canonical; one for each planned program. */
export class Variables {
  private nextId = 0;
  private readonly known = new Map<string, Variable>();
  private readonly turns = new Map<Place, Variable>();

  loop(depth: number, extent: number): Variable {
    return this.canonical(`loop ${depth} ${extent}`, (id) => ({ kind: 'loop', id, depth, extent }));
  }

  /** `key` identifies the expression. */
  value(key: string, value: Expression, extent: number): Variable {
    return this.canonical(`value ${extent} ${key}`, (id) => ({
      kind: 'value',
      id,
      value,
      extent,
      bounded: false,
    }));
  }

  /** The counter of a loop of `extent` turns, which lies at `place`. */
  turn(place: Place, extent: number): Variable {
    let variable = this.turns.get(place);
    if (variable === undefined) {
      const value: Expression = { kind: 'load', place, index: zero, dtype: 'int' };
      variable = { kind: 'value', id: this.nextId, value, extent, bounded: true };
      this.nextId += 1;
      this.turns.set(place, variable);
    }
    return variable;
  }

  turnAt(place: Place): Variable | undefined {
    return this.turns.get(place);
  }

  /** floor(index / divisor), affine where the ranges allow it. The index is never negative where it is used. */
  quotient(index: Affine, divisor: number, extent: number): Affine {
    if (divisor === 1) return index;
    const whole: Term[] = [];
    const rest: Term[] = [];
    for (const term of index.terms) (term.coefficient % divisor === 0 ? whole : rest).push(term);
    const wholeConstant = Math.floor(index.constant / divisor);
    const remainder: Affine = { constant: index.constant - wholeConstant * divisor, terms: rest };
    const { low, high } = rangeOf(remainder);
    if (Math.floor(low / divisor) === Math.floor(high / divisor)) {
      const terms = whole.map(({ variable, coefficient }) => ({
        variable,
        coefficient: coefficient / divisor,
      }));
      return { constant: wholeConstant + Math.floor(low / divisor), terms };
    }
    return variableIndex(
      this.canonical(`quotient ${divisor} ${extent} ${indexKey(index)}`, (id) => ({
        kind: 'quotient',
        id,
        dividend: index,
        divisor,
        extent,
      })),
    );
  }

  private canonical(key: string, make: (id: number) => Variable): Variable {
    let variable = this.known.get(key);
    if (variable === undefined) {
      variable = make(this.nextId);
      this.nextId += 1;
      this.known.set(key, variable);
    }
    return variable;
  }
}
