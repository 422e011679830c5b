/** Types: `real[..., K]`, `class(K)[N]`, `fn(real): real`, `{ values: real[n] }`. */
import type { CstNode } from 'chevrotain';
import type { ArrayTypeSyntax, TypeSyntax } from './ast.js';
import { buildExpression } from './build-expression.js';
import type { BuildContext } from './cst.js';
import { after, nameOf, nodeOf, nodesOf, nodeSpan, report, tokenOf, tokenSpan } from './cst.js';
import type { Span } from './source.js';

type Element = ArrayTypeSyntax['element'];

const elements: Readonly<Record<string, Element>> = {
  real: 'real',
  int: 'int',
  bool: 'bool',
  class: 'class',
  optimizer: 'optimizer',
  schedule: 'schedule',
};

/** What the elements are called elsewhere. */
const elementHabits: Readonly<Record<string, Element>> = {
  float: 'real',
  double: 'real',
  number: 'real',
  f32: 'real',
  f64: 'real',
  integer: 'int',
  i32: 'int',
  boolean: 'bool',
  label: 'class',
};

export function missingType(owner: Span): TypeSyntax {
  return {
    kind: 'array_type',
    element: 'error',
    classes: undefined,
    run: false,
    dimensions: [],
    hasBrackets: false,
    span: after(owner),
  };
}

export function buildType(context: BuildContext, node: CstNode | undefined, owner: Span): TypeSyntax {
  const functionNode = nodeOf(node, 'functionType');
  if (functionNode !== undefined) {
    const span = nodeSpan(context, functionNode);
    return {
      kind: 'function_type',
      parameters: nodesOf(functionNode, 'type').map((parameter) => buildType(context, parameter, span)),
      result: buildResult(context, nodeOf(functionNode, 'result')) ?? missingType(span),
      span,
    };
  }
  const record = nodeOf(node, 'recordType');
  if (record !== undefined) {
    const span = nodeSpan(context, record);
    const fields = nodesOf(record, 'recordTypeField').map((field) => {
      const name = nameOf(context, nodeOf(field, 'name'), span);
      return { name, type: buildResult(context, nodeOf(field, 'result')) ?? missingType(name.span) };
    });
    return { kind: 'record_type', fields, span };
  }
  const array = nodeOf(node, 'arrayType');
  return array === undefined ? missingType(owner) : buildArrayType(context, array);
}

/** The type behind the colon of a `result` node. */
export function buildResult(context: BuildContext, node: CstNode | undefined): TypeSyntax | undefined {
  return node === undefined ? undefined : buildType(context, nodeOf(node, 'type'), nodeSpan(context, node));
}

function buildArrayType(context: BuildContext, node: CstNode): TypeSyntax {
  const span = nodeSpan(context, node);
  const element = buildElement(context, node);
  const classesNode = nodeOf(node, 'classes');
  let classes = classesNode === undefined ? undefined : buildExpression(context, classesNode, span);
  if (element === 'class' && tokenOf(node, 'LeftParenthesis') === undefined) {
    report(context, 'AM1028', span, '`class` needs the number of classes', [
      'write `class(2)`, or `class(K)` where K is a dimension',
    ]);
  } else if (element !== 'class' && element !== 'error' && classes !== undefined) {
    report(context, 'AM1028', classes.span, `\`${element}\` takes nothing in parentheses`, [
      `the dimensions of an array stand in brackets: \`${element}[N]\``,
    ]);
    classes = undefined;
  }
  const dimensions = nodeOf(node, 'dimensions');
  return {
    kind: 'array_type',
    element,
    classes,
    run: tokenOf(dimensions, 'Ellipsis') !== undefined,
    dimensions: nodesOf(dimensions, 'expression').map((dimension) =>
      buildExpression(context, dimension, span),
    ),
    hasBrackets: dimensions !== undefined,
    span,
  };
}

function buildElement(context: BuildContext, node: CstNode): Element {
  const token = tokenOf(node, 'Identifier') ?? tokenOf(node, 'Optimizer') ?? tokenOf(node, 'Schedule');
  if (token === undefined) return 'error';
  const element = Object.hasOwn(elements, token.image) ? elements[token.image] : undefined;
  if (element !== undefined) return element;
  const span = tokenSpan(context, token);
  const habit = Object.hasOwn(elementHabits, token.image) ? elementHabits[token.image] : undefined;
  report(
    context,
    'AM1027',
    span,
    `\`${token.image}\` is not a type`,
    [
      'the types are `real`, `int`, `bool`, `class(K)`, their arrays, `optimizer`, `schedule`, `fn(...)` and records',
    ],
    habit === undefined ? [] : [{ title: `write \`${habit}\``, edits: [{ span, newText: habit }] }],
  );
  return 'error';
}
