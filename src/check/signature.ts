/** Parameter lists: which names in their types are dimensions bound by a call, and what symbols a body sees. */
import type { Expression, Parameter, TypeSyntax } from '../parser/ast.js';
import type { Context } from './context.js';
import { within } from './context.js';
import type { Entity, FileScope, Signature, SignatureParameter } from './entities.js';
import { Scope } from './entities.js';
import { lookup } from './names.js';
import { freshDimension, freshRun, freshSymbol } from './session.js';
import { resolveType } from './type_syntax.js';
import type { DimensionSymbol, RunSymbol } from './types.js';

/** Every place of a type that holds a dimension. */
export function dimensionExpressions(type: TypeSyntax): readonly Expression[] {
  switch (type.kind) {
    case 'array_type':
      return type.classes === undefined ? type.dimensions : [type.classes, ...type.dimensions];
    case 'function_type':
      return [...type.parameters, type.result].flatMap(dimensionExpressions);
    case 'record_type':
      return type.fields.flatMap((field) => dimensionExpressions(field.type));
    default:
      return type satisfies never;
  }
}

/** The names in a dimension: `n` and `m` in `n - floor_div(m, 2)`. */
export function* dimensionNames(expression: Expression): Iterable<Extract<Expression, { kind: 'name' }>> {
  switch (expression.kind) {
    case 'name':
      yield expression;
      break;
    case 'binary':
      yield* dimensionNames(expression.left);
      yield* dimensionNames(expression.right);
      break;
    case 'unary':
      yield* dimensionNames(expression.operand);
      break;
    case 'call':
      for (const argument of expression.arguments) yield* dimensionNames(argument.value);
      break;
    default:
  }
}

function hasRun(type: TypeSyntax): boolean {
  switch (type.kind) {
    case 'array_type':
      return type.run;
    case 'function_type':
      return [...type.parameters, type.result].some(hasRun);
    case 'record_type':
      return type.fields.some((field) => hasRun(field.type));
    default:
      return type satisfies never;
  }
}

function isIntScalar(type: TypeSyntax): boolean {
  return type.kind === 'array_type' && type.element === 'int' && !type.run && type.dimensions.length === 0;
}

/** Whether a name outside is a dimension or an integer known at compile time, and so not quantified. */
function standsForSize(context: Context, entity: Entity | undefined): boolean {
  switch (entity?.kind) {
    case 'dimension':
    case 'static':
      return true;
    case 'value':
      return entity.symbol.dimension !== undefined || context.session.statics.has(entity.symbol);
    default:
      return false;
  }
}

function namesSize(context: Context, file: FileScope, name: string): boolean {
  const local = context.scope.find(name);
  if (local !== undefined) return standsForSize(context, local.entity);
  const kind = file.declared.get(name)?.declaration.kind;
  if (kind === 'dim') return true;
  if (kind === 'hyper' || kind === 'let') return standsForSize(context, lookup(context, name));
  return file.dimensions.has(name);
}

export interface SignatureSyntax {
  readonly parameters: readonly Parameter[];
  readonly result: TypeSyntax | undefined;
}

/** Resolves a parameter list in `outer`; the result's scope holds its dimensions and parameters. */
export function resolveSignature(outer: Context, { parameters, result }: SignatureSyntax): Signature {
  const context = within(outer);
  const { scope, session } = context;
  const integers = new Map<string, DimensionSymbol>();
  for (const { name, type } of parameters) {
    if (!isIntScalar(type) || integers.has(name.name)) continue;
    const symbol = freshDimension(name.name, name.span, 'static');
    integers.set(name.name, symbol);
    scope.names.set(name.name, { kind: 'dimension', symbol });
  }
  const dimensions: DimensionSymbol[] = [];
  for (const { type } of parameters) {
    for (const { name, span } of dimensionExpressions(type).flatMap((each) => [...dimensionNames(each)])) {
      if (scope.names.has(name) || namesSize(outer, outer.file, name)) continue;
      if (name === 'floor_div' || name === 'mod') continue;
      const symbol = freshDimension(name, span, 'quantified');
      dimensions.push(symbol);
      scope.names.set(name, { kind: 'dimension', symbol });
    }
  }
  const types =
    result === undefined
      ? parameters.map(({ type }) => type)
      : [...parameters.map(({ type }) => type), result];
  const runSyntax = types.find(hasRun);
  const run: RunSymbol | undefined = runSyntax === undefined ? undefined : freshRun(runSyntax.span);
  const inner: Context = { ...context, run };
  const resolved: SignatureParameter[] = parameters.map((syntax) => {
    const { name } = syntax;
    const type = resolveType(inner, syntax.type);
    return { syntax, symbol: freshSymbol(name.name, 'argument', type, name.span, integers.get(name.name)) };
  });
  const resultType = result === undefined ? undefined : resolveType(inner, result);
  const body = new Scope(scope);
  for (const { symbol, syntax } of resolved) {
    if (body.names.has(symbol.name)) {
      session.error('AM2002', syntax.name.span, `two parameters are called \`${symbol.name}\``);
    }
    body.names.set(symbol.name, { kind: 'value', symbol });
  }
  return { parameters: resolved, dimensions, run, result: resultType, scope: body };
}
