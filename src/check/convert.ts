/** Making a typed expression fit a type: widening of elements, filling of shapes, and the error when neither does. */
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { constantValue } from './dimension.js';
import type { Session } from './session.js';
import { printType } from './print_type.js';
import { sameShape } from './shapes.js';
import { arrayType, errorType, intElement, isScalar, realElement, scalarShape } from './type_facts.js';
import type { TypedExpression, ValueSymbol } from './typed.js';
import type { ArrayType, ElementType, RecordType, ShapeType, Type } from './types.js';

export function errorExpression(span: Span): TypedExpression {
  return { kind: 'constant', value: NaN, type: errorType, span };
}

export function constant(value: number, type: Type, span: Span): TypedExpression {
  return { kind: 'constant', value, type, span };
}

export function reference(symbol: ValueSymbol, span: Span): TypedExpression {
  return { kind: 'reference', symbol, type: symbol.type, span };
}

export function isError(typed: TypedExpression): boolean {
  return typed.type.kind === 'error';
}

/** What an element is in arithmetic: truth values and two classes count as 0 and 1; more classes do not count. */
export function numericElement(session: Session, element: ElementType): ElementType | undefined {
  if (element.kind === 'real' || element.kind === 'int') return element;
  if (element.kind === 'bool') return intElement;
  return constantValue(session.expand(element.classes)) === 2 ? intElement : undefined;
}

function widenable(session: Session, from: ElementType, to: ElementType): boolean {
  if (from.kind === to.kind) return true;
  if (to.kind === 'real') return numericElement(session, from) !== undefined;
  if (to.kind === 'int') return from.kind !== 'real';
  if (to.kind === 'class') return from.kind === 'int' || from.kind === 'bool';
  return from.kind === 'class' && numericElement(session, from) !== undefined;
}

/** Changes the element type of a value of any shape. The caller knows that it may. */
export function toElement(typed: TypedExpression, element: ElementType): TypedExpression {
  if (typed.type.kind !== 'array' || typed.type.element.kind === element.kind) return typed;
  const type: ArrayType = { ...typed.type, element };
  if (typed.kind === 'constant') return { ...typed, type };
  if (typed.kind === 'list') {
    return { ...typed, type, elements: typed.elements.map((item) => toElement(item, element)) };
  }
  if (element.kind === 'real')
    return { kind: 'apply', operator: 'to_real', operands: [typed], type, span: typed.span };
  if (element.kind === 'bool') {
    const zero = constant(0, arrayType(intElement, scalarShape), typed.span);
    return { kind: 'apply', operator: 'not_equal', operands: [typed, zero], type, span: typed.span };
  }
  if (typed.type.element.kind === 'bool') {
    return { kind: 'apply', operator: 'to_int', operands: [typed], type, span: typed.span };
  }
  return typed;
}

export function toReal(typed: TypedExpression): TypedExpression {
  return toElement(typed, realElement);
}

/** Widens a scalar to a shape. */
export function fill(typed: TypedExpression, shape: ShapeType): TypedExpression {
  if (typed.type.kind !== 'array' || isScalar(shape)) return typed;
  const type = arrayType(typed.type.element, shape);
  return { kind: 'structural', operator: 'fill', operands: [typed], type, span: typed.span };
}

export interface FitOptions {
  /** Whether a scalar may fill an array. */
  readonly fill?: boolean;
}

/** The value as `expected`, or undefined when it does not fit; no message. */
export function tryFit(
  session: Session,
  typed: TypedExpression,
  expected: Type,
  options: FitOptions = {},
): TypedExpression | undefined {
  const { type } = typed;
  if (type.kind === 'error') return typed;
  if (expected.kind === 'error') return { ...typed, type: errorType };
  if (expected.kind === 'array' && type.kind === 'array') {
    if (!widenable(session, type.element, expected.element)) return undefined;
    if (!classesAgree(session, type.element, expected.element, typed.span)) return undefined;
    const widened = toElement(typed, expected.element);
    if (options.fill === true && isScalar(type.shape)) return fill(widened, expected.shape);
    return sameShape(session, type.shape, expected.shape, typed.span) ? widened : undefined;
  }
  if (expected.kind === 'record' && typed.kind === 'record')
    return fitRecord(session, typed, expected, options);
  return sameType(session, type, expected, typed.span) ? typed : undefined;
}

/** A record as written has its fields fitted one by one, in the order of the type. */
function fitRecord(
  session: Session,
  typed: Extract<TypedExpression, { kind: 'record' }>,
  expected: RecordType,
  options: FitOptions,
): TypedExpression | undefined {
  if (typed.fields.length !== expected.fields.length) return undefined;
  const fields: { name: string; value: TypedExpression }[] = [];
  for (const { name, type } of expected.fields) {
    const given = typed.fields.find((field) => field.name === name);
    const value = given && tryFit(session, given.value, type, options);
    if (value === undefined) return undefined;
    fields.push({ name, value });
  }
  return { ...typed, fields, type: expected };
}

export function classesAgree(session: Session, from: ElementType, to: ElementType, span: Span): boolean {
  return from.kind !== 'class' || to.kind !== 'class' || session.agree(from.classes, to.classes, span);
}

/** Types that need no conversion between them. */
export function sameType(session: Session, left: Type, right: Type, span: Span): boolean {
  if (left.kind === 'error' || right.kind === 'error') return true;
  if (left.kind === 'array' && right.kind === 'array') {
    return (
      left.element.kind === right.element.kind &&
      classesAgree(session, left.element, right.element, span) &&
      sameShape(session, left.shape, right.shape, span)
    );
  }
  if (left.kind === 'record' && right.kind === 'record') {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, index) => {
        const other = right.fields[index];
        return other?.name === field.name && sameType(session, field.type, other.type, span);
      })
    );
  }
  if (left.kind === 'function' && right.kind === 'function') {
    return (
      left.parameters.length === right.parameters.length &&
      left.parameters.every((parameter, index) =>
        sameType(session, parameter, right.parameters[index] ?? errorType, span),
      ) &&
      sameType(session, left.result, right.result, span)
    );
  }
  return left.kind === right.kind;
}

/** The value as `expected`, with an error when it does not fit. `what` names the place: "`w`", "the result". */
export function fit(
  context: Context,
  typed: TypedExpression,
  expected: Type,
  what: string,
  options: FitOptions = {},
): TypedExpression {
  const fitted = tryFit(context.session, typed, expected, options);
  if (fitted !== undefined) return fitted;
  context.session.error(
    'AM2102',
    typed.span,
    `${what} is ${printType(expected)}, and this is ${printType(typed.type)}`,
    {
      notes: fitNotes(typed.type, expected),
    },
  );
  return errorExpression(typed.span);
}

function fitNotes(from: Type, to: Type): string[] {
  if (from.kind !== 'array' || to.kind !== 'array') return [];
  if (from.element.kind === 'real' && (to.element.kind === 'int' || to.element.kind === 'class')) {
    return ['a real becomes an int only by `int(...)`, toward zero'];
  }
  if (from.element.kind === 'class' && to.element.kind !== 'class') {
    return ['a class is an index without arithmetic; `real(...)` or `int(...)` takes its number'];
  }
  return [];
}

/** Scalars and arrays of one element type and shape, from branches or list elements. */
export function unite(
  session: Session,
  parts: readonly TypedExpression[],
  options: FitOptions = {},
): readonly TypedExpression[] | undefined {
  const [first] = parts;
  if (first === undefined || parts.some((part) => part.type.kind !== 'array')) {
    const agree = parts.every(
      (part) => first !== undefined && sameType(session, first.type, part.type, part.span),
    );
    return agree ? parts : undefined;
  }
  const elements = parts.flatMap((part) => (part.type.kind === 'array' ? [part.type.element] : []));
  const element = uniteElements(session, elements);
  if (element === undefined) return undefined;
  const shapes = parts.flatMap((part) => (part.type.kind === 'array' ? [part.type.shape] : []));
  const shape = (options.fill === true && shapes.find((candidate) => !isScalar(candidate))) || shapes[0];
  if (shape === undefined) return undefined;
  const fitted: TypedExpression[] = [];
  for (const part of parts) {
    const value = tryFit(session, part, arrayType(element, shape), options);
    if (value === undefined) return undefined;
    fitted.push(value);
  }
  return fitted;
}

function uniteElements(session: Session, elements: readonly ElementType[]): ElementType | undefined {
  const [first] = elements;
  if (first === undefined) return undefined;
  if (elements.every((element) => element.kind === first.kind)) return first;
  const numeric = elements.map((element) => numericElement(session, element));
  if (numeric.some((element) => element === undefined)) {
    const classes = elements.find((element) => element.kind === 'class');
    return elements.every((element) => element.kind === 'class' || element.kind === 'int')
      ? classes
      : undefined;
  }
  return numeric.some((element) => element?.kind === 'real') ? realElement : intElement;
}
