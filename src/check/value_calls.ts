/** Calls of what is a value: a function-typed argument, or a wrapped optimizer. */
import type { CallExpression } from '../parser/ast.js';
import { notCallable } from './calls.js';
import type { Context } from './context.js';
import { errorExpression, isError, tryFit } from './convert.js';
import { checkExpression } from './expression.js';
import { convertElement, elementwiseShape } from './function_calls.js';
import { printType } from './print_type.js';
import { arrayType, isScalar, isScalarType } from './type_facts.js';
import type { Lift, TypedExpression, ValueSymbol } from './typed.js';
import type { FunctionType } from './types.js';

export function callValue(context: Context, call: CallExpression, symbol: ValueSymbol): TypedExpression {
  const { span } = call;
  const { session } = context;
  const checked = call.arguments.map((argument) => checkExpression(context, argument.value));
  if (checked.some(isError)) return errorExpression(span);
  if (symbol.type.kind === 'optimizer') return applyOptimizer(context, call, symbol, checked);
  if (symbol.type.kind === 'error') return errorExpression(span);
  if (symbol.type.kind !== 'function') return notCallable(context, call.callee.span, `\`${symbol.name}\``);
  const { parameters, result } = symbol.type;
  const signature = `${symbol.name}: ${printType(symbol.type)}`;
  if (
    checked.length !== parameters.length ||
    call.arguments.some((argument) => argument.name !== undefined)
  ) {
    session.error('AM2204', span, `\`${symbol.name}\` takes ${parameters.length} arguments, without names`, {
      notes: [`it is ${signature}`],
    });
    return errorExpression(span);
  }
  const direct = parameters.map((type, index) => tryFit(session, checked[index] as TypedExpression, type));
  if (!direct.includes(undefined)) {
    const fitted = direct.filter((argument) => argument !== undefined);
    return { kind: 'call_value', callee: symbol, arguments: fitted, lift: undefined, type: result, span };
  }
  const shape = elementwiseShape(context, checked, span);
  if (scalarFunction(symbol.type) && shape !== undefined && !isScalar(shape) && result.kind === 'array') {
    const fitted = parameters.map((type, index) =>
      convertElement(checked[index] as TypedExpression, { ...symbol, type }),
    );
    const lift: Lift = { kind: 'elementwise', shape };
    return {
      kind: 'call_value',
      callee: symbol,
      arguments: fitted,
      lift,
      type: arrayType(result.element, shape),
      span,
    };
  }
  session.error('AM2201', call.callee.span, `\`${symbol.name}\` cannot be called with these arguments`, {
    labels: checked.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
    notes: [`it is ${signature}`],
  });
  return errorExpression(span);
}

function scalarFunction(type: FunctionType): boolean {
  return type.parameters.every(isScalarType) && isScalarType(type.result);
}

function applyOptimizer(
  context: Context,
  call: CallExpression,
  symbol: ValueSymbol,
  checked: readonly TypedExpression[],
): TypedExpression {
  const { span } = call;
  const { session, optimizer } = context;
  const [at, gradient] = checked;
  if (optimizer === undefined || at === undefined || gradient === undefined || checked.length !== 2) {
    session.error(
      'AM2204',
      span,
      `a wrapped optimizer is called with a point and a gradient: \`${symbol.name}(x, g)\``,
    );
    return errorExpression(span);
  }
  const { type } = optimizer.implicit.x;
  const point = tryFit(session, at, type);
  const direction = tryFit(session, gradient, type);
  if (point === undefined || direction === undefined) {
    session.error(
      'AM2201',
      span,
      `\`${symbol.name}\` steps from a point along a gradient, each ${printType(type)}`,
      {
        labels: checked.map((argument) => ({ span: argument.span, message: printType(argument.type) })),
      },
    );
    return errorExpression(span);
  }
  return { kind: 'apply_optimizer', optimizer: symbol, at: point, gradient: direction, type, span };
}
