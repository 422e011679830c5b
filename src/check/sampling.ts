/**
 * Draws: `~ gamma(a, 1)` is a call of the distribution's `sample` with noise of the drawn shape, lifted as other calls
 * are: numbers to elements, a `...` run to the leading dimensions, and otherwise mapped along them.
 */
import type { CallExpression, Expression } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import { builtins } from './builtins.js';
import type { Context } from './context.js';
import { constant, errorExpression, fill, fit, isError } from './convert.js';
import { parametersGiven, samplerOf, writtenDistribution } from './distributions.js';
import type { Sampler } from './entities.js';
import { callGiven, dropAxes } from './function_calls.js';
import { lookupCallable, visibleNames } from './names.js';
import type { NoiseKind, NoiseSource } from './noise.js';
import { wherePossible } from './possible.js';
import { printType } from './print_type.js';
import type { Session } from './session.js';
import { arrayType, isScalarType, realElement, realScalar, substituteShape } from './type_facts.js';
import type { TypedExpression, TypedFunction } from './typed.js';
import type { ArrayType, Dimension, ShapeType } from './types.js';
import { Bindings } from './unify.js';

/** A draw of a type, or of the type that the parameters have together; an error expression after a diagnostic. */
export function checkSample(
  context: Context,
  expression: Expression,
  annotated: ArrayType | undefined,
  source: NoiseSource,
): TypedExpression {
  const { span } = expression;
  const primitive = primitiveNoise(context, expression);
  if (primitive !== undefined) return checkPrimitive(context, expression, primitive, annotated, source);
  const written = writtenDistribution(context, expression);
  if (written === undefined) {
    notADistribution(context, expression);
    return errorExpression(span);
  }
  const { definition, call } = written;
  const { name } = definition.syntax.name;
  const given = parametersGiven(context, written);
  const sampler = samplerOf(context.session, definition);
  if (sampler === undefined && !definition.operations.has('sample')) {
    context.session.error('AM2671', span, `the distribution \`${name}\` does not define \`sample\``, {
      labels: [{ span: definition.syntax.name.span, message: 'defined here' }],
      notes: ['what `~` draws is what `sample` returns'],
    });
  }
  if (given === undefined || sampler === undefined) return errorExpression(span);
  const type = annotated ?? ownType(context, call, sampler, given);
  if (type?.kind !== 'array') return errorExpression(span);
  const drawn = new SampleCall(context, call, sampler, given, type).make(source);
  if (isError(drawn)) return drawn;
  const fitted = fit(context, drawn, type, `a draw of \`${name}\``);
  if (isError(fitted)) return fitted;
  return wherePossible(context, written, given, fitted);
}

/** The type that a call of `sample` would have with these parameters. */
function ownType(
  context: Context,
  call: CallExpression,
  { function: target, noise }: Sampler,
  given: readonly TypedExpression[],
): ArrayType | undefined {
  const parameters = target.parameters.slice(0, target.parameters.length - noise.length);
  const plain = { ...target, parameters };
  const reduced = { types: given.map(({ type }) => type), lift: undefined };
  const typed = callGiven(context, call, plain, target.name, given, reduced);
  return typed.type.kind === 'array' ? typed.type : undefined;
}

class SampleCall {
  private readonly target: TypedFunction;
  private readonly result: ArrayType | undefined;

  constructor(
    private readonly context: Context,
    private readonly call: CallExpression,
    private readonly sampler: Sampler,
    private readonly given: readonly TypedExpression[],
    private readonly type: ArrayType,
  ) {
    this.target = sampler.function;
    this.result = this.target.result.kind === 'array' ? this.target.result : undefined;
  }

  make(source: NoiseSource): TypedExpression {
    const { target, given } = this;
    if (this.result === undefined) return errorExpression(this.call.span);
    const numbers = given.every((_, index) => isScalarParameter(target, index)) && isScalarType(this.result);
    if (numbers) return this.elementwise(source);
    return target.run !== undefined ? this.alongRun(source, this.result) : this.mapped(source, this.result);
  }

  private finish(
    given: readonly TypedExpression[],
    noise: readonly (TypedExpression | undefined)[],
    over: readonly { readonly dimension: Dimension; readonly axes: readonly (number | undefined)[] }[] = [],
  ): TypedExpression {
    const { context, call, target } = this;
    const known = noise.filter((each) => each !== undefined);
    if (known.length < noise.length) return errorExpression(call.span);
    const all = [...given, ...known];
    const types = all.map(({ type }, index) =>
      dropAxes(
        type,
        over.map(({ axes }) => axes[index]),
      ),
    );
    const lift = over.length === 0 ? undefined : ({ kind: 'over', over } as const);
    return callGiven(context, call, target, target.name, all, {
      types: lift === undefined ? all.map(({ type }) => type) : types,
      lift,
    });
  }

  private elementwise(source: NoiseSource): TypedExpression {
    const noise = this.sampler.noise.map(({ kind }) =>
      source.draw(kind, arrayType(realElement, this.type.shape), this.call.span),
    );
    return this.finish(this.given, noise);
  }

  /** What the drawn shape and the parameters say of the dimensions; undefined after a diagnostic. */
  private bind(result: ArrayType, drawn: ShapeType): Bindings | undefined {
    const { context, call, target, given } = this;
    const bindings = new Bindings(context.session, target.dimensions, target.run);
    const reasons = [bindings.matchShape(result.shape, drawn, call.span)];
    for (const [index, { type }] of given.entries()) {
      const parameter = target.parameters[index]?.type;
      if (type.kind !== 'array' || parameter?.kind !== 'array') continue;
      const { dimensions } = parameter.shape;
      const own = type.shape.dimensions.slice(Math.max(0, type.shape.dimensions.length - dimensions.length));
      reasons.push(
        bindings.matchShape({ run: undefined, dimensions }, { run: undefined, dimensions: own }, call.span),
      );
    }
    const reason = reasons.find((each) => each !== undefined);
    if (reason === undefined) return bindings;
    context.session.error('AM2102', call.span, `\`${target.name}\` does not draw ${printType(this.type)}`, {
      notes: [`one draw is ${printType(result)}`, reason],
    });
    return undefined;
  }

  /** Parameters without the run are the same for all that is drawn. */
  private alongRun(source: NoiseSource, result: ArrayType): TypedExpression {
    const { call, target, given } = this;
    const bindings = this.bind(result, this.type.shape);
    if (bindings === undefined) return errorExpression(call.span);
    const lookups = [bindings.lookup, bindings.lookupRun] as const;
    const wide = given.map((argument, index) => {
      const parameter = target.parameters[index]?.type;
      if (parameter?.kind !== 'array' || parameter.shape.run === undefined) return argument;
      return widened(argument, substituteShape(parameter.shape, ...lookups));
    });
    const noise = this.sampler.noise.map(({ kind, symbol }) => {
      const shape = symbol.type.kind === 'array' ? symbol.type.shape : realScalar.shape;
      return source.draw(kind, arrayType(realElement, substituteShape(shape, ...lookups)), call.span);
    });
    return this.finish(wide, noise);
  }

  /** A `sample` of one array, mapped along the leading dimensions of what is drawn. */
  private mapped(source: NoiseSource, result: ArrayType): TypedExpression {
    const { call, target, given } = this;
    const { run, dimensions } = this.type.shape;
    const count = Math.max(0, dimensions.length - result.shape.dimensions.length);
    const leading = dimensions.slice(0, count);
    const bindings = this.bind(result, { run, dimensions: dimensions.slice(count) });
    if (bindings === undefined) return errorExpression(call.span);
    const ranks = target.parameters.map(({ type }) =>
      type.kind === 'array' ? type.shape.dimensions.length : 0,
    );
    const isMapped = target.parameters.map((_, index) => {
      const argument = given[index]?.type;
      if (argument === undefined) return true;
      return argument.kind === 'array' && argument.shape.dimensions.length === (ranks[index] ?? 0) + count;
    });
    const over = leading.map((dimension, position) => ({
      dimension,
      axes: ranks.map((rank, index) => (isMapped[index] === true ? rank + count - position : undefined)),
    }));
    const noise = this.sampler.noise.map(({ kind, symbol }) => {
      const shape = symbol.type.kind === 'array' ? symbol.type.shape : realScalar.shape;
      const own = substituteShape(shape, bindings.lookup, () => undefined);
      const whole = { run: undefined, dimensions: [...leading, ...own.dimensions] };
      return source.draw(kind, arrayType(realElement, whole), call.span);
    });
    return this.finish(given, noise, over);
  }
}

function isScalarParameter(target: TypedFunction, index: number): boolean {
  const type = target.parameters[index]?.type;
  return type !== undefined && isScalarType(type);
}

/** An array repeated along leading dimensions that it does not have. */
function widened(argument: TypedExpression, shape: ShapeType): TypedExpression {
  const { type, span } = argument;
  if (type.kind !== 'array') return argument;
  const rank = (of: ShapeType): number => of.dimensions.length + (of.run === undefined ? 0 : 1);
  if (rank(type.shape) >= rank(shape)) return argument;
  const zeros = fill(constant(0, realScalar, span), shape);
  const wide = arrayType(realElement, shape);
  return { kind: 'apply', operator: 'add', operands: [argument, zeros], type: wide, span };
}

// --------------------------------------------------------------------------------------------- primitive noise

function primitiveNoise(context: Context, expression: Expression): NoiseKind | undefined {
  if (expression.kind !== 'call' || expression.callee.kind !== 'name') return undefined;
  const entity = lookupCallable(context, expression.callee.name);
  if (entity?.kind !== 'builtin' || entity.builtin.kind !== 'distribution') return undefined;
  return entity.builtin.operator === 'standard_normal' ? 'normal' : 'uniform';
}

function checkPrimitive(
  context: Context,
  expression: Expression,
  kind: NoiseKind,
  annotated: ArrayType | undefined,
  source: NoiseSource,
): TypedExpression {
  const { span } = expression;
  const type = annotated ?? realScalar;
  const name = `standard_${kind}`;
  if (expression.kind === 'call' && expression.arguments.length > 0) {
    context.session.error('AM2204', span, `\`${name}\` takes no parameters`, {
      notes: [`its signature is ${builtins.get(name)?.signature ?? name}`],
    });
    return errorExpression(span);
  }
  if (type.element.kind !== 'real') {
    context.session.error('AM2102', span, `\`${name}\` draws reals, and this is ${printType(type)}`);
    return errorExpression(span);
  }
  return source.draw(kind, type, span) ?? errorExpression(span);
}

function notADistribution(context: Context, expression: Expression): void {
  if (expression.kind === 'error') return;
  const name =
    expression.kind === 'call' && expression.callee.kind === 'name'
      ? expression.callee.name
      : expression.kind === 'name'
        ? expression.name
        : '';
  const known = distributionNames(context);
  context.session.error('AM2505', expression.span, 'a distribution stands after `~`', {
    notes: [...didYouMean(name, known), `known are ${known.join(', ')}`],
  });
}

function distributionNames(context: Context): readonly string[] {
  const names = new Set(visibleNames(context));
  return [...names].filter((name) => isDistribution(context.session, context, name)).sort();
}

function isDistribution(session: Session, context: Context, name: string): boolean {
  const library = session.loader.libraryNames().get(name);
  if (library !== undefined && library !== 'std/distributions.opt') return false;
  return lookupCallable(context, name)?.kind === 'distribution';
}
