/**
 * Modules are checked once for each instance, with their static arguments known: parameters get paths, submodels
 * nest, comprehensions of module calls become lists, and what remains is a function, the instance's `forward`.
 */
import type {
  CallExpression,
  ComprehensionExpression,
  Expression,
  MemberExpression,
  ParamDeclaration,
  Parameter,
  Statement,
} from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { bindArguments } from './arguments.js';
import { checkDomain } from './binders.js';
import type { Context } from './context.js';
import { topContext, within } from './context.js';
import { errorExpression, fit, isError } from './convert.js';
import { constantDimension } from './dimension.js';
import type { Entity, ModelInstance, ModelValue, ModuleDefinition } from './entities.js';
import { Scope } from './entities.js';
import { checkExpression } from './expression.js';
import { checkFunctionBody } from './functions.js';
import { lookup, lookupCallable, noteUse, unknownName } from './names.js';
import { checkStart } from './parameters.js';
import { printType } from './print_type.js';
import { freshSymbol } from './session.js';
import { resolveSignature } from './signature.js';
import { staticValue } from './static_values.js';
import { didYouMean } from './suggest.js';
import { symbolsOfType } from './type_facts.js';
import { requireStatic, resolveDimension, resolveType } from './type_syntax.js';
import type { TypedExpression, TypedFunction, TypedParameter } from './typed.js';

/** Modules nest at most this deep, so that one that contains itself ends. */
const maximumDepth = 30;

// ------------------------------------------------------------------------------------------- using models

/** The model or list of models that an expression names, without a message when it names none. */
export function modelValueOf(context: Context, expression: Expression): ModelValue | undefined {
  switch (expression.kind) {
    case 'name': {
      const local = context.scope.find(expression.name)?.entity;
      const declared = context.file.declared.get(expression.name)?.declaration.kind;
      const entity = local ?? (declared === 'model' ? lookup(context, expression.name) : undefined);
      if (entity?.kind !== 'model') return undefined;
      noteUse(context.session, expression.span, expression.name, entity);
      return entity.value;
    }
    case 'member': {
      const object = modelValueOf(context, expression.object);
      if (object?.kind !== 'instance') return undefined;
      const member = object.members.get(expression.member.name);
      return member?.kind === 'model' ? member.value : undefined;
    }
    case 'index': {
      const list = modelValueOf(context, expression.object);
      const [index] = expression.indices;
      if (list?.kind !== 'list' || index === undefined || expression.indices.length > 1) return undefined;
      return elementOf(context, list, index);
    }
    default:
      return undefined;
  }
}

function elementOf(
  context: Context,
  list: Extract<ModelValue, { kind: 'list' }>,
  index: Expression,
): ModelValue | undefined {
  const { session } = context;
  const dimension = requireStatic(context, checkExpression(context, index), 'the index of a model in a list');
  const position = dimension && session.concrete(dimension);
  if (position === undefined) return undefined;
  const element = list.elements[position];
  if (element === undefined) {
    session.error('AM2110', index.span, 'this index leaves the list of models', {
      notes: [`it has ${list.elements.length} models, and the index is ${position}`],
    });
  }
  return element;
}

/** `net.W`, `net.layers[0].b`: a parameter of a model as a value. */
export function memberOfModel(
  context: Context,
  model: ModelValue,
  expression: MemberExpression,
): TypedExpression {
  const { name, span } = expression.member;
  const member = model.kind === 'instance' ? model.members.get(name) : undefined;
  if (member?.kind === 'value') {
    noteUse(context.session, span, name, member);
    return { kind: 'reference', symbol: member.symbol, type: member.symbol.type, span: expression.span };
  }
  if (member?.kind === 'error') return errorExpression(expression.span);
  const names = model.kind === 'instance' ? [...model.members.keys()] : [];
  const message =
    member === undefined
      ? `this model has no \`${name}\``
      : `\`${name}\` is a model, and a value is wanted here`;
  context.session.error('AM2116', span, message, {
    notes: [
      ...didYouMean(name, names),
      model.kind === 'list'
        ? 'it is a list: index it first'
        : `it has ${names.join(', ') || 'no parameters'}`,
    ],
  });
  return errorExpression(expression.span);
}

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

// ------------------------------------------------------------------------------------------ static arguments

function signatureOf(definition: ModuleDefinition): string {
  const { file } = definition.syntax.span;
  const { name, statics } = definition.syntax;
  const parts = statics.map(({ span }) => file.text.slice(span.start, span.end).replace(/\s+/g, ' '));
  return `${name.name}(${parts.join(', ')})`;
}

/** Each static parameter as the entity that its name stands for in the instance. */
function staticArguments(
  context: Context,
  call: CallExpression,
  definition: ModuleDefinition,
): ReadonlyMap<string, Entity> | undefined {
  const { statics, name } = definition.syntax;
  const names = statics.map((parameter) => ({
    name: parameter.name.name,
    hasDefault: parameter.defaultValue !== undefined,
  }));
  const bound = bindArguments(context, call, names, name.name, signatureOf(definition));
  if (bound === undefined) return undefined;
  const home = topContext(context.session, definition.file, 'module');
  const entities = new Map<string, Entity>();
  for (const [index, parameter] of statics.entries()) {
    const given = bound[index];
    const inner: Context = { ...home, scope: scopeOf(entities) };
    const place = given === undefined ? inner : { ...context, place: 'module' as const };
    const expression = given ?? parameter.defaultValue;
    const entity = expression && staticArgument(place, inner, parameter, expression, entities);
    if (entity === undefined) return undefined;
    entities.set(parameter.name.name, entity);
  }
  return entities;
}

function scopeOf(entities: ReadonlyMap<string, Entity>): Scope {
  const scope = new Scope(undefined);
  for (const [name, entity] of entities) scope.names.set(name, entity);
  return scope;
}

function staticArgument(
  context: Context,
  home: Context,
  parameter: Parameter,
  expression: Expression,
  entities: Map<string, Entity>,
): Entity | undefined {
  const { session } = context;
  const { type: syntax, name } = parameter;
  if (syntax.kind === 'function_type') return functionArgument(context, home, parameter, expression);
  if (syntax.kind === 'array_type' && syntax.element === 'int') {
    const typed = checkExpression(context, expression);
    if (isError(typed)) return undefined;
    const value = staticValue(session, typed) ?? emptyList(typed);
    const rank = syntax.dimensions.length;
    if (value === undefined || (value.kind === 'list') !== rank > 0) {
      session.error(
        'AM2111',
        expression.span,
        `\`${name.name}\` is ${rank > 0 ? 'a list of ints' : 'an int'} known before the run, and this is ${printType(typed.type)}`,
      );
      return undefined;
    }
    bindLength(home, parameter, value, entities);
    return { kind: 'static', value, span: name.span };
  }
  const type = resolveType(home, syntax);
  const typed = checkExpression(context, expression, type);
  if (isError(typed) || type.kind === 'error') return undefined;
  const fitted = fit(context, typed, type, `\`${name.name}\``, { fill: true });
  return isError(fitted) ? undefined : { kind: 'inline', value: fitted, span: name.span };
}

function emptyList(typed: TypedExpression): Extract<Entity, { kind: 'static' }>['value'] | undefined {
  return typed.kind === 'list' && typed.elements.length === 0 ? { kind: 'list', elements: [] } : undefined;
}

/** `hidden: int[depth]` binds `depth` to the length of the list. */
function bindLength(
  home: Context,
  parameter: Parameter,
  value: Extract<Entity, { kind: 'static' }>['value'],
  entities: Map<string, Entity>,
): void {
  if (parameter.type.kind !== 'array_type' || value.kind !== 'list') return;
  const [dimension] = parameter.type.dimensions;
  if (dimension === undefined) return;
  const length = constantDimension(value.elements.length);
  if (
    dimension.kind === 'name' &&
    !entities.has(dimension.name) &&
    home.scope.find(dimension.name) === undefined
  ) {
    entities.set(dimension.name, {
      kind: 'static',
      value: { kind: 'int', value: length },
      span: dimension.span,
    });
    return;
  }
  const wanted = resolveDimension(home, dimension);
  if (wanted !== undefined && !home.session.agree(wanted, length, parameter.span)) {
    home.session.error(
      'AM2102',
      parameter.span,
      `\`${parameter.name.name}\` has ${value.elements.length} elements, which is not its declared length`,
    );
  }
}

function functionArgument(
  context: Context,
  home: Context,
  parameter: Parameter,
  expression: Expression,
): Entity | undefined {
  const { session } = context;
  const type = resolveType(home, parameter.type);
  if (expression.kind === 'name') {
    const entity = lookup(context, expression.name);
    if (entity !== undefined) noteUse(session, expression.span, expression.name, entity);
    if (entity?.kind === 'function' || entity?.kind === 'builtin' || entity?.kind === 'model') {
      const checked = checkExpression(context, expression, type);
      return isError(checked) ? undefined : entity;
    }
    if (entity?.kind === 'value' && entity.symbol.type.kind === 'function') return entity;
  }
  const typed = checkExpression(context, expression, type);
  if (!isError(typed)) {
    session.error(
      'AM2206',
      expression.span,
      `\`${parameter.name.name}\` is a function, and this is ${printType(typed.type)}`,
    );
  }
  return undefined;
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
  const home: Context = { ...topContext(session, definition.file, 'module'), scope };
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
  return { kind: 'instance', name: syntax.name.name, path, members, forward, parameters };
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
  for (const statement of statements) {
    if (statement.kind === 'param') declareParameter(context, statement, place);
    else if (statement.kind === 'model') {
      const name = statement.name.name;
      const value = makeModel(context, statement.value, `${place.path}.${name}`, place.depth + 1);
      const entity: Entity =
        value === undefined ? { kind: 'error' } : { kind: 'model', value, span: statement.name.span };
      declareMember(context, statement.name, entity, place);
      if (value !== undefined) place.parameters.push(...parametersOf(value));
    } else if (statement.kind === 'let_statement' && declareStatics(context, statement)) continue;
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
  place.parameters.push({ symbol, path: `${place.path}.${name.name}`, start: typed, doc: syntax.doc });
}

/** A `let` of integers known before the run, which parameters and submodels may use; false for any other. */
function declareStatics(context: Context, statement: Extract<Statement, { kind: 'let_statement' }>): boolean {
  const { session } = context;
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

export function parametersOf(model: ModelValue): readonly TypedParameter[] {
  return model.kind === 'instance' ? model.parameters : model.elements.flatMap(parametersOf);
}
