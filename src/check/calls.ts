/** Calls by what is called; arguments of functions with their defaults. */
import type { CallExpression, Expression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { bindArguments } from './arguments.js';
import { checkBuiltinCall } from './builtin_calls.js';
import { builtins } from './builtins.js';
import type { Context } from './context.js';
import { topContext, within } from './context.js';
import { errorExpression, isError, tryFit } from './convert.js';
import type { FunctionDefinition } from './entities.js';
import { checkDistributionOperation, distributionAsValue } from './distributions.js';
import { checkExpression } from './expression.js';
import { callFunction } from './function_calls.js';
import { functionSignature, typedFunction } from './functions.js';
import { modelValueOf } from './model_values.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import { checkOptimizerValue, checkScheduleCall } from './optimizers.js';
import { printType } from './print_type.js';
import type { TypedExpression, TypedFunction, ValueSymbol } from './typed.js';
import type { Type } from './types.js';
import { callValue } from './value_calls.js';

export function checkCall(
  context: Context,
  call: CallExpression,
  expected: Type | undefined,
): TypedExpression {
  const { callee, span } = call;
  const ofDistribution = checkDistributionOperation(context, call);
  if (ofDistribution !== undefined) return ofDistribution;
  if (call.on !== undefined && !asksObjective(context, call)) {
    context.session.error('AM2403', call.on.span, `\`on ${call.on.name}\` means nothing in this call`, {
      notes: ['in an optimizer `grad(y on fresh)` and `value(y on fresh)` ask on a new batch'],
    });
  }
  const model = modelValueOf(context, callee);
  if (model?.kind === 'instance') return callFunction(context, call, model.forward, model.name, undefined);
  if (callee.kind !== 'name') {
    const value = checkExpression(context, callee);
    if (!isError(value)) notCallable(context, callee.span, printType(value.type));
    return errorExpression(span);
  }
  const entity = lookupCallable(context, callee.name);
  if (entity === undefined) {
    unknownName(context, callee.name, callee.span);
    for (const argument of call.arguments) checkExpression(context, argument.value);
    return errorExpression(span);
  }
  noteUse(context.session, callee.span, callee.name, entity);
  switch (entity.kind) {
    case 'function':
      return callDefinition(context, call, entity.definition);
    case 'builtin':
      if (entity.builtin.kind === 'constant') return notCallable(context, span, 'a number');
      return checkBuiltinCall(context, call, entity.builtin, expected);
    case 'value':
      return callValue(context, call, entity.symbol);
    case 'optimizer':
      return checkOptimizerValue(context, call, entity.definition);
    case 'schedule':
      return checkScheduleCall(context, call, entity.definition);
    case 'distribution':
      return distributionAsValue(context, call, callee.name);
    case 'module':
      context.session.error(
        'AM2009',
        callee.span,
        `\`${callee.name}\` is a module, and what is called is an instance of it`,
        {
          notes: [`make one first: \`model net = ${callee.name}(...)\``],
        },
      );
      return errorExpression(span);
    case 'error':
      return errorExpression(span);
    default:
      return notCallable(context, callee.span, `\`${callee.name}\``);
  }
}

function asksObjective(context: Context, call: CallExpression): boolean {
  const name = call.callee.kind === 'name' ? call.callee.name : '';
  const builtin = builtins.get(name);
  return builtin?.kind === 'query' || (context.optimizer !== undefined && builtin?.kind === 'derivative');
}

export function notCallable(context: Context, span: Span, what: string): TypedExpression {
  context.session.error('AM2009', span, `${what} is not a function and cannot be called`, {
    notes: ['a product is written with `*`, and an element of an array with `[...]`'],
  });
  return errorExpression(span);
}

export function callDefinition(
  context: Context,
  call: CallExpression,
  definition: FunctionDefinition,
): TypedExpression {
  const { session } = context;
  const typed = typedFunction(session, definition);
  const name = definition.syntax.name.name;
  if (typed === undefined) {
    session.error('AM2008', call.span, `\`${name}\` calls itself`, {
      notes: ['functions do not recur, directly or through others; a repetition is a `for`'],
    });
    return errorExpression(call.span);
  }
  return callFunction(context, call, typed, name, definition);
}

export function signatureText(name: string, target: Pick<TypedFunction, 'parameters' | 'result'>): string {
  const parameters = target.parameters.map((symbol) => `${symbol.name}: ${printType(symbol.type)}`);
  return `${name}(${parameters.join(', ')}): ${printType(target.result)}`;
}

/** Arguments in parameter order with their defaults; undefined after an error. */
export function argumentsOf(
  context: Context,
  call: CallExpression,
  target: Pick<TypedFunction, 'parameters' | 'result'>,
  name: string,
  definition: FunctionDefinition | undefined,
): readonly TypedExpression[] | undefined {
  const parameters = definition && functionSignature(context.session, definition).parameters;
  const names = target.parameters.map((symbol, index) => ({
    name: symbol.name,
    hasDefault: parameters?.[index]?.syntax.defaultValue !== undefined,
  }));
  const bound = bindArguments(context, call, names, name, signatureText(name, target));
  if (bound === undefined) {
    for (const argument of call.arguments) checkExpression(context, argument.value);
    return undefined;
  }
  const checked: TypedExpression[] = [];
  const earlier: (readonly [ValueSymbol, TypedExpression])[] = [];
  for (const [index, symbol] of target.parameters.entries()) {
    const given = bound[index];
    const value =
      given === undefined
        ? checkDefault(context, definition, index, symbol.type, earlier)
        : checkArgument(context, given, symbol.type);
    checked.push(value);
    earlier.push([symbol, value]);
  }
  return checked.some(isError) ? undefined : checked;
}

function checkArgument(context: Context, expression: Expression, type: Type): TypedExpression {
  return checkExpression(context, expression, type.kind === 'function' ? type : undefined);
}

/** A default is an expression of the place where the function is defined; it may name earlier parameters. */
function checkDefault(
  context: Context,
  definition: FunctionDefinition | undefined,
  index: number,
  type: Type,
  earlier: readonly (readonly [ValueSymbol, TypedExpression])[],
): TypedExpression {
  const { session } = context;
  const syntax = definition?.syntax.parameters[index]?.defaultValue;
  if (definition === undefined || syntax === undefined) {
    throw new Error('compiler bug: a missing argument without default');
  }
  const home = within(topContext(session, definition.file, 'function'));
  for (const [symbol, value] of earlier) {
    home.scope.names.set(symbol.name, { kind: 'inline', value, span: symbol.span });
  }
  const value = checkExpression(home, syntax, type);
  return (type.kind === 'array' && tryFit(session, value, type, { fill: true })) || value;
}
