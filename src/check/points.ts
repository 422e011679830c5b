/**
 * Questions about many points at once: `values(Y)` and `grads(Y)` are the comprehension of `value` and `grad` over the
 * rows of Y. A consumer that maps comprehensions over whole axes asks all points in one go.
 */
import type { CallExpression } from '../parser/ast.js';
import { positional } from './builtin_calls.js';
import type { Builtin } from './builtins.js';
import type { Context } from './context.js';
import { errorExpression, fit, isError, reference, tryFit } from './convert.js';
import { constantDimension, symbolDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import { arrayType, intScalar, realElement, realScalar, shapeOf } from './type_facts.js';
import type { TypedExpression, TypedObjectiveQuery, ValueSymbol } from './typed.js';
import type { Dimension } from './types.js';

export function checkPoints(
  context: Context,
  call: CallExpression,
  builtin: Builtin,
  query: 'value' | 'gradient',
): TypedExpression {
  const { session, optimizer } = context;
  const { span } = call;
  if (optimizer === undefined) {
    session.error(
      'AM2403',
      span,
      `\`${builtin.name}\` asks about the objective, and only an optimizer has one`,
      { notes: ['it stands in the body of an `optimizer`'] },
    );
    return errorExpression(span);
  }
  const [first] = positional(context, call, builtin, 1) ?? [];
  if (first === undefined) return errorExpression(span);
  const typed = checkExpression(context, first);
  if (isError(typed)) return errorExpression(span);
  const size = symbolDimension(optimizer.size);
  const { type } = typed;
  const [rows] = type.kind === 'array' && type.shape.run === undefined ? type.shape.dimensions : [];
  if (rows === undefined || type.kind !== 'array' || type.shape.dimensions.length !== 2) {
    session.error(
      'AM2720',
      typed.span,
      `\`${builtin.name}\` takes points, one in each row, and this is ${printType(type)}`,
      { notes: [`\`${query === 'value' ? 'value' : 'grad'}(y)\` asks at a single point`] },
    );
    return errorExpression(span);
  }
  const wanted = arrayType(realElement, shapeOf([rows, size]));
  const points = tryFit(session, typed, wanted) ?? fit(context, typed, wanted, 'the points');
  if (isError(points)) return errorExpression(span);
  const symbol = freshSymbol('points', 'local', wanted, typed.span);
  const each = overRows(symbol, rows, size, query, call.on !== undefined, span);
  const statements = [{ kind: 'let' as const, symbol, value: points, span: typed.span }];
  return { kind: 'block', statements, result: each, type: each.type, span };
}

/** `[i in rows: value(points[i])]`. */
function overRows(
  points: ValueSymbol,
  rows: Dimension,
  size: Dimension,
  query: 'value' | 'gradient',
  fresh: boolean,
  span: CallExpression['span'],
): TypedExpression {
  const vector = arrayType(realElement, shapeOf([size]));
  const index = freshSymbol('point', 'binder', intScalar, span);
  const at: TypedExpression = {
    kind: 'index',
    object: reference(points, span),
    indices: [{ kind: 'at', value: reference(index, span) }],
    type: vector,
    span,
  };
  const body: TypedObjectiveQuery = {
    kind: 'objective',
    query,
    at,
    direction: undefined,
    fresh,
    type: query === 'value' ? realScalar : vector,
    span,
  };
  return {
    kind: 'comprehension',
    binders: [{ symbol: index, from: constantDimension(0), size: rows }],
    body,
    type: arrayType(realElement, shapeOf(query === 'value' ? [rows] : [rows, size])),
    span,
  };
}
