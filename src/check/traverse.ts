/** Walking typed trees: the expressions directly inside an expression or statement, whatever its form. */
import type { TypedExpression, TypedIndexItem, TypedNested, TypedStatement } from './typed.js';

export function* childrenOf(typed: TypedExpression): Iterable<TypedExpression> {
  switch (typed.kind) {
    case 'constant':
    case 'reference':
    case 'dimension':
    case 'function_value':
    case 'raw':
    case 'draw':
      return;
    case 'apply':
    case 'structural':
      yield* typed.operands;
      return;
    case 'matmul':
      yield typed.left;
      yield typed.right;
      return;
    case 'if':
      yield typed.condition;
      yield typed.then;
      yield typed.otherwise;
      return;
    case 'index':
      yield typed.object;
      yield* indexExpressions(typed.indices);
      return;
    case 'comprehension':
      yield typed.body;
      return;
    case 'reduce':
      if (typed.guard !== undefined) yield typed.guard;
      yield typed.body;
      return;
    case 'reduce_axes':
      yield typed.operand;
      return;
    case 'call':
    case 'call_value':
    case 'optimizer_value':
    case 'schedule_call':
    case 'host_call':
      yield* typed.arguments;
      return;
    case 'list':
      yield* typed.elements;
      return;
    case 'record':
      for (const field of typed.fields) yield field.value;
      return;
    case 'field':
      yield typed.object;
      return;
    case 'derivative':
      yield typed.value;
      if (typed.direction !== undefined) yield typed.direction;
      return;
    case 'objective':
      yield typed.at;
      if (typed.direction !== undefined) yield typed.direction;
      return;
    case 'set_query':
      yield* typed.operands;
      return;
    case 'apply_optimizer':
      yield typed.at;
      yield typed.gradient;
      return;
    case 'block':
      for (const statement of typed.statements) yield* expressionsOf(statement);
      yield typed.result;
      return;
    case 'nested':
      yield* nestedExpressions(typed);
      return;
    default:
      typed satisfies never;
  }
}

/** The expressions of a nested problem. */
export function* nestedExpressions(nested: TypedNested): Iterable<TypedExpression> {
  for (const { start, membership } of nested.parameters) {
    yield start;
    if (membership?.operations.project !== undefined) yield membership.operations.project;
  }
  for (const { value } of nested.lets) yield value;
  yield nested.objective.value;
  yield nested.optimizer;
  yield nested.steps;
  if (nested.until !== undefined) yield nested.until.condition;
  if (nested.differentiation.kind === 'truncated') yield nested.differentiation.steps;
  if (nested.differentiation.kind === 'implicit') {
    yield nested.differentiation.iterations;
    yield nested.differentiation.tolerance;
  }
}

/** The expressions of a statement, those of nested statements included. */
export function* expressionsOf(statement: TypedStatement): Iterable<TypedExpression> {
  yield* ownExpressionsOf(statement);
  for (const body of bodiesOf(statement)) for (const inner of body) yield* expressionsOf(inner);
}

/** The expressions that stand in a statement itself. */
export function* ownExpressionsOf(statement: TypedStatement): Iterable<TypedExpression> {
  switch (statement.kind) {
    case 'let':
    case 'state':
      yield statement.value;
      return;
    case 'update':
      yield* indexExpressions(statement.indices);
      yield statement.value;
      return;
    case 'for':
      yield statement.from;
      yield statement.to;
      if (statement.condition !== undefined) yield statement.condition;
      return;
    case 'if':
      yield statement.condition;
      return;
    case 'per_tensor':
      return;
    case 'assert':
      yield statement.condition;
      if (statement.tolerance !== undefined) yield statement.tolerance;
      return;
    default:
      statement satisfies never;
  }
}

/** The statements inside a statement. */
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

function* indexExpressions(items: readonly TypedIndexItem[]): Iterable<TypedExpression> {
  for (const item of items) yield item.kind === 'at' ? item.value : item.from;
}
