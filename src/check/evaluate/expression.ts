/**
 * The meaning of every expression of the typed tree, by plain recursion and plain loops. Only what is needed is
 * evaluated: the branch of an `if` that is taken, the elements that a guard lets through.
 */
import type {
  Turn,
  TypedDraw,
  TypedBinder,
  TypedExpression,
  TypedIndex,
  TypedMatmul,
  TypedReduce,
  TypedReduceAxes,
  TypedStructural,
} from '../typed.js';
import type { Type } from '../types.js';
import type { ArrayValue } from './array.js';
import {
  at,
  broadcastShape,
  buildArray,
  elementAt,
  indicesOf,
  isTrue,
  mapElements,
  scalarArray,
  sizeOf,
  stack,
} from './array.js';
import { call, callValue } from './calls.js';
import { differentiate } from './derivatives.js';
import { draw, initialWeights } from './draws.js';
import type { Stream } from './draws.js';
import type { Environment, Value } from './environment.js';
import { asArray, bareSymbol } from './environment.js';
import { hostValue } from './host_calls.js';
import { takeIndices } from './indexing.js';
import { nestedSolution } from './nested.js';
import { reductions } from './reductions.js';
import type { Scalar } from './scalar.js';
import { add, elementwise, multiply, valueOf } from './scalar.js';
import { execute } from './statements.js';
import { structuralRules } from './structural.js';

export function evaluateExpression(expression: TypedExpression, environment: Environment): Value {
  switch (expression.kind) {
    case 'constant':
      return scalarArray(expression.value);
    case 'reference':
      return environment.lookup(expression.symbol);
    case 'dimension':
      return scalarArray(
        expression.total
          ? environment.totalOf(expression.dimension)
          : environment.sizeOf(expression.dimension),
      );
    case 'apply':
      return mapElements(evaluateAll(expression.operands, environment), (elements) =>
        elementwise(expression.operator, ...elements),
      );
    case 'matmul':
      return matmul(expression, environment);
    case 'if':
      return isTrue(evaluateArray(expression.condition, environment))
        ? evaluateExpression(expression.then, environment)
        : evaluateExpression(expression.otherwise, environment);
    case 'index':
      return index(expression, environment);
    case 'comprehension':
      return comprehension(expression.binders, expression.body, environment);
    case 'reduce': {
      const elements: Scalar[] = [];
      forEachBinding(expression.binders, environment, (frame) => {
        if (isGuarded(expression, frame)) return;
        elements.push(elementAt(evaluateArray(expression.body, frame), 0));
      });
      return scalarArray(reductions[expression.operator](elements));
    }
    case 'reduce_axes':
      return reduceAxes(expression, environment);
    case 'call':
      return call(expression, environment);
    case 'call_value':
      return callValue(expression, environment);
    case 'function_value':
      return { kind: 'function', target: expression.target };
    case 'structural':
      return structural(expression, environment);
    case 'list': {
      const elements = expression.elements.map((element) => evaluateExpression(element, environment));
      return elements.every((element) => element.kind === 'array')
        ? stack([elements.length], elements, () => shapeOfType(expression.type, environment).slice(1))
        : { kind: 'list', elements };
    }
    case 'record':
      return {
        kind: 'record',
        fields: new Map(
          expression.fields.map((field) => [field.name, evaluateExpression(field.value, environment)]),
        ),
      };
    case 'field': {
      const object = evaluateExpression(expression.object, environment);
      const value = object.kind === 'record' ? object.fields.get(expression.name) : undefined;
      if (value === undefined) throw new Error(`compiler bug: no field \`${expression.name}\``);
      return value;
    }
    case 'derivative': {
      const value = evaluateArray(expression.value, environment);
      const direction =
        expression.direction === undefined ? undefined : evaluateArray(expression.direction, environment);
      const variable = asArray(environment.lookup(expression.variable));
      return differentiate(expression.operator, value, variable, direction);
    }
    case 'draw':
      return draw(
        expression,
        shapeOfType(expression.type, environment),
        streamFor(environment, expression.path),
        positionsOf(expression, environment),
      );
    case 'raw':
      return environment.context.raw(expression.raw.id);
    case 'objective': {
      const { objective } = environment.context;
      if (objective === undefined)
        throw new Error('compiler bug: an objective is asked for outside of a step');
      const direction =
        expression.direction === undefined ? undefined : evaluateArray(expression.direction, environment);
      const point = evaluateArray(expression.at, environment);
      return objective.query(expression.query, point, direction, expression.fresh);
    }
    case 'host_call':
      return hostValue(
        expression,
        evaluateAll(expression.arguments, environment),
        shapeOfType(expression.type, environment),
        environment,
      );
    case 'set_query': {
      const { objective } = environment.context;
      if (objective === undefined) throw new Error('compiler bug: sets are asked for outside of a step');
      return objective.sets(expression.operation, evaluateAll(expression.operands, environment));
    }
    case 'apply_optimizer': {
      const inner = environment.lookup(expression.optimizer);
      if (inner.kind !== 'optimizer') throw new Error('compiler bug: what is applied is not an optimizer');
      return inner.apply(
        evaluateArray(expression.at, environment),
        evaluateArray(expression.gradient, environment),
      );
    }
    case 'optimizer_value': {
      const make = environment.context.optimizer;
      if (make === undefined) throw new Error('compiler bug: an optimizer outside of `solve`');
      return make(expression, environment);
    }
    case 'schedule_call': {
      const { schedule } = environment.context;
      if (schedule === undefined) throw new Error('compiler bug: a schedule outside of `solve`');
      const frame = environment.forCall();
      expression.schedule.parameters.forEach((parameter, position) => {
        const argument = expression.arguments[position];
        if (argument !== undefined) frame.bind(parameter, evaluateExpression(argument, environment));
      });
      frame.bind(expression.schedule.implicit.t, scalarArray(schedule.t));
      frame.bind(expression.schedule.implicit.T, scalarArray(schedule.T));
      return evaluateExpression(expression.schedule.body, frame);
    }
    case 'block': {
      const frame = environment.inner();
      execute(expression.statements, frame);
      return evaluateExpression(expression.result, frame);
    }
    case 'nested':
      return nestedSolution(expression, environment);
    default:
      return expression satisfies never;
  }
}

export function evaluateArray(expression: TypedExpression, environment: Environment): ArrayValue {
  return asArray(evaluateExpression(expression, environment));
}

function evaluateAll(expressions: readonly TypedExpression[], environment: Environment): ArrayValue[] {
  return expressions.map((expression) => evaluateArray(expression, environment));
}

export function shapeOfType(type: Type, environment: Environment): readonly number[] {
  if (type.kind === 'array') return environment.shapeOf(type.shape);
  if (type.kind === 'list') return [type.elements.length];
  throw new Error(`compiler bug: a ${type.kind} has no shape`);
}

/** What is drawn once is drawn at step 0, under the name of its parameter or column. */
function streamFor(environment: Environment, path?: string): Stream {
  const { seed, step, solver } = environment.context;
  if (path?.startsWith('.') === true) return { seed, name: `${solver ?? ''}${path}`, step };
  if (path !== undefined) return { seed, name: path, step };
  if (environment.drawName === undefined)
    throw new Error('compiler bug: a draw outside of `data` and `param`');
  return { seed, name: environment.drawName, step: 0 };
}

/** A row of a table has the same draw in every batch. */
function positionsOf(
  { path, type, turns = [] }: TypedDraw,
  environment: Environment,
): (index: number) => number {
  const dimensions = type.kind === 'array' && type.shape.run === undefined ? type.shape.dimensions : [];
  const [leading, ...others] = dimensions;
  const rows =
    path !== undefined && leading !== undefined && bareSymbol(leading)?.origin === 'file'
      ? environment.describe(leading).rows
      : undefined;
  const whole = type.kind === 'array' ? sizeOf(environment.shapeOf(type.shape)) : 1;
  const stride =
    rows === undefined ? whole : others.reduce((size, dimension) => size * environment.sizeOf(dimension), 1);
  const { turn, count } = turnIn(turns, environment);
  return (index) => {
    const row = Math.floor(index / stride);
    return ((rows === undefined ? row : (rows[row] ?? 0)) * count + turn) * stride + (index % stride);
  };
}

/** Which turn of all that loops around a draw make. */
function turnIn(
  turns: readonly Turn[],
  environment: Environment,
): { readonly turn: number; readonly count: number } {
  const integer = (expression: TypedExpression): number =>
    valueOf(elementAt(evaluateArray(expression, environment), 0));
  return turns.reduce(
    ({ turn, count }, { symbol, from, to }) => {
      const first = integer(from);
      const turnsHere = integer(to) - first + 1;
      const here = valueOf(elementAt(asArray(environment.lookup(symbol)), 0)) - first;
      return { turn: turn * turnsHere + here, count: count * turnsHere };
    },
    { turn: 0, count: 1 },
  );
}

/** Whether a reduction leaves the current element out. */
export function isGuarded({ guard }: TypedReduce, frame: Environment): boolean {
  return guard !== undefined && !isTrue(evaluateArray(guard, frame));
}

/** Runs `body` in a frame for each combination of the binders' values, the last one fastest. */
export function forEachBinding(
  binders: readonly TypedBinder[],
  environment: Environment,
  body: (frame: Environment) => void,
): void {
  const [binder, ...rest] = binders;
  if (binder === undefined) {
    body(environment);
    return;
  }
  const from = environment.sizeOf(binder.from);
  const { size, counted = size } = environment.describe(binder.size);
  for (let position = 0; position < Math.min(size, counted); position += 1) {
    const frame = environment.inner();
    frame.bind(binder.symbol, scalarArray(from + position));
    forEachBinding(rest, frame, body);
  }
}

function comprehension(
  binders: readonly TypedBinder[],
  body: TypedExpression,
  environment: Environment,
): ArrayValue {
  const [binder, ...rest] = binders;
  if (binder === undefined) return evaluateArray(body, environment);
  const from = environment.sizeOf(binder.from);
  const size = environment.sizeOf(binder.size);
  const parts = Array.from({ length: size }, (_, position) => {
    const frame = environment.inner();
    frame.bind(binder.symbol, scalarArray(from + position));
    return comprehension(rest, body, frame);
  });
  const innerShape = (): readonly number[] => [
    ...rest.map((other) => environment.sizeOf(other.size)),
    ...shapeOfType(body.type, environment),
  ];
  return stack([size], parts, innerShape);
}

/** Vectors as in NumPy: one on the left is a row, one on the right a column, and that axis is dropped again. */
function matmul(expression: TypedMatmul, environment: Environment): ArrayValue {
  const left = evaluateArray(expression.left, environment);
  const right = evaluateArray(expression.right, environment);
  const isRow = left.shape.length === 1;
  const isColumn = right.shape.length === 1;
  const leftLead = left.shape.slice(0, isRow ? -1 : -2);
  const rightLead = right.shape.slice(0, isColumn ? -1 : -2);
  const lead = broadcastShape([leftLead, rightLead]);
  const counted = countedLength(expression.left.type, left, left.shape.length - 1, environment);
  const rows = isRow ? [] : [left.shape[left.shape.length - 2] as number];
  const columns = isColumn ? [] : [right.shape[right.shape.length - 1] as number];
  return buildArray([...lead, ...rows, ...columns], (index) => {
    const i = isRow ? [] : [index[lead.length] as number];
    const j = isColumn ? [] : [index[index.length - 1] as number];
    const leftAt = index.slice(lead.length - leftLead.length, lead.length);
    const rightAt = index.slice(lead.length - rightLead.length, lead.length);
    let sum: Scalar = 0;
    for (let k = 0; k < counted; k += 1) {
      sum = add(sum, multiply(at(left, [...leftAt, ...i, k]), at(right, [...rightAt, k, ...j])));
    }
    return sum;
  });
}

function index(expression: TypedIndex, environment: Environment): Value {
  const object = evaluateExpression(expression.object, environment);
  const [only] = expression.indices;
  if (object.kind === 'list') {
    const position = only?.kind === 'at' ? evaluateArray(only.value, environment) : scalarArray(NaN);
    const element = object.elements[Number(elementAt(position, 0))];
    if (element === undefined) throw new Error('compiler bug: an index outside of a static list');
    return element;
  }
  const { type } = expression;
  const missing = type.kind === 'array' && type.element.kind === 'real' ? NaN : 0;
  return takeIndices(asArray(object), expression.indices, missing, environment);
}

/** Reduces over some axes: for each index of the others, the reduction of the list along them. */
function reduceAxes(expression: TypedReduceAxes, environment: Environment): ArrayValue {
  const operand = evaluateArray(expression.operand, environment);
  const rank = operand.shape.length;
  const reduced =
    expression.axes === 'all' ? operand.shape.map((_, axis) => axis) : expression.axes.map((a) => rank - a);
  const kept = operand.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
  const ordered = reduced.toSorted((a, b) => a - b);
  const lengths = ordered.map((axis) => countedLength(expression.operand.type, operand, axis, environment));
  return buildArray(
    kept.map((axis) => operand.shape[axis] as number),
    (outer) => {
      const elements = Array.from(indicesOf(lengths), (inner) =>
        at(
          operand,
          operand.shape.map((_, axis) =>
            kept.includes(axis)
              ? (outer[kept.indexOf(axis)] as number)
              : (inner[ordered.indexOf(axis)] as number),
          ),
        ),
      );
      return reductions[expression.operator](elements);
    },
  );
}

/** In `data` of a split table only the training rows count. */
function countedLength(type: Type, operand: ArrayValue, axis: number, environment: Environment): number {
  const length = operand.shape[axis] as number;
  if (type.kind !== 'array') return length;
  const lead = operand.shape.length - type.shape.dimensions.length;
  const dimension = type.shape.dimensions[axis - lead];
  return dimension === undefined
    ? length
    : Math.min(length, environment.describe(dimension).counted ?? length);
}

function structural(expression: TypedStructural, environment: Environment): ArrayValue {
  const { operator } = expression;
  const shape = shapeOfType(expression.type, environment);
  if (operator === 'training') return scalarArray(environment.context.training ? 1 : 0);
  if (operator === 'glorot' || operator === 'he' || operator === 'lecun') {
    return initialWeights(operator, shape, streamFor(environment));
  }
  const operandType = expression.operands[0]?.type;
  const run =
    operandType?.kind === 'array' && operandType.shape.run !== undefined
      ? environment.runOf(operandType.shape.run).length
      : 0;
  return structuralRules[operator](evaluateAll(expression.operands, environment), shape, run);
}
