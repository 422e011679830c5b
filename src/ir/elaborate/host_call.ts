/** Calls of the host's functions: mapped axes are the lanes of one node, and a call under a condition is made only where it holds. */
import type { TypedHostCall } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node, Operator } from '../graph.js';
import type { NoDerivativeError } from '../operators/host_call.js';
import type { Context } from './context.js';
import { fail } from './context.js';
import { currentGuard } from './guard.js';
import { expand, tensor } from './tensor.js';
import { ownShape, sizesOf, type Tensor, unionAxes } from './value.js';

export function hostCall(context: Context, expression: TypedHostCall): Tensor {
  const { frame } = context;
  const { builder } = frame;
  const given = expression.arguments.map((argument) => context.tensor(argument));
  const axes = unionAxes(given.map((value) => value.axes));
  const inputs = given.map((value) => expand(frame, value, axes, ownShape(value)));
  const { type } = expression;
  const own = type.kind === 'array' ? context.environment.shape(type.shape).map(({ value }) => value) : [];
  const operator: Operator = { kind: 'host_call', name: expression.name, lanes: axes.length };
  const result = { dtype: 'real', shape: [...sizesOf(axes), ...own] } as const;
  const guard = currentGuard(context);
  if (guard === undefined || guard.axes.length > 0) {
    return tensor(frame, builder.node(operator, inputs, result), axes);
  }
  const branch = (make: (inner: GraphBuilder, parameters: readonly Node[]) => Node) => {
    const inner = new GraphBuilder();
    const parameters = inputs.map((input) => inner.parameter(input.type, input.label ?? 'value'));
    return inner.region(parameters, [make(inner, parameters)]);
  };
  const [value] = builder.cond({
    condition: frame.read(guard),
    captured: inputs,
    then: branch((inner, parameters) =>
      inner.withSpan(expression.span, undefined, () => inner.node(operator, parameters, result)),
    ),
    otherwise: branch((inner) => inner.constant(0, 'real', result.shape)),
  });
  if (value === undefined) throw new Error('compiler bug: a condition without a result');
  return tensor(frame, value, axes);
}

/** The derivative that something asked for, as a diagnostic. */
export function refuseDerivative(error: NoDerivativeError, problem: string): never {
  const place = error.span;
  if (place === undefined)
    throw new Error(`compiler bug: no place in ${problem} for a derivative of a black box`);
  return fail('AM5075', place, `\`${error.host}\` is a black box, and its derivative is asked for`, [
    'No derivative passes through a function of the host.',
    '`stop(...)` around the call makes it a constant; an optimizer that sees values only is `cma_es()`, `nelder_mead()` or `bayesian_optimization()`.',
  ]);
}
