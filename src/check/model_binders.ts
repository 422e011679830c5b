/**
 * Binders that run over models: `mean(m in ensemble: loss(m(X)))`, `[k in T: end[k](X)]`. Models are told apart before
 * the run, so these are written out, one term for each model.
 */
import type { Binder, BinderCallExpression, ComprehensionExpression, Expression } from '../parser/ast.js';
import { checkDomain } from './binders.js';
import type { Context } from './context.js';
import { withName } from './context.js';
import { errorExpression, isError } from './convert.js';
import { constantDimension } from './dimension.js';
import type { Entity } from './entities.js';
import { checkCondition, checkExpression, listOf } from './expression.js';
import { indexesModels } from './mentions.js';
import { modelValueOf } from './model_values.js';
import { lookupCallable } from './names.js';
import { applyOperator } from './operators.js';
import { reducedElement } from './reductions.js';
import { staticTruth } from './static_values.js';
import { arrayType } from './type_facts.js';
import type { ApplyName, ReduceName, TypedExpression } from './typed.js';

/** Undefined where no binder runs over models. */
export function comprehensionOverModels(
  context: Context,
  expression: ComprehensionExpression,
): TypedExpression | undefined {
  const { binders, body, span } = expression;
  const [binder, ...rest] = binders;
  if (binder === undefined || !binders.some((each) => runsOverModels(context, each, body))) return undefined;
  if (rest.length > 0) {
    const inner: Expression = { kind: 'comprehension', binders: rest, body, span };
    return checkExpression(context, { kind: 'comprehension', binders: [binder], body: inner, span });
  }
  const turns = turnsOf(context, binder, body) ?? [];
  if (turns.length === 0) return empty(context, expression);
  const elements = turns.map((entity) => checkExpression(withName(context, binder.name.name, entity), body));
  return listOf(context, elements, span);
}

/** Undefined where no binder runs over models. */
export function reductionOverModels(
  context: Context,
  expression: BinderCallExpression,
): TypedExpression | undefined {
  const { callee, binders, guard, body, span } = expression;
  const models = binders.filter((each) => runsOverModels(context, each, [body, guard]));
  if (models.length === 0) return undefined;
  const entity = lookupCallable(context, callee.name);
  if (entity?.kind !== 'builtin' || entity.builtin.kind !== 'reduction') return undefined;
  const { operator } = entity.builtin;
  const rest = binders.filter((each) => !models.includes(each));
  const outer = rest.length === 0 ? operator : outerReduction[operator];
  if (outer === undefined || (rest.length > 0 && operator === 'mean' && guard !== undefined))
    return notOver(context, expression);
  const terms = termsOf(context, { ...expression, binders: rest }, models);
  if (terms === undefined || terms.some(isError)) return errorExpression(span);
  if (terms.length === 0) return empty(context, expression);
  return reduceTerms(context, outer, terms, expression);
}

/** What results for each model are reduced by, so that the whole is as if all binders ran at once. */
const outerReduction: Readonly<Partial<Record<ReduceName, ReduceName>>> = {
  sum: 'sum',
  product: 'product',
  max: 'max',
  min: 'min',
  any: 'any',
  all: 'all',
  logsumexp: 'logsumexp',
  mean: 'mean',
  count: 'sum',
};

/**
 * The body for each combination of models. What runs over arrays beside them is reduced within each term; without such a
 * part the guard chooses among the models, and must be known already.
 */
function termsOf(
  context: Context,
  expression: BinderCallExpression,
  models: readonly Binder[],
): readonly TypedExpression[] | undefined {
  const { binders, guard, body } = expression;
  const [binder, ...others] = models;
  if (binder !== undefined) {
    const turns = turnsOf(context, binder, [body, guard]) ?? [];
    const terms = turns.map((entity) =>
      termsOf(withName(context, binder.name.name, entity), expression, others),
    );
    return terms.includes(undefined) ? undefined : terms.flatMap((each) => each ?? []);
  }
  if (binders.length > 0) return [checkExpression(context, expression)];
  if (guard !== undefined) {
    const holds = staticTruth(context.session, checkCondition(context, guard, 'a guard'));
    if (holds === undefined) {
      context.session.error('AM2112', guard.span, 'which models this takes must be known before the run', {
        notes: ['a guard over models compares their indices: `i in T, j in T where i < j`'],
      });
      return undefined;
    }
    if (!holds) return [];
  }
  return [checkExpression(context, body)];
}

function reduceTerms(
  context: Context,
  operator: ReduceName,
  terms: readonly TypedExpression[],
  { callee, span }: BinderCallExpression,
): TypedExpression {
  const pairwise = pairwiseOperators[operator];
  const [first, ...others] = terms;
  if (pairwise !== undefined && first !== undefined) {
    return others.reduce(
      (left, right) =>
        isError(left)
          ? left
          : applyOperator(context, pairwise, [left, right], span, callee.span, callee.name),
      first,
    );
  }
  const operand = listOf(context, terms, span);
  if (operand.type.kind !== 'array') return errorExpression(span);
  const { dimensions, run } = operand.type.shape;
  const element = reducedElement(context, operator, operand, dimensions.slice(0, 1), span);
  if (element === undefined) return errorExpression(span);
  const type = arrayType(element, { run, dimensions: dimensions.slice(1) });
  return { kind: 'reduce_axes', operator, operand, axes: [dimensions.length], type, span };
}

const pairwiseOperators: Readonly<Partial<Record<ReduceName, ApplyName>>> = {
  sum: 'add',
  product: 'multiply',
  max: 'maximum',
  min: 'minimum',
};

function runsOverModels(context: Context, binder: Binder, inside: unknown): boolean {
  return (
    modelValueOf(context, binder.domain)?.kind === 'list' || indexesModels(context, inside, binder.name.name)
  );
}

/** What the binder's name stands for in each turn; undefined when it does not run over models. */
function turnsOf(context: Context, binder: Binder, inside: unknown): readonly Entity[] | undefined {
  const { name, span } = binder.name;
  const models = modelValueOf(context, binder.domain);
  if (models?.kind === 'list') return models.elements.map((value) => ({ kind: 'model', value, span }));
  if (!indexesModels(context, inside, name)) return undefined;
  const domain = checkDomain(context, binder.domain);
  const from = domain && context.session.concrete(domain.from);
  const size = domain && context.session.concrete(domain.size);
  if (from === undefined || size === undefined || size > 1000) return undefined;
  return Array.from({ length: size }, (_, index) => {
    const value = constantDimension(from + index);
    return { kind: 'static', value: { kind: 'int', value }, span };
  });
}

function empty(context: Context, { span }: ComprehensionExpression | BinderCallExpression): TypedExpression {
  context.session.error('AM2112', span, 'no model is left to run over');
  return errorExpression(span);
}

function notOver(context: Context, { callee, span }: BinderCallExpression): TypedExpression {
  context.session.error('AM2112', callee.span, `\`${callee.name}\` over models and more takes one binder`, {
    notes: ['nest two of them, or make an array first: `[m in ensemble: ...]`'],
  });
  return errorExpression(span);
}
