/** Checks one expression of any form; the larger forms have files of their own. */
import type {
  BinaryExpression,
  Expression,
  IfExpression,
  ListExpression,
  MemberExpression,
  NameExpression,
  UnaryExpression,
} from '../parser/ast.js';
import { checkBinderCall, checkComprehension } from './binders.js';
import { checkCall } from './calls.js';
import type { Context } from './context.js';
import { constant, errorExpression, isError, unite } from './convert.js';
import { constantDimension } from './dimension.js';
import { functionValue } from './function_values.js';
import { checkIndex } from './indexing.js';
import { memberOfModel, modelValueOf } from './model_values.js';
import { vectorOfModel } from './model_vectors.js';
import { lookup, noteUse, unknownName, valueOf } from './names.js';
import { checkNested } from './nested.js';
import { checkBinary, checkUnary } from './operators.js';
import { printType } from './print_type.js';
import { nearest } from '../parser/suggest.js';
import { staticTruth } from './static_values.js';
import {
  arrayType,
  boolScalar,
  errorType,
  intScalar,
  isScalar,
  realElement,
  realScalar,
  shapeOf,
} from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { Type } from './types.js';

/** `expected` helps what has no type of its own (`glorot()`, a function as a value); it is not enforced here. */
export function checkExpression(context: Context, expression: Expression, expected?: Type): TypedExpression {
  switch (expression.kind) {
    case 'number':
      return constant(expression.value, expression.isInteger ? intScalar : realScalar, expression.span);
    case 'boolean':
      return constant(expression.value ? 1 : 0, boolScalar, expression.span);
    case 'name':
      return checkName(context, expression, expected);
    case 'unary':
      return negatedLiteral(expression) ?? checkUnary(context, expression);
    case 'binary':
      return checkBinary(context, expression satisfies BinaryExpression);
    case 'if':
      return checkIf(context, expression, expected);
    case 'call':
      return checkCall(context, expression, expected);
    case 'binder_call':
      return checkBinderCall(context, expression);
    case 'comprehension':
      return checkComprehension(context, expression, expected);
    case 'index':
      return checkIndex(context, expression);
    case 'member':
      return checkMember(context, expression);
    case 'list':
      return checkList(context, expression, expected);
    case 'record':
      return checkRecord(context, expression);
    case 'nested':
      return checkNested(context, expression);
    case 'string':
      return misplaced(context, expression, 'a string', 'strings name columns, files and tests');
    case 'range':
      return misplaced(context, expression, 'a range', 'ranges stand in indices, binders and `for`');
    case 'all_except':
      return misplaced(context, expression, '`all except`', 'it stands in `columns(all except ...)`');
    case 'error':
      return errorExpression(expression.span);
    default:
      return expression satisfies never;
  }
}

function negatedLiteral({ operator, operand, span }: UnaryExpression): TypedExpression | undefined {
  if (operator !== '-' || operand.kind !== 'number') return undefined;
  return constant(-operand.value, operand.isInteger ? intScalar : realScalar, span);
}

function misplaced(context: Context, expression: Expression, what: string, note: string): TypedExpression {
  context.session.error('AM2114', expression.span, `${what} has no value here`, { notes: [note] });
  return errorExpression(expression.span);
}

function checkName(
  context: Context,
  { name, span }: NameExpression,
  expected: Type | undefined,
): TypedExpression {
  const entity = lookup(context, name);
  if (entity === undefined) {
    unknownName(context, name, span);
    return errorExpression(span);
  }
  noteUse(context.session, span, name, entity);
  if (expected?.kind === 'function') {
    const value = functionValue(context, entity, name, expected, span);
    if (value !== undefined) return value;
  }
  if (entity.kind === 'model') return vectorOfModel(context, entity.value, span);
  return valueOf(context, entity, name, span);
}

function checkIf(context: Context, expression: IfExpression, expected: Type | undefined): TypedExpression {
  const condition = checkCondition(context, expression.condition, 'an `if`');
  const truth = isError(condition) ? undefined : staticTruth(context.session, condition);
  if (truth !== undefined) {
    return checkExpression(context, truth ? expression.then : expression.otherwise, expected);
  }
  const guarded = { ...context, guarded: true };
  const then = checkExpression(guarded, expression.then, expected);
  const otherwise = checkExpression(guarded, expression.otherwise, expected);
  if (isError(condition) || isError(then) || isError(otherwise)) return errorExpression(expression.span);
  const branches = unite(context.session, [then, otherwise], { fill: true });
  const [thenBranch, otherBranch] = branches ?? [];
  if (thenBranch === undefined || otherBranch === undefined) {
    context.session.error('AM2115', expression.span, 'the two branches of `if` have different types', {
      labels: [
        { span: then.span, message: printType(then.type) },
        { span: otherwise.span, message: printType(otherwise.type) },
      ],
      notes: ['whichever branch is taken, the value must have one type'],
    });
    return errorExpression(expression.span);
  }
  return {
    kind: 'if',
    condition,
    then: thenBranch,
    otherwise: otherBranch,
    type: thenBranch.type,
    span: expression.span,
  };
}

/** A scalar truth value. */
export function checkCondition(context: Context, expression: Expression, what: string): TypedExpression {
  const condition = checkExpression(context, expression);
  const { type } = condition;
  if (type.kind === 'error') return condition;
  if (type.kind === 'array' && type.element.kind === 'bool' && isScalar(type.shape)) return condition;
  const isArray = type.kind === 'array' && type.element.kind === 'bool';
  context.session.error(
    'AM2108',
    expression.span,
    `the condition of ${what} is one truth value, and this is ${printType(type)}`,
    {
      notes: isArray
        ? [
            'to choose for each element, put the `if` in a function of scalars, which applies elementwise to arrays, or in a comprehension',
          ]
        : ['a comparison makes a truth value: `x > 0`'],
    },
  );
  return errorExpression(expression.span);
}

function checkList(
  context: Context,
  expression: ListExpression,
  expected: Type | undefined,
): TypedExpression {
  const { elements, span } = expression;
  const inner = elementExpectation(expected);
  const checked = elements.map((element) => checkExpression(context, element, inner));
  if (checked.length === 0) {
    return {
      kind: 'list',
      elements: [],
      type: arrayType(realElement, shapeOf([constantDimension(0)])),
      span,
    };
  }
  return listOf(context, checked, span);
}

/** The elements, which there are, along a new leading axis. */
export function listOf(
  context: Context,
  checked: readonly TypedExpression[],
  span: TypedExpression['span'],
): TypedExpression {
  if (checked.some(isError)) return errorExpression(span);
  const united = unite(context.session, checked);
  const [first] = united ?? [];
  if (united === undefined || first === undefined || first.type.kind !== 'array') {
    const other = checked.find((item) => printType(item.type) !== printType(checked[0]?.type ?? errorType));
    context.session.error('AM2113', span, 'the elements of a list have different types', {
      labels: [checked[0], other].flatMap((item) =>
        item === undefined ? [] : [{ span: item.span, message: printType(item.type) }],
      ),
    });
    return errorExpression(span);
  }
  const { element, shape } = first.type;
  const type = arrayType(element, {
    run: shape.run,
    dimensions: [constantDimension(united.length), ...shape.dimensions],
  });
  return { kind: 'list', elements: united, type, span };
}

function elementExpectation(expected: Type | undefined): Type | undefined {
  if (expected?.kind !== 'array' || expected.shape.dimensions.length === 0) return undefined;
  return { ...expected, shape: { run: undefined, dimensions: expected.shape.dimensions.slice(1) } };
}

function checkRecord(context: Context, expression: Extract<Expression, { kind: 'record' }>): TypedExpression {
  const fields = expression.fields.map(({ name, value }) => ({
    name: name.name,
    value: checkExpression(context, value),
  }));
  const type: Type = {
    kind: 'record',
    fields: fields.map((field) => ({ name: field.name, type: field.value.type })),
  };
  return { kind: 'record', fields, type, span: expression.span };
}

function checkMember(context: Context, expression: MemberExpression): TypedExpression {
  const model = modelValueOf(context, expression.object);
  if (model !== undefined) return memberOfModel(context, model, expression);
  const object = checkExpression(context, expression.object);
  const { name, span } = expression.member;
  if (object.type.kind === 'error') return object;
  if (object.type.kind !== 'record') {
    context.session.error('AM2116', span, `${printType(object.type)} has no field \`${name}\``, {
      notes: ['fields belong to records and models'],
    });
    return errorExpression(expression.span);
  }
  const field = object.type.fields.find((candidate) => candidate.name === name);
  if (field === undefined) {
    const near = nearest(
      name,
      object.type.fields.map((candidate) => candidate.name),
    );
    context.session.error('AM2116', span, `this record has no field \`${name}\``, {
      notes: [
        `its type is ${printType(object.type)}`,
        ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
      ],
    });
    return errorExpression(expression.span);
  }
  return { kind: 'field', object, name, type: field.type, span: expression.span };
}
