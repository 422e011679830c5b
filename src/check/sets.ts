/**
 * Sets: an operation of a set is a function of its own parameters followed by those of the set, so that
 * `project(v, simplex(2))` is the call `simplex.project(v, 2)`, and a parameter kept in a set is one that such a call
 * replaces after each step.
 */
import type { Argument, CallExpression, Expression, Identifier, ParamDeclaration } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import type { Builtin, SetOperation } from './builtins.js';
import { callDefinition } from './calls.js';
import type { Context } from './context.js';
import { errorExpression, fit, isError } from './convert.js';
import type { Entity, FileScope, FunctionDefinition, SetDefinition } from './entities.js';
import { checkExpression } from './expression.js';
import { functionSignature, typedFunction } from './functions.js';
import { levelOf, parameterIn } from './levels.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import type { Session } from './session.js';
import type { TypedExpression, ValueSymbol } from './typed.js';

const operationNames: readonly string[] = ['project', 'contains'] satisfies readonly SetOperation[];

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
    if (!operationNames.includes(name.name)) {
      session.error('AM2633', name.span, `\`${name.name}\` is no operation of a set`, {
        notes: [
          ...didYouMean(name.name, operationNames),
          `the operations are ${operationNames.map((each) => `\`${each}\``).join(' and ')}`,
        ],
      });
    } else if (parameters.length === 0) {
      session.error('AM2633', name.span, `\`${name.name}\` takes the point as its first parameter`, {
        notes: [`write \`fn ${name.name}(v: real[n])\``],
      });
    }
  }
  for (const operation of definition.operations.values()) {
    functionSignature(session, operation);
    typedFunction(session, operation);
  }
}

/** `simplex` or `simplex(2)`: the set, and its arguments as written. */
interface WrittenSet {
  readonly definition: SetDefinition;
  readonly arguments: readonly Argument[];
  readonly over: CallExpression['over'];
}

function writtenSet(context: Context, expression: Expression): WrittenSet | undefined {
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

/** One operation of a set at a point; an error expression after a diagnostic. */
function applyOperation(
  context: Context,
  operator: SetOperation,
  point: Expression,
  set: Expression,
  why: string,
): TypedExpression {
  const written = writtenSet(context, set);
  if (written === undefined) {
    checkExpression(context, point);
    return errorExpression(set.span);
  }
  const operation = written.definition.operations.get(operator);
  if (operation === undefined) {
    const { name } = written.definition.syntax;
    context.session.error('AM2631', set.span, `the set \`${name.name}\` does not define \`${operator}\``, {
      labels: [{ span: name.span, message: 'defined here' }],
      notes: [why],
    });
    return errorExpression(set.span);
  }
  const call: CallExpression = {
    kind: 'call',
    callee: set.kind === 'call' ? set.callee : set,
    arguments: [{ name: undefined, value: point, span: point.span }, ...written.arguments],
    over: written.over,
    on: undefined,
    span: set.span,
  };
  return callDefinition(context, call, operation);
}

/** `project(v, simplex(2))`. */
export function checkSetOperation(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'set_operation' }>,
): TypedExpression {
  const [point, set, ...more] = call.arguments;
  if (point === undefined || set === undefined) {
    context.session.error('AM2203', call.span, `\`${builtin.name}\` takes a point and a set`, {
      notes: [`its signature is ${builtin.signature}`],
    });
    return errorExpression(call.span);
  }
  if (more.length > 0) {
    context.session.error('AM2204', call.span, `\`${builtin.name}\` takes a point and a set`, {
      notes: [`its signature is ${builtin.signature}`],
    });
    return errorExpression(call.span);
  }
  const why = `\`${builtin.name}\` asks the set for it`;
  const typed = applyOperation(context, builtin.operator, point.value, set.value, why);
  return isError(typed) ? typed : { ...typed, span: call.span };
}

/** The projection of a parameter on its set, as a function of the parameter; undefined without a set or after an error. */
export function checkMembership(
  context: Context,
  declaration: ParamDeclaration,
  symbol: ValueSymbol,
): TypedExpression | undefined {
  const { membership, name } = declaration;
  if (membership === undefined) return undefined;
  const { session } = context;
  const { set, how } = membership;
  if (how !== undefined && how.kind !== 'error' && !(how.kind === 'name' && how.name === 'projection')) {
    session.error('AM2632', how.span, 'a parameter is kept in its set `by projection`', {
      notes: ['leave the clause out, or write `by projection`'],
    });
  }
  const point: Expression = { kind: 'name', name: name.name, span: name.span };
  const why = `\`${name.name}\` is kept in the set by projection after each step`;
  const typed = applyOperation(context, 'project', point, set, why);
  if (isError(typed)) return undefined;
  const others = typed.kind === 'call' ? typed.arguments.slice(1) : [];
  const late = others.find((argument) => levelOf(session, argument) === 'parameter');
  if (late !== undefined) {
    const other = parameterIn(session, late);
    session.error('AM2503', late.span, 'a set is known before parameters have values', {
      notes: [other === undefined ? 'this depends on a parameter' : `this depends on \`${other.name}\``],
    });
    return undefined;
  }
  const fitted = fit(context, typed, symbol.type, `the projection of \`${name.name}\``);
  return isError(fitted) ? undefined : fitted;
}
