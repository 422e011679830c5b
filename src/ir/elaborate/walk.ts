/** Walks over the typed tree: every expression below a statement or expression, bodies of called functions on request. */
import { bodiesOf, childrenOf as everyChildOf, ownExpressionsOf } from '../../check/traverse.js';
import type { TypedExpression, TypedFunction, TypedStatement } from '../../check/typed.js';

/** What stands directly inside an expression; of a block its result, since its statements are walked as such. */
function childrenOf(expression: TypedExpression): Iterable<TypedExpression> {
  return expression.kind === 'block' ? [expression.result] : everyChildOf(expression);
}

export interface Visitor {
  readonly expression: (expression: TypedExpression) => void;
  readonly statement?: (statement: TypedStatement) => void;
  /** When given, called once for each function whose body is to be walked too. */
  readonly enter?: (target: TypedFunction) => boolean;
}

export function walkExpression(expression: TypedExpression, visitor: Visitor): void {
  visitor.expression(expression);
  if (expression.kind === 'block') walkStatements(expression.statements, visitor);
  for (const child of childrenOf(expression)) walkExpression(child, visitor);
  const target = calledFunction(expression);
  if (target !== undefined && visitor.enter?.(target) === true) {
    walkExpression(target.body, visitor);
    if (target.derivative !== undefined) walkExpression(target.derivative.body, visitor);
  }
  if (visitor.enter !== undefined && expression.kind === 'schedule_call') {
    walkExpression(expression.schedule.body, visitor);
  }
  if (visitor.enter !== undefined && expression.kind === 'optimizer_value') {
    walkStatements(expression.optimizer.statements, visitor);
  }
}

function calledFunction(expression: TypedExpression): TypedFunction | undefined {
  if (expression.kind === 'call') return expression.function;
  if (expression.kind === 'function_value' && expression.target.kind === 'function')
    return expression.target.function;
  return undefined;
}

export function walkStatements(statements: readonly TypedStatement[], visitor: Visitor): void {
  for (const statement of statements) {
    visitor.statement?.(statement);
    for (const expression of ownExpressionsOf(statement)) walkExpression(expression, visitor);
    for (const body of bodiesOf(statement)) walkStatements(body, visitor);
  }
}

/** A visitor that walks the body of each called function once. */
export function enteringOnce(expression: Visitor['expression']): Visitor {
  const entered = new Set<TypedFunction>();
  const enter = (target: TypedFunction): boolean => {
    const isNew = !entered.has(target);
    entered.add(target);
    return isNew;
  };
  return { expression, enter };
}
