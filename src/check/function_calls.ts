/** Calls of functions and of models' `forward`: matching with the signature, and the three ways of lifting. */
import type { CallExpression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { argumentsOf, signatureText } from './calls.js';
import type { Context } from './context.js';
import { errorExpression, fill, toElement } from './convert.js';
import { printDimension, substituteDimension } from './dimension.js';
import type { FunctionDefinition } from './entities.js';
import { functionValueType } from './function_values.js';
import { findAxis, resolveOver } from './over.js';
import { printType } from './print_type.js';
import { broadcast } from './shapes.js';
import { staticInteger } from './static_values.js';
import { arrayType, isScalarType, symbolsOfType } from './type_facts.js';
import type { Lift, TypedExpression, TypedFunction, ValueSymbol } from './typed.js';
import type { ArrayType, Dimension, ShapeType, Type } from './types.js';
import { Bindings, literalOutside } from './unify.js';

export interface Reduced {
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
  const given = argumentsOf(context, call, target, name, definition);
  if (given === undefined) return errorExpression(call.span);
  return callGiven(context, call, target, name, given, reduceOver(context, call, given));
}

/** The call with arguments that are checked already, in parameter order. */
export function callGiven(
  context: Context,
  call: CallExpression,
  target: TypedFunction,
  name: string,
  given: readonly TypedExpression[],
  reduced: Reduced | undefined,
): TypedExpression {
  const { span } = call;
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

export function reduceOver(
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

export function dropAxes(type: Type, axes: readonly (number | undefined)[]): Type {
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
    if (filledDefault(argument, target) !== undefined) continue;
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
    const scalar = filledDefault(argument, target);
    const type = scalar && bindings.substitute(symbol.type);
    if (scalar !== undefined && type?.kind === 'array') return fill(scalar, type.shape);
    return types[index] === argument.type
      ? bindings.convert(argument, symbol.type)
      : convertElement(argument, symbol);
  });
  return { arguments: converted, bindings };
}

/** A scalar that is the default of an array, `ideal: real[m] = 0`, has the sizes that the other arguments fix. */
function filledDefault(argument: TypedExpression, target: TypedFunction): TypedExpression | undefined {
  if (argument.kind !== 'structural' || argument.operator !== 'fill') return undefined;
  const own = [...symbolsOfType(argument.type)].some((symbol) => target.dimensions.includes(symbol));
  return own ? argument.operands[0] : undefined;
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

export function convertElement(argument: TypedExpression, symbol: ValueSymbol): TypedExpression {
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

export function elementwiseShape(
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
