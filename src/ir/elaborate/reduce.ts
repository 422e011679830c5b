/**
 * Reductions, over own axes or over binders (whose mapped axes become own ones first). The derived ones are built
 * from sums and maxima here, in their stable form: log-sum-exp shifts by its maximum, a norm has derivative zero at
 * zero, a mean over an empty guard is zero.
 */
import type { ReduceName, TypedBinder, TypedReduce, TypedReduceAxes } from '../../check/typed.js';
import { at, range } from '../types.js';
import { type Context, fail } from './context.js';
import { Environment } from './environment.js';
import { guarded } from './guard.js';
import {
  axisIndex,
  castTo,
  constant,
  elementwise,
  expand,
  ownMappedAxes,
  reduceOwn,
  reshapeOwn,
  sliceOwn,
  tensor,
} from './tensor.js';
import { type Axis, ownRank, ownShape, type Tensor, unionAxes } from './value.js';

/** What is reduced: own axes of a value, and the elements that count (a truth value of the same axes). */
interface Reduction {
  readonly value: Tensor;
  readonly axes: readonly number[];
  readonly counts: Tensor | undefined;
}

/** Binds each binder to the index of a new mapped axis. */
export function bindBinders(
  context: Context,
  binders: readonly TypedBinder[],
  statistics: boolean,
): { readonly environment: Environment; readonly axes: Axis[] } {
  const environment = new Environment(context.environment);
  const axes = binders.map((binder) => {
    const size = environment.size(binder.size);
    const from = environment.size(binder.from).value;
    const counted = statistics && size.training !== undefined ? size.training : size.value;
    if (counted < 0)
      fail('AM5001', binder.symbol.span, `${binder.symbol.name} runs over ${counted} values`, [
        'A range a..b needs a - 1 <= b.',
      ]);
    const axis = context.axis(counted, binder.symbol.name);
    environment.bind(binder.symbol, axisIndex(context.frame, axis, from));
    return axis;
  });
  return { environment, axes };
}

export function reduceBinders(context: Context, expression: TypedReduce): Tensor {
  const { environment, axes } = bindBinders(context, expression.binders, true);
  const { value, guard } = context.within(environment, () => {
    if (expression.guard === undefined) return { value: context.tensor(expression.body), guard: undefined };
    const condition = context.tensor(expression.guard);
    return { value: guarded(context, condition, () => context.tensor(expression.body)), guard: condition };
  });
  const { frame } = context;
  const owned = ownMappedAxes(frame, value, axes);
  const counts = guard === undefined ? undefined : ownMappedAxes(frame, guard, axes);
  return reduction(context, expression.operator, { value: owned, axes: range(axes.length), counts });
}

export function reduceAxes(context: Context, expression: TypedReduceAxes): Tensor {
  let value = context.tensor(expression.operand);
  const rank = ownRank(value);
  const axes = expression.axes === 'all' ? range(rank) : expression.axes.map((fromEnd) => rank - fromEnd);
  if (expression.operand.type.kind === 'array') {
    const sizes = context.environment.shape(expression.operand.type.shape);
    for (const axis of axes) {
      const { training, value: size } = at(sizes, axis);
      if (training !== undefined && training < size)
        value = sliceOwn(context.frame, value, axis, 0, training);
    }
  }
  return reduction(context, expression.operator, { value, axes, counts: undefined });
}

function reduction(context: Context, operator: ReduceName, reduced: Reduction): Tensor {
  const { frame } = context;
  switch (operator) {
    case 'sum':
      return sum(context, reduced);
    case 'product':
      return reduceOwn(frame, 'product', numbersOr(context, reduced, 1), reduced.axes);
    case 'mean':
      return mean(context, reduced);
    case 'max':
      return reduceOwn(frame, 'max', numbersOr(context, reduced, -Infinity), reduced.axes);
    case 'min':
      return reduceOwn(frame, 'min', numbersOr(context, reduced, Infinity), reduced.axes);
    case 'any':
      return reduceOwn(frame, 'or', maskedBy(context, reduced, 0), reduced.axes);
    case 'all':
      return reduceOwn(frame, 'and', maskedBy(context, reduced, 1), reduced.axes);
    case 'count':
      return sum(context, { ...reduced, value: castTo(frame, reduced.value, 'int') });
    case 'logsumexp':
      return logSumExp(context, reduced);
    case 'norm': {
      const value = castTo(frame, reduced.value, 'real');
      return rootOfSum(context, sum(context, { ...reduced, value: elementwise(frame, 'square', [value]) }));
    }
    case 'variance':
      return variance(context, reduced);
    case 'deviation':
      return rootOfSum(context, variance(context, reduced));
    case 'argmax':
      return argExtreme(context, 'max', reduced);
    case 'argmin':
      return argExtreme(context, 'min', reduced);
    default:
      return operator satisfies never;
  }
}

/** The value where it counts, else the identity of the reduction. */
function maskedBy(context: Context, reduced: Reduction, identity: number): Tensor {
  if (reduced.counts === undefined) return reduced.value;
  const filler = constant(context.frame, identity, reduced.value.node.type.dtype);
  return elementwise(context.frame, 'select', [reduced.counts, reduced.value, filler]);
}

function numbersOr(context: Context, reduced: Reduction, identity: number): Tensor {
  const isBool = reduced.value.node.type.dtype === 'bool';
  const finite = Number.isFinite(identity);
  const value =
    isBool || !finite ? castTo(context.frame, reduced.value, finite ? 'int' : 'real') : reduced.value;
  return maskedBy(context, { ...reduced, value }, identity);
}

function sum(context: Context, reduced: Reduction): Tensor {
  return reduceOwn(context.frame, 'sum', numbersOr(context, reduced, 0), reduced.axes);
}

function elementCount(reduced: Reduction): number {
  const own = ownShape(reduced.value);
  return reduced.axes.reduce((count, axis) => count * at(own, axis), 1);
}

function mean(context: Context, reduced: Reduction): Tensor {
  const { frame } = context;
  const value = castTo(frame, reduced.value, 'real');
  const total = sum(context, { ...reduced, value });
  if (reduced.counts === undefined) {
    return elementwise(frame, 'divide', [total, constant(frame, Math.max(1, elementCount(reduced)), 'real')]);
  }
  const counted = castTo(
    frame,
    sum(context, { ...reduced, value: reduced.counts, counts: undefined }),
    'real',
  );
  const one = constant(frame, 1, 'real');
  return elementwise(frame, 'divide', [total, elementwise(frame, 'maximum', [counted, one])]);
}

/** Repeats a reduced value along the axes that it lost. */
function spread(context: Context, value: Tensor, reduced: Reduction): Tensor {
  const own = ownShape(reduced.value);
  const kept = range(own.length).filter((axis) => !reduced.axes.includes(axis));
  const lead = value.axes.length;
  const axes = unionAxes([value.axes, reduced.value.axes]);
  const node = expand(context.frame, value, axes, ownShape(value));
  const shape = [...axes.map((axis) => axis.size), ...own];
  const map = [...range(lead), ...kept.map((axis) => axis + lead)];
  return tensor(context.frame, context.frame.builder.broadcast(node, shape, map), axes);
}

function variance(context: Context, reduced: Reduction): Tensor {
  const { frame } = context;
  const value = castTo(frame, reduced.value, 'real');
  const centre = mean(context, { ...reduced, value });
  const centred = elementwise(frame, 'subtract', [value, spread(context, centre, reduced)]);
  return mean(context, { ...reduced, value: elementwise(frame, 'square', [centred]) });
}

/** The square root of a sum of squares, with derivative zero at zero. */
function rootOfSum(context: Context, squares: Tensor): Tensor {
  const { frame } = context;
  const zero = constant(frame, 0, 'real');
  const positive = elementwise(frame, 'greater', [squares, zero]);
  const safe = elementwise(frame, 'select', [positive, squares, constant(frame, 1, 'real')]);
  return elementwise(frame, 'select', [positive, elementwise(frame, 'sqrt', [safe]), zero]);
}

/** log(sum(exp(v))) = m + log(sum(exp(v - m))) for any m; with m the maximum nothing overflows, and m needs no derivative. */
function logSumExp(context: Context, reduced: Reduction): Tensor {
  const { frame } = context;
  const value = numbersOr(context, { ...reduced, value: castTo(frame, reduced.value, 'real') }, -Infinity);
  const highest = reduceOwn(frame, 'max', value, reduced.axes);
  const stopped = tensor(frame, frame.builder.stopGradient(frame.read(highest)), highest.axes);
  const finite = elementwise(frame, 'is_finite', [stopped]);
  const shift = elementwise(frame, 'select', [finite, stopped, constant(frame, 0, 'real')]);
  const shifted = elementwise(frame, 'subtract', [value, spread(context, shift, { ...reduced, value })]);
  const total = reduceOwn(frame, 'sum', elementwise(frame, 'exp', [shifted]), reduced.axes);
  return elementwise(frame, 'add', [elementwise(frame, 'log', [total]), shift]);
}

function argExtreme(context: Context, direction: 'max' | 'min', reduced: Reduction): Tensor {
  const { frame } = context;
  const worst = direction === 'max' ? -Infinity : Infinity;
  let value = numbersOr(context, { ...reduced, value: castTo(frame, reduced.value, 'real') }, worst);
  let axis = at(reduced.axes, 0);
  if (reduced.axes.length > 1) {
    const own = ownShape(value);
    if (reduced.axes.length !== own.length) throw new Error('compiler bug: argmax over some of several axes');
    value = reshapeOwn(frame, value, [own.reduce((size, extent) => size * extent, 1)]);
    axis = 0;
  }
  const node = frame.builder.argreduce(direction, frame.read(value), axis + value.axes.length);
  return tensor(frame, node, value.axes);
}
