/** One case for each form of typed expression; the work is in the files beside this one. */
import type { TypedExpression } from '../../check/typed.js';
import { applyOperator, dtypeOf } from './apply.js';
import { asTensor, call, callValue } from './call.js';
import type { Context } from './context.js';
import { derivative } from './derivative.js';
import { draw } from './draw.js';
import { Environment } from './environment.js';
import { guarded, negated, selectLanes } from './guard.js';
import { hostCall } from './host_call.js';
import { indexInto } from './indexing.js';
import { matmul } from './matmul.js';
import { bindBinders, reduceAxes, reduceBinders } from './reduce.js';
import { castTo, constant, constantOf, ownMappedAxes } from './tensor.js';
import { stack, structural } from './structural.js';
import type { Tensor, Value } from './value.js';

export function elaborateExpression(context: Context, expression: TypedExpression): Value {
  const { builder } = context.frame;
  return builder.withSpan(expression.span, undefined, () => byKind(context, expression));
}

function byKind(context: Context, expression: TypedExpression): Value {
  switch (expression.kind) {
    case 'constant':
      return constant(context.frame, expression.value, dtypeOf(expression.type));
    case 'reference':
      return reference(context, expression);
    case 'dimension':
      return constant(context.frame, context.dimensionValue(expression), 'int');
    case 'apply':
      return applyOperator(context, expression);
    case 'matmul':
      return matmul(context, expression);
    case 'if':
      return conditional(context, expression);
    case 'index':
      return indexInto(context, expression);
    case 'comprehension':
      return comprehension(context, expression);
    case 'reduce':
      return reduceBinders(context, expression);
    case 'reduce_axes':
      return reduceAxes(context, expression);
    case 'call':
      return call(context, expression);
    case 'call_value':
      return callValue(context, expression);
    case 'function_value':
      return expression.target.kind === 'function'
        ? { kind: 'function', function: expression.target.function }
        : { kind: 'builtin_function', operator: expression.target.operator };
    case 'structural':
      return structural(context, expression);
    case 'list':
      return stack(
        context,
        expression.elements.map((element) => context.tensor(element)),
        dtypeOf(expression.type),
      );
    case 'record':
      return {
        kind: 'record',
        fields: new Map(expression.fields.map((field) => [field.name, context.expression(field.value)])),
      };
    case 'field':
      return field(context, expression);
    case 'derivative':
      return derivative(context, expression);
    case 'draw':
      return draw(context, expression);
    case 'raw':
      return context.raw(expression.raw);
    case 'objective':
      return context.objective(expression);
    case 'set_query':
      return context.setQuery(expression);
    case 'apply_optimizer':
      return context.applyOptimizer(expression);
    case 'schedule_call':
      return context.schedule(expression);
    case 'optimizer_value':
      throw new Error('compiler bug: an optimizer is not a value of an expression');
    case 'host_call':
      return hostCall(context, expression);
    case 'block':
      return context.within(new Environment(context.environment), () => {
        context.statements(expression.statements);
        return context.expression(expression.result);
      });
    case 'nested':
      return context.nested(expression);
    default:
      return expression satisfies never;
  }
}

/** Reads a name in the current frame; inner frames capture what outer ones made. */
function reference(context: Context, expression: Extract<TypedExpression, { kind: 'reference' }>): Value {
  const value = context.environment.cell(expression.symbol).read();
  if (value.kind !== 'tensor' || value.frame === context.frame) return value;
  return { ...value, node: context.frame.read(value), frame: context.frame };
}

function conditional(context: Context, expression: Extract<TypedExpression, { kind: 'if' }>): Value {
  const condition = context.tensor(expression.condition);
  const known = constantOf(condition);
  if (known !== undefined) return context.expression(known === 0 ? expression.otherwise : expression.then);
  const then = guarded(context, condition, () => context.expression(expression.then));
  const otherwise = guarded(context, negated(context, condition), () =>
    context.expression(expression.otherwise),
  );
  return choose(context, condition, then, otherwise);
}

function choose(context: Context, condition: Tensor, then: Value, otherwise: Value): Value {
  if (then.kind === 'tensor' && otherwise.kind === 'tensor') {
    const { frame } = context;
    const real = [then, otherwise].some((value) => value.node.type.dtype === 'real');
    const [left, right] = real
      ? [castTo(frame, then, 'real'), castTo(frame, otherwise, 'real')]
      : [then, otherwise];
    return selectLanes(context, condition, left, right);
  }
  if (then.kind !== 'record' || otherwise.kind !== 'record')
    throw new Error('compiler bug: a condition chooses functions');
  const fields = [...then.fields].map(([name, value]) => {
    const other = otherwise.fields.get(name);
    if (other === undefined) throw new Error('compiler bug: the branches of a condition differ in fields');
    return [name, choose(context, condition, value, other)] as const;
  });
  return { kind: 'record', fields: new Map(fields) };
}

function comprehension(
  context: Context,
  expression: Extract<TypedExpression, { kind: 'comprehension' }>,
): Value {
  const { environment, axes } = bindBinders(context, expression.binders, false);
  const body = context.within(environment, () => context.tensor(expression.body));
  const real = castTo(context.frame, body, dtypeOf(expression.type));
  return ownMappedAxes(context.frame, real, axes);
}

function field(context: Context, expression: Extract<TypedExpression, { kind: 'field' }>): Value {
  const record = context.expression(expression.object);
  const value = record.kind === 'record' ? record.fields.get(expression.name) : undefined;
  if (value === undefined) throw new Error(`compiler bug: no field ${expression.name}`);
  return value;
}

/** A value in the number type of an annotation. */
export function numbersOf(context: Context, value: Value, like: TypedExpression): Tensor {
  return castTo(context.frame, asTensor(value), dtypeOf(like.type));
}
