/** Gathers whose indices count up become slices: that is what `a[i]` and `x[i + 1]` over a range are. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range } from '../types.js';
import { eitherOperand, knownValue, operands, operatorOf } from './match.js';
import type { Rewrite } from './rewrite.js';

/** Values start + stride * index along one axis (or no axis: the same value everywhere). */
interface Progression {
  readonly axis: number | undefined;
  readonly start: number;
  readonly stride: number;
}

function progressionOf(node: Node): Progression | undefined {
  const value = knownValue(node);
  if (value !== undefined) return { axis: undefined, start: value, stride: 0 };
  const iota = operatorOf(node, 'iota');
  if (iota !== undefined) return { axis: iota.axis, start: 0, stride: 1 };
  const spread = operatorOf(node, 'broadcast');
  if (spread !== undefined) {
    const inner = progressionOf(at(node.inputs, 0));
    if (inner === undefined) return undefined;
    return { ...inner, axis: inner.axis === undefined ? undefined : at(spread.axes, inner.axis) };
  }
  return shiftedProgression(node);
}

function shiftedProgression(node: Node): Progression | undefined {
  const isKnown = (operand: Node): boolean => knownValue(operand) !== undefined;
  const sum = eitherOperand(node, 'add', isKnown);
  const product = eitherOperand(node, 'multiply', isKnown);
  const difference = operands(node, 'subtract');
  if (sum !== undefined) return transformed(sum.other, 1, knownValue(sum.fitting));
  if (product !== undefined) return transformed(product.other, knownValue(product.fitting), 0);
  const subtracted = difference && knownValue(at(difference, 1));
  return subtracted === undefined || difference === undefined
    ? undefined
    : transformed(at(difference, 0), 1, -subtracted);
}

function transformed(node: Node, factor = 1, term = 0): Progression | undefined {
  const inner = progressionOf(node);
  return inner && { axis: inner.axis, start: inner.start * factor + term, stride: inner.stride * factor };
}

const gatherOfProgression: Rewrite = {
  name: 'gather of consecutive elements',
  kind: 'gather',
  apply: (b, node) => {
    const operator = operatorOf(node, 'gather');
    const [operand, indices] = node.inputs;
    if (operator === undefined || operand === undefined || indices === undefined) return undefined;
    const progression = progressionOf(indices);
    if (progression === undefined) return undefined;
    const { batch } = operator;
    const { axis, start, stride } = progression;
    if (axis !== undefined && (axis < batch || stride < 1)) return undefined;
    const count = axis === undefined ? 1 : at(indices.type.shape, axis);
    const limit = start + (count - 1) * stride + 1;
    if (count === 0 || start < 0 || limit > at(operand.type.shape, batch)) return undefined;
    return spreadRows(b, sliceAt(b, operand, batch, start, limit, stride), node, indices, batch, axis);
  },
};

function sliceAt(
  b: GraphBuilder,
  operand: Node,
  axis: number,
  start: number,
  limit: number,
  stride: number,
): Node {
  const { shape } = operand.type;
  const replace = (values: readonly number[], value: number): number[] =>
    values.map((old, index) => (index === axis ? value : old));
  return b.slice(
    operand,
    replace(
      shape.map(() => 0),
      start,
    ),
    replace(shape, limit),
    replace(
      shape.map(() => 1),
      Math.max(1, stride),
    ),
  );
}

/** Puts the sliced axis where the index axis stands, and repeats along the other index axes. */
function spreadRows(
  b: GraphBuilder,
  rows: Node,
  node: Node,
  indices: Node,
  batch: number,
  axis: number | undefined,
): Node {
  const { shape } = rows.type;
  const indexRank = indices.type.shape.length;
  const rest = range(shape.length - batch - 1);
  const shared = range(batch);
  const restPlaces = rest.map((position) => indexRank + position);
  if (axis !== undefined) return b.broadcast(rows, node.type.shape, [...shared, axis, ...restPlaces]);
  const dropped = b.reshape(rows, [...shape.slice(0, batch), ...shape.slice(batch + 1)]);
  return b.broadcast(dropped, node.type.shape, [...shared, ...restPlaces]);
}

/** One element a row, scattered into zeros: every element asks whether it is the one, which fuses with its users. */
const scatterAsComparison: Rewrite = {
  name: 'scatter of one element a row as a comparison',
  kind: 'scatter_add',
  apply: (b, node) => {
    const operator = operatorOf(node, 'scatter_add');
    const [base, indices, updates] = node.inputs;
    if (operator === undefined || base === undefined || indices === undefined || updates === undefined) {
      return undefined;
    }
    const { batch } = operator;
    if (batch === 0 || indices.type.shape.length !== batch || knownValue(base) !== 0) return undefined;
    const { shape } = node.type;
    const rows = b.broadcast(indices, shape.slice(0, batch + 1), range(batch));
    const chosen = b.binary('equal', b.iota(rows.type.shape, batch), rows);
    const others = range(shape.length).filter((axis) => axis !== batch);
    return b.select(
      b.broadcast(chosen, shape, range(batch + 1)),
      b.broadcast(updates, shape, others),
      b.like(node, 0),
    );
  },
};

/** Adding what was scattered into zeros is scattering into the sum: in a loop that happens in place. */
const addOfScatter: Rewrite = {
  name: 'sum with a scatter into zeros',
  kind: 'elementwise',
  apply: (b, node) => {
    const found = eitherOperand(node, 'add', (operand) => {
      const base = operand.inputs[0];
      return operand.operator.kind === 'scatter_add' && base !== undefined && knownValue(base) === 0;
    });
    if (found === undefined) return undefined;
    const [, indices, updates] = found.fitting.inputs;
    return indices && updates && b.node(found.fitting.operator, [found.other, indices, updates]);
  },
};

export const indexing: readonly Rewrite[] = [gatherOfProgression, scatterAsComparison, addOfScatter];
