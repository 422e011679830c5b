/** Reductions of whole arrays or over named dimensions: `sum(e)`, `mean(e over N)`. */
import type { CallExpression } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import { positional } from './builtin_calls.js';
import type { Builtin } from './builtins.js';
import type { Context } from './context.js';
import { errorExpression, isError, numericElement } from './convert.js';
import { checkExpression } from './expression.js';
import { applyOperator } from './operators.js';
import { findAxis, resolveOver } from './over.js';
import { printType } from './print_type.js';
import { arrayType, boolElement, intElement, realElement } from './type_facts.js';
import type { ReduceName, TypedExpression } from './typed.js';
import type { Dimension, ElementType, Type } from './types.js';

export function checkReductionCall(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'reduction' }>,
): TypedExpression {
  const { operator } = builtin;
  const binary = (operator === 'max' || operator === 'min') && call.arguments.length >= 2;
  if (binary) return elementwiseExtremum(context, call, operator === 'max' ? 'maximum' : 'minimum');
  const expressions = positional(context, call, builtin, 1);
  const [expression] = expressions ?? [];
  if (expression === undefined) return errorExpression(call.span);
  const operand = checkExpression(context, expression);
  if (isError(operand)) return errorExpression(call.span);
  const { type } = operand;
  if (type.kind !== 'array') {
    context.session.error(
      'AM2112',
      operand.span,
      `\`${operator}\` reduces an array, and this is ${printType(type)}`,
    );
    return errorExpression(call.span);
  }
  const axes = axesOf(context, call, operand);
  if (axes === undefined) return errorExpression(call.span);
  const count = type.shape.dimensions.length;
  const reduced =
    axes === 'all'
      ? type.shape.dimensions
      : axes.map((axis) => type.shape.dimensions[count - axis] as Dimension);
  const element = reducedElement(
    context,
    operator,
    operand,
    reduced,
    operand.span,
    axes === 'all' && type.shape.run !== undefined,
  );
  if (element === undefined) return errorExpression(call.span);
  const shape =
    axes === 'all'
      ? { run: undefined, dimensions: [] }
      : {
          run: type.shape.run,
          dimensions: type.shape.dimensions.filter((_, index) => !axes.includes(count - index)),
        };
  return { kind: 'reduce_axes', operator, operand, axes, type: arrayType(element, shape), span: call.span };
}

function elementwiseExtremum(
  context: Context,
  call: CallExpression,
  operator: 'maximum' | 'minimum',
): TypedExpression {
  const shown = operator === 'maximum' ? 'max' : 'min';
  const operands = call.arguments.map((argument) => checkExpression(context, argument.value));
  const [first, ...rest] = operands;
  if (first === undefined || operands.some(isError)) return errorExpression(call.span);
  return rest.reduce(
    (left, right) =>
      isError(left) ? left : applyOperator(context, operator, [left, right], call.span, call.span, shown),
    first,
  );
}

function axesOf(
  context: Context,
  call: CallExpression,
  operand: TypedExpression,
): number[] | 'all' | undefined {
  if (call.over.length === 0) return 'all';
  const axes: number[] = [];
  for (const name of call.over) {
    const dimension = resolveOver(context, name);
    const axis = dimension && findAxis(context, operand, dimension, name, { optional: false });
    if (axis === undefined || axis === 'error') return undefined;
    if (!axes.includes(axis)) axes.push(axis);
  }
  return axes;
}

/** The element of the result; an index of the reduced dimension for `argmax` and `argmin`. */
export function reducedElement(
  context: Context,
  operator: ReduceName,
  operand: TypedExpression,
  reduced: readonly Dimension[],
  span: Span,
  runReduced = false,
): ElementType | undefined {
  const { session } = context;
  const type: Type = operand.type;
  if (type.kind !== 'array') return undefined;
  if (operator === 'any' || operator === 'all' || operator === 'count') {
    if (type.element.kind === 'bool') return operator === 'count' ? intElement : boolElement;
    session.error(
      'AM2112',
      span,
      `\`${operator}\` is asked of truth values, and this is ${printType(type)}`,
      {
        notes: ['a comparison makes a truth value: `x > 0`'],
      },
    );
    return undefined;
  }
  const numeric = numericElement(session, type.element);
  if (operator === 'argmax' || operator === 'argmin') {
    const [only] = reduced;
    if (only === undefined || reduced.length > 1 || runReduced) {
      session.error(
        'AM2112',
        span,
        `\`${operator}\` finds an index of one dimension, and this is ${printType(type)}`,
        {
          notes: [`name the dimension: \`${operator}(x over K)\``],
        },
      );
      return undefined;
    }
    if (numeric !== undefined) return { kind: 'class', classes: only };
  }
  if (numeric === undefined) {
    session.error('AM2107', span, `\`${operator}\` has no meaning for ${printType(type)}`, {
      notes: ['a class is an index without arithmetic; compare it, or take its number by `real(...)`'],
    });
    return undefined;
  }
  const keeps = operator === 'sum' || operator === 'product' || operator === 'max' || operator === 'min';
  return keeps ? numeric : realElement;
}
