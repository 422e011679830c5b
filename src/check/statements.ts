/** Bodies: statements in order, each in the scope of those before it. */
import type {
  Block,
  Expression,
  ForStatement,
  IfStatement,
  LetBinding,
  ReturnStatement,
  Statement,
  UpdateStatement,
} from '../parser/ast.js';
import { checkDomain } from './binders.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { errorExpression, fit, isError, toElement } from './convert.js';
import { addDimensions, constantDimension, subtractDimensions } from './dimension.js';
import type { Entity } from './entities.js';
import { checkCondition, checkExpression } from './expression.js';
import { checkItem } from './indexing.js';
import { indexesStaticList } from './mentions.js';
import { modelValueOf } from './models.js';
import { noteUse, staticExpression } from './names.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import { staticInteger, staticTruth, staticValue } from './static_values.js';
import { didYouMean } from './suggest.js';
import { arrayType, errorType, intScalar, isScalar, realElement, scalarShape } from './type_facts.js';
import { requireStatic, resolveType } from './type_syntax.js';
import type { TypedExpression, TypedStatement, ValueSymbol } from './typed.js';
import type { Type } from './types.js';

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
    context.session.error('AM2504', value.span, 'a draw does not stand here', {
      notes: ['`~` stands in `data`, once for the table, and in `param`, once for the start'],
    });
    return { ...errorExpression(value.span), type: annotated ?? errorType };
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
  if (optimizer === undefined) {
    session.error('AM2304', span, '`state` stands in the body of an optimizer', {
      notes: ['elsewhere there is nothing that lasts from step to step; write `let`'],
    });
    return [];
  }
  return bindings.flatMap((binding) => {
    const { name } = binding;
    const type = binding.type === undefined ? optimizer.implicit.x.type : resolveType(context, binding.type);
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

// ----------------------------------------------------------------------------------------------------- update

function checkUpdate(context: Context, statement: UpdateStatement): readonly TypedStatement[] {
  const { session } = context;
  const { name, span } = statement.name;
  const found = context.scope.find(name);
  if (found === undefined) {
    session.error('AM2301', span, `\`${name}\` is not bound in this body`, {
      notes: [
        ...didYouMean(name, context.scope.visibleNames()),
        'an update changes a name bound before by `let` or `state`',
      ],
    });
    checkExpression(context, statement.value);
    return [];
  }
  noteUse(session, span, name, found.entity);
  if (found.entity.kind === 'error') {
    checkExpression(context, statement.value);
    return [];
  }
  if (found.entity.kind !== 'value' || !updatable(context, found.entity.symbol)) {
    session.error('AM2301', span, `\`${name}\` cannot be updated`, {
      notes: ['only names bound by `let` or `state` in this body, and `x` of an optimizer, get new values'],
    });
    checkExpression(context, statement.value);
    return [];
  }
  if (statement.indices.length > 0) return updateElements(context, statement, found.entity.symbol);
  return updateWhole(context, statement, found.entity.symbol);
}

function updatable(context: Context, symbol: ValueSymbol): boolean {
  if (symbol.role === 'local' || symbol.role === 'state') return true;
  return symbol === context.optimizer?.implicit.x;
}

function updateWhole(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
): readonly TypedStatement[] {
  const { session } = context;
  const value = checkExpression(context, statement.value, symbol.type);
  if (isError(value)) return [];
  const rebound = rebind(context, statement, symbol, value);
  if (rebound !== undefined) return rebound;
  if (widen(context, symbol, value)) return [];
  const restore = session.mark();
  const fitted = fit(context, value, symbol.type, `\`${symbol.name}\``, { fill: true });
  if (isError(fitted)) {
    restore();
    session.error('AM2302', statement.span, `this update would change the type of \`${symbol.name}\``, {
      labels: [
        { span: symbol.span, message: printType(symbol.type) },
        { span: value.span, message: printType(value.type) },
      ],
      notes: [
        'a name keeps its element and shape; give it its final shape where it is bound, for instance by `zeros(n)`',
      ],
    });
    return [];
  }
  return [{ kind: 'update', symbol, indices: [], value: fitted, span: statement.span }];
}

/** In an unrolled loop a value of another shape makes a new symbol. */
function rebind(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
  value: TypedExpression,
): readonly TypedStatement[] | undefined {
  if (value.type.kind !== 'array' || symbol.type.kind !== 'array' || symbol.role !== 'local')
    return undefined;
  if (isScalar(value.type.shape) && !isScalar(symbol.type.shape)) return undefined;
  if (printType(value.type) === printType(symbol.type)) return undefined;
  let unrolled = false;
  for (let scope = context.scope; ; scope = scope.parent ?? scope) {
    if (scope.names.has(symbol.name)) {
      if (!unrolled) return undefined;
      const next = freshSymbol(symbol.name, 'local', value.type, statement.name.span);
      scope.names.set(symbol.name, { kind: 'value', symbol: next });
      return [{ kind: 'let', symbol: next, value, span: statement.span }];
    }
    if (scope.kind === 'loop' || scope.kind === 'branch' || scope.kind === 'per_tensor') return undefined;
    if (scope.kind === 'unrolled') unrolled = true;
    if (scope.parent === undefined) return undefined;
  }
}

/** `let s = 0` that is updated with reals is a real: the body is checked again. */
function widen(context: Context, symbol: ValueSymbol, value: TypedExpression): boolean {
  const binding = context.session.bindings.get(symbol);
  const isInt = symbol.type.kind === 'array' && symbol.type.element.kind === 'int';
  const givesReal = value.type.kind === 'array' && value.type.element.kind === 'real';
  if (binding === undefined || binding.type !== undefined || !isInt || !givesReal) return false;
  context.session.widened.add(binding);
  return true;
}

function updateElements(
  context: Context,
  statement: UpdateStatement,
  symbol: ValueSymbol,
): readonly TypedStatement[] {
  const { session } = context;
  const { type } = symbol;
  const value = checkExpression(context, statement.value);
  if (
    type.kind !== 'array' ||
    type.shape.run !== undefined ||
    type.shape.dimensions.length < statement.indices.length
  ) {
    session.error(
      'AM2109',
      statement.name.span,
      `${printType(type)} cannot be indexed by ${statement.indices.length} indices`,
    );
    return [];
  }
  const items = statement.indices.map((index, axis) =>
    checkItem(context, index, type.shape.dimensions[axis]),
  );
  const known = items.filter((item) => item !== undefined);
  if (known.length < items.length || isError(value)) return [];
  const arrays = known.find(
    (item) => item.kind === 'at' && !(item.value.type.kind === 'array' && isScalar(item.value.type.shape)),
  );
  if (arrays !== undefined) {
    session.error('AM2109', statement.span, 'an element is updated at one index', {
      notes: ['write a `for` over the indices'],
    });
    return [];
  }
  const kept = known.flatMap((item) => (item.kind === 'range' ? [item.size] : []));
  const rest = type.shape.dimensions.slice(known.length);
  const place = arrayType(type.element, { run: undefined, dimensions: [...kept, ...rest] });
  if (widen(context, symbol, value)) return [];
  const fitted = fit(context, value, place, `an element of \`${symbol.name}\``, { fill: true });
  return isError(fitted)
    ? []
    : [{ kind: 'update', symbol, indices: known, value: fitted, span: statement.span }];
}

// -------------------------------------------------------------------------------------------------------- for

function checkFor(context: Context, statement: ForStatement): readonly TypedStatement[] {
  const { session } = context;
  const { name, span } = statement.name;
  const models = modelValueOf(context, statement.range);
  if (models?.kind === 'list') {
    return unroll(
      context,
      statement,
      models.elements.map((value) => ({ kind: 'model', value, span })),
    );
  }
  if (statement.range.kind !== 'range') {
    const elements = staticElements(context, statement.range);
    if (elements !== undefined) return unroll(context, statement, elements);
  }
  const bounds = loopBounds(context, statement.range);
  const inner = within(context, 'loop');
  if (bounds === undefined) {
    inner.scope.names.set(name, { kind: 'error' });
    checkStatements(inner, statement.body.statements);
    return [];
  }
  if (statement.condition === undefined && indexesStaticList(context, statement.body, statement.name.name)) {
    const first = staticInteger(session, bounds.from);
    const last = staticInteger(session, bounds.to);
    const from = first && session.concrete(first);
    const to = last && session.concrete(last);
    if (from !== undefined && to !== undefined && to - from < maximumTurns) {
      const turns = Array.from({ length: Math.max(0, to - from + 1) }, (_, turn): Entity => {
        const value = constantDimension(from + turn);
        return { kind: 'static', value: { kind: 'int', value }, span };
      });
      return unroll(context, statement, turns);
    }
  }
  const symbol = freshSymbol(name, 'loop', intScalar, span);
  const first = staticInteger(session, bounds.from);
  const last = staticInteger(session, bounds.to);
  session.shadow(symbol);
  const atom = session.shadows.get(symbol);
  if (atom !== undefined && first !== undefined && last !== undefined) {
    const size = addDimensions(subtractDimensions(last, first), constantDimension(1));
    session.ranges.set(atom, { from: first, size });
  }
  inner.scope.names.set(name, { kind: 'value', symbol });
  const condition =
    statement.condition === undefined ? undefined : checkCondition(inner, statement.condition, '`while`');
  const guarded = condition === undefined ? inner : { ...inner, guarded: true };
  const body = checkStatements(guarded, statement.body.statements);
  return [{ kind: 'for', symbol, from: bounds.from, to: bounds.to, condition, body, span: statement.span }];
}

/** An unrolled loop longer than this is a mistake. */
const maximumTurns = 1000;

function loopBounds(
  context: Context,
  range: Expression,
): { readonly from: TypedExpression; readonly to: TypedExpression } | undefined {
  if (range.kind === 'range') {
    const from = bound(context, range.from);
    const to = bound(context, range.to);
    return from === undefined || to === undefined ? undefined : { from, to };
  }
  const domain = checkDomain(context, range);
  if (domain === undefined) return undefined;
  const { span } = range;
  const last = subtractDimensions(domain.size, constantDimension(1));
  return {
    from: staticExpression({ kind: 'int', value: domain.from }, span),
    to: staticExpression({ kind: 'int', value: last }, span),
  };
}

function bound(context: Context, expression: Expression): TypedExpression | undefined {
  const dimension = requireStatic(context, checkExpression(context, expression), 'a bound of a loop');
  return dimension && staticExpression({ kind: 'int', value: dimension }, expression.span);
}

function staticElements(context: Context, expression: Expression): readonly Entity[] | undefined {
  const { session } = context;
  const restore = session.mark();
  const value = staticValue(session, checkExpression(context, expression));
  restore();
  if (value?.kind !== 'list') return undefined;
  return value.elements.map((element) => ({ kind: 'static', value: element, span: expression.span }));
}

function unroll(
  context: Context,
  statement: ForStatement,
  turns: readonly Entity[],
): readonly TypedStatement[] {
  if (statement.condition !== undefined) {
    context.session.error('AM2305', statement.condition.span, 'a loop over a list has no `while`', {
      notes: ['it is unrolled before the run'],
    });
  }
  return turns.flatMap((entity) => {
    const inner = within(context, 'unrolled');
    inner.scope.names.set(statement.name.name, entity);
    return checkStatements(within(inner), statement.body.statements);
  });
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
  const body = checkStatements(within(context, 'per_tensor'), statement.body.statements);
  return [{ kind: 'per_tensor', body, span: statement.span }];
}

function checkAssert(
  context: Context,
  statement: Extract<Statement, { kind: 'assert' }>,
): readonly TypedStatement[] {
  if (context.place !== 'test') {
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
