/**
 * From the concrete syntax tree to the syntax tree: declarations. Every node gets a span; what recovery left out
 * becomes an empty name, an error type or a hole, which later stages pass over in silence. Forms that are reserved
 * for later are reported here, one diagnostic each.
 */
import type { CstNode } from 'chevrotain';
import type {
  DataColumn,
  DataDeclaration,
  Declaration,
  Expression,
  FileSyntax,
  FunctionDeclaration,
  ImportDeclaration,
  ObjectiveDeclaration,
  OptimizerDeclaration,
  SolveDeclaration,
  UpdateDeclaration,
  UsingClause,
} from './ast.js';
import { buildAtom, buildExpression, buildOn, buildOver, stringValue } from './build-expression.js';
import { buildNestedClause } from './build-nested.js';
import {
  buildBinding,
  buildBlock,
  buildBody,
  buildEvery,
  buildLetBindings,
  buildModel,
  buildParam,
  buildParameters,
  buildUpdate,
} from './build-statement.js';
import { buildResult, buildType } from './build-type.js';
import { buildProcess } from './build-process.js';
import { docAbove } from './comments.js';
import type { BuildContext } from './cst.js';
import {
  after,
  identifierOf,
  isPresent,
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
import type { Span } from './source.js';

export function buildFile(context: BuildContext, node: CstNode): FileSyntax {
  const declarations = buildDeclarations(context, node);
  const span = { file: context.source, start: 0, end: context.source.text.length };
  return { kind: 'file', source: context.source, declarations, span };
}

export function buildDeclarations(context: BuildContext, node: CstNode): readonly Declaration[] {
  const declarations: Declaration[] = [];
  for (const child of nodesOf(node, 'declaration')) {
    const declaration = buildDeclaration(context, child);
    if (declaration !== undefined) declarations.push(declaration);
  }
  return declarations;
}

function buildDeclaration(context: BuildContext, node: CstNode): Declaration | undefined {
  for (const key of Object.keys(node.children)) {
    const child = nodeOf(node, key);
    const build = declarationBuilders[key];
    if (child === undefined || build === undefined || !isPresent(child)) continue;
    const span = nodeSpan(context, child);
    return build(context, child, span, docAbove(context, span));
  }
  return undefined;
}

type DeclarationBuilder = (
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
) => Declaration | undefined;

const declarationBuilders: Readonly<Record<string, DeclarationBuilder>> = {
  importDeclaration: buildImport,
  dimDeclaration: (context, node, span, doc) => {
    const value = nodeOf(node, 'expression');
    return {
      kind: 'dim',
      doc,
      name: nameOf(context, nodeOf(node, 'name'), span),
      value: value === undefined ? undefined : buildExpression(context, value, span),
      span,
    };
  },
  hyperDeclaration: (context, node, span, doc) => ({
    kind: 'hyper',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    type: buildType(context, nodeOf(node, 'type'), span),
    interval: optionalExpression(context, nodeOf(node, 'interval'), span),
    value: optionalExpression(context, nodeOf(node, 'value'), span),
    span,
  }),
  dataDeclaration: buildData,
  paramDeclaration: (context, node) => buildParam(context, node),
  letDeclaration: (context, node, span, doc) => ({
    kind: 'let',
    doc,
    bindings: buildLetBindings(context, node),
    split: buildOn(context, nodeOf(node, 'onClause')),
    every: buildEvery(context, nodeOf(node, 'everyClause')),
    span,
  }),
  fnDeclaration: (context, node, span, doc) => buildFunction(context, node, span, doc, false),
  externDeclaration: (context, node, span, doc) => ({
    ...buildFunction(context, node, span, doc, false),
    extern: true,
  }),
  aggregatorDeclaration: (context, node, span, doc) => buildFunction(context, node, span, doc, true),
  moduleDeclaration: (context, node, span, doc) => ({
    kind: 'module',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    statics: buildParameters(context, nodeOf(node, 'statics')),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    result: buildResult(context, nodeOf(node, 'result')),
    body: buildBlock(context, nodeOf(node, 'block'), span),
    span,
  }),
  modelDeclaration: (context, node) => buildModel(context, node),
  objectiveDeclaration: buildObjective,
  solveDeclaration: buildSolve,
  processDeclaration: buildProcess,
  reportDeclaration: (context, node, span, doc) => ({
    kind: 'report',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    value: buildExpression(context, nodeOf(node, 'expression'), span),
    split: buildOn(context, nodeOf(node, 'onClause')),
    samples: buildSamples(context, node, span),
    span,
  }),
  precisionDeclaration: buildPrecision,
  optimizerDeclaration: (context, node, span, doc) => {
    const structure = nodeOf(node, 'structureClause');
    if (structure !== undefined) {
      report(
        context,
        'AM1049',
        nodeSpan(context, structure),
        'an optimizer `over` structured variables is not part of the language yet',
        ['every optimizer sees all parameters as one vector `x: real[P]`'],
      );
    }
    return buildMethod(context, node, span, doc, nodeOf(node, 'optimizerBody'), false);
  },
  handlerDeclaration: (context, node, span, doc) =>
    buildMethod(context, node, span, doc, nodeOf(node, 'handlerBody'), true),
  constraintDeclaration: (context, node, span, doc) => {
    const label = nodeOf(node, 'name');
    return {
      kind: 'constraint',
      doc,
      label: label === undefined ? undefined : nameOf(context, label, span),
      value: buildExpression(context, nodesOf(node, 'expression')[0], span),
      proxy: proxyOf(context, node, span),
      span,
    };
  },
  scheduleDeclaration: (context, node, span, doc) => ({
    kind: 'schedule',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    body: buildBody(context, nodeOf(node, 'body'), span),
    span,
  }),
  setDeclaration: (context, node, span, doc) => ({
    kind: 'set',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    operations: operationsOf(context, node),
    span,
  }),
  distributionDeclaration: (context, node, span, doc) => ({
    kind: 'distribution',
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    operations: operationsOf(context, node),
    span,
  }),
  testDeclaration: (context, node, span, doc) => {
    const name = tokenOf(node, 'String');
    return {
      kind: 'test',
      doc,
      name: name === undefined ? '' : stringValue(context, name),
      body: buildBlock(context, nodeOf(node, 'block'), span),
      span,
    };
  },
  problemState: (context, node, span, doc) => {
    const statement = nodeOf(node, 'stateStatement');
    if (statement === undefined) return undefined;
    return { kind: 'problem_state', doc, bindings: buildLetBindings(context, statement), span };
  },
  updateStatement: buildProblemUpdate,
};

/** An optimizer or a handler; a handler always says what it minimizes, and an optimizer that treats constraints itself. */
function buildMethod(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
  body: CstNode | undefined,
  isHandler: boolean,
): OptimizerDeclaration {
  const [objective, second] = body === undefined ? [] : nodesOf(body, 'handlerObjective');
  if (second !== undefined) {
    report(context, 'AM1070', nodeSpan(context, second), 'a second `minimize` in one body', [
      'what is minimized of the problem is one value; add the two',
    ]);
  }
  const place = objective === undefined ? after(span) : nodeSpan(context, objective);
  const block = buildBlock(context, body, span);
  return {
    kind: 'optimizer',
    isHandler,
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    body: block,
    handles:
      objective === undefined && !isHandler
        ? undefined
        : {
            objective: buildExpression(context, nodeOf(objective, 'expression'), place),
            before: block.statements.filter((statement) => statement.span.start < place.start).length,
          },
    span,
  };
}

function proxyOf(context: BuildContext, node: CstNode, span: Span): Expression | undefined {
  const [, proxy] = nodesOf(node, 'expression');
  return tokenOf(node, 'Proxy') === undefined ? undefined : buildExpression(context, proxy, span);
}

function buildSamples(context: BuildContext, report: CstNode, span: Span): Expression | undefined {
  const clause = nodeOf(report, 'samplesClause');
  return clause && buildExpression(context, nodeOf(clause, 'expression'), span);
}

function buildFunction(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
  aggregator: boolean,
): FunctionDeclaration {
  return {
    kind: 'fn',
    aggregator,
    properties: tokensOf(nodeOf(node, 'propertyClause'), 'Identifier').map((token) =>
      identifierOf(context, token),
    ),
    doc,
    name: nameOf(context, nodeOf(node, 'name'), span),
    parameters: buildParameters(context, nodeOf(node, 'parameters')),
    result: buildResult(context, nodeOf(node, 'result')),
    body: buildBody(context, nodeOf(node, 'body'), span),
    derivative: buildDerivativeRule(context, nodeOf(node, 'derivativeRule')),
    span,
  };
}

function buildDerivativeRule(
  context: BuildContext,
  node: CstNode | undefined,
): FunctionDeclaration['derivative'] {
  if (node === undefined) return undefined;
  const span = nodeSpan(context, node);
  return {
    cotangent: nameOf(context, nodeOf(node, 'name'), span),
    body: buildBody(context, nodeOf(node, 'body'), span),
    span,
  };
}

function optionalExpression(
  context: BuildContext,
  node: CstNode | undefined,
  owner: Span,
): Expression | undefined {
  return node === undefined ? undefined : buildExpression(context, node, owner);
}

function buildImport(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
): ImportDeclaration | undefined {
  const names = nodesOf(node, 'importedName').map((imported) => {
    const [name, alias] = nodesOf(imported, 'name');
    return {
      name: nameOf(context, name, span),
      alias: alias === undefined ? undefined : nameOf(context, alias, span),
    };
  });
  const path = tokenOf(node, 'String');
  const library = nodeOf(node, 'libraryPath');
  if (path !== undefined) {
    const text = stringValue(context, path);
    return { kind: 'import', doc, names, from: { kind: 'path', text, span: tokenSpan(context, path) }, span };
  }
  // Without a source there is nothing to look in, and the parser has said so.
  if (library === undefined) return undefined;
  const place = nodeSpan(context, library);
  const steps = nodesOf(library, 'word').map((step) => nameOf(context, step, place).name);
  return { kind: 'import', doc, names, from: { kind: 'library', text: steps.join('.'), span: place }, span };
}

// ------------------------------------------------------------------------------------------------------ data

function buildData(context: BuildContext, node: CstNode, span: Span, doc: string): DataDeclaration {
  const path = tokenOf(node, 'String');
  const once = new OnceOnly(context);
  let format: DataDeclaration['format'];
  let splits: DataDeclaration['splits'] = [];
  let seed: Expression | undefined;
  for (const clause of nodesOf(node, 'dataClause')) {
    const place = nodeSpan(context, clause);
    if (tokenOf(clause, 'As') !== undefined) {
      const name = tokenOf(clause, 'Identifier');
      if (once.take('as', place)) format = name === undefined ? undefined : identifierOf(context, name);
    } else if (tokenOf(clause, 'Split') !== undefined) {
      if (once.take('split', place)) splits = buildSplits(context, clause, place);
    } else if (tokenOf(clause, 'Seed') !== undefined && once.take('seed', place)) {
      seed = buildExpression(context, nodeOf(clause, 'expression'), place);
    }
  }
  return {
    kind: 'data',
    doc,
    path:
      path === undefined ? undefined : { text: stringValue(context, path), span: tokenSpan(context, path) },
    format,
    splits,
    seed,
    columns: nodesOf(node, 'dataColumn').map((column) => buildColumn(context, column)),
    span,
  };
}

function buildColumn(context: BuildContext, node: CstNode): DataColumn {
  const span = nodeSpan(context, node);
  return {
    doc: docAbove(context, span),
    name: nameOf(context, nodeOf(node, 'name'), span),
    type: buildType(context, nodeOf(node, 'type'), span),
    value: buildBinding(context, nodeOf(node, 'binding')),
    span,
  };
}

function buildSplits(context: BuildContext, clause: CstNode, place: Span): DataDeclaration['splits'] {
  const parts = nodesOf(clause, 'splitPart');
  const splits = parts.map((part) => {
    const span = nodeSpan(context, part);
    const percent = Number((tokenOf(part, 'Number')?.image ?? 'NaN').replaceAll('_', ''));
    return { name: nameOf(context, nodeOf(part, 'name'), span), percent, span };
  });
  const seen = new Set<string>();
  for (const { name } of splits) {
    if (name.name !== '' && seen.has(name.name)) {
      report(context, 'AM1030', name.span, `the split \`${name.name}\` is named twice`);
    }
    seen.add(name.name);
  }
  const sum = splits.reduce((total, split) => total + split.percent, 0);
  if (Math.abs(sum - 100) > 1e-9) {
    report(context, 'AM1032', place, `the splits add up to ${Number(sum.toPrecision(12))}%, not to 100%`, [
      'every row belongs to one split',
    ]);
  }
  return splits;
}

/** Notices clauses that are written twice. */
class OnceOnly {
  private readonly seen = new Set<string>();

  constructor(private readonly context: BuildContext) {}

  take(clause: string, span: Span): boolean {
    if (this.seen.has(clause)) {
      report(this.context, 'AM1033', span, `\`${clause}\` is written twice`, ['each clause stands once']);
      return false;
    }
    this.seen.add(clause);
    return true;
  }
}

// ------------------------------------------------------------------------------------------ objective, solve

function buildObjective(context: BuildContext, node: CstNode, span: Span, doc: string): ObjectiveDeclaration {
  const label = nodeOf(node, 'name');
  const overs = nodesOf(node, 'overClause');
  const repeated = overs[1];
  if (repeated !== undefined) {
    report(context, 'AM1033', nodeSpan(context, repeated), '`over` is written twice', [
      'each clause stands once, and takes several names: `over u, v`',
    ]);
  }
  const splits = nodesOf(node, 'onClause');
  const second = splits[1];
  if (second !== undefined) {
    report(context, 'AM1033', nodeSpan(context, second), '`on` is written twice', [
      'each clause stands once',
    ]);
  }
  return {
    kind: 'objective',
    doc,
    sense: tokenOf(node, 'Maximize') === undefined ? 'minimize' : 'maximize',
    label: label === undefined ? undefined : nameOf(context, label, span),
    value: buildExpression(context, nodeOf(node, 'expression'), span),
    over: overs[0] && buildOver(context, overs[0]),
    split: buildOn(context, splits[0]),
    span,
  };
}

function buildUsing(context: BuildContext, node: CstNode | undefined, place: Span): UsingClause {
  const span = node === undefined ? place : nodeSpan(context, node);
  return {
    optimizer: buildExpression(context, nodeOf(node, 'expression'), span),
    over: nodeOf(node, 'overClause') && buildOver(context, nodeOf(node, 'overClause')),
    times: nodeOf(node, 'atom') && buildAtom(context, nodeOf(node, 'atom'), span),
    span,
  };
}

function buildSolve(context: BuildContext, node: CstNode, span: Span, doc: string): SolveDeclaration {
  const once = new OnceOnly(context);
  let batch: SolveDeclaration['batch'];
  let length: SolveDeclaration['length'];
  let until: Expression | undefined;
  let seed: Expression | undefined;
  let aggregator: Expression | undefined;
  let handler: Expression | undefined;
  let differentiation: SolveDeclaration['differentiation'];
  let start: SolveDeclaration['start'];
  let order: SolveDeclaration['order'];
  const first = buildUsing(context, nodeOf(node, 'usingClause'), span);
  const using = [first];
  for (const clause of nodesOf(node, 'solveClause')) {
    const place = nodeSpan(context, clause);
    const value = (): Expression => buildExpression(context, nodeOf(clause, 'expression'), place);
    if (tokenOf(clause, 'Batch') !== undefined) {
      const inOrder = tokenOf(clause, 'Order') !== undefined;
      if (once.take('batch', place)) batch = { size: value(), inOrder, span: place };
    } else if (tokenOf(clause, 'For') !== undefined) {
      if (once.take('for', place)) length = { count: value(), unit: unitOf(clause), span: place };
    } else if (tokenOf(clause, 'Until') !== undefined) {
      if (once.take('until', place)) until = value();
    } else if (tokenOf(clause, 'Seed') !== undefined) {
      if (once.take('seed', place)) seed = value();
    } else if (tokenOf(clause, 'On') !== undefined) {
      if (once.take('on', place)) aggregator = value();
    } else if (tokenOf(clause, 'By') !== undefined) {
      if (once.take('by', place)) handler = value();
    } else if (nodeOf(clause, 'nestedClause') !== undefined) {
      const nested = buildNestedClause(context, nodeOf(clause, 'nestedClause'), place);
      if (nested.kind === 'warm' || nested.kind === 'cold') {
        if (once.take('warm', place)) start = { kind: nested.kind, span: place };
      } else if ('detail' in nested && once.take('implicit', place)) differentiation = nested;
    } else if (nodeOf(clause, 'usingClause') !== undefined) {
      using.push(buildUsing(context, nodeOf(clause, 'usingClause'), place));
    } else if (once.take('alternating` or `simultaneous', place)) {
      order = {
        kind: tokenOf(clause, 'Simultaneous') === undefined ? 'alternating' : 'simultaneous',
        span: place,
      };
    }
  }
  const labels = tokensOf(node, 'Identifier').map((token) => identifierOf(context, token));
  const { optimizer } = first;
  const front = optionalExpression(context, nodeOf(nodeOf(node, 'frontClause'), 'expression'), span);
  const clauses = { aggregator, handler, batch, length, until, seed, differentiation, start };
  return { kind: 'solve', doc, labels, front, optimizer, using, order, ...clauses, span };
}

function unitOf(clause: CstNode): 'steps' | 'epochs' {
  const unit = nodeOf(clause, 'unit');
  return (tokenOf(unit, 'Epochs') ?? tokenOf(unit, 'Epoch')) ? 'epochs' : 'steps';
}

// ------------------------------------------------------------------------------------------------- the rest

function buildPrecision(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
): Declaration | undefined {
  const token = tokenOf(node, 'Identifier');
  const precision = token === undefined ? missingName(span) : identifierOf(context, token);
  if (token !== undefined && token.image !== 'f32' && token.image !== 'f64') {
    report(context, 'AM1034', precision.span, `\`${token.image}\` is not a precision`, [
      'write `precision f32` or `precision f64`',
    ]);
    return undefined;
  }
  return { kind: 'precision', doc, precision, span };
}

/** `x <- e` or `x = e` between declarations. */
function buildProblemUpdate(
  context: BuildContext,
  node: CstNode,
  span: Span,
  doc: string,
): UpdateDeclaration | undefined {
  if (tokenOf(node, 'Equals') === undefined) {
    const update = buildUpdate(context, node);
    if (update === undefined) return undefined;
    const { name, indices, value } = update;
    return { kind: 'problem_update', doc, name, indices, value, span };
  }
  const name = tokenOf(node, 'UpdatedName')?.image ?? 'x';
  report(
    context,
    'AM1035',
    span,
    'a declaration begins with a keyword',
    [`a name for a value is \`let ${name} = ...\`, a variable \`param ${name}: real = ...\``],
    nodeOf(node, 'indices') === undefined
      ? [{ title: 'write `let`', edits: [{ span: { ...span, end: span.start }, newText: 'let ' }] }]
      : [],
  );
  // The right side still gets its own diagnostics.
  buildExpression(context, nodeOf(node, 'expression'), after(span));
  return undefined;
}

/** The functions in the body of a set or a distribution. */
function operationsOf(context: BuildContext, node: CstNode): readonly FunctionDeclaration[] {
  return nodesOf(node, 'fnDeclaration').map((operation) => {
    const place = nodeSpan(context, operation);
    return buildFunction(context, operation, place, docAbove(context, place), false);
  });
}
