/**
 * Expressions: from the flat lists of the grammar to a tree, by precedence climbing. Chains of operators are
 * bounded, so that no later stage, which may all recurse over the tree, can run out of stack.
 */
import type { CstNode, IToken } from 'chevrotain';
import type { Argument, Binder, Expression, Identifier } from './ast.js';
import type { BuildContext } from './cst.js';
import {
  after,
  identifierOf,
  missingName,
  nameOf,
  nodeOf,
  nodesOf,
  nodeSpan,
  report,
  tokenOf,
  tokensOf,
  tokenSpan,
} from './cst.js';
import { joinSpans } from './source.js';
import type { Span } from './source.js';
import { climb, hole } from './precedence.js';

/** How deep an expression tree may become by nesting and by chains of operators together. */
export const maximumDepth = 1000;

/** The expression of a node, or a hole behind `owner` where there is none. */
export function buildExpression(context: BuildContext, node: CstNode | undefined, owner: Span): Expression {
  if (node === undefined) return hole(after(owner));
  const operands = nodesOf(node, 'unary');
  const operators = tokensOf(node, 'BinaryOperator');
  const first = operands[0];
  if (first === undefined) return hole(after(owner));
  const depth = context.level;
  context.level += 1 + operators.length + prefixCount(operands);
  let result: Expression;
  if (context.level > maximumDepth) {
    const span = nodeSpan(context, node);
    report(context, 'AM1031', span, 'this expression has too many levels', [
      `an expression may be ${maximumDepth} operators deep: give parts of it names with \`let\``,
    ]);
    result = hole(span);
  } else if (
    operators.length === 0 &&
    nodeOf(first, 'atom') !== undefined &&
    tokenOf(first, 'PrefixOperator') === undefined
  ) {
    result = buildOperand(context, first, owner);
  } else {
    result = climb(context, operands, operators, owner, buildOperand);
  }
  context.level = depth;
  return result;
}

function prefixCount(operands: readonly CstNode[]): number {
  let count = 0;
  for (const operand of operands) count += operand.children['PrefixOperator']?.length ?? 0;
  return count;
}

// -------------------------------------------------------------------------------------------------- operands

/** An atom and what follows it: calls, indices, members. */
function buildOperand(context: BuildContext, node: CstNode, owner: Span): Expression {
  const postfixes = nodesOf(node, 'postfix');
  let result = buildAtom(context, nodeOf(node, 'atom'), owner);
  if (postfixes.length === 0) return result;
  const depth = context.level;
  context.level += postfixes.length;
  if (context.level > maximumDepth) {
    report(context, 'AM1031', nodeSpan(context, node), 'this expression has too many levels');
    result = hole(nodeSpan(context, node));
  } else {
    for (const postfix of postfixes) result = buildPostfix(context, result, postfix);
  }
  context.level = depth;
  return result;
}

export function buildAtom(context: BuildContext, node: CstNode | undefined, owner: Span): Expression {
  if (node === undefined) return hole(after(owner));
  const { children } = node;
  const number = tokenOf(node, 'Number');
  if (number !== undefined) return buildNumber(context, number);
  const identifier = tokenOf(node, 'Identifier');
  if (identifier !== undefined) {
    return { kind: 'name', name: identifier.image, span: tokenSpan(context, identifier) };
  }
  if (children['expression'] !== undefined) {
    const span = nodeSpan(context, node);
    const inside = { ...buildExpression(context, nodeOf(node, 'expression'), span), span };
    context.parenthesised.add(inside);
    return inside;
  }
  const list = nodeOf(node, 'listLiteral');
  if (list !== undefined) return buildList(context, list);
  const conditional = nodeOf(node, 'conditional');
  if (conditional !== undefined) return buildConditional(context, conditional);
  const record = nodeOf(node, 'recordLiteral');
  if (record !== undefined) return buildRecord(context, record);
  const string = tokenOf(node, 'String');
  if (string !== undefined) {
    return { kind: 'string', value: stringValue(context, string), span: tokenSpan(context, string) };
  }
  const truth = tokenOf(node, 'True') ?? tokenOf(node, 'False');
  if (truth !== undefined) {
    return { kind: 'boolean', value: truth.image === 'true', span: tokenSpan(context, truth) };
  }
  const extremum = nodeOf(node, 'extremum');
  if (extremum !== undefined) return buildExtremum(context, extremum);
  const reserved = tokenOf(node, 'ReservedWord');
  if (reserved !== undefined) {
    const span = tokenSpan(context, reserved);
    report(context, 'AM1011', span, `\`${reserved.image}\` is a reserved word and cannot be a name`);
    return hole(span);
  }
  return hole(after(owner));
}

function buildNumber(context: BuildContext, token: IToken): Expression {
  const span = tokenSpan(context, token);
  const text = token.image;
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) {
    report(context, 'AM1004', span, 'this number is too large', [
      `the largest number is about ${Number.MAX_VALUE.toExponential(2)}`,
    ]);
    return hole(span);
  }
  return { kind: 'number', value, text, isInteger: /^[0-9_]+$/.test(text), span };
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' };

/** The text of a string token; reports unknown escapes and a missing closing quote. */
export function stringValue(context: BuildContext, token: IToken): string {
  const { image } = token;
  const closed = token.tokenType.name === 'String';
  if (!closed) {
    report(context, 'AM1002', tokenSpan(context, token), 'this text has no closing quote', [
      'a text ends on the line where it begins; a line break in it is written `\\n`',
    ]);
  }
  const inside = image.slice(1, closed ? -1 : undefined);
  if (!inside.includes('\\')) return inside;
  return inside.replaceAll(/\\(.?)/g, (whole: string, letter: string, offset: number) => {
    const value = escapes[letter];
    if (value !== undefined) return value;
    if (closed) {
      const start = token.startOffset + 1 + offset;
      report(
        context,
        'AM1003',
        { file: context.source, start, end: start + whole.length },
        `\`${whole}\` is not an escape`,
        ['the escapes are `\\"`, `\\\\`, `\\n` and `\\t`'],
      );
    }
    return whole;
  });
}

function buildList(context: BuildContext, node: CstNode): Expression {
  const span = nodeSpan(context, node);
  const binderNode = nodeOf(node, 'binders');
  if (binderNode === undefined) {
    const elements = nodesOf(node, 'expression').map((element) => buildExpression(context, element, span));
    return { kind: 'list', elements, span };
  }
  const { binders, guard } = buildBinders(context, binderNode);
  if (guard !== undefined) {
    report(context, 'AM1024', guard.span, 'a comprehension has no guard', [
      'an array has an element for every index: use `if ... then ... else ...` as the element',
    ]);
  }
  const body = buildExpression(context, nodeOf(node, 'element'), nodeSpan(context, binderNode));
  return { kind: 'comprehension', binders, body, span };
}

function buildBinders(
  context: BuildContext,
  node: CstNode,
): { binders: readonly Binder[]; guard: Expression | undefined } {
  const binders = nodesOf(node, 'binder').map((binder): Binder => {
    const span = nodeSpan(context, binder);
    const name = nameOf(context, nodeOf(binder, 'name'), span);
    return { name, domain: buildExpression(context, nodeOf(binder, 'expression'), span), span };
  });
  const where = tokenOf(node, 'Where');
  const guard =
    where === undefined
      ? undefined
      : buildExpression(context, nodeOf(node, 'expression'), tokenSpan(context, where));
  return { binders, guard };
}

function buildConditional(context: BuildContext, node: CstNode): Expression {
  const span = nodeSpan(context, node);
  return {
    kind: 'if',
    condition: buildExpression(context, nodeOf(node, 'condition'), span),
    then: buildExpression(context, nodeOf(node, 'then'), span),
    otherwise: buildExpression(context, nodeOf(node, 'otherwise'), span),
    span,
  };
}

function buildRecord(context: BuildContext, node: CstNode): Expression {
  const span = nodeSpan(context, node);
  const fields = nodesOf(node, 'recordField').map((field) => {
    const fieldSpan = nodeSpan(context, field);
    return {
      name: nameOf(context, nodeOf(field, 'name'), fieldSpan),
      value: buildExpression(context, nodeOf(field, 'expression'), fieldSpan),
    };
  });
  return { kind: 'record', fields, span };
}

function buildExtremum(context: BuildContext, node: CstNode): Expression {
  const word = tokenOf(node, 'Argmin') ?? tokenOf(node, 'Argmax');
  const span = nodeSpan(context, node);
  if (word === undefined) return hole(span);
  const problem = nodeOf(node, 'nestedProblem');
  if (problem !== undefined) {
    const declarations = context.declarations(context, problem);
    return { kind: 'nested', word: word.image === 'argmax' ? 'argmax' : 'argmin', declarations, span };
  }
  return { kind: 'name', name: word.image, span };
}

// ------------------------------------------------------------------------------------------------- postfixes

function buildPostfix(context: BuildContext, object: Expression, node: CstNode): Expression {
  const span = joinSpans(object.span, nodeSpan(context, node));
  const indexNode = nodeOf(node, 'indices');
  if (indexNode !== undefined) {
    return { kind: 'index', object, indices: buildIndices(context, indexNode), span };
  }
  const argumentNode = nodeOf(node, 'arguments');
  if (argumentNode !== undefined) return buildCall(context, object, argumentNode, span);
  const member = tokenOf(node, 'Identifier');
  if (member === undefined) return hole(span);
  return { kind: 'member', object, member: identifierOf(context, member), span };
}

export function buildIndices(context: BuildContext, node: CstNode): readonly Expression[] {
  const span = nodeSpan(context, node);
  return nodesOf(node, 'expression').map((index) => buildExpression(context, index, span));
}

function buildCall(context: BuildContext, callee: Expression, node: CstNode, span: Span): Expression {
  const binderNode = nodeOf(node, 'binders');
  if (binderNode !== undefined) return buildBinderCall(context, callee, node, binderNode, span);
  return {
    kind: 'call',
    callee,
    arguments: buildArguments(context, node),
    over: buildOver(context, nodeOf(node, 'overClause')),
    on: buildOn(context, nodeOf(node, 'onClause')),
    span,
  };
}

function buildBinderCall(
  context: BuildContext,
  callee: Expression,
  node: CstNode,
  binderNode: CstNode,
  span: Span,
): Expression {
  const { binders, guard } = buildBinders(context, binderNode);
  const body = buildExpression(context, nodeOf(node, 'expression'), nodeSpan(context, binderNode));
  if (callee.kind !== 'name') {
    report(context, 'AM1025', callee.span, 'only a named reduction takes binders', [
      'for example `sum(i in N: x[i])`',
    ]);
    return hole(span);
  }
  const name: Identifier = { name: callee.name, span: callee.span };
  return { kind: 'binder_call', callee: name, binders, guard, body, span };
}

function buildArguments(context: BuildContext, node: CstNode): readonly Argument[] {
  return nodesOf(node, 'argument').map((argument): Argument => {
    const span = nodeSpan(context, argument);
    const except = nodeOf(argument, 'allExcept');
    if (except !== undefined) return { name: undefined, value: buildAllExcept(context, except), span };
    const nameNode = nodeOf(argument, 'name');
    const name = nameNode === undefined ? undefined : nameOf(context, nameNode, span);
    return { name, value: buildExpression(context, nodeOf(argument, 'expression'), span), span };
  });
}

function buildAllExcept(context: BuildContext, node: CstNode): Expression {
  const span = nodeSpan(context, node);
  const names = nodesOf(node, 'columnName').map((column): Identifier => {
    const string = tokenOf(column, 'String');
    if (string === undefined) return nameOf(context, nodeOf(column, 'word'), span);
    return { name: stringValue(context, string), span: tokenSpan(context, string) };
  });
  return { kind: 'all_except', names, span };
}

export function buildOver(context: BuildContext, node: CstNode | undefined): readonly Identifier[] {
  return tokensOf(node, 'Identifier').map((token) => identifierOf(context, token));
}

/** The split of `on test`; the empty name when it is missing. */
export function buildOn(context: BuildContext, node: CstNode | undefined): Identifier | undefined {
  if (node === undefined) return undefined;
  const token = tokenOf(node, 'Identifier');
  return token === undefined ? missingName(nodeSpan(context, node)) : identifierOf(context, token);
}
