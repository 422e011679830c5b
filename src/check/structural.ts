/** Operations that move elements rather than compute with them, and the starts of parameters. */
import type { CallExpression, Expression } from '../parser/ast.js';
import { positional } from './builtin_calls.js';
import type { Builtin } from './builtins.js';
import type { Context } from './context.js';
import { constant, errorExpression, isError, numericElement, toReal, unite } from './convert.js';
import { addDimensions, constantDimension, multiplyDimensions, printDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { factorization } from './factorizations.js';
import type { FactorizationName } from './factorizations.js';
import { modelValueOf } from './model_values.js';
import { staticExpression } from './names.js';
import { printType } from './print_type.js';
import { sameShape } from './shapes.js';
import { staticValue } from './static_values.js';
import {
  arrayType,
  boolScalar,
  intElement,
  intScalar,
  realElement,
  realScalar,
  shapeOf,
} from './type_facts.js';
import { requireStatic } from './type_syntax.js';
import type { StructuralName, TypedExpression } from './typed.js';
import type { ArrayType, Dimension, ShapeType, Type } from './types.js';

type StructuralBuiltin = Extract<Builtin, { kind: 'structural' }>;

export function checkStructural(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  expected: Type | undefined,
): TypedExpression {
  switch (builtin.operator) {
    case 'zeros':
    case 'ones':
      return filled(context, call, builtin, expected);
    case 'fill':
      return full(context, call, builtin);
    case 'identity':
      return identity(context, call, builtin);
    case 'reshape':
      return reshape(context, call, builtin);
    case 'concat':
      return concat(context, call, builtin);
    case 'pick':
      return pick(context, call, builtin);
    case 'solve_lower':
    case 'solve_upper':
      return triangularSolve(context, call, builtin, builtin.operator);
    case 'eigh':
    case 'qr':
    case 'svd':
      return factors(context, call, builtin, builtin.operator);
    case 'training':
      if (positional(context, call, builtin, 0) === undefined) return errorExpression(call.span);
      return { kind: 'structural', operator: 'training', operands: [], type: boolScalar, span: call.span };
    case 'glorot':
    case 'he':
    case 'lecun':
      return initializer(context, call, builtin, builtin.operator, expected);
    case 'length':
      return length(context, call, builtin);
    case 'total':
      return total(context, call, builtin);
    default:
      return oneOperand(context, call, builtin, builtin.operator);
  }
}

function structural(
  operator: StructuralName,
  operands: readonly TypedExpression[],
  type: Type,
  call: CallExpression,
): TypedExpression {
  return { kind: 'structural', operator, operands, type, span: call.span };
}

function sizes(context: Context, expressions: readonly Expression[]): readonly Dimension[] | undefined {
  const found = expressions.map((expression) =>
    requireStatic(context, checkExpression(context, expression), 'a size'),
  );
  const known = found.filter((dimension) => dimension !== undefined);
  return known.length === found.length ? known : undefined;
}

function filled(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  expected: Type | undefined,
): TypedExpression {
  const value = constant(builtin.operator === 'ones' ? 1 : 0, realScalar, call.span);
  if (call.arguments.length === 0 && expected?.kind === 'array') {
    return structural('fill', [value], arrayType(realElement, expected.shape), call);
  }
  const expressions = positional(context, call, builtin, 1, Infinity);
  const dimensions = expressions && sizes(context, expressions);
  if (dimensions === undefined) return errorExpression(call.span);
  return structural('fill', [value], arrayType(realElement, shapeOf(dimensions)), call);
}

function full(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 2, Infinity);
  const [first, ...rest] = expressions ?? [];
  if (first === undefined) return errorExpression(call.span);
  const value = checkExpression(context, first);
  const dimensions = sizes(context, rest);
  if (isError(value) || dimensions === undefined) return errorExpression(call.span);
  const isScalar =
    value.type.kind === 'array' &&
    value.type.shape.dimensions.length === 0 &&
    value.type.shape.run === undefined;
  if (value.type.kind !== 'array' || !isScalar)
    return unsuitable(
      context,
      call,
      builtin,
      [value],
      'the first argument is the one value of every element',
    );
  return structural('fill', [value], arrayType(value.type.element, shapeOf(dimensions)), call);
}

function identity(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 1);
  const dimensions = expressions && sizes(context, expressions);
  const [n] = dimensions ?? [];
  if (n === undefined) return errorExpression(call.span);
  return structural('identity', [], arrayType(realElement, shapeOf([n, n])), call);
}

function reshape(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 2, Infinity);
  const [first, ...rest] = expressions ?? [];
  if (first === undefined) return errorExpression(call.span);
  const operand = checkExpression(context, first);
  const dimensions = sizes(context, rest);
  if (isError(operand) || dimensions === undefined) return errorExpression(call.span);
  if (operand.type.kind !== 'array')
    return unsuitable(context, call, builtin, [operand], 'only arrays have a shape');
  const { shape, element } = operand.type;
  const before = product(shape.dimensions);
  const after = product(dimensions);
  if (!context.session.agree(before, after, call.span)) {
    context.session.error('AM2117', call.span, 'the new shape does not hold as many elements', {
      labels: [{ span: operand.span, message: printType(operand.type) }],
      notes: [
        `${printDimension(before)} elements do not fit ${dimensions.map(printDimension).join(' x ')} = ${printDimension(after)}`,
      ],
    });
    return errorExpression(call.span);
  }
  return structural('reshape', [operand], arrayType(element, shapeOf(dimensions, shape.run)), call);
}

function product(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce(multiplyDimensions, constantDimension(1));
}

function concat(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 1, Infinity);
  if (expressions === undefined) return errorExpression(call.span);
  const operands = expressions.map((expression) => checkExpression(context, expression));
  if (operands.some(isError)) return errorExpression(call.span);
  const statics = operands.map((operand) => staticValue(context.session, operand));
  const elements = statics.flatMap((value) => (value?.kind === 'list' ? value.elements : []));
  if (statics.every((value) => value?.kind === 'list') && elements.length > 0) {
    return staticExpression({ kind: 'list', elements }, call.span);
  }
  const shapes = operands.flatMap((operand) => (operand.type.kind === 'array' ? [operand.type] : []));
  const [first] = shapes;
  if (
    first === undefined ||
    shapes.length < operands.length ||
    shapes.some(({ shape }) => shape.dimensions.length === 0)
  ) {
    return unsuitable(context, call, builtin, operands, 'only arrays with a dimension can be joined');
  }
  const rest = (type: ArrayType): ShapeType => ({
    run: type.shape.run,
    dimensions: type.shape.dimensions.slice(1),
  });
  const agree = shapes.every((type) => sameShape(context.session, rest(first), rest(type), call.span));
  const anchors = operands.map((operand) => leadingOne(operand));
  const united = unite(context.session, anchors);
  if (!agree || united === undefined) {
    return unsuitable(
      context,
      call,
      builtin,
      operands,
      'the arrays differ in more than their first dimension',
    );
  }
  const element = united[0]?.type.kind === 'array' ? united[0].type.element : first.element;
  const total = shapes.map(({ shape }) => shape.dimensions[0] as Dimension).reduce(addDimensions);
  const type = arrayType(element, {
    run: first.shape.run,
    dimensions: [total, ...first.shape.dimensions.slice(1)],
  });
  const converted = operands.map((operand) => (element.kind === 'real' ? toReal(operand) : operand));
  return structural('concat', converted, type, call);
}

/** The operand as if it had no axes, to unite the elements alone. */
function leadingOne(operand: TypedExpression): TypedExpression {
  if (operand.type.kind !== 'array') return operand;
  return { ...operand, type: arrayType(operand.type.element, shapeOf([])) };
}

function pick(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 2);
  if (expressions === undefined) return errorExpression(call.span);
  const operands = expressions.map((expression) => checkExpression(context, expression));
  const [array, index] = operands;
  if (array === undefined || index === undefined || operands.some(isError)) return errorExpression(call.span);
  if (
    array.type.kind !== 'array' ||
    index.type.kind !== 'array' ||
    array.type.shape.dimensions.length === 0
  ) {
    return unsuitable(
      context,
      call,
      builtin,
      operands,
      '`pick(a, k)` takes one element of each last axis of `a`',
    );
  }
  const last = array.type.shape.dimensions[array.type.shape.dimensions.length - 1] as Dimension;
  const { element } = index.type;
  const indexes =
    element.kind === 'int' ||
    (element.kind === 'class' && context.session.agree(element.classes, last, call.span));
  if (!indexes) {
    const note =
      element.kind === 'class'
        ? `the index is one of ${printDimension(element.classes)}, and the last dimension is ${printDimension(last)}`
        : 'the second argument is a class or an int';
    return unsuitable(context, call, builtin, operands, note);
  }
  const leading = { run: array.type.shape.run, dimensions: array.type.shape.dimensions.slice(0, -1) };
  if (!sameShape(context.session, leading, index.type.shape, call.span)) {
    return unsuitable(
      context,
      call,
      builtin,
      operands,
      'there is one index for each of the leading dimensions',
    );
  }
  return structural('pick', operands, arrayType(array.type.element, leading), call);
}

function triangularSolve(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  operator: 'solve_lower' | 'solve_upper',
): TypedExpression {
  const expressions = positional(context, call, builtin, 2);
  if (expressions === undefined) return errorExpression(call.span);
  const operands = expressions.map((expression) => checkExpression(context, expression));
  const [matrix, right] = operands;
  if (matrix === undefined || right === undefined || operands.some(isError))
    return errorExpression(call.span);
  const size = squareSize(context, matrix);
  const known = right.type.kind === 'array' ? right.type.shape.dimensions : [];
  const [first] = known;
  const fits =
    size !== undefined &&
    first !== undefined &&
    known.length <= 2 &&
    context.session.agree(size, first, call.span);
  if (!fits || right.type.kind !== 'array')
    return unsuitable(
      context,
      call,
      builtin,
      operands,
      'a square matrix and a vector or matrix of as many rows are wanted',
    );
  return structural(operator, operands.map(toReal), arrayType(realElement, right.type.shape), call);
}

function factors(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  name: FactorizationName,
): TypedExpression {
  const [expression] = positional(context, call, builtin, 1) ?? [];
  if (expression === undefined) return errorExpression(call.span);
  const operand = checkExpression(context, expression);
  if (isError(operand)) return errorExpression(call.span);
  const { type } = operand;
  const [rows, columns] = type.kind === 'array' ? type.shape.dimensions : [];
  const isMatrix =
    type.kind === 'array' &&
    type.shape.dimensions.length === 2 &&
    numericElement(context.session, type.element) !== undefined &&
    (name !== 'eigh' || squareSize(context, operand) !== undefined);
  if (!isMatrix || rows === undefined || columns === undefined) {
    const wanted = name === 'eigh' ? 'a symmetric matrix is wanted' : 'a matrix is wanted';
    return unsuitable(context, call, builtin, [operand], wanted);
  }
  const matrix = { ...toReal(operand), type: arrayType(realElement, type.shape) };
  return factorization(name, matrix, rows, columns, call);
}

function squareSize(context: Context, operand: TypedExpression): Dimension | undefined {
  if (operand.type.kind !== 'array' || operand.type.shape.dimensions.length !== 2) return undefined;
  const [rows, columns] = operand.type.shape.dimensions;
  if (rows === undefined || columns === undefined) return undefined;
  return context.session.agree(rows, columns, operand.span) ? rows : undefined;
}

function initializer(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  operator: StructuralName,
  expected: Type | undefined,
): TypedExpression {
  if (positional(context, call, builtin, 0) === undefined) return errorExpression(call.span);
  if (context.place !== 'start' || expected?.kind !== 'array') {
    context.session.error('AM2118', call.span, `\`${builtin.name}()\` is the start of a parameter`, {
      notes: [`its shape comes from there: \`param W: real[D, K] = ${builtin.name}()\``],
    });
    return errorExpression(call.span);
  }
  return structural(operator, [], arrayType(realElement, expected.shape), call);
}

function length(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const [expression] = positional(context, call, builtin, 1) ?? [];
  if (expression === undefined) return errorExpression(call.span);
  const models = modelValueOf(context, expression);
  if (models?.kind === 'list') {
    const dimension = constantDimension(models.elements.length);
    return { kind: 'dimension', dimension, total: false, type: intScalar, span: call.span };
  }
  const operand = checkExpression(context, expression);
  if (isError(operand)) return errorExpression(call.span);
  const first =
    operand.type.kind === 'array' && operand.type.shape.run === undefined
      ? operand.type.shape.dimensions[0]
      : undefined;
  if (first === undefined)
    return unsuitable(context, call, builtin, [operand], 'a length belongs to an array or a list');
  return { kind: 'dimension', dimension: first, total: false, type: intScalar, span: call.span };
}

function total(context: Context, call: CallExpression, builtin: StructuralBuiltin): TypedExpression {
  const expressions = positional(context, call, builtin, 1);
  const [dimension] = (expressions && sizes(context, expressions)) ?? [];
  if (dimension === undefined) return errorExpression(call.span);
  return { kind: 'dimension', dimension, total: true, type: intScalar, span: call.span };
}

function oneOperand(
  context: Context,
  call: CallExpression,
  builtin: StructuralBuiltin,
  operator: Exclude<StructuralName, 'fill'>,
): TypedExpression {
  const [expression] = positional(context, call, builtin, 1) ?? [];
  if (expression === undefined) return errorExpression(call.span);
  const operand = checkExpression(context, expression);
  if (isError(operand)) return errorExpression(call.span);
  if (operand.type.kind !== 'array')
    return unsuitable(context, call, builtin, [operand], 'an array is wanted');
  const type = resultType(context, operator, operand, operand.type);
  if (typeof type === 'string') return unsuitable(context, call, builtin, [operand], type);
  return structural(operator, [keepsElement(operator) ? operand : toReal(operand)], type, call);
}

function keepsElement(operator: StructuralName): boolean {
  return (
    operator === 'stop' ||
    operator === 'transpose' ||
    operator === 'reverse' ||
    operator === 'argsort' ||
    operator === 'diagonal'
  );
}

function resultType(
  context: Context,
  operator: StructuralName,
  operand: TypedExpression,
  type: ArrayType,
): Type | string {
  const { element, shape } = type;
  const { dimensions } = shape;
  switch (operator) {
    case 'stop':
      return type;
    case 'transpose': {
      const [last, before] = [...dimensions].reverse();
      if (last === undefined || before === undefined) return 'a matrix is wanted';
      return arrayType(element, { run: shape.run, dimensions: [...dimensions.slice(0, -2), last, before] });
    }
    case 'reverse':
      return dimensions.length > 0 ? type : 'an array with a dimension is wanted';
    case 'cumsum':
    case 'cumprod':
    case 'sort':
    case 'argsort': {
      if (dimensions.length === 0) return 'an array with a dimension is wanted';
      if (numericElement(context.session, element) === undefined) return 'numbers are wanted';
      return arrayType(operator === 'argsort' ? intElement : realElement, shape);
    }
    case 'diag': {
      const [n] = dimensions;
      return n !== undefined && dimensions.length === 1
        ? arrayType(realElement, shapeOf([n, n]))
        : 'a vector is wanted';
    }
    case 'diagonal': {
      const n = squareSize(context, operand);
      return n === undefined ? 'a square matrix is wanted' : arrayType(element, shapeOf([n]));
    }
    case 'cholesky':
      return squareSize(context, operand) === undefined
        ? 'a square matrix is wanted'
        : arrayType(realElement, shape);
    default:
      throw new Error(`compiler bug: ${operator} has a rule of its own`);
  }
}

function unsuitable(
  context: Context,
  call: CallExpression,
  builtin: Builtin,
  operands: readonly TypedExpression[],
  note: string,
): TypedExpression {
  context.session.error(
    'AM2201',
    call.callee.span,
    `\`${builtin.name}\` cannot be called with these arguments`,
    {
      labels: operands.map((operand) => ({ span: operand.span, message: printType(operand.type) })),
      notes: [`candidate: ${builtin.signature}`, note],
    },
  );
  return errorExpression(call.span);
}
