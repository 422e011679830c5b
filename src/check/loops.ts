/** `for`: over a range at run time, or unrolled over a list known before the run. */
import type { Expression, ForStatement } from '../parser/ast.js';
import { checkDomain } from './binders.js';
import type { Context } from './context.js';
import { within } from './context.js';
import { addDimensions, constantDimension, subtractDimensions } from './dimension.js';
import type { Entity } from './entities.js';
import { checkCondition, checkExpression } from './expression.js';
import { indexesStaticList } from './mentions.js';
import { modelValueOf } from './model_values.js';
import { staticExpression } from './names.js';
import { freshSymbol } from './session.js';
import { checkStatements } from './statements.js';
import { staticInteger, staticValue } from './static_values.js';
import { intScalar } from './type_facts.js';
import { requireStatic } from './type_syntax.js';
import type { TypedExpression, TypedStatement } from './typed.js';

export function checkFor(context: Context, statement: ForStatement): readonly TypedStatement[] {
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
  inner.scope.loop = { symbol, ...bounds };
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
  return turns.flatMap((entity, turn) => {
    const inner = within(context, 'unrolled');
    inner.scope.unrolled = turn;
    inner.scope.names.set(statement.name.name, entity);
    return checkStatements(within(inner), statement.body.statements);
  });
}
