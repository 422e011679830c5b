/** Merging of operators that move elements: chains become one, reads of what was put together go to the part. */
import type { GraphBuilder } from '../builder.js';
import type { Node, OperatorKind } from '../graph.js';
import { at, otherAxes, range, sameShape, sizeOf } from '../types.js';
import { operandOf, operatorOf } from './match.js';
import type { Rewrite } from './rewrite.js';

type Apply<K extends OperatorKind> = (
  b: GraphBuilder,
  node: Node,
  operator: NonNullable<ReturnType<typeof operatorOf<K>>>,
  input: Node,
) => Node | undefined;

/** A rule for one kind, given its operator and first input. */
function on<K extends OperatorKind>(name: string, kind: K, apply: Apply<K>): Rewrite {
  return {
    name,
    kind,
    apply: (b, node) => {
      const operator = operatorOf(node, kind);
      const input = node.inputs[0];
      return operator === undefined || input === undefined ? undefined : apply(b, node, operator, input);
    },
  };
}

function source(node: Node): Node {
  return at(node.inputs, 0);
}

const chains: readonly Rewrite[] = [
  on('reshape of a reshape', 'reshape', (b, node, _operator, input) =>
    input.operator.kind === 'reshape' ? b.reshape(source(input), node.type.shape) : undefined,
  ),
  on('transpose of a transpose', 'transpose', (b, _node, { permutation }, input) => {
    const inner = operatorOf(input, 'transpose');
    return (
      inner &&
      b.transpose(
        source(input),
        permutation.map((axis) => at(inner.permutation, axis)),
      )
    );
  }),
  on('broadcast of a broadcast', 'broadcast', (b, node, { axes }, input) => {
    const inner = operatorOf(input, 'broadcast');
    return (
      inner &&
      b.broadcast(
        source(input),
        node.type.shape,
        inner.axes.map((axis) => at(axes, axis)),
      )
    );
  }),
  on('transpose of a broadcast', 'transpose', (b, node, { permutation }, input) => {
    const inner = operatorOf(input, 'broadcast');
    if (inner === undefined) return undefined;
    const places = inner.axes.map((axis) => permutation.indexOf(axis));
    const order = range(places.length).sort((left, right) => at(places, left) - at(places, right));
    return b.broadcast(
      b.transpose(source(input), order),
      node.type.shape,
      order.map((axis) => at(places, axis)),
    );
  }),
  on('reverse twice', 'reverse', (_b, _node, { axes }, input) => {
    const inner = operatorOf(input, 'reverse');
    return inner !== undefined && sameShape(inner.axes, axes) ? source(input) : undefined;
  }),
];

const slices: readonly Rewrite[] = [
  on('slice of a slice', 'slice', (b, node, operator, input) => {
    const inner = operatorOf(input, 'slice');
    if (inner === undefined || sizeOf(node.type.shape) === 0) return undefined;
    const starts = operator.starts.map(
      (start, axis) => at(inner.starts, axis) + start * at(inner.strides, axis),
    );
    const strides = operator.strides.map((stride, axis) => stride * at(inner.strides, axis));
    const limits = node.type.shape.map(
      (extent, axis) => at(starts, axis) + (extent - 1) * at(strides, axis) + 1,
    );
    return b.slice(source(input), starts, limits, strides);
  }),
  on('slice of a concat', 'slice', (b, node, operator, input) => {
    const concat = operatorOf(input, 'concat');
    if (concat === undefined || sizeOf(node.type.shape) === 0) return undefined;
    const { axis } = concat;
    let offset = 0;
    for (const part of input.inputs) {
      const end = offset + at(part.type.shape, axis);
      const start = at(operator.starts, axis);
      const limit = start + (at(node.type.shape, axis) - 1) * at(operator.strides, axis) + 1;
      if (start >= offset && limit <= end) {
        const shift = (values: readonly number[], value: number): number[] =>
          values.map((old, index) => (index === axis ? value - offset : old));
        return b.slice(part, shift(operator.starts, start), shift(operator.limits, limit), operator.strides);
      }
      offset = end;
    }
    return undefined;
  }),
  on('slice of a broadcast', 'slice', (b, node, operator, input) => {
    const inner = operatorOf(input, 'broadcast');
    if (inner === undefined) return undefined;
    const pick = (values: readonly number[]): number[] => inner.axes.map((axis) => at(values, axis));
    const small = b.slice(
      source(input),
      pick(operator.starts),
      pick(operator.limits),
      pick(operator.strides),
    );
    return b.broadcast(small, node.type.shape, inner.axes);
  }),
  on('slice of what was padded', 'slice', (_b, node, operator, input) => {
    const inner = operatorOf(input, 'pad');
    const inside =
      inner !== undefined &&
      sameShape(source(input).type.shape, node.type.shape) &&
      sameShape(inner.low, operator.starts) &&
      inner.interior.every(
        (count, axis) => count + 1 === operator.strides[axis] || at(node.type.shape, axis) < 2,
      );
    return inside ? source(input) : undefined;
  }),
];

const reductions: readonly Rewrite[] = [
  on('reduction of a reduction', 'reduce', (b, _node, { monoid, axes }, input) => {
    const inner = operatorOf(input, 'reduce');
    if (inner === undefined || inner.monoid !== monoid) return undefined;
    const kept = otherAxes(source(input).type.shape.length, inner.axes);
    return b.reduce(monoid, source(input), [...inner.axes, ...axes.map((axis) => at(kept, axis))]);
  }),
  on('reduction of a broadcast', 'reduce', (b, node, { monoid, axes }, input) => {
    const inner = operatorOf(input, 'broadcast');
    if (inner === undefined || node.type.dtype === 'int') return undefined;
    const repeated = axes.filter((axis) => !inner.axes.includes(axis));
    const times = sizeOf(repeated.map((axis) => at(input.type.shape, axis)));
    const idempotent = monoid !== 'sum' && monoid !== 'product';
    if (repeated.length === 0 || monoid === 'product' || times === 0) return undefined;
    const keptAxes = otherAxes(input.type.shape.length, axes);
    const ownAxes = inner.axes.flatMap((axis, index) => (axes.includes(axis) ? [index] : []));
    const small = b.reduce(monoid, source(input), ownAxes);
    const scaled = idempotent ? small : b.binary('multiply', small, b.like(small, times));
    const places = inner.axes.filter((axis) => !axes.includes(axis)).map((axis) => keptAxes.indexOf(axis));
    return b.broadcast(scaled, node.type.shape, places);
  }),
  on('sum of negated terms', 'reduce', (b, _node, { monoid, axes }, input) => {
    const positive = operandOf(input, 'negate');
    return positive !== undefined && monoid === 'sum'
      ? b.unary('negate', b.reduce('sum', positive, axes))
      : undefined;
  }),
  on('reduction of a transpose', 'reduce', (b, node, { monoid, axes }, input) => {
    const inner = operatorOf(input, 'transpose');
    if (inner === undefined) return undefined;
    const moved = axes.map((axis) => at(inner.permutation, axis));
    const kept = otherAxes(inner.permutation.length, axes).map((axis) => at(inner.permutation, axis));
    const rank = range(kept.length).sort((left, right) => at(kept, left) - at(kept, right));
    const reduced = b.reduce(monoid, source(input), moved);
    const back = range(kept.length).map((axis) => rank.indexOf(axis));
    return node.type.shape.length === 0 ? reduced : b.transpose(reduced, back);
  }),
];

const marks: readonly Rewrite[] = (['stop_gradient', 'mask_tangent'] as const).map((kind) =>
  on(`${kind} of a constant`, kind, (_b, _node, _operator, input) =>
    input.operator.kind === 'constant' ? input : undefined,
  ),
);

export const structure: readonly Rewrite[] = [...chains, ...slices, ...reductions, ...marks];
