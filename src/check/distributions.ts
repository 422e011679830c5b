/**
 * Distributions: an operation of a distribution is a function of its own parameters followed by those of the
 * distribution, so that `log_prob(normal(m, s), y)` is the call `normal.log_prob(y, m, s)`. `kl` takes the parameters
 * of the other distribution as its own: `kl(normal(a, s), normal(0, 1))` is `normal.kl(0, 1, a, s)`.
 */
import type { CallExpression, Expression, Identifier, NameExpression, Parameter } from '../parser/ast.js';
import { didYouMean } from '../parser/suggest.js';
import type { Span } from '../parser/source.js';
import type { Builtin, DistributionOperation } from './builtins.js';
import { argumentsOf } from './calls.js';
import { topContext, type Context } from './context.js';
import { errorExpression, isError } from './convert.js';
import type { DistributionDefinition, FileScope, FunctionDefinition, Sampler } from './entities.js';
import { checkExpression } from './expression.js';
import { callGiven, reduceOver } from './function_calls.js';
import { checkFunctionBody, functionSignature, typedFunction } from './functions.js';
import { lookupCallable, noteUse } from './names.js';
import { GivenNoise } from './noise.js';
import type { Session } from './session.js';
import { isScalarType, realScalar } from './type_facts.js';
import type { TypedExpression, TypedFunction } from './typed.js';

const operationNames: readonly string[] = ['sample', 'log_prob', 'entropy', 'kl', 'possible'];

// ------------------------------------------------------------------------------------------------ definitions

export function distributionDefinition(
  file: FileScope,
  syntax: DistributionDefinition['syntax'],
): DistributionDefinition {
  const define = (
    name: Identifier,
    parameters: readonly Parameter[],
    like: FunctionDefinition['syntax'],
  ) => ({
    kind: 'function' as const,
    syntax: { ...like, name, parameters },
    file,
    state: 'new' as const,
    signature: undefined,
    typed: undefined,
  });
  const operations = syntax.operations.map((operation): [string, FunctionDefinition] => {
    const name: Identifier = { ...operation.name, name: `${syntax.name.name}.${operation.name.name}` };
    return [operation.name.name, define(name, [...operation.parameters, ...syntax.parameters], operation)];
  });
  const zero: Expression = { kind: 'number', value: 0, text: '0', isInteger: true, span: syntax.name.span };
  const header: FunctionDefinition = define(syntax.name, syntax.parameters, {
    kind: 'fn',
    aggregator: false,
    properties: [],
    derivative: undefined,
    doc: syntax.doc,
    name: syntax.name,
    parameters: syntax.parameters,
    result: undefined,
    body: { kind: 'expression', expression: zero },
    span: syntax.span,
  });
  return {
    kind: 'distribution',
    syntax,
    file,
    header,
    operations: new Map(operations),
    sampler: undefined,
  };
}

export function checkDistributionDefinition(session: Session, definition: DistributionDefinition): void {
  const { syntax } = definition;
  const seen = new Set<string>();
  for (const { name, parameters } of syntax.operations) {
    if (seen.has(name.name)) session.error('AM2002', name.span, `two operations are called \`${name.name}\``);
    seen.add(name.name);
    const wanted = ownParameters(name.name, syntax.parameters.length);
    if (wanted === undefined) {
      session.error('AM2670', name.span, `\`${name.name}\` is no operation of a distribution`, {
        notes: [
          ...didYouMean(name.name, operationNames),
          `the operations are ${operationNames.map((each) => `\`${each}\``).join(', ')}`,
        ],
      });
    } else if (parameters.length !== wanted.count) {
      session.error('AM2670', name.span, `\`${name.name}\` of a distribution takes ${wanted.what}`, {
        notes: [wanted.example],
      });
    }
  }
  for (const [name, operation] of definition.operations) {
    if (name === 'sample') samplerOf(session, definition);
    else typedFunction(session, operation);
  }
}

/** How many parameters an operation has before those of its distribution. */
function ownParameters(name: string, count: number) {
  switch (name) {
    case 'sample':
    case 'entropy':
    case 'possible':
      return { count: 0, what: 'no parameters of its own', example: `write \`fn ${name}()\`` };
    case 'log_prob':
      return { count: 1, what: 'the value', example: 'write `fn log_prob(y: real): real`' };
    case 'kl':
      return {
        count,
        what: "the other distribution's parameters",
        example: 'for two parameters write `fn kl(other_mean: real, other_deviation: real): real`',
      };
    default:
      return undefined;
  }
}

/** `sample` as a function of parameters and noise; undefined where there is none, or after an error. */
export function samplerOf(session: Session, definition: DistributionDefinition): Sampler | undefined {
  if (definition.sampler !== undefined) return definition.sampler;
  const operation = definition.operations.get('sample');
  if (operation === undefined) return undefined;
  const { syntax } = operation;
  if (operation.state === 'active') {
    session.error('AM2008', syntax.name.span, `\`${syntax.name.name}\` draws from itself`, {
      notes: ['distributions do not recur, directly or through others'],
    });
    return undefined;
  }
  const settle = session.begin();
  const signature = functionSignature(session, operation);
  operation.state = 'active';
  const parameters = signature.parameters.map(({ symbol }) => symbol);
  const isNumber = signature.result === undefined || isScalarType(signature.result);
  const scalars = isNumber && parameters.every(({ type }) => isScalarType(type));
  const noise = new GivenNoise(session, signature.run, scalars && signature.run === undefined);
  const context: Context = {
    ...topContext(session, definition.file, 'function'),
    scope: signature.scope,
    run: signature.run,
    noise,
  };
  const { body, checks } = checkFunctionBody(context, syntax.body, signature.result, syntax.name.name);
  const made: TypedFunction = {
    name: definition.syntax.name.name,
    doc: syntax.doc,
    parameters: [...parameters, ...noise.parameters.map(({ symbol }) => symbol)],
    dimensions: signature.dimensions,
    run: signature.run,
    result: signature.result ?? body.type,
    body,
    span: syntax.span,
  };
  session.functionChecks.set(made, checks);
  operation.state = 'done';
  definition.sampler = { function: made, noise: noise.parameters };
  settle();
  return definition.sampler;
}

// ------------------------------------------------------------------------------------------------------- uses

/** `normal(0, 1)` or `normal`: the distribution, and its parameters as written. */
export interface WrittenDistribution {
  readonly definition: DistributionDefinition;
  readonly call: CallExpression;
}

/** The distribution that an expression names; undefined, without a message, when it names none. */
export function writtenDistribution(
  context: Context,
  expression: Expression,
): WrittenDistribution | undefined {
  const callee: NameExpression | undefined =
    expression.kind === 'name'
      ? expression
      : expression.kind === 'call' && expression.callee.kind === 'name'
        ? expression.callee
        : undefined;
  if (callee === undefined) return undefined;
  const entity = lookupCallable(context, callee.name);
  if (entity?.kind !== 'distribution') return undefined;
  noteUse(context.session, callee.span, callee.name, entity);
  const { span } = expression;
  const call: CallExpression =
    expression.kind === 'call'
      ? expression
      : { kind: 'call', callee, arguments: [], over: [], on: undefined, span };
  return { definition: entity.definition, call };
}

/** The parameters of a distribution in order, defaults filled in; undefined after an error. */
export function parametersGiven(
  context: Context,
  { definition, call }: WrittenDistribution,
): readonly TypedExpression[] | undefined {
  const { header, syntax } = definition;
  const parameters = functionSignature(context.session, header).parameters.map(({ symbol }) => symbol);
  return argumentsOf(context, call, { parameters, result: realScalar }, syntax.name.name, header);
}

/** `log_prob(normal(m, s), y)` and its like; undefined where the first argument is no distribution. */
export function checkDistributionOperation(
  context: Context,
  call: CallExpression,
): TypedExpression | undefined {
  if (call.callee.kind !== 'name') return undefined;
  const { name } = call.callee;
  if (name !== 'log_prob' && name !== 'entropy' && name !== 'kl' && name !== 'score') return undefined;
  const [first] = call.arguments;
  const written = first && writtenDistribution(context, first.value);
  if (written === undefined) return undefined;
  const wanted = name === 'entropy' ? 1 : name === 'score' ? 3 : 2;
  if (call.arguments.length !== wanted) {
    const code = call.arguments.length < wanted ? 'AM2203' : 'AM2204';
    context.session.error(code, call.span, `\`${name}\` takes ${wanted} arguments here`, {
      notes: [`write \`${forms[name]}\``],
    });
    return errorExpression(call.span);
  }
  if (name === 'score') return scoreOf(context, call);
  const operation = operationOf(context, written, name, call.span);
  if (operation === undefined) return errorExpression(call.span);
  const own = ownArguments(context, call, written, name);
  const given = parametersGiven(context, written);
  if (own === undefined || given === undefined) return errorExpression(call.span);
  const target = typedFunction(context.session, operation);
  if (target === undefined) return recursive(context, call.span, operation);
  const all = [...own, ...given];
  return callGiven(context, call, target, target.name, all, reduceOver(context, call, all));
}

const forms: Readonly<Record<DistributionOperation, string>> = {
  log_prob: 'log_prob(normal(m, s), y)',
  entropy: 'entropy(normal(m, s))',
  kl: 'kl(normal(m, s), normal(0, 1))',
  score: 'score(categorical(logits), a, reward)',
};

function recursive(context: Context, span: Span, operation: FunctionDefinition): TypedExpression {
  context.session.error('AM2008', span, `\`${operation.syntax.name.name}\` calls itself`, {
    notes: ['functions do not recur, directly or through others'],
  });
  return errorExpression(span);
}

function operationOf(
  context: Context,
  { definition }: WrittenDistribution,
  operation: string,
  span: Span,
): FunctionDefinition | undefined {
  const found = definition.operations.get(operation);
  if (found !== undefined) return found;
  const { name } = definition.syntax;
  const has = [...definition.operations.keys()].map((each) => `\`${each}\``);
  context.session.error(
    'AM2671',
    span,
    `the distribution \`${name.name}\` does not define \`${operation}\``,
    {
      labels: [{ span: name.span, message: 'defined here' }],
      notes: [has.length === 0 ? 'it defines nothing' : `it defines ${has.join(', ')}`],
    },
  );
  return undefined;
}

/** What an operation takes before the parameters of its distribution; undefined after an error. */
function ownArguments(
  context: Context,
  call: CallExpression,
  written: WrittenDistribution,
  operation: 'log_prob' | 'entropy' | 'kl',
): readonly TypedExpression[] | undefined {
  const second = call.arguments[1];
  if (operation === 'entropy' || second === undefined) return [];
  if (operation === 'log_prob') {
    const value = checkExpression(context, second.value);
    return isError(value) ? undefined : [value];
  }
  const other = writtenDistribution(context, second.value);
  if (other?.definition === written.definition) return parametersGiven(context, other);
  const { name } = written.definition.syntax.name;
  context.session.error('AM2672', second.span, `\`kl\` compares two distributions of one kind`, {
    notes: [`the first is \`${name}\`, so the second is \`${name}(...)\` too`],
  });
  return undefined;
}

/** `score(d, y, r)` is `score_surrogate(log_prob(d, y), r)`, a function of the library. */
function scoreOf(context: Context, call: CallExpression): TypedExpression {
  const [distribution, value, reward] = call.arguments;
  if (distribution === undefined || value === undefined || reward === undefined)
    throw new Error('compiler bug: a score without its three arguments');
  const { span, over, on } = call;
  const named = (name: string): NameExpression => ({ kind: 'name', name, span: call.callee.span });
  const logarithm: CallExpression = {
    kind: 'call',
    callee: named('log_prob'),
    arguments: [distribution, value],
    over,
    on,
    span,
  };
  return checkExpression(context, {
    kind: 'call',
    callee: named('score_surrogate'),
    arguments: [{ name: undefined, value: logarithm, span }, reward],
    over: [],
    on: undefined,
    span,
  });
}

/** `log_prob(3, y)`: an operation of distributions, called without one. */
export function operationWithoutDistribution(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'distribution_operation' }>,
): TypedExpression {
  context.session.error(
    'AM2674',
    call.arguments[0]?.span ?? call.span,
    `\`${builtin.name}\` is asked of a distribution`,
    { notes: [`write \`${forms[builtin.operator]}\``] },
  );
  return errorExpression(call.span);
}

export function distributionAsValue(context: Context, call: CallExpression, name: string): TypedExpression {
  context.session.error('AM2505', call.span, `\`${name}\` is a distribution, and stands after \`~\``, {
    notes: [`write \`let z: real[D] ~ ${name}(...)\`, or ask for its \`log_prob\``],
  });
  return errorExpression(call.span);
}
