/** Bodies: statements in order, each in the scope of those before it. */
import type { Block, IfStatement, LetBinding, ReturnStatement, Statement } from '../parser/ast.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { errorExpression, fit, isError, toElement } from './convert.js';
import type { Entity, Scope } from './entities.js';
import { checkCondition, checkExpression } from './expression.js';
import { checkStepDraw, standsOnce } from './draws.js';
import { checkFor } from './loops.js';
import { noteUse } from './names.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import { staticTruth, staticValue } from './static_values.js';
import { arrayType, realElement, scalarShape } from './type_facts.js';
import { resolveType } from './type_syntax.js';
import type { TypedExpression, TypedStatement } from './typed.js';
import type { Type } from './types.js';
import { checkUpdate } from './updates.js';

/** A body that ends in `return`, as an expression. */
export function checkBlock(
  context: Context,
  block: Block,
  expected: Type | undefined,
  name: string,
): TypedExpression {
  const inner = bodyContext(context, block.statements);
  const last = block.statements[block.statements.length - 1];
  const before = last?.kind === 'return' ? block.statements.slice(0, -1) : block.statements;
  const statements = checkStatements(inner, before);
  if (last?.kind !== 'return') {
    context.session.error('AM2303', endOf(block), `the body of \`${name}\` does not end in \`return\``, {
      notes: ['its last statement says what the value is'],
    });
    return errorExpression(block.span);
  }
  const result = checkReturn(inner, last, expected, name);
  if (statements.length === 0) return result;
  return { kind: 'block', statements, result, type: result.type, span: block.span };
}

/** A scope for a body, which knows which names the body updates: those are not known before the run. */
export function bodyContext(context: Context, statements: readonly Statement[]): Context {
  return { ...within(context), updated: new Set([...context.updated, ...updatedNames(statements)]) };
}

function* updatedNames(statements: readonly Statement[]): Iterable<string> {
  for (const statement of statements) {
    if (statement.kind === 'update') yield statement.name.name;
    if (statement.kind === 'for' || statement.kind === 'per_tensor')
      yield* updatedNames(statement.body.statements);
    if (statement.kind === 'if_statement') {
      yield* updatedNames(statement.then.statements);
      yield* updatedNames(statement.otherwise?.statements ?? []);
    }
  }
}

function endOf(block: Block): Block['span'] {
  const { file, start, end } = block.span;
  return { file, start: Math.max(start, end - 1), end };
}

function checkReturn(
  context: Context,
  statement: ReturnStatement,
  expected: Type | undefined,
  name: string,
): TypedExpression {
  const value = checkExpression(context, statement.value, expected);
  if (isError(value) || expected === undefined) return value;
  return fit(context, value, expected, `the result of \`${name}\``, { fill: true });
}

export function checkStatements(context: Context, statements: readonly Statement[]): TypedStatement[] {
  return statements.flatMap((statement) => checkStatement(context, statement));
}

function checkStatement(context: Context, statement: Statement): readonly TypedStatement[] {
  switch (statement.kind) {
    case 'let_statement':
      return statement.bindings.flatMap((binding) => checkLet(context, binding));
    case 'state':
      return checkState(context, statement.bindings, statement.span);
    case 'update':
      return checkUpdate(context, statement);
    case 'for':
      return checkFor(context, statement);
    case 'if_statement':
      return checkIfStatement(context, statement);
    case 'per_tensor':
      return checkPerTensor(context, statement);
    case 'assert':
      return checkAssert(context, statement);
    case 'return':
      checkExpression(context, statement.value);
      return notHere(
        context,
        statement,
        'AM2303',
        '`return` stands at the end of a body',
        'nothing comes after it, and it stands in no loop or branch',
      );
    case 'param':
    case 'model':
      return notHere(
        context,
        statement,
        'AM2304',
        `\`${statement.kind}\` stands in a module or at the top of a file`,
        'functions have no parameters to be trained; make it a `module`',
      );
    default:
      return statement satisfies never;
  }
}

function notHere(
  context: Context,
  statement: Statement,
  code: 'AM2303' | 'AM2304',
  message: string,
  note: string,
): [] {
  context.session.error(code, statement.span, message, { notes: [note] });
  return [];
}

// -------------------------------------------------------------------------------------------------------- let

/** The value of a binding, with its annotation. */
export function checkBindingValue(context: Context, binding: LetBinding): TypedExpression {
  const { value, name } = binding;
  const annotated = binding.type === undefined ? undefined : resolveType(context, binding.type);
  if (value.operator === '~') {
    return checkStepDraw(context, name.name, value.expression, annotated, value.span);
  }
  const typed = checkExpression(context, value.expression, annotated);
  if (annotated === undefined || annotated.kind === 'error') return typed;
  if (isError(typed)) return { ...typed, type: annotated };
  const fitted = fit(context, typed, annotated, `\`${name.name}\``, { fill: true });
  return isError(fitted) ? { ...fitted, type: annotated } : fitted;
}

function checkLet(context: Context, binding: LetBinding): readonly TypedStatement[] {
  const { session } = context;
  const { name, span } = binding.name;
  let value = checkBindingValue(context, binding);
  if (session.widened.has(binding)) value = toElement(value, realElement);
  if (value.type.kind === 'error') {
    declare(context, name, { kind: 'error' }, span);
    return [];
  }
  const known = context.updated.has(name) ? undefined : staticValue(session, value);
  if (known !== undefined && context.place === 'module') {
    declare(context, name, { kind: 'static', value: known, span }, span);
    return [];
  }
  const symbol = freshSymbol(name, 'local', value.type, span);
  session.bindings.set(symbol, binding);
  if (known !== undefined) session.statics.set(symbol, known);
  declare(context, name, { kind: 'value', symbol }, span);
  return [{ kind: 'let', symbol, value, span: binding.span }];
}

function declare(context: Context, name: string, entity: Entity, span: LetBinding['span']): void {
  if (context.scope.names.has(name)) {
    context.session.error('AM2002', span, `\`${name}\` is bound twice in this body`, {
      notes: ['a new value of a name is written `name <- ...`'],
    });
  }
  context.scope.names.set(name, entity);
  noteUse(context.session, span, name, entity);
}

// ------------------------------------------------------------------------------------------------------ state

function checkState(
  context: Context,
  bindings: readonly LetBinding[],
  span: LetBinding['span'],
): readonly TypedStatement[] {
  const { session, optimizer } = context;
  if (optimizer === undefined && (context.aggregator === undefined || !standsOnce(context.scope))) {
    session.error('AM2304', span, '`state` stands in the body of an optimizer or an aggregator', {
      notes: [
        context.place === 'process'
          ? 'what lasts from step to step is declared outside of the process: `state count: real[K] = 0`'
          : 'elsewhere there is nothing that lasts from step to step; write `let`',
      ],
    });
    return [];
  }
  return bindings.flatMap((binding) => {
    const { name } = binding;
    const type =
      binding.type !== undefined
        ? resolveType(context, binding.type)
        : (optimizer?.implicit.x.type ?? realOf(checkExpression(context, binding.value.expression).type));
    const typed = checkExpression(context, binding.value.expression, type);
    const value = isError(typed)
      ? typed
      : fit(context, typed, type, `the state \`${name.name}\``, { fill: true });
    if (binding.value.operator === '~') {
      session.error('AM2504', binding.value.span, 'a state does not start by a draw');
    }
    const symbol = freshSymbol(name.name, 'state', type, name.span);
    declare(
      context,
      name.name,
      type.kind === 'error' ? { kind: 'error' } : { kind: 'value', symbol },
      name.span,
    );
    return [{ kind: 'state' as const, symbol, value, span: binding.span }];
  });
}

/** What is carried is real unless its annotation says otherwise. */
function realOf(type: Type): Type {
  return type.kind === 'array' && type.element.kind === 'int' ? arrayType(realElement, type.shape) : type;
}

// ------------------------------------------------------------------------------------------------- other forms

function checkIfStatement(context: Context, statement: IfStatement): readonly TypedStatement[] {
  const condition = checkCondition(context, statement.condition, 'an `if`');
  const truth = isError(condition) ? undefined : staticTruth(context.session, condition);
  if (truth !== undefined) {
    const taken = truth ? statement.then : statement.otherwise;
    return taken === undefined ? [] : checkStatements(within(context, 'unrolled'), taken.statements);
  }
  const branch = (): Context => ({ ...within(context, 'branch'), guarded: true });
  const then = checkStatements(branch(), statement.then.statements);
  const otherwise =
    statement.otherwise === undefined ? [] : checkStatements(branch(), statement.otherwise.statements);
  if (isError(condition)) return [];
  return [{ kind: 'if', condition, then, otherwise, span: statement.span }];
}

function checkPerTensor(
  context: Context,
  statement: Extract<Statement, { kind: 'per_tensor' }>,
): readonly TypedStatement[] {
  if (context.optimizer === undefined) {
    return notHere(
      context,
      statement,
      'AM2304',
      '`per tensor` stands in the body of an optimizer',
      'only there the parameters are one vector of many tensors',
    );
  }
  for (let scope: Scope | undefined = context.scope; scope !== undefined; scope = scope.parent) {
    if (scope.kind !== 'branch' && scope.kind !== 'loop' && scope.kind !== 'per_tensor') continue;
    context.session.error('AM2741', statement.span, '`per tensor` stands in an `if`, a loop or another', {
      notes: ['put it at the top of the body, and the condition into it: `x <- if good then trial else ...`'],
    });
    return [];
  }
  const body = checkStatements(within(context, 'per_tensor'), statement.body.statements);
  return [{ kind: 'per_tensor', body, span: statement.span }];
}

function checkAssert(
  context: Context,
  statement: Extract<Statement, { kind: 'assert' }>,
): readonly TypedStatement[] {
  if (context.place !== 'test' && context.optimizer?.handling === undefined) {
    return notHere(
      context,
      statement,
      'AM2304',
      '`assert` stands in a `test`',
      'a run is stopped by `until`, and checked by tests',
    );
  }
  const condition = checkExpression(context, statement.condition);
  const tolerance =
    statement.tolerance === undefined ? undefined : checkExpression(context, statement.tolerance);
  if (isError(condition) || (tolerance !== undefined && isError(tolerance))) return [];
  if (condition.type.kind !== 'array' || condition.type.element.kind !== 'bool') {
    context.session.error(
      'AM2108',
      condition.span,
      `an assertion is a truth value, and this is ${printType(condition.type)}`,
      {
        notes: ['compare: `assert f(2) == 1.5 within 1e-12`'],
      },
    );
    return [];
  }
  const real = tolerance && fit(context, tolerance, arrayType(realElement, scalarShape), 'the tolerance');
  if (real !== undefined && isError(real)) return [];
  return [{ kind: 'assert', condition, tolerance: real, span: statement.span }];
}
