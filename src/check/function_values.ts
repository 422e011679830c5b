/** Functions handed over as values: `activation = gelu`, `f: fn(real): real`. */
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { errorExpression } from './convert.js';
import type { Entity } from './entities.js';
import { typedFunction } from './functions.js';
import { printType } from './print_type.js';
import { isScalarType, realScalar, symbolsOfType } from './type_facts.js';
import type { TypedExpression, TypedFunction } from './typed.js';
import type { FunctionType, Type } from './types.js';
import { Bindings } from './unify.js';

/** The function that an entity is, as a value of `expected`; undefined when it is no function. */
export function functionValue(
  context: Context,
  entity: Entity,
  name: string,
  expected: FunctionType,
  span: Span,
): TypedExpression | undefined {
  if (entity.kind === 'builtin' && entity.builtin.kind === 'elementwise') {
    const { operator, arity } = entity.builtin;
    const type: FunctionType = {
      kind: 'function',
      parameters: Array.from({ length: arity }, () => realScalar),
      result: realScalar,
    };
    if (arity !== expected.parameters.length) return unfit(context, name, expected, type, span);
    return { kind: 'function_value', target: { kind: 'builtin', operator }, type, span };
  }
  const target = targetOf(context, entity, span);
  if (target === undefined) return undefined;
  // A function's own dimensions in the expected type are known once the other arguments are matched.
  if ([...symbolsOfType(expected)].some((symbol) => symbol.origin === 'quantified')) {
    const open: Type = { kind: 'function', parameters: expected.parameters, result: expected.result };
    return { kind: 'function_value', target: { kind: 'function', function: target }, type: open, span };
  }
  const type = typeAgainst(context, target, expected, span);
  if (type === undefined) return unfit(context, name, expected, typeOf(target), span);
  return { kind: 'function_value', target: { kind: 'function', function: target }, type, span };
}

function unfit(
  context: Context,
  name: string,
  expected: FunctionType,
  type: FunctionType,
  span: Span,
): TypedExpression {
  context.session.error('AM2206', span, `\`${name}\` is not a ${printType(expected)}`, {
    notes: [`its type is ${printType(type)}`],
  });
  return errorExpression(span);
}

function targetOf(context: Context, entity: Entity, span: Span): TypedFunction | undefined {
  if (entity.kind === 'model' && entity.value.kind === 'instance') return entity.value.forward;
  if (entity.kind !== 'function') return undefined;
  const target = typedFunction(context.session, entity.definition);
  if (target === undefined) {
    const name = entity.definition.syntax.name.name;
    context.session.error('AM2008', span, `\`${name}\` refers to itself`, {
      notes: ['functions do not recur, directly or through others'],
    });
  }
  return target;
}

function typeOf(target: TypedFunction): FunctionType {
  return { kind: 'function', parameters: target.parameters.map(({ type }) => type), result: target.result };
}

/** The type that a function value has where `expected` is wanted; undefined when it does not fit. */
export function functionValueType(
  context: Context,
  value: Extract<TypedExpression, { kind: 'function_value' }>,
  expected: FunctionType,
): Type | undefined {
  const { target } = value;
  return target.kind === 'builtin' ? value.type : typeAgainst(context, target.function, expected, value.span);
}

/** The target's type with its own dimensions bound by the expected parameters. */
function typeAgainst(
  context: Context,
  target: TypedFunction,
  expected: FunctionType,
  span: Span,
): Type | undefined {
  if (target.parameters.length !== expected.parameters.length) return undefined;
  const bindings = new Bindings(context.session, target.dimensions, target.run);
  for (const [index, symbol] of target.parameters.entries()) {
    const given = expected.parameters[index];
    if (given === undefined || bindings.matchType(symbol.type, given, span) !== undefined) return undefined;
  }
  if (bindings.finish() !== undefined) return undefined;
  const result = bindings.substitute(target.result);
  const fits = isScalarType(expected.result) === isScalarType(result);
  return fits ? { kind: 'function', parameters: expected.parameters, result } : undefined;
}
