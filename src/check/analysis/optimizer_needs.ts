/**
 * Optimizers that count on a smooth objective, told by what their definitions do: ask for curvature (`hvp`) or
 * residuals, take slopes inside a line search, or subtract the gradients of two steps to estimate curvature. On a
 * kink such a method stalls where a subgradient method goes on.
 */
import type { Diagnostic } from '../../parser/diagnostic.js';
import { childrenOf, expressionsOf } from '../traverse.js';
import type {
  TypedExpression,
  TypedOptimizer,
  TypedOptimizerValue,
  TypedStatement,
  ValueSymbol,
} from '../typed.js';
import { isLibrary } from './findings.js';
import type { ProblemFacts } from './problem_facts.js';

/** Why an optimizer needs smoothness. */
export function smoothnessNeed({ optimizer, arguments: given }: TypedOptimizerValue): string | undefined {
  const own = ownNeed(optimizer);
  if (own !== undefined) return `\`${optimizer.name}\` ${own}`;
  for (const argument of given) {
    const inner = argument.kind === 'optimizer_value' ? smoothnessNeed(argument) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function ownNeed({ doc, statements, implicit }: TypedOptimizer): string | undefined {
  if (/\bsmooth objectives?\b/i.test(doc)) return 'is made for smooth objectives';
  const asked = statements.flatMap((statement) => queriesOf(statement));
  if (asked.some((query) => query === 'hvp')) return 'uses second derivatives';
  if (asked.some((query) => query.startsWith('residual'))) return 'linearises the residuals';
  if (slopesInLoops(statements)) return 'searches along a line by slopes';
  return subtractsGradients(statements, implicit.g)
    ? 'estimates curvature from differences of gradients'
    : undefined;
}

/** `g - last` where `last <- g`: the secants of quasi-Newton methods. */
function subtractsGradients(statements: readonly TypedStatement[], g: ValueSymbol): boolean {
  const isGradient = (expression: TypedExpression | undefined): boolean =>
    expression?.kind === 'reference' && expression.symbol === g;
  const every = statements.flatMap((statement) => [...withInner(statement)]);
  const kept = new Set(
    every.flatMap((statement) =>
      statement.kind === 'update' && isGradient(statement.value) ? [statement.symbol] : [],
    ),
  );
  const subtracts = (expression: TypedExpression): boolean => {
    if (expression.kind === 'apply' && expression.operator === 'subtract') {
      const [left, right] = expression.operands;
      if (isGradient(left) && right?.kind === 'reference' && kept.has(right.symbol)) return true;
    }
    return [...childrenOf(expression)].some(subtracts);
  };
  return statements.some((statement) => [...expressionsOf(statement)].some(subtracts));
}

function* withInner(statement: TypedStatement): Iterable<TypedStatement> {
  yield statement;
  const inner =
    statement.kind === 'if'
      ? [...statement.then, ...statement.otherwise]
      : statement.kind === 'for' || statement.kind === 'per_tensor'
        ? statement.body
        : [];
  for (const each of inner) yield* withInner(each);
}

function queriesOf(statement: TypedStatement): string[] {
  return [...expressionsOf(statement)].flatMap((expression) => [...queriesIn(expression)]);
}

function* queriesIn(expression: TypedExpression): Iterable<string> {
  if (expression.kind === 'objective') yield expression.query;
  for (const child of childrenOf(expression)) yield* queriesIn(child);
}

function slopesInLoops(statements: readonly TypedStatement[]): boolean {
  return statements.some((statement) => {
    switch (statement.kind) {
      case 'for':
        return queriesOf(statement).includes('gradient');
      case 'if':
        return slopesInLoops([...statement.then, ...statement.otherwise]);
      case 'per_tensor':
        return slopesInLoops(statement.body);
      default:
        return false;
    }
  });
}

export function optimizerNeeds({ problem, objectives }: ProblemFacts): Diagnostic[] {
  const moves = problem.solves.flatMap(({ labels, groups, players }) =>
    groups.map((group) => ({ labels, players, ...group })),
  );
  return moves.flatMap(({ labels, optimizer, players, variables }) => {
    const need = smoothnessNeed(optimizer);
    if (need === undefined) return [];
    const concerns = (index: number): boolean => {
      const player = players?.find(({ objective }) => objective === index);
      return player === undefined || [...player.variables].some((symbol) => variables.has(symbol));
    };
    return objectives.flatMap(({ item, facts: { kink } }, index): Diagnostic[] => {
      const chosen = labels.length === 0 || labels.includes(item.label ?? '');
      if (!chosen || !concerns(index) || kink === undefined || kink.unsure === true) return [];
      const visible = !isLibrary(kink.span, problem.path);
      return [
        {
          code: 'AM3006',
          severity: 'warning',
          message: `${need}, and the objective has a kink from ${kink.what}`,
          span: optimizer.span,
          labels: [
            visible
              ? { span: kink.span, message: 'the kink' }
              : { span: item.value.span, message: 'the objective' },
          ],
          notes: [
            'near a kink the gradient jumps, and the method may stop early or take tiny steps',
            'use a first-order method (`adam`, `gradient_descent`), or a smooth stand-in (`softplus` for `relu`, `huber` for `abs`, `logsumexp` for `max`)',
          ],
        },
      ];
    });
  });
}
