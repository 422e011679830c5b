/** The static arguments of a module call: integers and lists known before the run, functions, and expressions put in for their name. */
import type { CallExpression, Expression, Parameter } from '../parser/ast.js';
import { bindArguments } from './arguments.js';
import type { Context } from './context.js';
import { topContext } from './context.js';
import { fit, isError } from './convert.js';
import { constantDimension } from './dimension.js';
import type { Entity, ModuleDefinition } from './entities.js';
import { Scope } from './entities.js';
import { checkExpression } from './expression.js';
import { lookup, noteUse } from './names.js';
import { printType } from './print_type.js';
import { staticValue } from './static_values.js';
import { resolveDimension, resolveType } from './type_syntax.js';

function signatureOf(definition: ModuleDefinition): string {
  const { file } = definition.syntax.span;
  const { name, statics } = definition.syntax;
  const parts = statics.map(({ span }) => file.text.slice(span.start, span.end).replace(/\s+/g, ' '));
  return `${name.name}(${parts.join(', ')})`;
}

/** Each static parameter as the entity that its name stands for in the instance. */
export function staticArguments(
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

export function scopeOf(entities: ReadonlyMap<string, Entity>): Scope {
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
    const value = staticValue(session, typed);
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
