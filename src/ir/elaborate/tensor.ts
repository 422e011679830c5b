/**
 * Operations on tensors with mapped axes: every one aligns the mapped axes of its operands by name, then works on the
 * own axes exactly as the source says. Elementwise operands line up at their last own axes.
 */
import type { ApplyName } from '../../check/typed.js';
import type { DType, ElementwiseName, Monoid, Node, Shape } from '../graph.js';
import { at, range, sizeOf } from '../types.js';
import type { Frame } from './frame.js';
import { type Axis, ownRank, ownShape, sizesOf, type Tensor, unionAxes } from './value.js';

export function tensor(frame: Frame, node: Node, axes: readonly Axis[] = []): Tensor {
  return { kind: 'tensor', node, axes, frame, affine: undefined };
}

export function constant(frame: Frame, value: number, dtype: DType, shape: Shape = []): Tensor {
  return tensor(frame, frame.builder.constant(value, dtype, shape));
}

/** The number behind a constant scalar, whatever its mapped axes. */
export function constantOf(value: Tensor): number | undefined {
  const { operator } = value.node;
  if (operator.kind === 'constant') return operator.value;
  return undefined;
}

/** In `frame`, with exactly these mapped axes (a superset of the value's) and this own shape (a broadcast of the value's). */
export function expand(frame: Frame, value: Tensor, axes: readonly Axis[], own: Shape): Node {
  const node = frame.read(value);
  const shape = [...sizesOf(axes), ...own];
  const positions = value.axes.map((axis) => axes.indexOf(axis));
  if (positions.includes(-1)) throw new Error('compiler bug: a mapped axis would be lost');
  const rank = ownRank(value);
  const map = [...positions, ...range(rank, shape.length - rank)];
  return frame.builder.broadcast(node, shape, map);
}

export function castTo(frame: Frame, value: Tensor, dtype: DType): Tensor {
  if (value.node.type.dtype === dtype) return value;
  const node = frame.read(value);
  const { operator } = node;
  if (operator.kind === 'constant') {
    const folded =
      dtype === 'int'
        ? Math.trunc(operator.value)
        : dtype === 'bool'
          ? Number(operator.value !== 0)
          : operator.value;
    return tensor(frame, frame.builder.constant(folded, dtype, node.type.shape), value.axes);
  }
  return tensor(frame, frame.builder.cast(node, dtype), value.axes);
}

/** Broadcasts all operands to their common mapped axes and own shape. */
export function align(
  frame: Frame,
  values: readonly Tensor[],
): { nodes: Node[]; axes: readonly Axis[]; own: Shape } {
  const axes = unionAxes(values.map((value) => value.axes));
  let own: Shape = [];
  for (const value of values) if (ownRank(value) > own.length) own = ownShape(value);
  return { nodes: values.map((value) => expand(frame, value, axes, own)), axes, own };
}

export function elementwise(frame: Frame, name: ElementwiseName, operands: readonly Tensor[]): Tensor {
  const { nodes, axes } = align(frame, operands);
  return tensor(frame, frame.builder.elementwise(name, nodes), axes);
}

/** A reduction over own axes, counted from the first own axis. */
export function reduceOwn(frame: Frame, monoid: Monoid, value: Tensor, axes: readonly number[]): Tensor {
  const shifted = axes.map((axis) => axis + value.axes.length);
  return tensor(frame, frame.builder.reduce(monoid, frame.read(value), shifted), value.axes);
}

/** Makes mapped axes own ones, in front of the value's own axes, in the order given. */
export function ownMappedAxes(frame: Frame, value: Tensor, mapped: readonly Axis[]): Tensor {
  const missing = mapped.filter((axis) => !value.axes.includes(axis));
  const axes = unionAxes([value.axes, missing]);
  const node = expand(frame, value, axes, ownShape(value));
  const kept = axes.filter((axis) => !mapped.includes(axis));
  const order = [...kept, ...mapped].map((axis) => axes.indexOf(axis));
  const own = range(ownRank(value), axes.length);
  return tensor(frame, frame.builder.transpose(node, [...order, ...own]), kept);
}

/** Makes own axis `position` the mapped axis `axis`, which the value must not have yet. */
export function mapOwnAxis(frame: Frame, value: Tensor, position: number, axis: Axis): Tensor {
  const axes = unionAxes([value.axes, [axis]]);
  const from = value.axes.length + position;
  const mapped = axes.map((each) => (each === axis ? from : value.axes.indexOf(each)));
  const own = range(ownRank(value), value.axes.length).filter((index) => index !== from);
  return tensor(frame, frame.builder.transpose(frame.read(value), [...mapped, ...own]), axes);
}

/** Permutes own axes: result own axis a is own axis permutation[a]. */
export function transposeOwn(frame: Frame, value: Tensor, permutation: readonly number[]): Tensor {
  const lead = value.axes.length;
  const full = [...range(lead), ...permutation.map((axis) => axis + lead)];
  return tensor(frame, frame.builder.transpose(frame.read(value), full), value.axes);
}

export function reshapeOwn(frame: Frame, value: Tensor, own: Shape): Tensor {
  const shape = [...sizesOf(value.axes), ...own];
  return tensor(frame, frame.builder.reshape(frame.read(value), shape), value.axes);
}

export function sliceOwn(
  frame: Frame,
  value: Tensor,
  position: number,
  start: number,
  limit: number,
): Tensor {
  const node = frame.read(value);
  return tensor(frame, frame.builder.sliceAxis(node, value.axes.length + position, start, limit), value.axes);
}

/** Positions 0 .. size - 1 along a mapped axis, as an int. */
export function axisIndex(frame: Frame, axis: Axis, offset: number): Tensor {
  const iota = frame.builder.iota([axis.size], 0);
  const node =
    offset === 0
      ? iota
      : frame.builder.binary('add', iota, frame.builder.constant(offset, 'int', [axis.size]));
  return { kind: 'tensor', node, axes: [axis], frame, affine: { axis, offset } };
}

/** Row-major positions of the own elements, int of the own shape. */
export function ownPositions(frame: Frame, own: Shape): Tensor {
  const flat = frame.builder.iota([sizeOf(own)], 0);
  return tensor(frame, frame.builder.reshape(flat, own));
}

/** What each operation of the language is in the graph, where they differ in name only. */
export const elementwiseOf: Readonly<Partial<Record<ApplyName, ElementwiseName>>> = {
  negate: 'negate',
  not: 'not',
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  equal: 'equal',
  not_equal: 'not_equal',
  less: 'less',
  less_equal: 'less_equal',
  greater: 'greater',
  greater_equal: 'greater_equal',
  and: 'and',
  or: 'or',
  maximum: 'maximum',
  minimum: 'minimum',
  atan2: 'atan2',
  floor_divide: 'floor_divide',
  modulo: 'modulo',
  abs: 'abs',
  sign: 'sign',
  floor: 'floor',
  ceil: 'ceil',
  round: 'round',
  exp: 'exp',
  expm1: 'expm1',
  log: 'log',
  log1p: 'log1p',
  sqrt: 'sqrt',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  asin: 'asin',
  acos: 'acos',
  atan: 'atan',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  asinh: 'asinh',
  acosh: 'acosh',
  atanh: 'atanh',
  sigmoid: 'sigmoid',
  softplus: 'softplus',
  erf: 'erf',
  erfc: 'erfc',
  lgamma: 'lgamma',
  digamma: 'digamma',
  is_finite: 'is_finite',
};

export function isReal(value: Tensor): boolean {
  return value.node.type.dtype === 'real';
}

export function lastOf<T>(list: readonly T[]): T {
  return at(list, list.length - 1);
}
