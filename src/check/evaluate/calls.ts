/** Calls: a function's body in a frame of its own, once or for each element that a lift asks for. */
import type { Lift, TypedCall, TypedCallValue, TypedFunctionValue } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf, elementAt, mapElements, scalarArray, stack, takeAlong } from './array.js';
import { evaluateBody } from './derivative_rules.js';
import type { Environment, Value } from './environment.js';
import { asArray, bindByShape } from './environment.js';
import { evaluateExpression, shapeOfType } from './expression.js';
import { elementwise } from './scalar.js';

/** Runs `once` over all combinations that a lift asks for. */
function lifted(
  lift: Lift | undefined,
  values: readonly Value[],
  environment: Environment,
  resultShape: () => readonly number[],
  once: (values: readonly Value[]) => Value,
): Value {
  if (lift === undefined) return once(values);
  if (lift.kind === 'elementwise') {
    const varying = values.map((value) => (value.kind === 'array' ? value : undefined));
    return buildElements(environment.shapeOf(lift.shape), (position) =>
      once(
        values.map((value, argument) => {
          const array = varying[argument];
          return array === undefined ? value : scalarArray(elementAt(array, position));
        }),
      ),
    );
  }
  const [first, ...rest] = lift.over;
  if (first === undefined) return once(values);
  const size = environment.sizeOf(first.dimension);
  const ranks = values.map((value) => (value.kind === 'array' ? value.shape.length : 0));
  const parts = Array.from({ length: size }, (_, position) =>
    asArray(
      lifted(
        { kind: 'over', over: rest },
        values.map((value, argument) => {
          const axis = first.axes[argument];
          return axis === undefined
            ? value
            : takeAlong(asArray(value), (ranks[argument] ?? 0) - axis, position);
        }),
        environment,
        () => resultShape().slice(1),
        once,
      ),
    ),
  );
  return stack([size], parts, () => resultShape().slice(1));
}

function buildElements(shape: readonly number[], element: (position: number) => Value): ArrayValue {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, position) => elementAt(asArray(element(position)), 0));
  return arrayOf(shape, data);
}

/** The frame of a function's body: its dimensions and parameters bound. */
export function openCall(
  expression: TypedCall,
  environment: Environment,
  values: readonly Value[] = expression.arguments.map((argument) =>
    evaluateExpression(argument, environment),
  ),
): Environment {
  const { function: target, instantiation } = expression;
  const frame = environment.forCall();
  for (const { symbol, value } of instantiation.dimensions) {
    frame.bindSize(symbol, environment.describe(value));
  }
  if (instantiation.run !== undefined) {
    frame.bindRun(instantiation.run.symbol, environment.shapeOf(instantiation.run.value));
  }
  target.parameters.forEach((parameter, position) => {
    const value = values[position];
    if (value !== undefined) frame.bind(parameter, value);
  });
  return frame;
}

export function call(expression: TypedCall, environment: Environment): Value {
  const values = expression.arguments.map((argument) => evaluateExpression(argument, environment));
  return lifted(
    expression.lift,
    values,
    environment,
    () => shapeOfType(expression.type, environment),
    (given) => evaluateBody(expression.function, openCall(expression, environment, given)),
  );
}

export function callValue(expression: TypedCallValue, environment: Environment): Value {
  const callee = environment.lookup(expression.callee);
  if (callee.kind !== 'function') throw new Error('compiler bug: what is called is not a function');
  const values = expression.arguments.map((argument) => evaluateExpression(argument, environment));
  return lifted(
    expression.lift,
    values,
    environment,
    () => shapeOfType(expression.type, environment),
    (given) => applyFunction(callee.target, given, environment),
  );
}

/** A function handed over as a value: its dimensions are read off its arguments. */
function applyFunction(
  target: TypedFunctionValue['target'],
  values: readonly Value[],
  environment: Environment,
): Value {
  if (target.kind === 'builtin') {
    return mapElements(values.map(asArray), (elements) => elementwise(target.operator, ...elements));
  }
  const frame = environment.forCall();
  const shapes = values.map((value) => (value.kind === 'array' ? value.shape : []));
  const { parameters } = target.function;
  const scalarOnly = parameters.every(
    ({ type }) => type.kind === 'array' && type.shape.run === undefined && type.shape.dimensions.length === 0,
  );
  if (scalarOnly && shapes.some((shape) => shape.length > 0)) {
    return mapElements(values.map(asArray), (elements) =>
      elementAt(asArray(applyFunction(target, elements.map(scalarArray), environment)), 0),
    );
  }
  bindByShape(target.function, shapes, frame);
  parameters.forEach((parameter, position) => {
    const value = values[position];
    if (value !== undefined) frame.bind(parameter, value);
  });
  return evaluateBody(target.function, frame);
}
