/** Tangents and transposes of reductions, scans and contractions. */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, otherAxes, range, sizeOf, withShape } from '../types.js';
import type { Of, Tangent, TangentRule, TransposeRule } from './rule.js';
import { addTangents } from './rule.js';

export const reduceTangent: TangentRule<Of<'reduce'>> = ({ b, operator, inputs, tangents, output }) => {
  const [operand, tangent] = [at(inputs, 0), at(tangents as readonly Node[], 0)];
  switch (operator.monoid) {
    case 'sum':
      return b.reduce('sum', tangent, operator.axes);
    case 'product':
      return productTangent(b, operand, tangent, operator.axes);
    case 'max':
    case 'min':
      return extremeTangent(b, operand, tangent, operator.axes, output);
    case 'and':
    case 'or':
      return undefined;
    default:
      return operator.monoid satisfies never;
  }
};

/** Elements that tie for the extreme share the derivative evenly. */
function extremeTangent(
  b: GraphBuilder,
  operand: Node,
  tangent: Node,
  axes: readonly number[],
  output: Node,
): Node {
  const { shape } = operand.type;
  const wins = b.binary('equal', operand, b.broadcast(output, shape, otherAxes(shape.length, axes)));
  const winners = b.reduce('sum', b.cast(wins, 'real'), axes);
  const total = b.reduce('sum', b.select(wins, tangent, b.like(tangent, 0)), axes);
  return b.binary('divide', total, winners);
}

/** sum_i t_i prod_{j != i} x_j; the products without i come from scans, so zeros among the factors are harmless. */
function productTangent(b: GraphBuilder, operand: Node, tangent: Node, axes: readonly number[]): Node {
  const { shape } = operand.type;
  const kept = otherAxes(shape.length, axes);
  const keptShape = kept.map((axis) => at(shape, axis));
  const count = sizeOf(axes.map((axis) => at(shape, axis)));
  const flat = (node: Node): Node => b.reshape(b.transpose(node, [...kept, ...axes]), [...keptShape, count]);
  const x = flat(operand);
  const before = exclusiveProduct(b, x, false);
  const after = exclusiveProduct(b, x, true);
  const weighted = b.binary('multiply', flat(tangent), b.binary('multiply', before, after));
  return b.reduce('sum', weighted, [keptShape.length]);
}

/** The product of all earlier (or later) elements on the last axis. */
function exclusiveProduct(b: GraphBuilder, x: Node, reverse: boolean): Node {
  return shifted(b, b.cumulative('product', x, x.type.shape.length - 1, { reverse }), 1, reverse);
}

/** Each element replaced by its predecessor on the last axis (successor if reversed), the first by `start`. */
function shifted(b: GraphBuilder, x: Node, start: number, reverse: boolean): Node {
  const axis = x.type.shape.length - 1;
  const extent = at(x.type.shape, axis);
  if (extent === 0) return x;
  const first = b.constant(start, x.type.dtype, [...x.type.shape.slice(0, -1), 1]);
  return reverse
    ? b.concat([b.sliceAxis(x, axis, 1, extent), first], axis)
    : b.concat([first, b.sliceAxis(x, axis, 0, extent - 1)], axis);
}

export const reduceTranspose: TransposeRule<Of<'reduce'>> = ({ b, operator, inputs, cotangents }) => {
  if (operator.monoid !== 'sum') throw new Error(`compiler bug: reduce ${operator.monoid} is not linear`);
  const { shape } = at(inputs, 0).type;
  return [b.broadcast(at(cotangents as readonly Node[], 0), shape, otherAxes(shape.length, operator.axes))];
};

export const cumulativeTangent: TangentRule<Of<'cumulative'>> = ({
  b,
  operator,
  inputs,
  tangents,
  output,
}) => {
  const [operand, tangent] = [at(inputs, 0), at(tangents as readonly Node[], 0)];
  const { monoid, axis, reverse } = operator;
  if (monoid === 'sum') return b.cumulative('sum', tangent, axis, { reverse });
  const rank = operand.type.shape.length;
  const order = [...otherAxes(rank, [axis]), axis];
  const inverse = range(rank).map((position) => order.indexOf(position));
  const last = (node: Node): Node => b.transpose(node, order);
  const [x, y, t] = [last(operand), last(output), last(tangent)];
  const result =
    monoid === 'product'
      ? runningProductTangent(b, x, y, t, reverse)
      : runningExtremeTangent(b, x, y, t, monoid, reverse);
  return b.transpose(result, inverse);
};

/** y_i = y_(i-1) x_i, so dy_i = dy_(i-1) x_i + y_(i-1) dx_i: a loop along the axis, without divisions. */
function runningProductTangent(b: GraphBuilder, x: Node, y: Node, t: Node, reverse: boolean): Node {
  const rank = x.type.shape.length;
  const max = at(x.type.shape, rank - 1);
  const toFront = [rank - 1, ...range(rank - 1)];
  const scanned = (node: Node): Node => {
    const moved = b.transpose(node, toFront);
    return reverse ? b.reverse(moved, [0]) : moved;
  };
  const rowType = withShape(x.type, x.type.shape.slice(0, -1));
  const inner = new Builder();
  const turn = inner.parameter({ dtype: 'int', shape: [] }, 'k');
  const running = inner.parameter(rowType, 'dy');
  const factor = inner.parameter(rowType, 'x');
  const before = inner.parameter(rowType, 'y');
  const change = inner.parameter(rowType, 'dx');
  const next = inner.binary(
    'add',
    inner.binary('multiply', running, factor),
    inner.binary('multiply', change, before),
  );
  const results = b.loop({
    max,
    carries: [b.constant(0, 'real', rowType.shape)],
    xs: [scanned(x), scanned(shifted(b, y, 1, reverse)), scanned(t)],
    body: inner.region([turn, running, factor, before, change], [next, next]),
  });
  const stacked = at(results, 1);
  const ordered = reverse ? b.reverse(stacked, [0]) : stacked;
  return b.transpose(ordered, [...range(rank - 1, 1), 0]);
}

/** The first element that reaches the extreme so far passes its tangent. */
function runningExtremeTangent(
  b: GraphBuilder,
  x: Node,
  y: Node,
  t: Node,
  monoid: 'max' | 'min',
  reverse: boolean,
): Node {
  const { shape } = x.type;
  const axis = shape.length - 1;
  const before = shifted(b, y, monoid === 'max' ? -Infinity : Infinity, reverse);
  const record = b.binary(monoid === 'max' ? 'greater' : 'less', x, before);
  const position = b.iota(shape, axis);
  const none = b.like(position, reverse ? at(shape, axis) - 1 : 0);
  const marked = b.select(record, position, none);
  const holder = b.cumulative(reverse ? 'min' : 'max', marked, axis, { reverse });
  return b.gather(t, holder, { batch: axis, inBounds: true });
}

export const cumulativeTranspose: TransposeRule<Of<'cumulative'>> = ({ b, operator, cotangents }) => {
  if (operator.monoid !== 'sum') throw new Error(`compiler bug: scan of ${operator.monoid} is not linear`);
  const cotangent = at(cotangents as readonly Node[], 0);
  return [b.cumulative('sum', cotangent, operator.axis, { reverse: !operator.reverse })];
};

export const contractionTangent: TangentRule<Of<'contraction'>> = ({ b, operator, inputs, tangents }) => {
  const [left, right] = [at(inputs, 0), at(inputs, 1)];
  const [leftTangent, rightTangent] = tangents;
  const fromLeft = leftTangent && b.node(operator, [leftTangent, right]);
  const fromRight = rightTangent && b.node(operator, [left, rightTangent]);
  return addTangents(b, fromLeft, fromRight);
};

export const contractionTranspose: TransposeRule<Of<'contraction'>> = (context) => {
  const { b, operator, inputs, linear, cotangents } = context;
  const side = linear[0] === true ? 0 : 1;
  const passed = contractionCotangent(b, operator, inputs, at(cotangents as readonly Node[], 0), side);
  return side === 0 ? [passed, undefined] : [undefined, passed];
};

/** The cotangent against the other operand, over the axes that only the other operand brought to the output. */
function contractionCotangent(
  b: GraphBuilder,
  operator: Of<'contraction'>,
  inputs: readonly Node[],
  cotangent: Node,
  side: 0 | 1,
): Tangent {
  const otherSide = side === 0 ? 1 : 0;
  const [mine, other] = [at(inputs, side), at(inputs, otherSide)];
  const pairs = [...operator.batch, ...operator.contract];
  const freeAxes = (node: Node, which: 0 | 1): number[] =>
    otherAxes(
      node.type.shape.length,
      pairs.map((pair) => pair[which]),
    );
  const myFree = freeAxes(mine, side);
  const otherFree = freeAxes(other, otherSide);
  const batchCount = operator.batch.length;
  const otherStart = side === 0 ? batchCount + myFree.length : batchCount;
  const product = b.contraction(cotangent, other, {
    batch: operator.batch.map((pair, position) => [position, pair[otherSide]] as const),
    contract: otherFree.map((axis, position) => [otherStart + position, axis] as const),
  });
  // The product's axes: batch, my free axes, then the contracted axes in the order of the other operand.
  const contracted = [...operator.contract].sort((first, second) => first[otherSide] - second[otherSide]);
  const origin = [
    ...operator.batch.map((pair) => pair[side]),
    ...myFree,
    ...contracted.map((pair) => pair[side]),
  ];
  return b.transpose(
    product,
    range(origin.length).map((axis) => origin.indexOf(axis)),
  );
}
