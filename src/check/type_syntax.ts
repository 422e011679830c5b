/** From types as written to types: elements, and dimensions as polynomials of integers known at compile time. */
import type { Expression, TypeSyntax } from '../parser/ast.js';
import type { Context } from './context.js';
import { isError } from './convert.js';
import { constantDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { lookup, visibleNames } from './names.js';
import { printType } from './print_type.js';
import { staticInteger } from './static_values.js';
import { nearest } from '../parser/suggest.js';
import { arrayType, errorType } from './type_facts.js';
import type { TypedExpression } from './typed.js';
import type { Dimension, ElementType, Type } from './types.js';

export function resolveType(context: Context, syntax: TypeSyntax): Type {
  switch (syntax.kind) {
    case 'array_type':
      return resolveArrayType(context, syntax);
    case 'function_type':
      return {
        kind: 'function',
        parameters: syntax.parameters.map((parameter) => resolveType(context, parameter)),
        result: resolveType(context, syntax.result),
      };
    case 'record_type':
      return {
        kind: 'record',
        fields: syntax.fields.map(({ name, type }) => ({
          name: name.name,
          type: resolveType(context, type),
        })),
      };
    default:
      return syntax satisfies never;
  }
}

function resolveArrayType(context: Context, syntax: Extract<TypeSyntax, { kind: 'array_type' }>): Type {
  if (syntax.element === 'error') return errorType;
  if (syntax.element === 'optimizer' || syntax.element === 'schedule') return { kind: syntax.element };
  const element = resolveElement(context, syntax.element, syntax.classes);
  const dimensions = syntax.dimensions.map((dimension) => resolveDimension(context, dimension));
  const known = dimensions.filter((dimension) => dimension !== undefined);
  if (element === undefined || known.length < dimensions.length) return errorType;
  if (syntax.run && context.run === undefined) {
    context.session.error('AM2101', syntax.span, '`...` means nothing here', {
      notes: ['a run of leading dimensions is bound by the parameters of a function or module'],
    });
    return errorType;
  }
  return arrayType(element, { run: syntax.run ? context.run : undefined, dimensions: known });
}

function resolveElement(
  context: Context,
  element: 'real' | 'int' | 'bool' | 'class',
  classes: Expression | undefined,
): ElementType | undefined {
  if (element !== 'class') return { kind: element };
  const dimension = classes === undefined ? constantDimension(2) : resolveDimension(context, classes);
  return dimension === undefined ? undefined : { kind: 'class', classes: dimension };
}

/** A dimension of a type: any integer known at compile time. */
export function resolveDimension(context: Context, expression: Expression): Dimension | undefined {
  if (expression.kind === 'name' && lookup(context, expression.name) === undefined) {
    const near = nearest(expression.name, sizeNames(context));
    context.session.error('AM2101', expression.span, `\`${expression.name}\` is not a dimension here`, {
      notes: [
        ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
        'a dimension is bound by `dim`, by the type of a data column, or by a parameter of the function',
      ],
    });
    return undefined;
  }
  const typed = checkExpression(context, expression);
  return isError(typed) ? undefined : requireStatic(context, typed, 'a dimension');
}

/** Names in scope that stand for sizes, to suggest one of them. */
export function* sizeNames(context: Context): Iterable<string> {
  for (const name of visibleNames(context)) {
    const entity = context.scope.find(name)?.entity;
    const isDimension = entity?.kind === 'dimension' || (entity?.kind === 'value' && entity.symbol.dimension);
    if (isDimension || context.file.dimensions.has(name)) yield name;
    const kind = context.file.declared.get(name)?.declaration.kind;
    if (kind === 'dim' || kind === 'hyper' || kind === 'let') yield name;
  }
}

/** An integer that must be known before the run; `what` says for which place. */
export function requireStatic(context: Context, typed: TypedExpression, what: string): Dimension | undefined {
  if (isError(typed)) return undefined;
  const { session } = context;
  if (
    typed.type.kind !== 'array' ||
    typed.type.element.kind !== 'int' ||
    typed.type.shape.dimensions.length > 0
  ) {
    session.error('AM2111', typed.span, `${what} is an int, and this is ${printType(typed.type)}`);
    return undefined;
  }
  const value = staticInteger(session, typed);
  if (value === undefined) {
    session.error('AM2111', typed.span, `${what} must be known before the run`, {
      notes: [
        'known are literals, dimensions, `hyper` ints, `let` and `dim` of these, int parameters, and their sums, products and `floor_div`',
      ],
    });
    return undefined;
  }
  session.useStatically(value);
  return value;
}
