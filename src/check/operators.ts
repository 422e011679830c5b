/** Operators: arithmetic, comparison, logic and the matrix product, with the rules of broadcasting. */
import type { BinaryExpression, BinaryOperator, UnaryExpression } from '../parser/ast.js';
import type { Fix } from '../parser/diagnostic.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { errorExpression, isError, numericElement } from './convert.js';
import { bareSymbol, constantValue, printDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { printShape, printType } from './print_type.js';
import { broadcast, sameShape } from './shapes.js';
import { arrayType, boolElement, intElement, isScalar, realElement, shapeOf } from './type_facts.js';
import type { ApplyName, TypedExpression } from './typed.js';
import type { ArrayType, Dimension, ElementType, ShapeType } from './types.js';

const operatorNames: Readonly<Record<Exclude<BinaryOperator, '@'>, ApplyName>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '^': 'power',
  '==': 'equal',
  '!=': 'not_equal',
  '<': 'less',
  '<=': 'less_equal',
  '>': 'greater',
  '>=': 'greater_equal',
  and: 'and',
  or: 'or',
};

const comparisons: readonly ApplyName[] = [
  'equal',
  'not_equal',
  'less',
  'less_equal',
  'greater',
  'greater_equal',
];
/** Operations that give an int when all operands are ints. */
const keepsInts: readonly ApplyName[] = [
  'add',
  'subtract',
  'multiply',
  'negate',
  'maximum',
  'minimum',
  'abs',
  'sign',
  'floor_divide',
  'modulo',
];

export function checkUnary(context: Context, expression: UnaryExpression): TypedExpression {
  const operand = checkExpression(context, expression.operand);
  if (isError(operand)) return operand;
  const operator = expression.operator === 'not' ? 'not' : 'negate';
  return applyOperator(context, operator, [operand], expression.span, expression.span, expression.operator);
}

export function checkBinary(context: Context, expression: BinaryExpression): TypedExpression {
  const left = checkExpression(context, expression.left);
  const guards = expression.operator === 'and' || expression.operator === 'or';
  const right = checkExpression(guards ? { ...context, guarded: true } : context, expression.right);
  if (isError(left) || isError(right)) return errorExpression(expression.span);
  if (expression.operator === '@') return checkMatmul(context, left, right, expression);
  const operator = operatorNames[expression.operator];
  const { span, operatorSpan } = expression;
  return applyOperator(context, operator, [left, right], span, operatorSpan, expression.operator);
}

/** An elementwise operation on operands that are not errors. `shown` is how the program writes it. */
export function applyOperator(
  context: Context,
  operator: ApplyName,
  operands: readonly TypedExpression[],
  span: Span,
  operatorSpan: Span,
  shown: string,
): TypedExpression {
  const arrays = operands.flatMap((operand) => (operand.type.kind === 'array' ? [operand.type] : []));
  if (arrays.length !== operands.length) {
    const odd = operands.find((operand) => operand.type.kind !== 'array');
    context.session.error(
      'AM2107',
      odd?.span ?? span,
      `\`${shown}\` works on numbers, and this is ${odd === undefined ? '?' : printType(odd.type)}`,
    );
    return errorExpression(span);
  }
  const element = resultElement(context, operator, operands, arrays, span, shown);
  if (element === undefined) return errorExpression(span);
  const shape = commonShape(context, operands, span, operatorSpan, shown);
  if (shape === undefined) return errorExpression(span);
  return { kind: 'apply', operator, operands, type: arrayType(element, shape), span };
}

function resultElement(
  context: Context,
  operator: ApplyName,
  operands: readonly TypedExpression[],
  types: readonly ArrayType[],
  span: Span,
  shown: string,
): ElementType | undefined {
  const { session } = context;
  if (operator === 'and' || operator === 'or' || operator === 'not') {
    const odd = operands.find(
      (operand) => operand.type.kind === 'array' && operand.type.element.kind !== 'bool',
    );
    if (odd === undefined) return boolElement;
    session.error('AM2107', odd.span, `\`${shown}\` takes truth values, and this is ${printType(odd.type)}`, {
      notes: ['a comparison makes a truth value: `x > 0`'],
    });
    return undefined;
  }
  if (comparisons.includes(operator))
    return comparable(context, operands, types, span, shown) ? boolElement : undefined;
  const numeric: ElementType[] = [];
  for (const [index, type] of types.entries()) {
    const element = numericElement(session, type.element);
    const operand = operands[index];
    if (element === undefined) {
      session.error('AM2107', operand?.span ?? span, `\`${shown}\` has no meaning for ${printType(type)}`, {
        notes: [
          'a class is an index of a dimension: it can be compared and can index, and only class(2) counts as 0 or 1',
          '`real(...)` takes its number',
        ],
      });
      return undefined;
    }
    numeric.push(element);
  }
  if (operator === 'is_finite') return boolElement;
  if (operator === 'to_int') return intElement;
  const allInts = numeric.every((element) => element.kind === 'int');
  if (operator === 'floor_divide' && !allInts) {
    session.error('AM2107', span, '`floor_div` divides ints; for reals write `floor(a / b)`');
    return undefined;
  }
  return allInts && keepsInts.includes(operator) ? intElement : realElement;
}

function comparable(
  context: Context,
  operands: readonly TypedExpression[],
  types: readonly ArrayType[],
  span: Span,
  shown: string,
): boolean {
  const { session } = context;
  const [left, right] = types;
  if (left === undefined || right === undefined) return false;
  const labels = operands.map((operand) => ({ span: operand.span, message: printType(operand.type) }));
  const classOf = (type: ArrayType) => (type.element.kind === 'class' ? type.element.classes : undefined);
  const a = classOf(left);
  const b = classOf(right);
  if (a !== undefined && b !== undefined) {
    if (session.agree(a, b, span)) return true;
    session.error('AM2205', span, 'classes of different dimensions are compared', {
      labels,
      notes: [`an index of ${printDimension(a)} is not an index of ${printDimension(b)}`],
    });
    return false;
  }
  const classes = a ?? b;
  const other = a === undefined ? left : right;
  if (classes === undefined) return true;
  if (numericElement(session, { kind: 'class', classes }) !== undefined) return true;
  if (other.element.kind !== 'int') {
    session.error('AM2205', span, `\`${shown}\` compares a class with what is not an index`, {
      labels,
      notes: ['a class can be compared with a class of the same dimension or with an int'],
    });
    return false;
  }
  const literal = operands.find((operand) => operand.kind === 'constant');
  const size = constantValue(session.expand(classes));
  if (literal?.kind === 'constant' && size !== undefined && (literal.value < 0 || literal.value >= size)) {
    session.error('AM2205', literal.span, `${literal.value} is no class of class(${size})`, {
      notes: [`classes count from 0 to ${size - 1}`],
    });
    return false;
  }
  return true;
}

/** The shape that operands broadcast to, with the error of DESIGN's kind when they do not. */
export function commonShape(
  context: Context,
  operands: readonly TypedExpression[],
  span: Span,
  operatorSpan: Span,
  shown: string,
): ShapeType | undefined {
  let result: ShapeType | undefined;
  let culprit: TypedExpression | undefined;
  for (const operand of operands) {
    if (operand.type.kind !== 'array') return undefined;
    if (result === undefined || culprit === undefined) {
      result = operand.type.shape;
      culprit = operand;
      continue;
    }
    const met = broadcast(context.session, result, operand.type.shape, span);
    if (!met.ok) {
      shapesDisagree(context, culprit, operand, { span, operatorSpan, shown, reason: met.reason });
      return undefined;
    }
    if (!isScalar(operand.type.shape)) culprit = operand;
    result = met.shape;
  }
  return result;
}

interface Disagreement {
  readonly span: Span;
  readonly operatorSpan: Span;
  readonly shown: string;
  readonly reason: string;
}

function shapesDisagree(
  context: Context,
  left: TypedExpression,
  right: TypedExpression,
  { span, operatorSpan, shown, reason }: Disagreement,
): void {
  const comprehension = comprehensionFor(left, right, shown);
  const fixes: Fix[] =
    comprehension === undefined
      ? []
      : [
          {
            title: `write the comprehension \`${comprehension}\``,
            edits: [{ span, newText: comprehension }],
          },
        ];
  context.session.error('AM2103', operatorSpan, 'shapes do not agree', {
    labels: [
      { span: left.span, message: printType(left.type) },
      { span: right.span, message: printType(right.type) },
    ],
    notes: [
      reason,
      ...(comprehension === undefined ? [] : [`to combine them by hand, name the indices: ${comprehension}`]),
    ],
    fixes,
  });
}

/** `[n in N, k in K: logits[n, k] - m[n]]`: the larger operand's dimensions as binders, the smaller indexed where names match. */
function comprehensionFor(left: TypedExpression, right: TypedExpression, shown: string): string | undefined {
  if (left.type.kind !== 'array' || right.type.kind !== 'array') return undefined;
  if (left.type.shape.run !== undefined || right.type.shape.run !== undefined) return undefined;
  if (!/^[-+*/^<>=!]+$/.test(shown)) return undefined;
  const larger =
    left.type.shape.dimensions.length >= right.type.shape.dimensions.length
      ? left.type.shape
      : right.type.shape;
  const names = new Map<string, string>();
  const binders: string[] = [];
  for (const dimension of larger.dimensions) {
    const symbol = bareSymbol(dimension);
    if (symbol === undefined || names.has(dimension.key)) return undefined;
    const name = freshIndex(symbol.name, [...names.values()]);
    names.set(dimension.key, name);
    binders.push(`${name} in ${symbol.name}`);
  }
  const parts = [left, right].map((operand) => indexedText(operand, names));
  const [a, b] = parts;
  if (a === undefined || b === undefined) return undefined;
  return `[${binders.join(', ')}: ${a} ${shown} ${b}]`;
}

function freshIndex(dimension: string, taken: readonly string[]): string {
  const lower = dimension.charAt(0).toLowerCase();
  const first = lower === dimension ? 'i' : lower;
  const candidates = [first, 'i', 'j', 'k', 'l', 'm'];
  return candidates.find((name) => !taken.includes(name) && name !== dimension) ?? `${first}${taken.length}`;
}

function indexedText(operand: TypedExpression, names: ReadonlyMap<string, string>): string | undefined {
  const source = operand.span.file.text.slice(operand.span.start, operand.span.end);
  if (!/^[\w.]+$/.test(source) || operand.type.kind !== 'array') return undefined;
  const { dimensions } = operand.type.shape;
  if (dimensions.length === 0) return source;
  const indices = dimensions.map((dimension) => names.get(dimension.key));
  return indices.includes(undefined) ? undefined : `${source}[${indices.join(', ')}]`;
}

// -------------------------------------------------------------------------------------------- matrix product

function checkMatmul(
  context: Context,
  left: TypedExpression,
  right: TypedExpression,
  expression: BinaryExpression,
): TypedExpression {
  const { span } = expression;
  const operands = [left, right].map((operand) => matmulOperand(context, operand));
  const [a, b] = operands;
  if (a === undefined || b === undefined) return errorExpression(span);
  const shape = matmulShape(context, a, b, span);
  if (typeof shape === 'string') {
    context.session.error('AM2104', expression.operatorSpan, 'the shapes of a matrix product do not agree', {
      labels: [
        { span: left.span, message: printType(left.type) },
        { span: right.span, message: printType(right.type) },
      ],
      notes: [shape, ...transposeHint(context, a, b, span)],
    });
    return errorExpression(span);
  }
  return { kind: 'matmul', left, right, type: arrayType(realElement, shape), span };
}

function matmulOperand(context: Context, operand: TypedExpression): ShapeType | undefined {
  const { type } = operand;
  if (type.kind === 'array' && numericElement(context.session, type.element) !== undefined) {
    if (type.shape.dimensions.length > 0) return type.shape;
    context.session.error(
      'AM2104',
      operand.span,
      `\`@\` multiplies matrices and vectors, and this is ${printType(type)}`,
      {
        notes: ['for a product with a scalar write `*`'],
      },
    );
    return undefined;
  }
  context.session.error('AM2107', operand.span, `\`@\` has no meaning for ${printType(type)}`);
  return undefined;
}

/** The shape of the product, or why there is none. */
function matmulShape(context: Context, a: ShapeType, b: ShapeType, span: Span): ShapeType | string {
  const { session } = context;
  const inner = a.dimensions[a.dimensions.length - 1];
  const isVector = b.dimensions.length === 1;
  const outer = b.dimensions[b.dimensions.length - (isVector ? 1 : 2)];
  if (inner === undefined || outer === undefined) return 'an operand has no dimensions';
  if (isVector && b.run !== undefined)
    return 'it is not clear which axis of the right operand is summed over';
  if (!session.agree(inner, outer, span)) {
    const place = isVector ? 'the dimension' : 'the second-to-last dimension';
    return `\`@\` pairs the last dimension of the left with ${place} of the right, and ${printDimension(inner)} is not ${printDimension(outer)}`;
  }
  const leftRest = a.dimensions.slice(0, -1);
  if (isVector) return { run: a.run, dimensions: leftRest };
  const column = b.dimensions[b.dimensions.length - 1] as Dimension;
  const rightLead = shapeOf(b.dimensions.slice(0, -2), b.run);
  if (isScalar(rightLead)) return { run: a.run, dimensions: [...leftRest, column] };
  const row = leftRest[leftRest.length - 1];
  if (row === undefined && a.run === undefined)
    return { run: rightLead.run, dimensions: [...rightLead.dimensions, column] };
  if (row === undefined) return 'it is not clear how the leading dimensions line up';
  const leftLead = shapeOf(leftRest.slice(0, -1), a.run);
  if (isScalar(leftLead)) return { run: rightLead.run, dimensions: [...rightLead.dimensions, row, column] };
  if (!sameShape(session, leftLead, rightLead, span)) {
    return `the leading dimensions ${printShape(leftLead)} and ${printShape(rightLead)} are not the same`;
  }
  return { run: leftLead.run, dimensions: [...leftLead.dimensions, row, column] };
}

function transposeHint(context: Context, a: ShapeType, b: ShapeType, span: Span): string[] {
  const swapped = (shape: ShapeType): ShapeType | undefined => {
    const [last, before] = [...shape.dimensions].reverse();
    if (last === undefined || before === undefined) return undefined;
    return { run: shape.run, dimensions: [...shape.dimensions.slice(0, -2), last, before] };
  };
  const probe = (left: ShapeType | undefined, right: ShapeType | undefined): boolean => {
    if (left === undefined || right === undefined) return false;
    const restore = context.session.mark();
    const fits = typeof matmulShape(context, left, right, span) !== 'string';
    restore();
    return fits;
  };
  if (probe(swapped(a), b)) return ['`transpose(...)` of the left operand would fit'];
  if (probe(a, swapped(b))) return ['`transpose(...)` of the right operand would fit'];
  return [];
}
