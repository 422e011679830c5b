/**
 * Modules are checked once for each instance, with their static arguments known: parameters get paths, submodels
 * nest, comprehensions of module calls become lists, and what remains is a function, the instance's `forward`.
 */
import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  ParamDeclaration,
  Statement,
} from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { checkDomain } from './binders.js';
import type { Context } from './context.js';
import { topContext, within } from './context.js';
import { constantDimension } from './dimension.js';
import type { Entity, ModelInstance, ModelValue, ModuleDefinition } from './entities.js';
import { checkExpression } from './expression.js';
import { checkFunctionBody } from './functions.js';
import { parametersOf } from './model_parameters.js';
import { lookupCallable, noteUse, unknownName } from './names.js';
import { checkStart } from './parameters.js';
import { refuseEvery } from './refresh.js';
import { freshSymbol } from './session.js';
import { keepInSet } from './membership.js';
import { resolveSignature } from './signature.js';
import { scopeOf, staticArguments } from './static_arguments.js';
import { staticValue } from './static_values.js';
import { bodyContext } from './statements.js';
import { symbolsOfType } from './type_facts.js';
import { resolveType } from './type_syntax.js';
import type { TypedFunction, TypedParameter } from './typed.js';

/** Modules nest at most this deep, so that one that contains itself ends. */
const maximumDepth = 30;

// ------------------------------------------------------------------------------------------ making instances

/** The right side of `model name = ...`: a module call, or a comprehension or list of them. */
export function makeModel(
  context: Context,
  expression: Expression,
  path: string,
  depth: number,
): ModelValue | undefined {
  switch (expression.kind) {
    case 'comprehension':
      return makeList(context, expression, path, depth);
    case 'list': {
      const elements = expression.elements.map((element, index) =>
        makeModel(context, element, `${path}[${index}]`, depth),
      );
      const known = elements.filter((element) => element !== undefined);
      return known.length < elements.length ? undefined : { kind: 'list', elements: known };
    }
    case 'call':
      return makeInstance(context, expression, path, depth);
    case 'error':
      return undefined;
    default:
      return notAModule(context, expression.span);
  }
}

function notAModule(context: Context, span: Span): undefined {
  context.session.error('AM2601', span, 'a model is an instance of a module', {
    notes: [
      'write `model net = mlp(inputs = D, hidden = [32], outputs = K)`, or a comprehension of such calls',
    ],
  });
  return undefined;
}

function makeList(
  context: Context,
  expression: ComprehensionExpression,
  path: string,
  depth: number,
): ModelValue | undefined {
  const { session } = context;
  const [binder, second] = expression.binders;
  if (binder === undefined || second !== undefined) {
    session.error('AM2601', expression.span, 'a list of models has one binder');
    return undefined;
  }
  const domain = checkDomain(context, binder.domain);
  if (domain === undefined) return undefined;
  const from = session.concrete(domain.from);
  const size = session.concrete(domain.size);
  if (from === undefined || size === undefined || size > 1000) {
    session.error('AM2111', binder.domain.span, 'the number of models must be a number already', {
      notes: ['it may come from literals, `hyper` ints and lists, and not from the size of data'],
    });
    return undefined;
  }
  const elements: ModelValue[] = [];
  for (let index = 0; index < size; index += 1) {
    const inner = within(context);
    const value = constantDimension(from + index);
    inner.scope.names.set(binder.name.name, {
      kind: 'static',
      value: { kind: 'int', value },
      span: binder.name.span,
    });
    const element = makeModel(inner, expression.body, `${path}[${index}]`, depth);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return { kind: 'list', elements };
}

function makeInstance(
  context: Context,
  call: CallExpression,
  path: string,
  depth: number,
): ModelInstance | undefined {
  const { session } = context;
  const { callee } = call;
  if (callee.kind !== 'name') return notAModule(context, callee.span);
  const entity = lookupCallable(context, callee.name);
  if (entity === undefined) {
    unknownName(context, callee.name, callee.span);
    return undefined;
  }
  noteUse(session, callee.span, callee.name, entity);
  if (entity.kind === 'error') return undefined;
  if (entity.kind !== 'module') return notAModule(context, callee.span);
  const { definition } = entity;
  if (definition.active || depth > maximumDepth) {
    session.error('AM2008', call.span, `the module \`${callee.name}\` contains itself`);
    return undefined;
  }
  const statics = staticArguments(context, call, definition);
  if (statics === undefined) return undefined;
  definition.active = true;
  definition.instances += 1;
  const instance = instantiate(context, definition, statics, path, depth);
  definition.active = false;
  return instance;
}

// ------------------------------------------------------------------------------------------------ the instance

export function instantiate(
  context: Context,
  definition: ModuleDefinition,
  statics: ReadonlyMap<string, Entity>,
  path: string,
  depth: number,
): ModelInstance {
  const { session } = context;
  const { syntax } = definition;
  const scope = scopeOf(statics);
  const home: Context = { ...topContext(session, definition.file, 'module'), scope, path };
  const parameters: TypedParameter[] = [];
  const members = new Map<string, Entity>();
  const signature = resolveSignature(home, syntax);
  // Parameters and submodels are members; statics between them may give their sizes.
  const body: Context = { ...home, scope: signature.scope, run: signature.run };
  const statements = declareMembers(body, syntax.body.statements, { path, depth, members, parameters });
  const checked = checkFunctionBody(body, { ...syntax.body, statements }, signature.result, syntax.name.name);
  const forward: TypedFunction = {
    name: path,
    doc: syntax.doc,
    parameters: signature.parameters.map(({ symbol }) => symbol),
    dimensions: signature.dimensions,
    run: signature.run,
    result: signature.result ?? checked.body.type,
    body: checked.body,
    span: syntax.span,
  };
  session.functionChecks.set(forward, checked.checks);
  return {
    kind: 'instance',
    name: syntax.name.name,
    path,
    members,
    forward,
    parameters,
    again: (other) => instantiate(context, definition, statics, other, depth),
  };
}

interface Members {
  readonly path: string;
  readonly depth: number;
  readonly members: Map<string, Entity>;
  readonly parameters: TypedParameter[];
}

/** Declares `param` and `model` statements, and the static lets that they need; gives back the rest of the body. */
function declareMembers(
  context: Context,
  statements: readonly Statement[],
  place: Members,
): readonly Statement[] {
  const rest: Statement[] = [];
  const { updated } = bodyContext(context, statements);
  for (const statement of statements) {
    if (statement.kind === 'param') declareParameter(context, statement, place);
    else if (statement.kind === 'model') {
      if (statement.every !== undefined) refuseEvery(context.session, statement.every);
      const name = statement.name.name;
      const value = makeModel(context, statement.value, `${place.path}.${name}`, place.depth + 1);
      const entity: Entity =
        value === undefined ? { kind: 'error' } : { kind: 'model', value, span: statement.name.span };
      declareMember(context, statement.name, entity, place);
      if (value !== undefined) place.parameters.push(...parametersOf(value));
    } else if (statement.kind === 'let_statement' && declareStatics(context, statement, updated)) continue;
    else rest.push(statement);
  }
  return rest;
}

function declareMember(
  context: Context,
  name: { readonly name: string; readonly span: Span },
  entity: Entity,
  place: Members,
): void {
  if (place.members.has(name.name)) {
    context.session.error('AM2002', name.span, `two members of this module are called \`${name.name}\``);
  }
  place.members.set(name.name, entity);
  context.scope.names.set(name.name, entity);
}

function declareParameter(context: Context, syntax: ParamDeclaration, place: Members): void {
  const { name } = syntax;
  const type = resolveType(context, syntax.type);
  const open = [...symbolsOfType(type)].find((symbol) => symbol.origin === 'quantified');
  if (open !== undefined) {
    context.session.error(
      'AM2101',
      syntax.type.span,
      `the size ${open.name} of \`${name.name}\` is not known when the model is made`,
      {
        notes: [`it is bound by each call; make it a static argument: \`module m(${open.name}: int)(...)\``],
      },
    );
    declareMember(context, name, { kind: 'error' }, place);
    return;
  }
  const start: Context = { ...context, place: 'start' };
  const typed = checkStart(start, syntax, type);
  if (typed === undefined || type.kind === 'error') {
    declareMember(context, name, { kind: 'error' }, place);
    return;
  }
  const symbol = freshSymbol(name.name, 'param', type, name.span);
  context.session.levels.set(symbol, 'parameter');
  declareMember(context, name, { kind: 'value', symbol }, place);
  const { membership, mapped } = keepInSet(context, syntax, symbol, typed);
  if (mapped !== undefined) {
    context.session.error(
      'AM2680',
      syntax.membership?.how?.span ?? name.span,
      'a parameter of a module is not kept by a map',
      {
        notes: [
          'copies of a model copy its parameters; let the module apply `map(z, SET)` to a free parameter `z`',
        ],
      },
    );
  }
  const path = `${place.path}.${name.name}`;
  place.parameters.push({ symbol, path, start: typed, membership, doc: syntax.doc });
}

/** A `let` of integers known before the run, which parameters and submodels may use; false for any other. */
function declareStatics(
  context: Context,
  statement: Extract<Statement, { kind: 'let_statement' }>,
  updated: ReadonlySet<string>,
): boolean {
  const { session } = context;
  if (statement.bindings.some(({ name }) => updated.has(name.name))) return false;
  const restore = session.mark();
  const values = statement.bindings.map((binding) => {
    if (binding.value.operator !== '=') return undefined;
    const value = staticValue(session, checkExpression(context, binding.value.expression));
    if (value !== undefined) {
      const { name, span } = binding.name;
      context.scope.names.set(name, { kind: 'static', value, span });
    }
    return value;
  });
  if (!values.includes(undefined)) return true;
  restore();
  for (const { name } of statement.bindings) context.scope.names.delete(name.name);
  return false;
}
