/** `a[i]`, `a[i, j]`, `a[1..3]` and gathers `E[label]`, with a check of the bounds where they can be shown. */
import type { Expression, IndexExpression } from '../parser/ast.js';
import type { Context } from './context.js';
import { errorExpression, isError } from './convert.js';
import {
  addDimensions,
  bareSymbol,
  constantDimension,
  constantValue,
  fromTerms,
  printDimension,
  substituteDimension,
  subtractDimensions,
  symbolsOf,
} from './dimension.js';
import { checkExpression } from './expression.js';
import { modelValueOf } from './model_values.js';
import { vectorOfModel } from './model_vectors.js';
import { printType } from './print_type.js';
import { indexPolynomial, staticValue } from './static_values.js';
import { staticExpression } from './names.js';
import { arrayType, isScalar } from './type_facts.js';
import type { TypedExpression, TypedIndexItem } from './typed.js';
import type { ArrayType, Dimension, DimensionSymbol } from './types.js';

export function checkIndex(context: Context, expression: IndexExpression): TypedExpression {
  const { span } = expression;
  const model = modelValueOf(context, expression);
  if (model !== undefined) return vectorOfModel(context, model, span);
  const object = checkExpression(context, expression.object);
  if (isError(object)) {
    for (const index of expression.indices) checkItem(context, index, undefined);
    return errorExpression(span);
  }
  const { type } = object;
  if (type.kind !== 'array' || type.shape.dimensions.length === 0 || type.shape.run !== undefined) {
    context.session.error('AM2109', object.span, `${printType(type)} cannot be indexed`, {
      notes: [
        type.kind === 'array' && type.shape.run !== undefined
          ? 'its first axes are a run `...` of unknown length'
          : 'only arrays have elements',
      ],
    });
    return errorExpression(span);
  }
  const { dimensions } = type.shape;
  if (expression.indices.length > dimensions.length) {
    context.session.error(
      'AM2109',
      span,
      `${printType(type)} has ${dimensions.length} dimensions, and ${expression.indices.length} indices are given`,
    );
    return errorExpression(span);
  }
  const items = expression.indices.map((index, axis) => checkItem(context, index, dimensions[axis]));
  const known = items.filter((item) => item !== undefined);
  if (known.length < items.length) return errorExpression(span);
  return indexed(context, object, type, known, span);
}

function indexed(
  context: Context,
  object: TypedExpression,
  type: ArrayType,
  items: readonly TypedIndexItem[],
  span: TypedExpression['span'],
): TypedExpression {
  const rest = type.shape.dimensions.slice(items.length);
  const [only] = items;
  const gathers = items.some((item) => item.kind === 'at' && !isScalarValue(item.value));
  if (gathers) {
    if (only?.kind !== 'at' || items.length > 1 || only.value.type.kind !== 'array') {
      context.session.error('AM2109', span, 'an array of indices must be the only index', {
        notes: ['with several indices write a comprehension: `[n in N: a[i[n], j[n]]]`'],
      });
      return errorExpression(span);
    }
    const { run, dimensions } = only.value.type.shape;
    const result = arrayType(type.element, { run, dimensions: [...dimensions, ...rest] });
    return { kind: 'index', object, indices: items, type: result, span };
  }
  const kept = items.flatMap((item) => (item.kind === 'range' ? [item.size] : []));
  const result = arrayType(type.element, { run: undefined, dimensions: [...kept, ...rest] });
  const typed: TypedExpression = { kind: 'index', object, indices: items, type: result, span };
  const value = staticValue(context.session, typed);
  return value === undefined ? typed : staticExpression(value, span);
}

function isScalarValue(typed: TypedExpression): boolean {
  return typed.type.kind === 'array' && isScalar(typed.type.shape);
}

/** One index, against the dimension it indexes. */
export function checkItem(
  context: Context,
  expression: Expression,
  dimension: Dimension | undefined,
): TypedIndexItem | undefined {
  if (expression.kind === 'range') return checkSlice(context, expression, dimension);
  const value = checkExpression(context, expression);
  const { type } = value;
  if (type.kind === 'error') return undefined;
  const { session } = context;
  if (type.kind !== 'array' || (type.element.kind !== 'int' && type.element.kind !== 'class')) {
    session.error(
      'AM2109',
      expression.span,
      `an index is an int or a class, and this is ${printType(type)}`,
      {
        notes:
          type.kind === 'array' && type.element.kind === 'real'
            ? ['a real becomes an int by `int(...)`, toward zero']
            : [],
      },
    );
    return undefined;
  }
  if (
    type.element.kind === 'class' &&
    dimension !== undefined &&
    !session.agree(type.element.classes, dimension, expression.span)
  ) {
    session.error(
      'AM2109',
      expression.span,
      `an index of ${printDimension(type.element.classes)} cannot index ${printDimension(dimension)}`,
    );
    return undefined;
  }
  if (dimension !== undefined && isScalar(type.shape)) checkBounds(context, value, dimension);
  return { kind: 'at', value };
}

function checkSlice(
  context: Context,
  expression: Extract<Expression, { kind: 'range' }>,
  dimension: Dimension | undefined,
): TypedIndexItem | undefined {
  const { session } = context;
  const from = checkExpression(context, expression.from);
  const to = checkExpression(context, expression.to);
  if (isError(from) || isError(to)) return undefined;
  const first = indexPolynomial(session, from);
  const last = indexPolynomial(session, to);
  const size = first && last && addDimensions(subtractDimensions(last, first), constantDimension(1));
  if (size === undefined || [...symbolsOf(size)].some((symbol) => session.ranges.has(symbol))) {
    session.error('AM2111', expression.span, 'the length of a slice must be known before the run', {
      notes: ['its ends may move, together: `x[i..i+2]`'],
    });
    return undefined;
  }
  const count = constantValue(size);
  if (count !== undefined && count < 0) {
    session.error('AM2119', expression.span, 'this range ends before it begins');
    return undefined;
  }
  session.useStatically(size);
  if (dimension !== undefined) {
    checkBounds(context, from, dimension);
    checkBounds(context, to, dimension);
  }
  return { kind: 'range', from, size };
}

/** An error where some index is certainly outside and no condition stands in between. */
function checkBounds(context: Context, value: TypedExpression, dimension: Dimension): void {
  const { session } = context;
  const position = indexPolynomial(session, value);
  if (position === undefined) return;
  const largest = extreme(context, position, 'largest');
  const smallest = extreme(context, position, 'smallest');
  const always = [...symbolsOf(position)].every((symbol) => !session.ranges.has(symbol));
  if (context.guarded && !always) return;
  const above = largest && constantValue(session.expand(subtractDimensions(largest, dimension)));
  const below = smallest && constantValue(session.expand(smallest));
  if (above !== undefined && above >= 0) {
    outOfRange(context, value, dimension, largest === undefined ? '' : printDimension(largest), always);
  } else if (below !== undefined && below < 0) {
    outOfRange(context, value, dimension, String(below), always);
  }
}

function outOfRange(
  context: Context,
  value: TypedExpression,
  dimension: Dimension,
  reached: string,
  always: boolean,
): void {
  context.session.error('AM2110', value.span, 'this index leaves its dimension', {
    notes: [
      `indices of ${printDimension(dimension)} run from 0 to ${printDimension(subtractDimensions(dimension, constantDimension(1)))}, and this one ${always ? 'is' : 'reaches'} ${reached}`,
      ...(always ? [] : ['shorten the range of the binder, or guard it with `where`']),
    ],
  });
}

/** The largest or smallest value over the ranges of all binders in it; undefined when it is not linear in them. */
function extreme(
  context: Context,
  position: Dimension,
  which: 'largest' | 'smallest',
): Dimension | undefined {
  const { session } = context;
  let result = position;
  for (let turn = 0; turn < 8; turn += 1) {
    const moving = [...symbolsOf(result)].find((symbol) => session.ranges.has(symbol));
    if (moving === undefined) return result;
    const range = session.ranges.get(moving);
    const slope = slopeIn(result, moving);
    if (range === undefined || slope === undefined) return undefined;
    const last = subtractDimensions(addDimensions(range.from, range.size), constantDimension(1));
    const end = slope > 0 === (which === 'largest') ? last : range.from;
    result = substituteDimension(result, (symbol) => (symbol === moving ? end : undefined));
  }
  return undefined;
}

function slopeIn(dimension: Dimension, symbol: DimensionSymbol): number | undefined {
  let slope = 0;
  for (const term of dimension.terms) {
    const mentions = [...symbolsOf(fromTerms([term]))].includes(symbol);
    if (!mentions) continue;
    const alone = bareSymbol(fromTerms([{ ...term, coefficient: 1 }]));
    if (alone !== symbol) return undefined;
    slope += term.coefficient;
  }
  return slope;
}
