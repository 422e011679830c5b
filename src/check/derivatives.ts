/** Derivatives as expressions, and the questions that an optimizer asks about its objective. */
import type { CallExpression, Expression } from '../parser/ast.js';
import { positional } from './builtin_calls.js';
import type { Builtin } from './builtins.js';
import type { Context } from './context.js';
import { errorExpression, fit, isError, toReal, tryFit } from './convert.js';
import { symbolDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { lookup, noteUse, unknownName } from './names.js';
import { checkPoints } from './points.js';
import { printType } from './print_type.js';
import { arrayType, isReal, isScalar, realElement, realScalar, shapeOf } from './type_facts.js';
import type { TypedDerivative, TypedExpression, TypedObjectiveQuery, ValueSymbol } from './typed.js';
import type { ArrayType, ShapeType, Type } from './types.js';

type DerivativeBuiltin = Extract<Builtin, { kind: 'derivative' }>;
type QueryBuiltin = Extract<Builtin, { kind: 'query' }>;

export function checkDerivative(
  context: Context,
  call: CallExpression,
  builtin: DerivativeBuiltin,
): TypedExpression {
  const asksObjective =
    context.optimizer !== undefined &&
    ((builtin.operator === 'grad' && call.arguments.length === 1) ||
      (builtin.operator === 'hvp' && call.arguments.length === 2));
  if (asksObjective)
    return checkObjectiveQuery(context, call, builtin, builtin.operator === 'grad' ? 'gradient' : 'hvp');
  const directed = builtin.operator === 'hvp' || builtin.operator === 'jvp' || builtin.operator === 'vjp';
  const expressions = positional(context, call, builtin, directed ? 3 : 2);
  const [first, second, third] = expressions ?? [];
  if (first === undefined || second === undefined) return errorExpression(call.span);
  const value = checkExpression(context, first);
  const variable = variableOf(context, second, builtin);
  const direction = third === undefined ? undefined : checkExpression(context, third);
  if (isError(value) || variable?.type.kind !== 'array' || (direction !== undefined && isError(direction))) {
    return errorExpression(call.span);
  }
  return derivative(context, call, builtin, value, variable as ValueSymbol & { type: ArrayType }, direction);
}

function variableOf(
  context: Context,
  expression: Expression,
  builtin: DerivativeBuiltin,
): ValueSymbol | undefined {
  const { session } = context;
  if (expression.kind !== 'name') {
    if (expression.kind !== 'error') {
      session.error('AM2401', expression.span, `\`${builtin.name}\` differentiates with respect to a name`, {
        notes: ['bind the value first: `let v = ...`, then take the derivative of what is computed from `v`'],
      });
    }
    return undefined;
  }
  const entity = lookup(context, expression.name);
  if (entity === undefined) {
    unknownName(context, expression.name, expression.span);
    return undefined;
  }
  noteUse(session, expression.span, expression.name, entity);
  if (entity.kind === 'error') return undefined;
  if (entity.kind === 'value' && isReal(entity.symbol.type)) return entity.symbol;
  if (entity.kind === 'value' && entity.symbol.type.kind === 'error') return undefined;
  const type = entity.kind === 'value' ? printType(entity.symbol.type) : 'no value of the program';
  session.error(
    'AM2401',
    expression.span,
    `\`${expression.name}\` is ${type}, and a derivative is taken with respect to reals`,
    {
      notes: entity.kind === 'model' ? ['name one of its parameters, or the input'] : [],
    },
  );
  return undefined;
}

function derivative(
  context: Context,
  call: CallExpression,
  builtin: DerivativeBuiltin,
  value: TypedExpression,
  variable: ValueSymbol & { readonly type: ArrayType },
  direction: TypedExpression | undefined,
): TypedExpression {
  const { session } = context;
  const { span } = call;
  const operator: TypedDerivative['operator'] = builtin.operator === 'grad' ? 'gradient' : builtin.operator;
  if (value.type.kind !== 'array') {
    session.error('AM2402', value.span, `${printType(value.type)} has no derivative`);
    return errorExpression(span);
  }
  const needsScalar = operator === 'gradient' || operator === 'hessian' || operator === 'hvp';
  if (needsScalar && !isScalar(value.type.shape)) {
    session.error(
      'AM2402',
      value.span,
      `\`${builtin.name}\` differentiates one number, and this is ${printType(value.type)}`,
      {
        notes: ['reduce it first (`sum(...)`), or take `jacobian`, `jvp` or `vjp`'],
      },
    );
    return errorExpression(span);
  }
  const real = toReal(value);
  const outer = value.type.shape;
  const inner = variable.type.shape;
  const wanted = operator === 'vjp' ? outer : inner;
  const along = direction && fit(context, direction, arrayType(realElement, wanted), 'the direction');
  if (along !== undefined && isError(along)) return errorExpression(span);
  const shape = derivativeShape(operator, outer, inner);
  return {
    kind: 'derivative',
    operator,
    value: real,
    variable,
    direction: along,
    type: arrayType(realElement, shape),
    span,
  };
}

function derivativeShape(
  operator: TypedDerivative['operator'],
  outer: ShapeType,
  inner: ShapeType,
): ShapeType {
  switch (operator) {
    case 'gradient':
    case 'hvp':
    case 'vjp':
      return inner;
    case 'jvp':
      return outer;
    case 'jacobian':
      return { run: outer.run ?? inner.run, dimensions: [...outer.dimensions, ...inner.dimensions] };
    case 'hessian':
      return { run: inner.run, dimensions: [...inner.dimensions, ...inner.dimensions] };
    default:
      return operator satisfies never;
  }
}

// -------------------------------------------------------------------------------------- questions of optimizers

export function checkQuery(context: Context, call: CallExpression, builtin: QueryBuiltin): TypedExpression {
  const { operator } = builtin;
  if (operator === 'values') return checkPoints(context, call, builtin, 'value');
  if (operator === 'grads') return checkPoints(context, call, builtin, 'gradient');
  return checkObjectiveQuery(context, call, builtin, operator);
}

function checkObjectiveQuery(
  context: Context,
  call: CallExpression,
  builtin: Builtin,
  query: TypedObjectiveQuery['query'],
): TypedExpression {
  const { session, optimizer } = context;
  const { span } = call;
  if (optimizer === undefined) {
    session.error(
      'AM2403',
      span,
      `\`${builtin.name}\` asks about the objective, and only an optimizer has one`,
      {
        notes: ['it stands in the body of an `optimizer`'],
      },
    );
    return errorExpression(span);
  }
  if (query === 'equalities' || query === 'inequalities')
    return checkConstraintQuery(context, call, builtin, query);
  const directed = query === 'hvp' || query === 'vhp' || query === 'residual_jvp' || query === 'residual_vjp';
  const expressions = positional(context, call, builtin, directed ? 2 : 1);
  const [first, second] = expressions ?? [];
  if (first === undefined) return errorExpression(span);
  const vector: ArrayType = arrayType(realElement, shapeOf([symbolDimension(optimizer.size)]));
  const residuals: ArrayType = arrayType(realElement, shapeOf([symbolDimension(optimizer.residuals)]));
  const at = queryOperand(context, first, vector, 'the point');
  const along = query === 'residual_vjp' ? residuals : vector;
  const direction = second === undefined ? undefined : queryOperand(context, second, along, 'the direction');
  if (at === undefined || (second !== undefined && direction === undefined)) return errorExpression(span);
  if (call.on !== undefined && call.on.name !== 'fresh') {
    session.error('AM2403', call.on.span, `\`on ${call.on.name}\` means nothing here`, {
      notes: ["`on fresh` asks on a new batch; without it the batch is the step's"],
    });
  }
  const type = queryType(query, vector, residuals);
  return { kind: 'objective', query, at, direction, fresh: call.on !== undefined, type, span };
}

/** `equalities(y)`, `inequalities(y)`: only what sees constraints has them. */
function checkConstraintQuery(
  context: Context,
  call: CallExpression,
  builtin: Builtin,
  query: 'equalities' | 'inequalities',
): TypedExpression {
  const { session, optimizer } = context;
  const { span } = call;
  if (optimizer?.handling === undefined) {
    session.error(
      'AM2694',
      span,
      `\`${builtin.name}\` asks about constraints, which this optimizer does not see`,
      {
        notes: [
          'an optimizer that treats constraints itself says what it minimizes of them: `minimize f + sum(lambda * eq)`',
        ],
      },
    );
    return errorExpression(span);
  }
  const [first] = positional(context, call, builtin, 1) ?? [];
  const vector = arrayType(realElement, shapeOf([symbolDimension(optimizer.size)]));
  const at = first && queryOperand(context, first, vector, 'the point');
  if (at === undefined) return errorExpression(span);
  const type = arrayType(realElement, shapeOf([symbolDimension(optimizer.handling[query])]));
  return { kind: 'objective', query, at, direction: undefined, fresh: false, type, span };
}

function queryOperand(
  context: Context,
  expression: Expression,
  type: ArrayType,
  what: string,
): TypedExpression | undefined {
  const typed = checkExpression(context, expression);
  if (isError(typed)) return undefined;
  const fitted = tryFit(context.session, typed, type) ?? fit(context, typed, type, what);
  return isError(fitted) ? undefined : fitted;
}

function queryType(
  query: Exclude<TypedObjectiveQuery['query'], 'equalities' | 'inequalities'>,
  vector: Type,
  residuals: Type,
): Type {
  switch (query) {
    case 'value':
      return realScalar;
    case 'gradient':
    case 'hvp':
    case 'vhp':
    case 'residual_vjp':
      return vector;
    case 'residuals':
    case 'residual_jvp':
      return residuals;
    default:
      return query satisfies never;
  }
}
