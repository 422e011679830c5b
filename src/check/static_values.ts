/**
 * The abstract evaluator of compile-time integers: reads from a typed expression the integer that it is before the
 * run, as a polynomial over dimensions. In index arithmetic binders and loop variables take part as atoms of their own.
 */
import {
  addDimensions,
  constantDimension,
  constantValue,
  floorDivideDimensions,
  multiplyDimensions,
  powerDimension,
  scaleDimension,
  subtractDimensions,
  symbolDimension,
} from './dimension.js';
import type { StaticValue } from './entities.js';
import type { Session } from './session.js';
import type { TypedApply, TypedExpression } from './typed.js';
import type { Dimension } from './types.js';

/** The integer that an expression is before the run. */
export function staticInteger(session: Session, typed: TypedExpression): Dimension | undefined {
  return integer(session, typed, false);
}

/** An integer with binders and loop variables as atoms. */
export function indexPolynomial(session: Session, typed: TypedExpression): Dimension | undefined {
  return integer(session, typed, true);
}

/** An integer or a list of integers. */
export function staticValue(session: Session, typed: TypedExpression): StaticValue | undefined {
  if (typed.kind === 'list' && typed.elements.length === 0) return { kind: 'list', elements: [] };
  if (typed.type.kind !== 'array' || typed.type.element.kind !== 'int') return undefined;
  switch (typed.kind) {
    case 'list':
      return listOf(typed.elements.map((element) => staticValue(session, element)));
    case 'reference':
      if (session.statics.has(typed.symbol)) return session.statics.get(typed.symbol);
      break;
    case 'structural':
      if (typed.operator === 'concat') return concatenated(session, typed.operands);
      break;
    case 'index':
      return indexed(session, typed);
    default:
  }
  const value = staticInteger(session, typed);
  return value === undefined ? undefined : { kind: 'int', value };
}

function listOf(elements: readonly (StaticValue | undefined)[]): StaticValue | undefined {
  const known = elements.filter((element) => element !== undefined);
  return known.length === elements.length ? { kind: 'list', elements: known } : undefined;
}

function concatenated(session: Session, operands: readonly TypedExpression[]): StaticValue | undefined {
  const elements: StaticValue[] = [];
  for (const operand of operands) {
    const value = staticValue(session, operand);
    if (value?.kind !== 'list') return undefined;
    elements.push(...value.elements);
  }
  return { kind: 'list', elements };
}

function indexed(
  session: Session,
  typed: Extract<TypedExpression, { kind: 'index' }>,
): StaticValue | undefined {
  let value = staticValue(session, typed.object);
  for (const item of typed.indices) {
    if (value?.kind !== 'list') return undefined;
    const position = item.kind === 'at' ? item.value : item.from;
    const at = staticInteger(session, position);
    const start = at === undefined ? undefined : session.concrete(at);
    if (start === undefined) return undefined;
    if (item.kind === 'at') value = value.elements[start];
    else {
      const size = session.concrete(item.size);
      if (size === undefined) return undefined;
      value = { kind: 'list', elements: value.elements.slice(start, start + size) };
    }
  }
  return value;
}

function integer(session: Session, typed: TypedExpression, shadows: boolean): Dimension | undefined {
  const { type } = typed;
  if (type.kind !== 'array' || type.element.kind === 'real' || type.element.kind === 'bool') return undefined;
  switch (typed.kind) {
    case 'constant':
      return Number.isSafeInteger(typed.value) ? constantDimension(typed.value) : undefined;
    case 'dimension':
      return typed.total ? undefined : typed.dimension;
    case 'reference': {
      const { symbol } = typed;
      if (symbol.dimension !== undefined) return symbolDimension(symbol.dimension);
      const known = session.statics.get(symbol);
      if (known?.kind === 'int') return known.value;
      const isIndex = symbol.role === 'binder' || symbol.role === 'loop';
      return shadows && isIndex && type.element.kind === 'int' ? session.shadow(symbol) : undefined;
    }
    case 'apply':
      return applied(session, typed, shadows);
    case 'index': {
      const value = indexed(session, typed);
      return value?.kind === 'int' ? value.value : undefined;
    }
    default:
      return undefined;
  }
}

function applied(session: Session, typed: TypedApply, shadows: boolean): Dimension | undefined {
  const [first, second] = typed.operands.map((operand) => integer(session, operand, shadows));
  if (first === undefined) return undefined;
  if (typed.operator === 'negate') return scaleDimension(first, -1);
  if (second === undefined) return undefined;
  switch (typed.operator) {
    case 'add':
      return addDimensions(first, second);
    case 'subtract':
      return subtractDimensions(first, second);
    case 'multiply':
      return multiplyDimensions(first, second);
    case 'floor_divide':
      return floorDivideDimensions(first, second);
    case 'modulo': {
      const quotient = floorDivideDimensions(first, second);
      return quotient && subtractDimensions(first, multiplyDimensions(quotient, second));
    }
    case 'power': {
      const exponent = constantValue(second);
      return exponent !== undefined && exponent >= 0 && exponent <= 8
        ? powerDimension(first, exponent)
        : undefined;
    }
    case 'maximum':
    case 'minimum': {
      const a = session.concrete(first);
      const b = session.concrete(second);
      if (a === undefined || b === undefined) return undefined;
      return constantDimension(typed.operator === 'maximum' ? Math.max(a, b) : Math.min(a, b));
    }
    default:
      return undefined;
  }
}

/** A truth value known before the run, for choosing a branch. */
export function staticTruth(session: Session, typed: TypedExpression): boolean | undefined {
  if (typed.kind === 'constant') return typed.value !== 0;
  if (typed.kind !== 'apply') return undefined;
  const [left, right] = typed.operands;
  if (left === undefined) return undefined;
  if (typed.operator === 'not') {
    const value = staticTruth(session, left);
    return value === undefined ? undefined : !value;
  }
  if (right === undefined) return undefined;
  if (typed.operator === 'and' || typed.operator === 'or') {
    const a = staticTruth(session, left);
    const b = staticTruth(session, right);
    const decisive = typed.operator === 'or';
    if (a === decisive || b === decisive) return decisive;
    return a === undefined || b === undefined ? undefined : !decisive;
  }
  const a = staticInteger(session, left);
  const b = staticInteger(session, right);
  const difference = a && b && session.concrete(subtractDimensions(a, b));
  if (difference === undefined) return undefined;
  return compareWithZero(typed.operator, difference);
}

function compareWithZero(operator: TypedApply['operator'], difference: number): boolean | undefined {
  switch (operator) {
    case 'equal':
      return difference === 0;
    case 'not_equal':
      return difference !== 0;
    case 'less':
      return difference < 0;
    case 'less_equal':
      return difference <= 0;
    case 'greater':
      return difference > 0;
    case 'greater_equal':
      return difference >= 0;
    default:
      return undefined;
  }
}
