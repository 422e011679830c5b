/** Statements of bodies, and the parts that declarations share with them: bindings, parameters, blocks. */
import type { CstNode } from 'chevrotain';
import type {
  EveryClause,
  Expression,
  Binding,
  Block,
  Body,
  ForStatement,
  IfStatement,
  LetBinding,
  ModelDeclaration,
  ParamDeclaration,
  Parameter,
  SetClause,
  Statement,
  UpdateStatement,
} from './ast.js';
import { buildExpression, buildIndices } from './build-expression.js';
import { buildType } from './build-type.js';
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
  textAt,
  tokenOf,
  tokenSpan,
} from './cst.js';
import { docAbove } from './comments.js';
import { hole } from './precedence.js';
import type { Span } from './source.js';

// ---------------------------------------------------------------------------------------------- shared parts

export function buildBinding(context: BuildContext, node: CstNode | undefined): Binding | undefined {
  if (node === undefined) return undefined;
  const span = nodeSpan(context, node);
  const operator = tokenOf(node, 'Tilde') === undefined ? '=' : '~';
  return { operator, expression: buildExpression(context, nodeOf(node, 'expression'), span), span };
}

export function buildLetBindings(context: BuildContext, node: CstNode): readonly LetBinding[] {
  return nodesOf(node, 'letBinding').map((binding): LetBinding => {
    const span = nodeSpan(context, binding);
    const typeNode = nodeOf(binding, 'type');
    return {
      name: nameOf(context, nodeOf(binding, 'name'), span),
      type: typeNode === undefined ? undefined : buildType(context, typeNode, span),
      value: buildBinding(context, nodeOf(binding, 'binding')) ?? {
        operator: '=',
        expression: hole(after(span)),
        span: after(span),
      },
      span,
    };
  });
}

export function buildParameters(context: BuildContext, node: CstNode | undefined): readonly Parameter[] {
  return nodesOf(node, 'parameter').map((parameter): Parameter => {
    const span = nodeSpan(context, parameter);
    const value = nodeOf(parameter, 'expression');
    return {
      name: nameOf(context, nodeOf(parameter, 'name'), span),
      type: buildType(context, nodeOf(parameter, 'type'), span),
      defaultValue: value === undefined ? undefined : buildExpression(context, value, span),
      span,
    };
  });
}

export function buildBody(context: BuildContext, node: CstNode | undefined, owner: Span): Body {
  const block = nodeOf(node, 'block');
  if (block !== undefined) return buildBlock(context, block, owner);
  return { kind: 'expression', expression: buildExpression(context, nodeOf(node, 'expression'), owner) };
}

export function buildBlock(context: BuildContext, node: CstNode | undefined, owner: Span): Block {
  if (node === undefined) return { kind: 'block', statements: [], span: after(owner) };
  const statements: Statement[] = [];
  for (const child of nodesOf(node, 'statement')) {
    const statement = buildStatement(context, child);
    if (statement !== undefined) statements.push(statement);
  }
  return { kind: 'block', statements, span: nodeSpan(context, node) };
}

// ------------------------------------------------------------------------------------------------ statements

function buildStatement(context: BuildContext, node: CstNode): Statement | undefined {
  for (const key of Object.keys(node.children)) {
    const child = nodeOf(node, key);
    const build = statementBuilders[key];
    if (child !== undefined && build !== undefined) return build(context, child);
  }
  return undefined;
}

const statementBuilders: Readonly<
  Record<string, (context: BuildContext, node: CstNode) => Statement | undefined>
> = {
  letStatement: (context, node) => ({
    kind: 'let_statement',
    bindings: buildLetBindings(context, node),
    span: nodeSpan(context, node),
  }),
  stateStatement: (context, node) => ({
    kind: 'state',
    bindings: buildLetBindings(context, node),
    span: nodeSpan(context, node),
  }),
  paramDeclaration: buildParam,
  modelDeclaration: buildModel,
  ifStatement: buildIf,
  returnStatement: (context, node) => {
    const span = nodeSpan(context, node);
    return { kind: 'return', value: buildExpression(context, nodeOf(node, 'expression'), span), span };
  },
  assertStatement: (context, node) => {
    const span = nodeSpan(context, node);
    const tolerance = nodeOf(node, 'tolerance');
    return {
      kind: 'assert',
      condition: buildExpression(context, nodeOf(node, 'expression'), span),
      tolerance: tolerance === undefined ? undefined : buildExpression(context, tolerance, span),
      span,
    };
  },
  forStatement: buildFor,
  perStatement: buildPer,
  whileStatement: buildWhile,
  updateStatement: buildUpdate,
};

export function buildParam(context: BuildContext, node: CstNode): ParamDeclaration {
  const span = nodeSpan(context, node);
  const set = nodeOf(node, 'setClause');
  return {
    kind: 'param',
    doc: docAbove(context, span),
    name: nameOf(context, nodeOf(node, 'name'), span),
    type: buildType(context, nodeOf(node, 'type'), span),
    membership: set === undefined ? undefined : buildSetClause(context, set),
    value: buildBinding(context, nodeOf(node, 'binding')),
    span,
  };
}

function buildSetClause(context: BuildContext, node: CstNode): SetClause {
  const span = nodeSpan(context, node);
  const [set, how] = nodesOf(node, 'expression');
  return {
    set: buildExpression(context, set, span),
    how: how === undefined ? undefined : buildExpression(context, how, span),
    span,
  };
}

export function buildModel(context: BuildContext, node: CstNode): ModelDeclaration {
  const span = nodeSpan(context, node);
  return {
    kind: 'model',
    doc: docAbove(context, span),
    name: nameOf(context, nodeOf(node, 'name'), span),
    value: copiesOf(context, nodeOf(node, 'copies'), buildExpression(context, nodeOf(node, 'value'), span)),
    every: buildEvery(context, nodeOf(node, 'everyClause')),
    span,
  };
}

/** `model end[T] = mlp(...)` is `model end = [i in T: mlp(...)]`; the binder has a name that no source can mention. */
function copiesOf(context: BuildContext, copies: CstNode | undefined, value: Expression): Expression {
  if (copies === undefined) return value;
  const domain = buildExpression(context, copies, value.span);
  const name = { name: '·', span: domain.span };
  return {
    kind: 'comprehension',
    binders: [{ name, domain, span: domain.span }],
    body: value,
    span: value.span,
  };
}

export function buildEvery(context: BuildContext, node: CstNode | undefined): EveryClause | undefined {
  if (node === undefined) return undefined;
  const span = nodeSpan(context, node);
  const unit = nodeOf(node, 'unit');
  const isEpochs = unit !== undefined && (tokenOf(unit, 'Epochs') ?? tokenOf(unit, 'Epoch')) !== undefined;
  return {
    count: buildExpression(context, nodeOf(node, 'expression'), span),
    unit: isEpochs ? 'epochs' : 'steps',
    span,
  };
}

function buildIf(context: BuildContext, node: CstNode): IfStatement {
  const span = nodeSpan(context, node);
  const nested = nodeOf(node, 'ifStatement');
  const otherwise = nodeOf(node, 'otherwise');
  return {
    kind: 'if_statement',
    condition: buildExpression(context, nodeOf(node, 'expression'), span),
    then: buildBlock(context, nodeOf(node, 'block'), span),
    otherwise:
      nested !== undefined
        ? { kind: 'block', statements: [buildIf(context, nested)], span: nodeSpan(context, nested) }
        : otherwise === undefined
          ? undefined
          : buildBlock(context, otherwise, span),
    span,
  };
}

function buildFor(context: BuildContext, node: CstNode): ForStatement {
  const span = nodeSpan(context, node);
  const condition = nodeOf(node, 'condition');
  return {
    kind: 'for',
    name: nameOf(context, nodeOf(node, 'name'), span),
    range: buildExpression(context, nodeOf(node, 'range'), span),
    condition: condition === undefined ? undefined : buildExpression(context, condition, span),
    body: buildBlock(context, nodeOf(node, 'block'), span),
    span,
  };
}

function buildPer(context: BuildContext, node: CstNode): Statement | undefined {
  const span = nodeSpan(context, node);
  const what = tokenOf(node, 'Identifier');
  if (what !== undefined && what.image !== 'tensor') {
    report(
      context,
      'AM1048',
      tokenSpan(context, what),
      `\`per ${what.image}\` is not part of the language${what.image === 'matrix' ? ' yet' : ''}`,
      ['`per tensor { ... }` runs its body once for each parameter tensor'],
    );
    return undefined;
  }
  return { kind: 'per_tensor', body: buildBlock(context, nodeOf(node, 'block'), span), span };
}

function buildWhile(context: BuildContext, node: CstNode): Statement | undefined {
  const word = tokenOf(node, 'While');
  const conditionNode = nodeOf(node, 'expression');
  if (word === undefined) return undefined;
  const condition = conditionNode === undefined ? 'condition' : textAt(nodeSpan(context, conditionNode));
  const shown = condition.length <= 40 && !condition.includes('\n') ? condition : 'condition';
  const span = tokenSpan(context, word);
  report(
    context,
    'AM1026',
    span,
    'a loop needs a bound',
    [`write \`for k in 1..30 while ${shown} { ... }\`: at most 30 turns, as long as the condition holds`],
    [{ title: 'write a bounded loop', edits: [{ span, newText: 'for k in 1..30 while' }] }],
  );
  // The body is still checked, as a loop of one turn.
  const whole = nodeSpan(context, node);
  return {
    kind: 'for',
    name: missingName(span),
    range: hole(span),
    condition: buildExpression(context, conditionNode, span),
    body: buildBlock(context, nodeOf(node, 'block'), whole),
    span: whole,
  };
}

export function buildUpdate(context: BuildContext, node: CstNode): UpdateStatement | undefined {
  const name = tokenOf(node, 'UpdatedName');
  const span = nodeSpan(context, node);
  if (name === undefined) return undefined;
  const indexNode = nodeOf(node, 'indices');
  const equals = tokenOf(node, 'Equals');
  if (equals !== undefined) {
    const place = tokenSpan(context, equals);
    report(
      context,
      'AM1029',
      place,
      `\`${name.image}\` is updated with \`<-\`, and a new name begins with \`let\``,
      [`write \`${name.image} <- ...\`, or \`let ${name.image} = ...\``],
      [{ title: 'write `<-`', edits: [{ span: place, newText: '<-' }] }],
    );
  }
  return {
    kind: 'update',
    name: identifierOf(context, name),
    indices: indexNode === undefined ? [] : buildIndices(context, indexNode),
    value: buildExpression(context, nodeOf(node, 'expression'), span),
    span,
  };
}
