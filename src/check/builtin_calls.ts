/** Calls of what the language defines, by kind. */
import type { CallExpression, Expression } from '../parser/ast.js';
import type { Builtin } from './builtins.js';
import { checkRaw } from './columns.js';
import type { Context } from './context.js';
import { errorExpression, isError } from './convert.js';
import { checkDerivative, checkQuery } from './derivatives.js';
import { distributionAsValue, operationWithoutDistribution } from './distributions.js';
import { checkExpression } from './expression.js';
import { checkHistory } from './history.js';
import { applyOperator } from './operators.js';
import { checkSetOperation } from './sets.js';
import { checkReductionCall } from './reductions.js';
import { checkStructural } from './structural.js';
import type { TypedExpression } from './typed.js';
import type { Type } from './types.js';

export function checkBuiltinCall(
  context: Context,
  call: CallExpression,
  builtin: Exclude<Builtin, { kind: 'constant' }>,
  expected: Type | undefined,
): TypedExpression {
  switch (builtin.kind) {
    case 'elementwise':
      return checkElementwise(context, call, builtin);
    case 'reduction':
      return checkReductionCall(context, call, builtin);
    case 'structural':
      return checkStructural(context, call, builtin, expected);
    case 'derivative':
      return checkDerivative(context, call, builtin);
    case 'query':
      return checkQuery(context, call, builtin);
    case 'raw':
      return checkRaw(context, call, builtin);
    case 'distribution':
      return distributionAsValue(context, call, builtin.name);
    case 'distribution_operation':
      return operationWithoutDistribution(context, call, builtin);
    case 'history':
      return checkHistory(context, call, builtin);
    case 'set_operation':
      return checkSetOperation(context, call, builtin);
    default:
      return builtin satisfies never;
  }
}

/** The arguments of a builtin are by position; undefined after an error. */
export function positional(
  context: Context,
  call: CallExpression,
  builtin: Builtin,
  least: number,
  most: number = least,
): readonly Expression[] | undefined {
  const { session } = context;
  const notes = [`its signature is ${builtin.signature}`];
  const named = call.arguments.find((argument) => argument.name !== undefined);
  if (named !== undefined) {
    session.error('AM2202', named.span, `\`${builtin.name}\` takes its arguments by position`, { notes });
    return undefined;
  }
  const [over] = call.over;
  if (over !== undefined && builtin.kind !== 'reduction') {
    session.error('AM2106', over.span, `\`${builtin.name}\` does not take \`over\``, {
      notes: ['to map it along a dimension write a comprehension: `[i in N: ...]`'],
    });
    return undefined;
  }
  const count = call.arguments.length;
  if (count < least || count > most) {
    const code = count < least ? 'AM2203' : 'AM2204';
    const wanted =
      least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    session.error(
      code,
      call.span,
      `\`${builtin.name}\` takes ${wanted} ${most === 1 ? 'argument' : 'arguments'}, and ${count} are given`,
      { notes },
    );
    return undefined;
  }
  return call.arguments.map((argument) => argument.value);
}

function checkElementwise(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'elementwise' }>,
): TypedExpression {
  const expressions = positional(context, call, builtin, builtin.arity);
  if (expressions === undefined) return errorExpression(call.span);
  const operands = expressions.map((expression) => checkExpression(context, expression));
  if (operands.some(isError)) return errorExpression(call.span);
  if (builtin.operator === 'to_real' || builtin.operator === 'to_int')
    return conversion(context, call, builtin, operands);
  return applyOperator(context, builtin.operator, operands, call.span, call.span, builtin.name);
}

/** `real(label)`, `int(label)`: the one place where a class gives its number. */
function conversion(
  context: Context,
  call: CallExpression,
  builtin: Extract<Builtin, { kind: 'elementwise' }>,
  operands: readonly TypedExpression[],
): TypedExpression {
  const [operand] = operands;
  if (operand?.type.kind !== 'array') {
    context.session.error('AM2107', call.span, `\`${builtin.name}\` converts numbers`);
    return errorExpression(call.span);
  }
  const element = { kind: builtin.operator === 'to_real' ? 'real' : 'int' } as const;
  const type = { ...operand.type, element };
  return { kind: 'apply', operator: builtin.operator, operands: [operand], type, span: call.span };
}
