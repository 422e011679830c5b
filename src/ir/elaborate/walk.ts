/** Walks over the typed tree: every expression below a statement or expression, bodies of called functions on request. */
import { nestedExpressions } from '../../check/traverse.js';
import type { TypedExpression, TypedFunction, TypedIndexItem, TypedStatement } from '../../check/typed.js';

function indexItems(items: readonly TypedIndexItem[]): readonly TypedExpression[] {
  return items.map((item) => (item.kind === 'at' ? item.value : item.from));
}

export function childrenOf(expression: TypedExpression): readonly TypedExpression[] {
  switch (expression.kind) {
    case 'constant':
    case 'reference':
    case 'dimension':
    case 'raw':
    case 'function_value':
    case 'draw':
      return [];
    case 'apply':
    case 'structural':
    case 'set_query':
      return expression.operands;
    case 'matmul':
      return [expression.left, expression.right];
    case 'if':
      return [expression.condition, expression.then, expression.otherwise];
    case 'index':
      return [expression.object, ...indexItems(expression.indices)];
    case 'comprehension':
      return [expression.body];
    case 'reduce':
      return expression.guard === undefined ? [expression.body] : [expression.guard, expression.body];
    case 'reduce_axes':
      return [expression.operand];
    case 'call':
    case 'call_value':
    case 'schedule_call':
    case 'optimizer_value':
    case 'host_call':
      return expression.arguments;
    case 'list':
      return expression.elements;
    case 'record':
      return expression.fields.map((field) => field.value);
    case 'field':
      return [expression.object];
    case 'derivative':
      return expression.direction === undefined
        ? [expression.value]
        : [expression.value, expression.direction];
    case 'objective':
      return expression.direction === undefined ? [expression.at] : [expression.at, expression.direction];
    case 'apply_optimizer':
      return [expression.at, expression.gradient];
    case 'block':
      return [expression.result];
    case 'nested':
      return [...nestedExpressions(expression)];
    default:
      return expression satisfies never;
  }
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
    for (const expression of expressionsOf(statement)) walkExpression(expression, visitor);
    for (const body of bodiesOf(statement)) walkStatements(body, visitor);
  }
}

function expressionsOf(statement: TypedStatement): readonly TypedExpression[] {
  switch (statement.kind) {
    case 'let':
    case 'state':
      return [statement.value];
    case 'update':
      return [...indexItems(statement.indices), statement.value];
    case 'for':
      return [
        statement.from,
        statement.to,
        ...(statement.condition === undefined ? [] : [statement.condition]),
      ];
    case 'if':
      return [statement.condition];
    case 'per_tensor':
      return [];
    case 'assert':
      return statement.tolerance === undefined
        ? [statement.condition]
        : [statement.condition, statement.tolerance];
    default:
      return statement satisfies never;
  }
}

export function bodiesOf(statement: TypedStatement): readonly (readonly TypedStatement[])[] {
  switch (statement.kind) {
    case 'for':
    case 'per_tensor':
      return [statement.body];
    case 'if':
      return [statement.then, statement.otherwise];
    case 'let':
    case 'state':
    case 'update':
    case 'assert':
      return [];
    default:
      return statement satisfies never;
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
