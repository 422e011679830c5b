/**
 * Calls. A body is elaborated at each call with its dimensions bound to numbers. A lifted or mapped call turns axes
 * of the arguments into mapped axes, elaborates the body once, and makes them own axes of the result again.
 */
import type {
  Instantiation,
  Lift,
  TypedCall,
  TypedCallValue,
  TypedFunction,
  ValueSymbol,
} from '../../check/typed.js';
import type { Type } from '../../check/types.js';
import { at } from '../types.js';
import { applyNamed, dtypeOf } from './apply.js';
import type { Context } from './context.js';
import { callWithRule } from './derivative_rule.js';
import { Environment, type Size } from './environment.js';
import { castTo, constantOf, mapOwnAxis, ownMappedAxes } from './tensor.js';
import { type Axis, ownRank, ownShape, type Tensor, type Value } from './value.js';

export function call(context: Context, expression: TypedCall): Value {
  const given = expression.arguments.map((argument) => context.expression(argument));
  const sizes = instantiate(context, expression.instantiation);
  return lifted(context, expression.lift, given, (values) =>
    runBody(context, expression.function, values, sizes),
  );
}

export function callValue(context: Context, expression: TypedCallValue): Value {
  const callee = context.environment.cell(expression.callee).read();
  const given = expression.arguments.map((argument) => context.expression(argument));
  if (callee.kind === 'builtin_function') {
    const operands = given.map(asTensor);
    return applyNamed(context, callee.operator, operands, dtypeOf(expression.type));
  }
  if (callee.kind !== 'function') throw new Error(`compiler bug: a ${callee.kind} is called`);
  const { function: target } = callee;
  return lifted(context, expression.lift, given, (values) =>
    runBody(context, target, values, inferSizes(target, values)),
  );
}

type Sizes = (environment: Environment) => void;

function instantiate(context: Context, instantiation: Instantiation): Sizes {
  // An integer parameter that is no size may be handed on without being known before the run.
  const dimensions = instantiation.dimensions
    .filter(({ symbol, value }) => symbol.origin !== 'static' || context.environment.hasSize(value))
    .map(({ symbol, value }) => [symbol, context.environment.size(value)] as const);
  const run = instantiation.run;
  const runSizes =
    run === undefined ? undefined : ([run.symbol, context.environment.shape(run.value)] as const);
  return (environment) => {
    for (const [symbol, size] of dimensions) environment.bindSize(symbol, size);
    if (runSizes !== undefined) environment.bindRun(...runSizes);
  };
}

/** The dimensions of a called function, in the environment of its body. */
export function bindSizes(context: Context, instantiation: Instantiation, environment: Environment): void {
  instantiate(context, instantiation)(environment);
}

/** The sizes of a function that was handed over as a value, read off the arguments. */
function inferSizes(target: TypedFunction, values: readonly Value[]): Sizes {
  return (environment) => {
    target.parameters.forEach((parameter, index) => {
      const value = at(values, index);
      if (value.kind !== 'tensor' || parameter.type.kind !== 'array') return;
      const { shape } = parameter.type;
      const own = ownShape(value).map((extent): Size => ({ value: extent, training: undefined }));
      const lead = own.length - shape.dimensions.length;
      if (shape.run !== undefined) environment.bindRun(shape.run, own.slice(0, lead));
      shape.dimensions.forEach((dimension, axis) => {
        const factor = dimension.terms[0]?.factors[0];
        if (dimension.terms.length !== 1 || factor?.atom.kind !== 'symbol') return;
        if (target.dimensions.includes(factor.atom.symbol)) {
          environment.bindSize(factor.atom.symbol, at(own, lead + axis));
        }
      });
    });
  };
}

function runBody(context: Context, target: TypedFunction, values: readonly Value[], sizes: Sizes): Value {
  const open = (given: readonly Value[]): Environment => {
    const environment = new Environment(context.environment.outermostEnvironment());
    sizes(environment);
    target.parameters.forEach((parameter, index) =>
      bindValue(context, environment, parameter, at(given, index)),
    );
    return environment;
  };
  if (target.derivative !== undefined) return callWithRule(context, target, values, open);
  return context.within(open(values), () => context.expression(target.body));
}

/** Binds a name, in the number type of its declaration; marks it when something is differentiated by it. */
export function bindValue(
  context: Context,
  environment: Environment,
  symbol: ValueSymbol,
  value: Value,
): void {
  const typed = value.kind === 'tensor' ? ofType(context, value, symbol.type) : value;
  if (symbol.dimension !== undefined && typed.kind === 'tensor') {
    const known = constantOf(typed);
    if (known !== undefined) environment.bindSize(symbol.dimension, { value: known, training: undefined });
  }
  if (typed.kind === 'tensor' && context.targets.has(symbol)) {
    const node = context.frame.mark(context.frame.read(typed), symbol.name);
    environment.bind(symbol, { ...typed, node, frame: context.frame });
    return;
  }
  if (typed.kind === 'tensor') labelNode(typed, symbol.name);
  environment.bind(symbol, typed);
}

function ofType(context: Context, value: Tensor, type: Type): Tensor {
  return type.kind === 'array' ? castTo(context.frame, value, dtypeOf(type)) : value;
}

/** The first name a node is bound to is shown in dumps and in generated code. */
export function labelNode(value: Tensor, name: string): void {
  const node = value.node as { label: string | undefined };
  node.label ??= name;
}

function lifted(
  context: Context,
  lift: Lift | undefined,
  given: readonly Value[],
  body: (values: readonly Value[]) => Value,
): Value {
  if (lift === undefined) return body(given);
  const { mapped, values } =
    lift.kind === 'elementwise' ? elementwiseAxes(context, lift, given) : overAxes(context, lift, given);
  return ownAgain(context, body(values), mapped);
}

function elementwiseAxes(
  context: Context,
  lift: Extract<Lift, { kind: 'elementwise' }>,
  given: readonly Value[],
) {
  const mapped = context.environment.shape(lift.shape).map((size) => context.axis(size.value, 'element'));
  const values = given.map((value) => {
    if (value.kind !== 'tensor') return value;
    let result = value;
    const rank = ownRank(value);
    for (const axis of mapped.slice(mapped.length - rank))
      result = mapOwnAxis(context.frame, result, 0, axis);
    return result;
  });
  return { mapped, values };
}

function overAxes(context: Context, lift: Extract<Lift, { kind: 'over' }>, given: readonly Value[]) {
  const mapped = lift.over.map(({ dimension }) =>
    context.axis(context.environment.size(dimension).value, dimension.key),
  );
  const values = given.map((value, argument) => {
    if (value.kind !== 'tensor') return value;
    const rank = ownRank(value);
    // Positions from the front, largest first, so that earlier ones stay valid.
    const moves = lift.over
      .map(({ axes }, index) => ({ fromEnd: axes[argument], axis: at(mapped, index) }))
      .flatMap(({ fromEnd, axis }) => (fromEnd === undefined ? [] : [{ position: rank - fromEnd, axis }]))
      .sort((left, right) => right.position - left.position);
    let result = value;
    for (const { position, axis } of moves) result = mapOwnAxis(context.frame, result, position, axis);
    return result;
  });
  return { mapped, values };
}

function ownAgain(context: Context, value: Value, mapped: readonly Axis[]): Value {
  if (value.kind === 'tensor') return ownMappedAxes(context.frame, value, mapped);
  if (value.kind !== 'record') throw new Error('compiler bug: a mapped call returns a function');
  return {
    kind: 'record',
    fields: new Map([...value.fields].map(([name, field]) => [name, ownAgain(context, field, mapped)])),
  };
}

export function asTensor(value: Value): Tensor {
  if (value.kind !== 'tensor') throw new Error(`compiler bug: a ${value.kind} where numbers are expected`);
  return value;
}
