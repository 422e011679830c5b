/** `over D`: a dimension by its name, and the one axis of an operand that it is. */
import type { Identifier } from '../parser/ast.js';
import type { Context } from './context.js';
import { isError } from './convert.js';
import { printDimension } from './dimension.js';
import { checkExpression } from './expression.js';
import { lookup } from './names.js';
import { printType } from './print_type.js';
import { staticInteger } from './static_values.js';
import { nearest } from '../parser/suggest.js';
import { sizeNames } from './type_syntax.js';
import type { TypedExpression } from './typed.js';
import type { Dimension } from './types.js';

export function resolveOver(context: Context, name: Identifier): Dimension | undefined {
  const { session } = context;
  if (lookup(context, name.name) === undefined) {
    const near = nearest(name.name, sizeNames(context));
    session.error('AM2101', name.span, `\`${name.name}\` is not a dimension here`, {
      notes: near === undefined ? [] : [`did you mean \`${near}\`?`],
    });
    return undefined;
  }
  const typed = checkExpression(context, { kind: 'name', name: name.name, span: name.span });
  if (isError(typed)) return undefined;
  const dimension = staticInteger(session, typed);
  if (dimension === undefined) {
    session.error('AM2101', name.span, `\`${name.name}\` is ${printType(typed.type)}, not a dimension`, {
      notes: ['`over` takes the name of a dimension'],
    });
  }
  return dimension;
}

/** The axis counted from the end, undefined where the operand has none, 'error' after a message. */
export function findAxis(
  context: Context,
  operand: TypedExpression,
  dimension: Dimension,
  name: Identifier,
  options: { readonly optional: boolean },
): number | undefined | 'error' {
  const { session } = context;
  if (operand.type.kind !== 'array') return options.optional ? undefined : 'error';
  const { dimensions } = operand.type.shape;
  const found = dimensions.flatMap((candidate, index) => (candidate.key === dimension.key ? [index] : []));
  if (found.length === 0) {
    const wanted = session.expand(dimension).key;
    for (const [index, candidate] of dimensions.entries()) {
      if (session.expand(candidate).key === wanted) found.push(index);
    }
  }
  const [first, second] = found;
  if (first === undefined) {
    if (options.optional) return undefined;
    const names = dimensions.map(printDimension);
    session.error(
      'AM2106',
      name.span,
      `${printDimension(dimension)} is not a dimension of ${printType(operand.type)}`,
      {
        labels: [{ span: operand.span, message: printType(operand.type) }],
        notes: [names.length === 0 ? 'this is a scalar' : `its dimensions are ${names.join(', ')}`],
      },
    );
    return 'error';
  }
  if (second !== undefined) {
    session.error(
      'AM2105',
      name.span,
      `${printDimension(dimension)} occurs twice in ${printType(operand.type)}`,
      {
        labels: [{ span: operand.span, message: printType(operand.type) }],
        notes: ['it is not clear which axis is meant; name the indices: `[i in n: sum(j in n: a[i, j])]`'],
      },
    );
    return 'error';
  }
  return dimensions.length - first;
}
