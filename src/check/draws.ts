/**
 * Draws made at every step: `let eps: real[N, Z] ~ normal(0, 1)` in the file or in the body of a module or optimizer. A name
 * has one value in each step, and in a loop one in each turn; a function draws nothing, as its calls have no names.
 * What is drawn while training has no value in a report.
 */
import type { Expression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Context } from './context.js';
import { errorExpression, isError } from './convert.js';
import type { Scope } from './entities.js';
import { DrawnNoise } from './noise.js';
import type { NoiseSource } from './noise.js';
import { printType } from './print_type.js';
import { checkSample } from './sampling.js';
import type { Session } from './session.js';
import { childrenOf } from './traverse.js';
import { scopesOf, turnsAround } from './turns.js';
import { errorType } from './type_facts.js';
import type { TypedDraw, TypedExpression, TypedStatement, ValueSymbol } from './typed.js';
import type { Type } from './types.js';

/** `let name: annotated ~ distribution`; without an annotation of the type that the parameters have together. */
export function checkStepDraw(
  context: Context,
  name: string,
  distribution: Expression,
  annotated: Type | undefined,
  span: Span,
): TypedExpression {
  const source = noiseFor(context, name, span);
  if (source === undefined) {
    context.session.error('AM2504', span, 'a draw does not stand here', {
      notes: [
        '`~` stands in `data`, once for the table, in `param`, once for the start, and in a `let` of the program, of a module or of an optimizer, at every step',
        'the calls of a function have no names by which their draws could be told apart; make it a `module`, or the `sample` of a distribution, outside of loops',
      ],
    });
    return { ...errorExpression(span), type: annotated ?? errorType };
  }
  if (annotated?.kind === 'error') return { ...errorExpression(span), type: annotated };
  if (annotated !== undefined && annotated.kind !== 'array') {
    context.session.error(
      'AM2102',
      span,
      `a draw is a number or an array, and this is ${printType(annotated)}`,
    );
    return { ...errorExpression(span), type: annotated };
  }
  const typed = checkSample(context, distribution, annotated, source);
  return isError(typed) ? { ...typed, type: annotated ?? errorType } : typed;
}

/** Where a draw takes its noise from; undefined where a name is bound more than once in a step, or never. */
function noiseFor(context: Context, name: string, span: Span): NoiseSource | undefined {
  if (context.noise !== undefined) {
    if (!standsOnce(context.scope, 'branch')) return undefined;
    context.noise.begin(span);
    return context.noise;
  }
  const path = pathOf(context, name);
  return path === undefined ? undefined : new DrawnNoise(path, turnsAround(context));
}

/** The name of the draw's stream, with the turns of loops that were unrolled; undefined where nothing is drawn. */
function pathOf(context: Context, name: string): string | undefined {
  if (context.place === 'problem') return context.file.role === 'main' ? name : undefined;
  if (context.aggregator !== undefined) {
    return standsOnce(context.scope, 'branch') ? `${context.aggregator}.${name}` : undefined;
  }
  const isModule = (context.place === 'module' || context.place === 'process') && context.path !== undefined;
  if (!isModule && context.place !== 'optimizer') return undefined;
  let turns = '';
  for (const scope of scopesOf(context)) {
    if (scope.kind === 'per_tensor' || (scope.kind === 'loop' && scope.loop === undefined)) return undefined;
    if (scope.unrolled !== undefined) turns = `[${scope.unrolled}]${turns}`;
  }
  return `${isModule ? context.path : ''}.${name}${turns}`;
}

/** Whether a place is reached at most once in a run of the body, loops unrolled by the checker included. */
export function standsOnce(place: Scope, ...also: readonly Scope['kind'][]): boolean {
  for (let scope: Scope | undefined = place; scope !== undefined; scope = scope.parent) {
    if (scope.kind !== 'plain' && !also.includes(scope.kind)) return false;
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------- reports

/** The draw that a report would read, through lets and the bodies of functions and models; branches of `training()` are not taken. */
export function drawReadBy(session: Session, report: TypedExpression): TypedDraw | undefined {
  const values = new Map<ValueSymbol, TypedExpression>(
    session.lets.map(({ symbol, value }) => [symbol, value]),
  );
  const seen = new Set<object>();
  const visit = (typed: TypedExpression): TypedDraw | undefined => {
    switch (typed.kind) {
      case 'draw':
        if (typed.path !== undefined) return typed;
        break;
      case 'reference': {
        const value = values.get(typed.symbol);
        if (value === undefined || seen.has(typed.symbol)) return undefined;
        seen.add(typed.symbol);
        return visit(value);
      }
      case 'if': {
        const taken = inReports(typed.condition);
        if (taken !== undefined) return visit(taken ? typed.then : typed.otherwise);
        break;
      }
      case 'call':
        if (!seen.has(typed.function)) {
          seen.add(typed.function);
          const found = visit(typed.function.body);
          if (found !== undefined) return found;
        }
        break;
      case 'block':
        return first(typed.statements, (statement) => visitStatement(statement)) ?? visit(typed.result);
      default:
    }
    return first(childrenOf(typed), visit);
  };
  /** A binding counts where it is read. */
  const visitStatement = (statement: TypedStatement): TypedDraw | undefined => {
    switch (statement.kind) {
      case 'let':
        values.set(statement.symbol, statement.value);
        return undefined;
      case 'for':
        return first(statement.body, visitStatement);
      case 'if': {
        const taken = inReports(statement.condition);
        if (taken !== undefined) return first(taken ? statement.then : statement.otherwise, visitStatement);
        return (
          visit(statement.condition) ?? first([...statement.then, ...statement.otherwise], visitStatement)
        );
      }
      case 'update':
        return visit(statement.value);
      case 'state':
      case 'per_tensor':
      case 'assert':
        return undefined;
      default:
        return statement satisfies never;
    }
  };
  return visit(report);
}

function first<T, Result>(items: Iterable<T>, find: (item: T) => Result | undefined): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a condition is in reports, as far as `training()` decides it. */
function inReports(condition: TypedExpression): boolean | undefined {
  if (condition.kind === 'structural' && condition.operator === 'training') return false;
  if (condition.kind !== 'apply') return undefined;
  const operands = condition.operands.map(inReports);
  if (condition.operator === 'not') return operands[0] === undefined ? undefined : !operands[0];
  if (condition.operator === 'and' && operands.includes(false)) return false;
  if (condition.operator === 'or' && operands.includes(true)) return true;
  return undefined;
}
