/**
 * `a[i, j]`. An index that is a binder plus a constant renames an axis (a slice, no gather); a constant index is a
 * slice; everything else is a gather. Updates `a[i] <- e` are scatters of one element, or of one for each of an array of indices.
 */
import type { TypedIndex, TypedIndexItem } from '../../check/typed.js';
import type { Span } from '../../parser/source.js';
import { at, range, sizeOf, stridesOf } from '../types.js';
import { type Context, fail } from './context.js';
import { currentGuard, orHarmless } from './guard.js';
import {
  castTo,
  constant,
  constantOf,
  elementwise,
  expand,
  mapOwnAxis,
  ownPositions,
  reshapeOwn,
  sliceOwn,
  tensor,
  transposeOwn,
} from './tensor.js';
import { ownRank, ownShape, type Tensor, unionAxes } from './value.js';

export function indexInto(context: Context, expression: TypedIndex): Tensor {
  let value = context.tensor(expression.object);
  let position = 0;
  for (const item of expression.indices) {
    if (item.kind === 'range') {
      value = takeRange(context, value, position, item);
      position += 1;
    } else {
      const index = castTo(context.frame, context.tensor(item.value), 'int');
      const inside = item.value.type.kind === 'array' && item.value.type.element.kind === 'class';
      value = takeAt(context, value, position, index, inside, item.value.span);
    }
  }
  return value;
}

function takeRange(
  context: Context,
  value: Tensor,
  position: number,
  item: Extract<TypedIndexItem, { kind: 'range' }>,
): Tensor {
  const { frame } = context;
  const size = context.environment.size(item.size).value;
  const from = castTo(frame, context.tensor(item.from), 'int');
  const start = constantOf(from);
  const extent = at(ownShape(value), position);
  if (start !== undefined) {
    if (start < 0 || size < 0 || start + size > extent) {
      fail(
        'AM5002',
        item.from.span,
        `the range ${start}..${start + size - 1} reaches outside 0..${extent - 1}`,
      );
    }
    return sliceOwn(frame, value, position, start, start + size);
  }
  const positions = elementwise(frame, 'add', [ownPositions(frame, [size]), from]);
  return backToPlace(
    context,
    gatherFront(context, toFront(context, value, position), positions, false),
    position,
  );
}

function takeAt(
  context: Context,
  value: Tensor,
  position: number,
  index: Tensor,
  inside: boolean,
  span: Span,
): Tensor {
  const { frame } = context;
  const extent = at(ownShape(value), position);
  const { affine } = index;
  if (affine !== undefined && !value.axes.includes(affine.axis)) {
    const { offset, axis } = affine;
    if (offset >= 0 && offset + axis.size <= extent) {
      return mapOwnAxis(frame, sliceOwn(frame, value, position, offset, offset + axis.size), position, axis);
    }
  }
  const known = constantOf(index);
  if (known !== undefined && index.node.type.shape.length === 0) {
    if (known >= 0 && known < extent) {
      const cut = sliceOwn(frame, value, position, known, known + 1);
      return reshapeOwn(
        frame,
        cut,
        ownShape(value).filter((_, axis) => axis !== position),
      );
    }
    if (currentGuard(context) === undefined) {
      fail('AM5003', span, `index ${known} is outside 0..${extent - 1}`, ['Dimensions index from 0.']);
    }
  }
  const front = toFront(context, value, position);
  const gathered = gatherFront(context, front, orHarmless(context, index, 0), inside);
  return ownRank(index) === 0 ? gathered : backToPlace(context, gathered, position);
}

/** Own axis `position` first. */
function toFront(context: Context, value: Tensor, position: number): Tensor {
  if (position === 0) return value;
  const others = range(ownRank(value)).filter((axis) => axis !== position);
  return transposeOwn(context.frame, value, [position, ...others]);
}

function backToPlace(context: Context, value: Tensor, position: number): Tensor {
  if (position === 0) return value;
  const order = range(ownRank(value) - 1, 1);
  order.splice(position, 0, 0);
  return transposeOwn(context.frame, value, order);
}

/**
 * Replaces the first own axis of `value` by the own axes of `index`, lane by lane: mapped axes that both have are
 * paired, those of one only stay its own.
 */
export function gatherFront(context: Context, value: Tensor, index: Tensor, inBounds: boolean): Tensor {
  const { frame } = context;
  const { builder } = frame;
  const shared = value.axes.filter((axis) => index.axes.includes(axis));
  const valueOnly = value.axes.filter((axis) => !shared.includes(axis));
  const indexOnly = index.axes.filter((axis) => !shared.includes(axis));
  const lead = value.axes.length;
  const operand = builder.transpose(frame.read(value), [
    ...shared.map((axis) => value.axes.indexOf(axis)),
    lead,
    ...valueOnly.map((axis) => value.axes.indexOf(axis)),
    ...range(ownRank(value) - 1, lead + 1),
  ]);
  const indices = builder.transpose(frame.read(index), [
    ...[...shared, ...indexOnly].map((axis) => index.axes.indexOf(axis)),
    ...range(ownRank(index), index.axes.length),
  ]);
  const gathered = builder.gather(operand, indices, { batch: shared.length, inBounds });
  // Axes now: shared, indexOnly, index own, valueOnly, value's other own axes.
  const ownIndex = range(ownRank(index), shared.length + indexOnly.length);
  const axes = unionAxes([value.axes, index.axes]);
  const place = (axis: (typeof axes)[number]): number => {
    if (shared.includes(axis)) return shared.indexOf(axis);
    if (indexOnly.includes(axis)) return shared.length + indexOnly.indexOf(axis);
    return shared.length + indexOnly.length + ownIndex.length + valueOnly.indexOf(axis);
  };
  const rest = range(
    ownRank(value) - 1,
    shared.length + indexOnly.length + ownIndex.length + valueOnly.length,
  );
  const node = builder.transpose(gathered, [...axes.map(place), ...ownIndex, ...rest]);
  return tensor(frame, node, axes);
}

/** The value with the element (or slice) at the indices replaced. */
export function updateAt(
  context: Context,
  value: Tensor,
  items: readonly TypedIndexItem[],
  replacement: Tensor,
): Tensor {
  const { frame } = context;
  const first = items[0];
  if (items.length === 1 && first?.kind === 'range') return updateRange(context, value, first, replacement);
  const indices = items.map((item) => {
    if (item.kind === 'range')
      fail('AM5002', item.from.span, 'a range and an index cannot be updated together');
    return castTo(frame, context.tensor(item.value), 'int');
  });
  const own = ownShape(value);
  const leading = own.slice(0, indices.length);
  const rest = own.slice(indices.length);
  const strides = stridesOf(leading);
  let linear: Tensor = constant(frame, 0, 'int');
  let inside: Tensor = constant(frame, 1, 'bool');
  indices.forEach((index, axis) => {
    const scaled = elementwise(frame, 'multiply', [index, constant(frame, at(strides, axis), 'int')]);
    linear = elementwise(frame, 'add', [linear, scaled]);
    const below = elementwise(frame, 'less', [index, constant(frame, at(leading, axis), 'int')]);
    const above = elementwise(frame, 'greater_equal', [index, constant(frame, 0, 'int')]);
    inside = elementwise(frame, 'and', [inside, elementwise(frame, 'and', [below, above])]);
  });
  if (indices.length > 1) linear = elementwise(frame, 'select', [inside, linear, constant(frame, -1, 'int')]);
  const axes = unionAxes([value.axes, linear.axes, replacement.axes]);
  const base = frame.builder.reshape(expand(frame, value, axes, own), [
    ...axes.map((axis) => axis.size),
    sizeOf(leading),
    ...rest,
  ]);
  const positions = ownShape(linear);
  const updates = expand(frame, castTo(frame, replacement, value.node.type.dtype), axes, [
    ...positions,
    ...rest,
  ]);
  const set = frame.builder.scatterSet(base, expand(frame, linear, axes, positions), updates, {
    batch: axes.length,
  });
  return reshapeOwn(frame, tensor(frame, set, axes), own);
}

function updateRange(
  context: Context,
  value: Tensor,
  item: Extract<TypedIndexItem, { kind: 'range' }>,
  replacement: Tensor,
): Tensor {
  const { frame } = context;
  const own = ownShape(value);
  const extent = at(own, 0);
  const size = context.environment.size(item.size).value;
  const start = constantOf(castTo(frame, context.tensor(item.from), 'int'));
  if (start === undefined || start < 0 || start + size > extent) {
    fail(
      'AM5002',
      item.from.span,
      `an updated range must lie inside 0..${extent - 1} and be known before the run`,
    );
  }
  const axes = unionAxes([value.axes, replacement.axes]);
  const base = tensor(frame, expand(frame, value, axes, own), axes);
  const middle = expand(frame, castTo(frame, replacement, value.node.type.dtype), axes, [
    size,
    ...own.slice(1),
  ]);
  const parts = [
    frame.read(sliceOwn(frame, base, 0, 0, start)),
    middle,
    frame.read(sliceOwn(frame, base, 0, start + size, extent)),
  ];
  return tensor(frame, frame.builder.concat(parts, axes.length), axes);
}
