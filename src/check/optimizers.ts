/** Optimizers and schedules: their bodies, checked once, and their calls in `solve`. */
import type { CallExpression, Expression } from '../parser/ast.js';
import { bindArguments } from './arguments.js';
import type { Context } from './context.js';
import { topContext } from './context.js';
import { errorExpression, fit, isError } from './convert.js';
import { symbolDimension } from './dimension.js';
import type { OptimizerDefinition, ScheduleDefinition, Signature } from './entities.js';
import { Scope } from './entities.js';
import { checkExpression } from './expression.js';
import {
  checkBefore,
  checkHandled,
  checkWraps,
  handledObjective,
  handlingNames,
  reportMisplacedSolver,
  type HandlingNames,
} from './constraints.js';
import { checkFunctionBody } from './functions.js';
import { lookup, lookupCallable, noteUse } from './names.js';
import { freshDimension, freshSymbol } from './session.js';
import type { Session } from './session.js';
import { resolveSignature } from './signature.js';
import { bodyContext, checkStatements } from './statements.js';
import { staticInteger } from './static_values.js';
import {
  arrayType,
  errorType,
  intElement,
  intScalar,
  isReal,
  realElement,
  realScalar,
  shapeOf,
} from './type_facts.js';
import type { TypedExpression, TypedOptimizer, TypedSchedule } from './typed.js';
import type { Type } from './types.js';

// ---------------------------------------------------------------------------------------------- definitions

export function typedOptimizer(session: Session, definition: OptimizerDefinition): TypedOptimizer {
  if (definition.typed !== undefined) return definition.typed;
  const settle = session.begin();
  const { syntax, file } = definition;
  const { span } = syntax.name;
  const size = freshDimension('P', span, 'quantified');
  const residuals = freshDimension('R', span, 'quantified');
  const outer = new Scope(undefined);
  outer.names.set('P', { kind: 'dimension', symbol: size });
  outer.names.set('R', { kind: 'dimension', symbol: residuals });
  const vector = arrayType(realElement, shapeOf([symbolDimension(size)]));
  const implicit = {
    x: freshSymbol('x', 'implicit', vector, span),
    g: freshSymbol('g', 'implicit', vector, span),
    f: freshSymbol('f', 'implicit', realScalar, span),
    t: freshSymbol('t', 'implicit', intScalar, span),
    T: freshSymbol('T', 'implicit', intScalar, span),
    player: freshSymbol('player', 'implicit', arrayType(intElement, shapeOf([symbolDimension(size)])), span),
  };
  for (const symbol of Object.values(implicit)) outer.names.set(symbol.name, { kind: 'value', symbol });
  const { isHandler } = syntax;
  const handling = syntax.handles === undefined ? undefined : handlingNames(outer, span, isHandler);
  const top: Context = { ...topContext(session, file, 'optimizer'), scope: outer };
  const signature = resolveSignature(top, { parameters: syntax.parameters, result: undefined });
  definition.signature = signature;
  const optimizer = {
    implicit,
    size,
    residuals,
    isHandler,
    ...(handling === undefined ? {} : { handling }),
  };
  const context: Context = { ...top, scope: signature.scope, optimizer };
  if (handling !== undefined) checkWraps(session, signature.parameters);
  const { statements, handles } = optimizerBody(context, syntax, handling);
  const typed: TypedOptimizer = {
    name: syntax.name.name,
    doc: syntax.doc,
    parameters: signature.parameters.map(({ symbol }) => symbol),
    implicit,
    handles,
    isHandler,
    size,
    residuals,
    statements,
    span: syntax.span,
  };
  definition.typed = typed;
  definition.state = 'done';
  settle();
  return typed;
}

function optimizerBody(
  context: Context,
  syntax: OptimizerDefinition['syntax'],
  handling: HandlingNames | undefined,
): Pick<TypedOptimizer, 'statements' | 'handles'> {
  const { session } = context;
  const outer = session.sizeChecks;
  for (;;) {
    session.sizeChecks = [];
    const restore = session.mark();
    const widened = session.widened.size;
    const { statements } = syntax.body;
    const body = bodyContext(context, statements);
    const count = syntax.handles?.before ?? 0;
    const before = checkStatements(body, statements.slice(0, count));
    const handles =
      syntax.handles === undefined || handling === undefined
        ? undefined
        : { ...handling, before, objective: handledObjective(body, syntax.handles.objective) };
    if (handles !== undefined) {
      const bound = before.flatMap((each) => (each.kind === 'let' ? [each.value] : []));
      checkHandled(context, [...bound, handles.objective]);
      checkBefore(context, before);
    }
    const typed = { statements: [...before, ...checkStatements(body, statements.slice(count))], handles };
    if (session.widened.size > widened) {
      restore();
      continue;
    }
    // Sizes inside an optimizer are known once it is applied; elaboration finds a mismatch there.
    session.sizeChecks = outer;
    return typed;
  }
}

export function typedSchedule(session: Session, definition: ScheduleDefinition): TypedSchedule | undefined {
  if (definition.state === 'active') return undefined;
  if (definition.typed !== undefined) return definition.typed;
  definition.state = 'active';
  const settle = session.begin();
  const { syntax, file } = definition;
  const { span } = syntax.name;
  const outer = new Scope(undefined);
  const implicit = {
    t: freshSymbol('t', 'implicit', intScalar, span),
    T: freshSymbol('T', 'implicit', intScalar, span),
  };
  for (const symbol of Object.values(implicit)) outer.names.set(symbol.name, { kind: 'value', symbol });
  const top: Context = { ...topContext(session, file, 'schedule'), scope: outer };
  const signature = resolveSignature(top, { parameters: syntax.parameters, result: undefined });
  definition.signature = signature;
  const context: Context = { ...top, scope: signature.scope };
  const { body } = checkFunctionBody(context, syntax.body, realScalar, syntax.name.name);
  const typed: TypedSchedule = {
    name: syntax.name.name,
    parameters: signature.parameters.map(({ symbol }) => symbol),
    implicit,
    body,
    span: syntax.span,
  };
  definition.typed = typed;
  definition.state = 'done';
  settle();
  return typed;
}

// ---------------------------------------------------------------------------------------------------- calls

/** `adam(lr = 1e-3)`, in `solve` or as the argument of another optimizer. */
export function checkOptimizerValue(
  context: Context,
  call: CallExpression,
  definition: OptimizerDefinition,
): TypedExpression {
  const { session } = context;
  if (context.place !== 'argument') {
    session.error(
      'AM2004',
      call.span,
      `\`${definition.syntax.name.name}\` is an optimizer, and a value is wanted here`,
      {
        notes: ['it stands after `solve using`, or as an argument of another optimizer'],
      },
    );
    return errorExpression(call.span);
  }
  const typed = typedOptimizer(session, definition);
  const given = argumentsOf(
    context,
    call,
    definition,
    typed.parameters.map(({ type }) => type),
  );
  if (given === undefined) return errorExpression(call.span);
  for (const [index, symbol] of typed.parameters.entries()) {
    const argument = given[index];
    if (symbol.dimension === undefined || argument === undefined || !session.staticUses.has(symbol.dimension))
      continue;
    const value = staticInteger(session, argument);
    if (value !== undefined) session.useStatically(value);
    else
      session.error(
        'AM2111',
        argument.span,
        `\`${symbol.name}\` of \`${typed.name}\` must be known before the run`,
        {
          notes: ['in its body it is a size or the bound of a loop'],
        },
      );
  }
  return {
    kind: 'optimizer_value',
    optimizer: typed,
    arguments: given,
    type: { kind: 'optimizer' },
    span: call.span,
  };
}

/** `cosine(3e-3, warmup = 50)` where an optimizer takes a real. */
export function checkScheduleCall(
  context: Context,
  call: CallExpression,
  definition: ScheduleDefinition,
): TypedExpression {
  const { session } = context;
  const name = definition.syntax.name.name;
  if (context.place !== 'argument' && context.place !== 'schedule') {
    session.error('AM2604', call.span, `the schedule \`${name}\` has no value here`, {
      notes: ['a schedule varies with the step: it stands where an optimizer takes a real'],
    });
    return errorExpression(call.span);
  }
  const typed = typedSchedule(session, definition);
  if (typed === undefined) {
    session.error('AM2008', call.span, `\`${name}\` calls itself`);
    return errorExpression(call.span);
  }
  const given = argumentsOf(
    context,
    call,
    definition,
    typed.parameters.map(({ type }) => type),
  );
  if (given === undefined) return errorExpression(call.span);
  return { kind: 'schedule_call', schedule: typed, arguments: given, type: realScalar, span: call.span };
}

function argumentsOf(
  context: Context,
  call: CallExpression,
  definition: OptimizerDefinition | ScheduleDefinition,
  types: readonly Type[],
): readonly TypedExpression[] | undefined {
  const { session } = context;
  const { parameters } = definition.signature as Signature;
  const name = definition.syntax.name.name;
  const signature = `${name}(${parameters.map(({ syntax }) => textOf(syntax.span)).join(', ')})`;
  const names = parameters.map(({ symbol, syntax }) => ({
    name: symbol.name,
    hasDefault: syntax.defaultValue !== undefined,
  }));
  const bound = bindArguments(context, call, names, name, signature);
  if (bound === undefined) return undefined;
  const home = topContext(session, definition.file, 'argument');
  const checked = parameters.map(({ syntax, symbol }, index) => {
    const given = bound[index];
    const expression = given ?? syntax.defaultValue;
    const type = types[index] ?? errorType;
    if (expression === undefined) return errorExpression(call.span);
    return optimizerArgument(given === undefined ? home : context, expression, type, symbol.name);
  });
  return checked.some(isError) ? undefined : checked;
}

function textOf(span: Expression['span']): string {
  return span.file.text.slice(span.start, span.end).replace(/\s+/g, ' ');
}

function optimizerArgument(
  context: Context,
  expression: Expression,
  type: Type,
  name: string,
): TypedExpression {
  const bare = optimizerByName(context, expression, type);
  const typed = bare ?? checkExpression(context, expression, type.kind === 'error' ? undefined : type);
  if (isError(typed) || type.kind === 'error') return typed;
  return fit(context, typed, type, `\`${name}\``, { fill: isReal(type) });
}

/** `sam(adam)` and `solve using lbfgs` without parentheses. */
function optimizerByName(context: Context, expression: Expression, type: Type): TypedExpression | undefined {
  if (expression.kind !== 'name' || (type.kind !== 'optimizer' && type.kind !== 'array')) return undefined;
  const entity = lookup(context, expression.name);
  const wanted = type.kind === 'optimizer' ? 'optimizer' : 'schedule';
  if (entity?.kind !== wanted) return undefined;
  const call: CallExpression = {
    kind: 'call',
    callee: expression,
    arguments: [],
    over: [],
    on: undefined,
    span: expression.span,
  };
  return checkExpression(context, call);
}

/** The optimizer of a `solve`; undefined after an error. */
export function checkSolver(
  context: Context,
  expression: Expression,
  wantsHandler = false,
): Extract<TypedExpression, { kind: 'optimizer_value' }> | undefined {
  const place: Context = { ...context, place: 'argument' };
  const name =
    expression.kind === 'call' && expression.callee.kind === 'name' ? expression.callee : expression;
  if (name.kind === 'name') {
    const entity = lookupCallable(place, name.name);
    if (entity !== undefined && entity.kind !== 'optimizer' && entity.kind !== 'error') {
      noteUse(context.session, name.span, name.name, entity);
      context.session.error('AM2607', expression.span, `\`${name.name}\` is not an optimizer`, {
        notes: ['`solve using` takes an optimizer: `adam(1e-3)`, `lbfgs()`, or one defined by `optimizer`'],
      });
      return undefined;
    }
  }
  const typed = optimizerArgument(place, expression, { kind: 'optimizer' }, 'using');
  if (typed.kind !== 'optimizer_value') return undefined;
  if (typed.optimizer.isHandler === wantsHandler) return typed;
  reportMisplacedSolver(context, expression, typed.optimizer.name, wantsHandler);
  return undefined;
}
