/**
 * Sets: an operation of a set is a function of its own parameters followed by those of the set, so that
 * `project(v, simplex(2))` is the call `simplex.project(v, 2)`, and a parameter kept in a set is one that such a call
 * replaces after each step.
 */
import type { Argument, CallExpression, Expression, Identifier } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import type { Builtin } from './builtins.js';
import { callDefinition } from './calls.js';
import type { Context } from './context.js';
import { errorExpression, fit, isError } from './convert.js';
import { symbolDimension } from './dimension.js';
import type { Entity, FileScope, FunctionDefinition, SetDefinition } from './entities.js';
import { checkExpression } from './expression.js';
import { functionSignature, typedFunction } from './functions.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import type { Session } from './session.js';
import { type SetOperation, setOperationNames, setOperations } from './set_operations.js';
import { arrayType, boolScalar, isScalar, realElement, realScalar, shapeOf } from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { DimensionSymbol } from './types.js';

export function setDefinition(file: FileScope, syntax: SetDefinition['syntax']): SetDefinition {
  const operations = syntax.operations.map((operation): [string, FunctionDefinition] => {
    const name: Identifier = { ...operation.name, name: `${syntax.name.name}.${operation.name.name}` };
    const parameters = [...operation.parameters, ...syntax.parameters];
    return [
      operation.name.name,
      {
        kind: 'function',
        syntax: { ...operation, name, parameters },
        file,
        state: 'new',
        signature: undefined,
        typed: undefined,
      },
    ];
  });
  return { kind: 'set', syntax, file, operations: new Map(operations) };
}

export function checkSetDefinition(session: Session, definition: SetDefinition): void {
  const seen = new Set<string>();
  for (const { name, parameters } of definition.syntax.operations) {
    if (seen.has(name.name)) session.error('AM2002', name.span, `two operations are called \`${name.name}\``);
    seen.add(name.name);
    const known = setOperationNames.find((each) => each === name.name);
    if (known === undefined) {
      session.error('AM2633', name.span, `\`${name.name}\` is no operation of a set`, {
        notes: [
          ...didYouMean(name.name, setOperationNames),
          `the operations are ${setOperationNames.map((each) => `\`${each}\``).join(', ')}`,
        ],
      });
      continue;
    }
    const { vectors } = setOperations[known];
    if (parameters.length !== vectors) {
      const wanted = vectors === 1 ? 'one parameter, the point' : 'two parameters, the point and a direction';
      session.error('AM2633', name.span, `\`${name.name}\` takes ${wanted}`, {
        notes: [
          vectors === 1
            ? `write \`fn ${name.name}(v: real[n])\`; what else it needs are parameters of the set`
            : `write \`fn ${name.name}(x: real[n], v: real[n])\`; what else it needs are parameters of the set`,
        ],
      });
    }
  }
  for (const operation of definition.operations.values()) {
    functionSignature(session, operation);
    typedFunction(session, operation);
  }
}

/** `simplex` or `simplex(2)`: the set, and its arguments as written. */
export interface WrittenSet {
  readonly definition: SetDefinition;
  readonly arguments: readonly Argument[];
  readonly over: CallExpression['over'];
}

/** The set that an expression writes; undefined after a diagnostic. */
export function writtenSet(context: Context, expression: Expression): WrittenSet | undefined {
  const { session } = context;
  if (expression.kind === 'error') return undefined;
  const callee = expression.kind === 'call' ? expression.callee : expression;
  const entity: Entity | undefined =
    callee.kind === 'name' ? lookupCallable(context, callee.name) : undefined;
  if (callee.kind === 'name' && entity === undefined) {
    unknownName(context, callee.name, callee.span);
    return undefined;
  }
  if (entity?.kind === 'error') return undefined;
  if (callee.kind !== 'name' || entity?.kind !== 'set') {
    session.error('AM2630', expression.span, 'a set is wanted here', {
      notes: [
        'sets of the library are box, nonneg, simplex, ball_l1, ball_l2, ball_inf and others; `set` defines one',
      ],
    });
    return undefined;
  }
  noteUse(session, callee.span, callee.name, entity);
  return expression.kind === 'call'
    ? { definition: entity.definition, arguments: expression.arguments, over: expression.over }
    : { definition: entity.definition, arguments: [], over: [] };
}

/** What messages say a set has. */
export function definedBy(definition: SetDefinition): string {
  const names = [...definition.operations.keys()].map((name) => `\`${name}\``);
  return names.length === 0 ? 'it defines nothing' : `it defines ${names.join(', ')}`;
}

/** One operation of a set at points; an error expression after a diagnostic. */
export function applyOperation(
  context: Context,
  operator: SetOperation,
  points: readonly Expression[],
  set: Expression,
  written: WrittenSet,
  why: string,
): TypedExpression {
  const operation = written.definition.operations.get(operator);
  if (operation === undefined) {
    const { name } = written.definition.syntax;
    context.session.error('AM2631', set.span, `the set \`${name.name}\` does not define \`${operator}\``, {
      labels: [{ span: name.span, message: definedBy(written.definition) }],
      notes: [why],
    });
    return errorExpression(set.span);
  }
  const call: CallExpression = {
    kind: 'call',
    callee: set.kind === 'call' ? set.callee : set,
    arguments: [
      ...points.map((point) => ({ name: undefined, value: point, span: point.span })),
      ...written.arguments,
    ],
    over: written.over,
    on: undefined,
    span: set.span,
  };
  const typed = callDefinition(context, call, operation);
  return isError(typed) ? typed : oneForAll(operator, typed);
}

/** `contains` and `barrier` of many rows, each in its own set, are one answer. */
function oneForAll(operator: SetOperation, typed: TypedExpression): TypedExpression {
  if (operator !== 'contains' && operator !== 'barrier') return typed;
  if (typed.type.kind !== 'array' || isScalar(typed.type.shape)) return typed;
  const operand = typed;
  const { span } = typed;
  return operator === 'contains'
    ? { kind: 'reduce_axes', operator: 'all', operand, axes: 'all', type: boolScalar, span }
    : { kind: 'reduce_axes', operator: 'sum', operand, axes: 'all', type: realScalar, span };
}

/** `project(v, simplex(2))`, and in an optimizer `project(y)`. */
export function checkSetOperation(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'set_operation' }>,
): TypedExpression {
  const { vectors, whole } = setOperations[builtin.operator];
  if (context.optimizer !== undefined && whole && call.arguments.length === vectors)
    return checkSetQuery(context, call, builtin, context.optimizer.size);
  const points = call.arguments.slice(0, vectors).map(({ value }) => value);
  const set = call.arguments[vectors];
  if (set === undefined || call.arguments.length > vectors + 1) {
    const wanted = vectors === 1 ? 'a point and a set' : 'two points and a set';
    const code = set === undefined ? 'AM2203' : 'AM2204';
    context.session.error(code, call.span, `\`${builtin.name}\` takes ${wanted}`, {
      notes: [`its signature is ${builtin.signature}`],
    });
    return errorExpression(call.span);
  }
  const why = `\`${builtin.name}\` asks the set for it`;
  const written = writtenSet(context, set.value);
  if (written === undefined) {
    for (const point of points) checkExpression(context, point);
    return errorExpression(call.span);
  }
  const typed = applyOperation(context, builtin.operator, points, set.value, written, why);
  return isError(typed) ? typed : { ...typed, span: call.span };
}

function checkSetQuery(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'set_operation' }>,
  size: DimensionSymbol,
): TypedExpression {
  const type = arrayType(realElement, shapeOf([symbolDimension(size)]));
  const operands = call.arguments.map(({ value }) => {
    const typed = checkExpression(context, value);
    return isError(typed) ? typed : fit(context, typed, type, `an operand of \`${builtin.name}\``);
  });
  if (operands.some(isError)) return errorExpression(call.span);
  return { kind: 'set_query', operation: builtin.operator, operands, type, span: call.span };
}
