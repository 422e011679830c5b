/** Index notation that binds names: comprehensions and reductions over binders with an optional guard. */
import type { Binder, BinderCallExpression, ComprehensionExpression, Expression } from '../parser/ast.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { errorExpression, fill, isError } from './convert.js';
import { addDimensions, constantDimension, constantValue, subtractDimensions } from './dimension.js';
import { checkCondition, checkExpression } from './expression.js';
import { comprehensionOverModels, reductionOverModels } from './model_binders.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import { printType } from './print_type.js';
import { reducedElement } from './reductions.js';
import { freshSymbol } from './session.js';
import { arrayType, intScalar, isScalar, shapeOf } from './type_facts.js';
import { requireStatic } from './type_syntax.js';
import type { TypedBinder, TypedExpression } from './typed.js';
import type { Dimension, Type } from './types.js';

interface Bound {
  readonly context: Context;
  readonly binders: readonly TypedBinder[];
}

/** Opens a scope with the binders' names; undefined when a domain has no size. */
function bind(context: Context, binders: readonly Binder[]): Bound | undefined {
  let inner = context;
  let valid = true;
  const typed: TypedBinder[] = [];
  const names = new Set<string>();
  for (const binder of binders) {
    const { name, span } = binder.name;
    if (names.has(name)) context.session.error('AM2002', span, `two binders are called \`${name}\``);
    names.add(name);
    const domain = checkDomain(inner, binder.domain);
    inner = within(inner);
    if (domain === undefined) {
      valid = false;
      inner.scope.names.set(name, { kind: 'error' });
      continue;
    }
    const symbol = freshSymbol(name, 'binder', intScalar, span);
    declareRange(context, symbol, domain);
    inner.scope.names.set(name, { kind: 'value', symbol });
    typed.push({ symbol, ...domain });
  }
  return valid ? { context: inner, binders: typed } : undefined;
}

function declareRange(context: Context, symbol: TypedBinder['symbol'], range: Domain): void {
  const { session } = context;
  session.shadow(symbol);
  const atom = session.shadows.get(symbol);
  if (atom !== undefined) session.ranges.set(atom, range);
}

export interface Domain {
  readonly from: Dimension;
  readonly size: Dimension;
}

/** `N`, `5`, `a..b`: where an index runs. */
export function checkDomain(context: Context, expression: Expression): Domain | undefined {
  const { session } = context;
  if (expression.kind === 'range') {
    const from = requireStatic(context, checkExpression(context, expression.from), 'the start of a range');
    const to = requireStatic(context, checkExpression(context, expression.to), 'the end of a range');
    if (from === undefined || to === undefined) return undefined;
    const size = addDimensions(subtractDimensions(to, from), constantDimension(1));
    const count = constantValue(size);
    if (count !== undefined && count < 0) {
      session.error('AM2119', expression.span, 'this range ends before it begins');
      return undefined;
    }
    return { from, size };
  }
  const typed = checkExpression(context, expression);
  if (isError(typed)) return undefined;
  if (typed.type.kind !== 'array' || typed.type.element.kind !== 'int' || !isScalar(typed.type.shape)) {
    session.error(
      'AM2119',
      expression.span,
      `an index runs over a dimension or a range, and this is ${printType(typed.type)}`,
      {
        notes: ['write a dimension (`i in N`), an int (`i in 5`) or a range (`i in 1..n-1`)'],
      },
    );
    return undefined;
  }
  const size = requireStatic(context, typed, 'what an index runs over');
  return size === undefined ? undefined : { from: constantDimension(0), size };
}

/** Checks the body even when a domain is wrong, for its own mistakes. */
function bindAnyway(context: Context, binders: readonly Binder[]): Context {
  const inner = within(context);
  for (const { name } of binders) inner.scope.names.set(name.name, { kind: 'error' });
  return inner;
}

export function checkComprehension(
  context: Context,
  expression: ComprehensionExpression,
  expected: Type | undefined,
): TypedExpression {
  const { span } = expression;
  const unrolled = comprehensionOverModels(context, expression);
  if (unrolled !== undefined) return unrolled;
  const bound = bind(context, expression.binders);
  if (bound === undefined) {
    checkExpression(bindAnyway(context, expression.binders), expression.body);
    return errorExpression(span);
  }
  const body = checkExpression(
    bound.context,
    expression.body,
    expected?.kind === 'function' ? expected : undefined,
  );
  if (isError(body)) return errorExpression(span);
  return comprehension(context, bound.binders, body, span);
}

function comprehension(
  context: Context,
  binders: readonly TypedBinder[],
  body: TypedExpression,
  span: TypedExpression['span'],
): TypedExpression {
  const { type } = body;
  if (type.kind !== 'array' || type.shape.run !== undefined) {
    context.session.error(
      'AM2113',
      body.span,
      `a comprehension is made of numbers and arrays, and this is ${printType(type)}`,
    );
    return errorExpression(span);
  }
  const dimensions = [...binders.map(({ size }) => size), ...type.shape.dimensions];
  return { kind: 'comprehension', binders, body, type: arrayType(type.element, shapeOf(dimensions)), span };
}

export function checkBinderCall(context: Context, expression: BinderCallExpression): TypedExpression {
  const { callee, span } = expression;
  const unrolled = reductionOverModels(context, expression);
  if (unrolled !== undefined) return unrolled;
  const entity = lookupCallable(context, callee.name);
  if (entity !== undefined) noteUse(context.session, callee.span, callee.name, entity);
  const bound = bind(context, expression.binders);
  const inner = bound?.context ?? bindAnyway(context, expression.binders);
  const guard =
    expression.guard === undefined ? undefined : checkCondition(inner, expression.guard, 'a guard');
  const guarded = guard === undefined ? inner : { ...inner, guarded: true };
  const body = checkExpression(guarded, expression.body);
  if (entity === undefined) {
    unknownName(context, callee.name, callee.span);
    return errorExpression(span);
  }
  if (entity.kind !== 'builtin' || entity.builtin.kind !== 'reduction') {
    if (entity.kind === 'function' && guard === undefined) return overComprehension(context, expression);
    if (entity.kind !== 'error') {
      context.session.error('AM2112', callee.span, `\`${callee.name}\` is not a reduction`, {
        notes: [
          'binders and guards belong to sum, mean, product, max, min, any, all, count, logsumexp, norm, variance, deviation, argmax and argmin',
        ],
      });
    }
    return errorExpression(span);
  }
  if (bound === undefined || isError(body) || (guard !== undefined && isError(guard)))
    return errorExpression(span);
  return reduce(context, entity.builtin.operator, bound.binders, guard, body, expression);
}

type ReduceOperator = Extract<TypedExpression, { kind: 'reduce' }>['operator'];

function reduce(
  context: Context,
  operator: ReduceOperator,
  binders: readonly TypedBinder[],
  guard: TypedExpression | undefined,
  body: TypedExpression,
  expression: BinderCallExpression,
): TypedExpression {
  const { span } = expression;
  const sizes = binders.map(({ size }) => size);
  let element = reducedElement(context, operator, body, sizes, body.span);
  if (element === undefined || body.type.kind !== 'array') return errorExpression(span);
  if (element.kind === 'class' && constantValue(binders[0]?.from ?? constantDimension(0)) !== 0)
    element = { kind: 'int' };
  if (isScalar(body.type.shape)) {
    return {
      kind: 'reduce',
      operator,
      binders,
      guard,
      body,
      type: arrayType(element, body.type.shape),
      span,
    };
  }
  return reduceArrays(
    context,
    operator,
    binders,
    guard,
    body,
    arrayType(element, body.type.shape),
    expression,
  );
}

/** A reduction of arrays is one over the leading axes of a comprehension. A guard is possible where 0 is neutral. */
function reduceArrays(
  context: Context,
  operator: ReduceOperator,
  binders: readonly TypedBinder[],
  guard: TypedExpression | undefined,
  body: TypedExpression,
  type: Type & { kind: 'array' },
  { span }: BinderCallExpression,
): TypedExpression {
  let element = body;
  if (guard !== undefined && body.type.kind === 'array') {
    if (operator !== 'sum') {
      context.session.error(
        'AM2112',
        span,
        `a guarded \`${operator}\` reduces numbers, and this is ${printType(body.type)}`,
        {
          notes: ['name the remaining indices in a comprehension around it: `[k in K: ...]`'],
        },
      );
      return errorExpression(span);
    }
    const zero: TypedExpression = {
      kind: 'constant',
      value: 0,
      type: arrayType(body.type.element, shapeOf([])),
      span: body.span,
    };
    element = {
      kind: 'if',
      condition: guard,
      then: body,
      otherwise: fill(zero, body.type.shape),
      type: body.type,
      span: body.span,
    };
  }
  const operand = comprehension(context, binders, element, span);
  if (operand.type.kind !== 'array') return operand;
  const count = operand.type.shape.dimensions.length;
  const axes = binders.map((_, index) => count - index);
  return { kind: 'reduce_axes', operator, operand, axes, type, span };
}

/** `f(i in N: e)` of a function is `f([i in N: e])`. */
function overComprehension(context: Context, expression: BinderCallExpression): TypedExpression {
  const { callee, binders, body, span } = expression;
  return checkExpression(context, {
    kind: 'call',
    callee: { kind: 'name', name: callee.name, span: callee.span },
    arguments: [{ name: undefined, value: { kind: 'comprehension', binders, body, span }, span }],
    over: [],
    on: undefined,
    span,
  });
}
