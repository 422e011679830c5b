/** Calls: of functions and models with their three ways of lifting, of function-typed arguments, and of what the language defines. */
import type { CallExpression, Expression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { bindArguments } from './arguments.js';
import { checkBuiltinCall } from './builtin_calls.js';
import { builtins } from './builtins.js';
import type { Context } from './context.js';
import { topContext, within } from './context.js';
import { errorExpression, isError, toElement, tryFit } from './convert.js';
import { printDimension, substituteDimension } from './dimension.js';
import type { FunctionDefinition } from './entities.js';
import { checkExpression } from './expression.js';
import { functionValueType } from './function_values.js';
import { functionSignature, typedFunction } from './functions.js';
import { modelValueOf } from './models.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import { checkOptimizerValue, checkScheduleCall } from './optimizers.js';
import { findAxis, resolveOver } from './over.js';
import { printType } from './print_type.js';
import { broadcast } from './shapes.js';
import { staticInteger } from './static_values.js';
import { arrayType, isScalar, isScalarType } from './type_facts.js';
import type { Lift, TypedExpression, TypedFunction, ValueSymbol } from './typed.js';
import type { ArrayType, Dimension, FunctionType, ShapeType, Type } from './types.js';
import { Bindings, literalOutside } from './unify.js';

export function checkCall(
  context: Context,
  call: CallExpression,
  expected: Type | undefined,
): TypedExpression {
  const { callee, span } = call;
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

function notCallable(context: Context, span: Span, what: string): TypedExpression {
  context.session.error('AM2009', span, `${what} is not a function and cannot be called`, {
    notes: ['a product is written with `*`, and an element of an array with `[...]`'],
  });
  return errorExpression(span);
}

function callDefinition(
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
function argumentsOf(
  context: Context,
  call: CallExpression,
  target: TypedFunction,
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

// ------------------------------------------------------------------------------------------- calling functions

interface Reduced {
  /** The arguments without the dimensions of `over`. */
  readonly types: readonly Type[];
  readonly lift: Extract<Lift, { kind: 'over' }> | undefined;
}

export function callFunction(
  context: Context,
  call: CallExpression,
  target: TypedFunction,
  name: string,
  definition: FunctionDefinition | undefined,
): TypedExpression {
  const { span } = call;
  const given = argumentsOf(context, call, target, name, definition);
  if (given === undefined) return errorExpression(span);
  const reduced = reduceOver(context, call, given);
  if (reduced === undefined) return errorExpression(span);
  const { session } = context;
  const before = session.sizeChecks.length;
  const matched = matchCall(context, target, given, reduced.types);
  if (typeof matched !== 'string') {
    return finishCall(context, span, target, name, matched.arguments, matched.bindings, reduced.lift);
  }
  session.sizeChecks.length = before;
  const lifted = reduced.lift === undefined ? liftElementwise(context, target, given, span) : undefined;
  if (lifted === undefined) {
    reportMismatch(context, call, target, name, given, matched);
    return errorExpression(span);
  }
  return finishCall(context, span, target, name, lifted.arguments, lifted.bindings, lifted.lift);
}

function reportMismatch(
  context: Context,
  call: CallExpression,
  target: TypedFunction,
  name: string,
  given: readonly TypedExpression[],
  reason: string,
): void {
  const inCall = given.filter(
    ({ span }) => span.file === call.span.file && span.start >= call.span.start && span.end <= call.span.end,
  );
  context.session.error('AM2201', call.callee.span, `\`${name}\` cannot be called with these arguments`, {
    labels: inCall.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
    notes: [`candidate: ${signatureText(name, target)}`, reason],
  });
}

function reduceOver(
  context: Context,
  call: CallExpression,
  given: readonly TypedExpression[],
): Reduced | undefined {
  const types = given.map((argument) => argument.type);
  if (call.over.length === 0) return { types, lift: undefined };
  const over: { dimension: Dimension; axes: (number | undefined)[] }[] = [];
  for (const name of call.over) {
    const dimension = resolveOver(context, name);
    if (dimension === undefined) return undefined;
    const axes: (number | undefined)[] = [];
    for (const argument of given) {
      const axis = findAxis(context, argument, dimension, name, { optional: true });
      if (axis === 'error') return undefined;
      axes.push(axis);
    }
    if (axes.every((axis) => axis === undefined)) {
      context.session.error(
        'AM2106',
        name.span,
        `no argument has the dimension ${printDimension(dimension)}`,
        {
          labels: given.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
          notes: ['`over` maps a call along a dimension of its arguments'],
        },
      );
      return undefined;
    }
    over.push({ dimension, axes });
  }
  const reducedTypes = types.map((type, index) =>
    dropAxes(
      type,
      over.map(({ axes }) => axes[index]),
    ),
  );
  return { types: reducedTypes, lift: { kind: 'over', over } };
}

function dropAxes(type: Type, axes: readonly (number | undefined)[]): Type {
  if (type.kind !== 'array') return type;
  const count = type.shape.dimensions.length;
  const dropped = new Set(axes.flatMap((axis) => (axis === undefined ? [] : [count - axis])));
  const dimensions = type.shape.dimensions.filter((_, index) => !dropped.has(index));
  return arrayType(type.element, { run: type.shape.run, dimensions });
}

interface Matched {
  readonly arguments: readonly TypedExpression[];
  readonly bindings: Bindings;
}

/** The call without lifting, or why not. */
function matchCall(
  context: Context,
  target: TypedFunction,
  given: readonly TypedExpression[],
  types: readonly Type[],
): Matched | string {
  const { session } = context;
  const bindings = new Bindings(session, target.dimensions, target.run);
  bindIntegers(context, target, given, bindings);
  for (const index of matchingOrder(target, types)) {
    const symbol = target.parameters[index];
    const argument = given[index];
    const type = types[index];
    if (symbol === undefined || argument === undefined || type === undefined) continue;
    const wanted = bindings.substitute(symbol.type);
    const found = givenType(context, argument, type, wanted);
    const reason =
      found === undefined
        ? `${functionText(argument)} does not fit ${printType(wanted)}`
        : (bindings.matchType(symbol.type, found, argument.span) ??
          literalOutside(session, argument, wanted));
    if (reason !== undefined) return `\`${symbol.name}\`: ${reason}`;
  }
  const reason = bindings.finish();
  if (reason !== undefined) return reason;
  const converted = target.parameters.map((symbol, index) => {
    const argument = given[index] as TypedExpression;
    return types[index] === argument.type
      ? bindings.convert(argument, symbol.type)
      : convertElement(argument, symbol);
  });
  return { arguments: converted, bindings };
}

/** A function handed over gets its type from the dimensions that the other arguments fix; undefined when it has none there. */
function givenType(context: Context, argument: TypedExpression, type: Type, wanted: Type): Type | undefined {
  if (argument.kind !== 'function_value' || wanted.kind !== 'function') return type;
  return functionValueType(context, argument, wanted);
}

function functionText(argument: TypedExpression): string {
  if (argument.kind !== 'function_value' || argument.target.kind === 'builtin')
    return printType(argument.type);
  const { parameters, result } = argument.target.function;
  return printType({ kind: 'function', parameters: parameters.map(({ type }) => type), result });
}

function convertElement(argument: TypedExpression, symbol: ValueSymbol): TypedExpression {
  if (symbol.type.kind !== 'array' || argument.type.kind !== 'array') return argument;
  if (symbol.type.element.kind === 'class') return argument;
  return toElement(argument, symbol.type.element);
}

/** Arrays first, then scalars (which may fill a run), then functions, whose dimensions the others fix. */
function matchingOrder(target: TypedFunction, types: readonly Type[]): readonly number[] {
  const rank = (index: number): number => {
    const type = types[index];
    if (type?.kind === 'function') return 2;
    return type !== undefined && isScalarType(type) ? 1 : 0;
  };
  return target.parameters.map((_, index) => index).sort((a, b) => rank(a) - rank(b) || a - b);
}

/** Integer arguments known before the run stand for their parameter in shapes. */
function bindIntegers(
  context: Context,
  target: TypedFunction,
  given: readonly TypedExpression[],
  bindings: Bindings,
): void {
  for (const [index, symbol] of target.parameters.entries()) {
    const argument = given[index];
    if (symbol.dimension === undefined || argument === undefined) continue;
    const value = staticInteger(context.session, argument);
    if (value !== undefined) bindings.bind(symbol.dimension, value);
  }
}

function liftElementwise(
  context: Context,
  target: TypedFunction,
  given: readonly TypedExpression[],
  span: Span,
): (Matched & { readonly lift: Lift }) | undefined {
  const { session } = context;
  const liftable =
    isScalarType(target.result) &&
    target.parameters.every(({ type }) => type.kind === 'function' || isScalarType(type));
  if (!liftable) return undefined;
  const shape = elementwiseShape(context, given, span);
  if (shape === undefined) return undefined;
  const bindings = new Bindings(session, target.dimensions, target.run);
  bindIntegers(context, target, given, bindings);
  const converted: TypedExpression[] = [];
  for (const [index, symbol] of target.parameters.entries()) {
    const argument = given[index];
    if (argument === undefined) return undefined;
    if (symbol.type.kind === 'array' && argument.type.kind === 'array') {
      const reason = bindings.matchElement(symbol.type.element, argument.type.element, argument.span);
      if (reason !== undefined) return undefined;
      const element = bindings.substitute(symbol.type) as ArrayType;
      converted.push(toElement(argument, element.element));
    } else converted.push(argument);
  }
  return { arguments: converted, bindings, lift: { kind: 'elementwise', shape } };
}

function elementwiseShape(
  context: Context,
  given: readonly TypedExpression[],
  span: Span,
): ShapeType | undefined {
  let shape: ShapeType | undefined;
  for (const { type } of given) {
    if (type.kind !== 'array') continue;
    if (shape === undefined) shape = type.shape;
    else {
      const met = broadcast(context.session, shape, type.shape, span);
      if (!met.ok) return undefined;
      shape = met.shape;
    }
  }
  return shape;
}

function finishCall(
  context: Context,
  span: Span,
  target: TypedFunction,
  name: string,
  given: readonly TypedExpression[],
  bindings: Bindings,
  lift: Lift | undefined,
): TypedExpression {
  if (!sizesKnown(context, target, name, given, bindings)) return errorExpression(span);
  const unbound = bindings.unbound();
  if (unbound.length > 0) {
    context.session.error(
      'AM2201',
      span,
      `nothing says what ${unbound.map((symbol) => symbol.name).join(', ')} of \`${name}\` is here`,
      {
        notes: [`candidate: ${signatureText(name, target)}`],
      },
    );
    return errorExpression(span);
  }
  if (!assumptionsHold(context, span, target, name, bindings)) return errorExpression(span);
  const result = liftResult(bindings.substitute(target.result), lift);
  return {
    kind: 'call',
    function: target,
    arguments: given,
    instantiation: {
      dimensions: [...bindings.dimensions].map(([symbol, value]) => ({ symbol, value })),
      run:
        target.run === undefined
          ? undefined
          : { symbol: target.run, value: bindings.run ?? { run: undefined, dimensions: [] } },
    },
    lift,
    type: result,
    span,
  };
}

function liftResult(result: Type, lift: Lift | undefined): Type {
  if (lift === undefined || result.kind !== 'array') return result;
  if (lift.kind === 'elementwise') return arrayType(result.element, lift.shape);
  const leading = lift.over.map(({ dimension }) => dimension);
  return arrayType(result.element, {
    run: result.shape.run,
    dimensions: [...leading, ...result.shape.dimensions],
  });
}

/** Integer parameters that decide a size or a number of turns need an argument known before the run. */
function sizesKnown(
  context: Context,
  target: TypedFunction,
  name: string,
  given: readonly TypedExpression[],
  bindings: Bindings,
): boolean {
  const { session } = context;
  for (const [index, symbol] of target.parameters.entries()) {
    if (symbol.dimension === undefined || !session.staticUses.has(symbol.dimension)) continue;
    const value = bindings.lookup(symbol.dimension);
    if (value !== undefined) {
      session.useStatically(value);
      continue;
    }
    session.error(
      'AM2111',
      given[index]?.span ?? target.span,
      `\`${symbol.name}\` of \`${name}\` must be known before the run`,
      {
        notes: ['in its body it is a size or the bound of a loop'],
      },
    );
    return false;
  }
  return true;
}

function assumptionsHold(
  context: Context,
  span: Span,
  target: TypedFunction,
  name: string,
  bindings: Bindings,
): boolean {
  const { session } = context;
  for (const check of session.functionChecks.get(target) ?? []) {
    const left = substituteDimension(check.left, bindings.lookup);
    const right = substituteDimension(check.right, bindings.lookup);
    if (session.agree(left, right, span)) continue;
    session.error('AM2201', span, `\`${name}\` does not work for these sizes`, {
      labels: [
        {
          span: check.span,
          message: `here ${printDimension(check.left)} and ${printDimension(check.right)} must be equal`,
        },
      ],
      notes: [`they are ${printDimension(left)} and ${printDimension(right)}`],
    });
    return false;
  }
  return true;
}

// ------------------------------------------------------------------------------------- function-typed arguments

function callValue(context: Context, call: CallExpression, symbol: ValueSymbol): TypedExpression {
  const { span } = call;
  const { session } = context;
  const checked = call.arguments.map((argument) => checkExpression(context, argument.value));
  if (checked.some(isError)) return errorExpression(span);
  if (symbol.type.kind === 'optimizer') return applyOptimizer(context, call, symbol, checked);
  if (symbol.type.kind === 'error') return errorExpression(span);
  if (symbol.type.kind !== 'function') return notCallable(context, call.callee.span, `\`${symbol.name}\``);
  const { parameters, result } = symbol.type;
  const signature = `${symbol.name}: ${printType(symbol.type)}`;
  if (
    checked.length !== parameters.length ||
    call.arguments.some((argument) => argument.name !== undefined)
  ) {
    session.error('AM2204', span, `\`${symbol.name}\` takes ${parameters.length} arguments, without names`, {
      notes: [`it is ${signature}`],
    });
    return errorExpression(span);
  }
  const direct = parameters.map((type, index) => tryFit(session, checked[index] as TypedExpression, type));
  if (!direct.includes(undefined)) {
    const fitted = direct.filter((argument) => argument !== undefined);
    return { kind: 'call_value', callee: symbol, arguments: fitted, lift: undefined, type: result, span };
  }
  const shape = elementwiseShape(context, checked, span);
  if (scalarFunction(symbol.type) && shape !== undefined && !isScalar(shape) && result.kind === 'array') {
    const fitted = parameters.map((type, index) =>
      convertElement(checked[index] as TypedExpression, { ...symbol, type }),
    );
    const lift: Lift = { kind: 'elementwise', shape };
    return {
      kind: 'call_value',
      callee: symbol,
      arguments: fitted,
      lift,
      type: arrayType(result.element, shape),
      span,
    };
  }
  session.error('AM2201', call.callee.span, `\`${symbol.name}\` cannot be called with these arguments`, {
    labels: checked.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
    notes: [`it is ${signature}`],
  });
  return errorExpression(span);
}

function scalarFunction(type: FunctionType): boolean {
  return type.parameters.every(isScalarType) && isScalarType(type.result);
}

function applyOptimizer(
  context: Context,
  call: CallExpression,
  symbol: ValueSymbol,
  checked: readonly TypedExpression[],
): TypedExpression {
  const { span } = call;
  const { session, optimizer } = context;
  const [at, gradient] = checked;
  if (optimizer === undefined || at === undefined || gradient === undefined || checked.length !== 2) {
    session.error(
      'AM2204',
      span,
      `a wrapped optimizer is called with a point and a gradient: \`${symbol.name}(x, g)\``,
    );
    return errorExpression(span);
  }
  const { type } = optimizer.implicit.x;
  const point = tryFit(session, at, type);
  const direction = tryFit(session, gradient, type);
  if (point === undefined || direction === undefined) {
    session.error(
      'AM2201',
      span,
      `\`${symbol.name}\` steps from a point along a gradient, each ${printType(type)}`,
      {
        labels: checked.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
      },
    );
    return errorExpression(span);
  }
  return { kind: 'apply_optimizer', optimizer: symbol, at: point, gradient: direction, type, span };
}
