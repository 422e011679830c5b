/**
 * Whether a distribution has such parameters at all. `fn possible(): bool` of a distribution says it. A condition
 * whose parameters are written as numbers is decided here; any other is decided in the run, where a draw with
 * impossible parameters is a NaN.
 */
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { constant, isError } from './convert.js';
import { constantValue } from './dimension.js';
import type { WrittenDistribution } from './distributions.js';
import type { ArrayValue } from './evaluate/array.js';
import { Environment } from './evaluate/environment.js';
import { evaluateArray } from './evaluate/expression.js';
import { baseContext } from './evaluate/prepare.js';
import { callGiven } from './function_calls.js';
import { typedFunction } from './functions.js';
import type { Session } from './session.js';
import { childrenOf } from './traverse.js';
import { boolScalar, isScalarType, realScalar } from './type_facts.js';
import type { TypedCall, TypedExpression, ValueSymbol } from './typed.js';
import type { Dimension } from './types.js';

/** The draw where its parameters are possible, else NaN; an error is reported where they are known not to be. */
export function wherePossible(
  context: Context,
  { definition, call }: WrittenDistribution,
  given: readonly TypedExpression[],
  drawn: TypedExpression,
): TypedExpression {
  const operation = definition.operations.get('possible');
  const target = operation && typedFunction(context.session, operation);
  if (target === undefined || isError(drawn)) return drawn;
  const types = given.map(({ type }) => type);
  const asked = callGiven(context, call, target, target.name, given, { types, lift: undefined });
  if (asked.kind !== 'call') return drawn;
  const name = definition.syntax.name.name;
  const conjuncts = conjunctsOf(asked.function.body);
  const open: TypedExpression[] = [];
  for (const condition of conjuncts) {
    const holds = decided(asked, condition);
    if (holds === undefined) open.push(condition);
    else if (!holds) {
      context.session.error('AM2509', call.span, `no \`${name}\` has such parameters`, {
        labels: [{ span: condition.span, message: 'this does not hold' }],
        notes: [valuesText(asked, condition)],
      });
      return { ...drawn, type: { kind: 'error' } };
    }
  }
  if (open.length === 0) return drawn;
  const holds = allOf(asked, call.span);
  return {
    kind: 'structural',
    operator: 'possible',
    operands: [drawn, holds],
    type: drawn.type,
    span: call.span,
  };
}

function allOf(asked: TypedExpression, span: Span): TypedExpression {
  if (isScalarType(asked.type)) return asked;
  return { kind: 'reduce_axes', operator: 'all', operand: asked, axes: 'all', type: boolScalar, span };
}

function conjunctsOf(condition: TypedExpression): readonly TypedExpression[] {
  return condition.kind === 'apply' && condition.operator === 'and'
    ? condition.operands.flatMap(conjunctsOf)
    : [condition];
}

function mentioned(typed: TypedExpression, found = new Set<ValueSymbol>()): Set<ValueSymbol> {
  if (typed.kind === 'reference') found.add(typed.symbol);
  for (const child of childrenOf(typed)) mentioned(child, found);
  return found;
}

/** Made of numbers alone. */
function isClosed(typed: TypedExpression): boolean {
  if (typed.kind === 'constant') return true;
  if (typed.kind !== 'apply' && typed.kind !== 'list') return false;
  return [...childrenOf(typed)].every(isClosed);
}

/** Whether a condition on parameters that are written as numbers holds; undefined where one is computed. */
function decided(asked: TypedCall, condition: TypedExpression): boolean | undefined {
  const symbols = mentioned(condition);
  const { parameters } = asked.function;
  const known = asked.arguments.every((argument, index) => {
    const symbol = parameters[index];
    return symbol === undefined || !symbols.has(symbol) || isClosed(argument);
  });
  if (!known) return undefined;
  const { instantiation } = asked;
  const isKnown = (value: Dimension): boolean => constantValue(value) !== undefined;
  if (instantiation.run !== undefined && !instantiation.run.value.dimensions.every(isKnown)) return undefined;
  const dimensions = instantiation.dimensions.filter(({ value }) => isKnown(value));
  const unknown = constant(NaN, realScalar, asked.span);
  const typed: TypedCall = {
    ...asked,
    function: { ...asked.function, body: condition },
    instantiation: { ...instantiation, dimensions },
    arguments: asked.arguments.map((argument) => (isClosed(argument) ? argument : unknown)),
    lift: asked.arguments.every((argument) => isClosed(argument)) ? asked.lift : undefined,
  };
  // Elements that are known beside others that are not have shapes of their own, which are left to the run.
  if (typed.lift !== asked.lift && typed.arguments.some((argument) => !isScalarType(argument.type)))
    return undefined;
  return valueOf(typed)?.data.every((element) => Number(element) !== 0);
}

function valueOf(typed: TypedExpression): ArrayValue | undefined {
  return evaluateArray(typed, new Environment({ ...baseContext(0), variables: new Set() }));
}

function valuesText(asked: TypedCall, condition: TypedExpression): string {
  const symbols = mentioned(condition);
  const texts = asked.function.parameters.flatMap((symbol, index) => {
    const argument = asked.arguments[index];
    if (!symbols.has(symbol) || argument === undefined) return [];
    const value = valueOf(argument);
    if (value === undefined) return [];
    const numbers = value.data.slice(0, 8).map(Number).join(', ');
    return [`${symbol.name} is ${value.shape.length === 0 ? numbers : `[${numbers}]`}`];
  });
  return texts.join(', ');
}

/**
 * The objective where all draws that it reads have possible parameters, else NaN: classes, truth values and counts
 * have no NaN of their own that would say so. Draws in the bodies of modules speak of names that are not seen here.
 */
export function withPossibleDraws(session: Session, objective: TypedExpression): TypedExpression {
  const values = new Map(session.lets.map(({ symbol, value }) => [symbol, value]));
  const conditions = new Set<TypedExpression>();
  const seen = new Set<ValueSymbol>();
  const visit = (typed: TypedExpression): void => {
    const isNumber = typed.type.kind === 'array' && typed.type.element.kind === 'real';
    if (typed.kind === 'structural' && typed.operator === 'possible' && !isNumber) {
      const [, holds] = typed.operands;
      if (holds !== undefined) conditions.add(holds);
    }
    if (typed.kind === 'reference' && !seen.has(typed.symbol)) {
      seen.add(typed.symbol);
      const value = values.get(typed.symbol);
      if (value !== undefined) visit(value);
    }
    for (const child of childrenOf(typed)) visit(child);
  };
  visit(objective);
  return [...conditions].reduce<TypedExpression>(
    (value, holds) => ({
      kind: 'structural',
      operator: 'possible',
      operands: [value, holds],
      type: value.type,
      span: holds.span,
    }),
    objective,
  );
}
