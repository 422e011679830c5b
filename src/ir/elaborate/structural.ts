/** Operations on the structure of arrays: making, joining, reordering, factorizing. One entry each. */
import type { StructuralName, TypedStructural } from '../../check/typed.js';
import type { Span } from '../../parser/source.js';
import type { GraphBuilder } from '../builder.js';
import { eigenParts, qrParts, svdParts } from '../differentiate/factorizations.js';
import type { DType, Node, Shape } from '../graph.js';
import { at, range } from '../types.js';
import { dtypeOf } from './apply.js';
import { asTensor } from './call.js';
import { fail } from './context.js';
import type { Context } from './context.js';
import { initialWeights, wherePossible } from './draw.js';
import { gatherFront } from './indexing.js';
import {
  align,
  castTo,
  constant,
  elementwise,
  expand,
  mapOwnAxis,
  ownMappedAxes,
  reshapeOwn,
  reduceOwn,
  tensor,
  transposeOwn,
} from './tensor.js';
import { ownRank, ownShape, sizesOf, type Tensor, unionAxes } from './value.js';

interface StructuralCall {
  readonly context: Context;
  readonly operands: readonly Tensor[];
  readonly span: Span;
  /** Own shape and number type of the result. */
  readonly shape: Shape;
  readonly dtype: DType;
}

export function structural(context: Context, expression: TypedStructural): Tensor {
  const operands = expression.operands.map((operand) => asTensor(context.expression(operand)));
  const { type } = expression;
  const shape = type.kind === 'array' ? context.environment.shape(type.shape).map((size) => size.value) : [];
  return rules[expression.operator]({
    context,
    operands,
    span: expression.span,
    shape,
    dtype: dtypeOf(type),
  });
}

const rules: Readonly<Record<StructuralName, (call: StructuralCall) => Tensor>> = {
  fill: ({ context, operands, shape, dtype }) => {
    const value = castTo(context.frame, at(operands, 0), dtype);
    return tensor(context.frame, expand(context.frame, value, value.axes, shape), value.axes);
  },
  identity: ({ context: { frame }, shape }) => {
    const same = frame.builder.binary('equal', frame.builder.iota(shape, 0), frame.builder.iota(shape, 1));
    return tensor(frame, frame.builder.cast(same, 'real'));
  },
  transpose: ({ context, operands }) => {
    const operand = at(operands, 0);
    const rank = ownRank(operand);
    return transposeOwn(context.frame, operand, [...range(rank - 2), rank - 1, rank - 2]);
  },
  concat: ({ context: { frame }, operands, dtype, shape }) => {
    const axes = unionAxes(operands.map((operand) => operand.axes));
    const parts = operands.map((operand) => {
      const value = castTo(frame, operand, dtype);
      const own = ownShape(value);
      return expand(frame, value, axes, own.length === shape.length ? own : [1, ...own]);
    });
    // Operands agree in every axis but one; that is where they are joined.
    const joined = shape.findIndex((extent, axis) =>
      parts.some((part) => part.type.shape[axes.length + axis] !== extent),
    );
    return tensor(frame, frame.builder.concat(parts, axes.length + Math.max(joined, 0)), axes);
  },
  reshape: ({ context, operands, shape }) => reshapeOwn(context.frame, at(operands, 0), shape),
  pick: ({ context, operands }) => {
    const { frame } = context;
    const [values, labels] = [at(operands, 0), at(operands, 1)];
    const mapped = ownShape(labels).map((size) => context.axis(size, 'row'));
    let lanes = values;
    let index = castTo(frame, labels, 'int');
    for (const axis of mapped) {
      lanes = mapOwnAxis(frame, lanes, 0, axis);
      index = mapOwnAxis(frame, index, 0, axis);
    }
    return ownMappedAxes(frame, gatherFront(context, lanes, index, true), mapped);
  },
  cumsum: (call) => cumulative(call, 'sum'),
  cumprod: (call) => cumulative(call, 'product'),
  sort: (call) => {
    const { frame } = call.context;
    const operand = at(call.operands, 0);
    const node = frame.read(operand);
    const order = frame.builder.argsort(node);
    const batch = node.type.shape.length - 1;
    return tensor(frame, frame.builder.gather(node, order, { batch, inBounds: true }), operand.axes);
  },
  argsort: ({ context: { frame }, operands }) => {
    const operand = castTo(frame, at(operands, 0), 'real');
    return tensor(frame, frame.builder.argsort(frame.read(operand)), operand.axes);
  },
  reverse: ({ context: { frame }, operands }) => {
    const operand = at(operands, 0);
    const node = frame.read(operand);
    return tensor(frame, frame.builder.reverse(node, [node.type.shape.length - 1]), operand.axes);
  },
  cholesky: ({ context: { frame }, operands }) => {
    const operand = castTo(frame, at(operands, 0), 'real');
    return tensor(frame, frame.builder.cholesky(frame.read(operand)), operand.axes);
  },
  solve_lower: (call) => triangular(call, true),
  solve_upper: (call) => triangular(call, false),
  eigen_values: (call) => factor(call, 'eigen_values'),
  eigen_vectors: (call) => factor(call, 'eigen_vectors'),
  qr_q: (call) => factor(call, 'qr_q'),
  qr_r: (call) => factor(call, 'qr_r'),
  svd_u: (call) => factor(call, 'svd_u'),
  svd_s: (call) => factor(call, 'svd_s'),
  svd_v: (call) => factor(call, 'svd_v'),
  diag: ({ context, operands }) => {
    const { frame } = context;
    const vector = at(operands, 0);
    const size = at(ownShape(vector), 0);
    const rows = tensor(frame, frame.builder.iota([size, size], 0));
    const columns = tensor(frame, frame.builder.iota([size, size], 1));
    const zero = constant(frame, 0, vector.node.type.dtype);
    return elementwise(frame, 'select', [elementwise(frame, 'equal', [rows, columns]), vector, zero]);
  },
  diagonal: ({ context, operands }) => {
    const { frame } = context;
    const matrix = castTo(frame, at(operands, 0), 'real');
    const size = at(ownShape(matrix), 0);
    const rows = tensor(frame, frame.builder.iota([size, size], 0));
    const columns = tensor(frame, frame.builder.iota([size, size], 1));
    const onDiagonal = elementwise(frame, 'equal', [rows, columns]);
    return reduceOwn(
      frame,
      'sum',
      elementwise(frame, 'select', [onDiagonal, matrix, constant(frame, 0, 'real')]),
      [1],
    );
  },
  possible: ({ context, operands }) => wherePossible(context, at(operands, 0), at(operands, 1)),
  stop: ({ context: { frame }, operands }) => {
    const operand = at(operands, 0);
    return tensor(frame, frame.builder.stopGradient(frame.read(operand)), operand.axes);
  },
  training: ({ context }) => constant(context.frame, context.training ? 1 : 0, 'bool'),
  glorot: (call) => initialWeights(call.context, 'glorot', call.shape),
  he: (call) => initialWeights(call.context, 'he', call.shape),
  lecun: (call) => initialWeights(call.context, 'lecun', call.shape),
};

function cumulative(
  { context: { frame }, operands, dtype }: StructuralCall,
  monoid: 'sum' | 'product',
): Tensor {
  const operand = castTo(frame, at(operands, 0), dtype);
  const node = frame.read(operand);
  return tensor(frame, frame.builder.cumulative(monoid, node, node.type.shape.length - 1), operand.axes);
}

function triangular({ context: { frame }, operands }: StructuralCall, lower: boolean): Tensor {
  const matrix = castTo(frame, at(operands, 0), 'real');
  const right = castTo(frame, at(operands, 1), 'real');
  const isVector = ownRank(right) < ownRank(matrix);
  const columns = isVector ? reshapeOwn(frame, right, [...ownShape(right), 1]) : right;
  const axes = unionAxes([matrix.axes, columns.axes]);
  const solved = frame.builder.triangularSolve(
    expand(frame, matrix, axes, ownShape(matrix)),
    expand(frame, columns, axes, ownShape(columns)),
    { lower },
  );
  return reshapeOwn(frame, tensor(frame, solved, axes), ownShape(right));
}

type FactorName = 'eigen_values' | 'eigen_vectors' | 'qr_q' | 'qr_r' | 'svd_u' | 'svd_s' | 'svd_v';

/** Factors of one matrix share its decomposition, since equal nodes are one. */
function factor({ context: { frame }, operands, span }: StructuralCall, name: FactorName): Tensor {
  const operand = castTo(frame, at(operands, 0), 'real');
  const [rows = 0, columns = 0] = ownShape(operand);
  if (rows < columns) {
    fail('AM5016', span, `a matrix of ${rows} rows and ${columns} columns has no such factors`, [
      'it needs at least as many rows as columns: factorize its transpose',
    ]);
  }
  const { builder } = frame;
  const matrix = frame.read(operand);
  return tensor(frame, factorNodes[name](builder, matrix), operand.axes);
}

const factorNodes: Readonly<Record<FactorName, (b: GraphBuilder, matrix: Node) => Node>> = {
  eigen_values: (b, matrix) => eigenParts(b, b.symmetricEigen(matrix)).values,
  eigen_vectors: (b, matrix) => eigenParts(b, b.symmetricEigen(matrix)).vectors,
  qr_q: (b, matrix) => qrParts(b, b.qr(matrix)).q,
  qr_r: (b, matrix) => qrParts(b, b.qr(matrix)).r,
  svd_u: (b, matrix) => svdParts(b, b.svd(matrix)).u,
  svd_s: (b, matrix) => svdParts(b, b.svd(matrix)).s,
  svd_v: (b, matrix) => svdParts(b, b.svd(matrix)).v,
};

/** `[a, b, c]`: a new leading axis. */
export function stack(context: Context, elements: readonly Tensor[], dtype: DType): Tensor {
  const { frame } = context;
  if (elements.length === 0) return constant(frame, 0, dtype, [0]);
  const { nodes, axes, own } = align(
    frame,
    elements.map((element) => castTo(frame, element, dtype)),
  );
  const known = elements.map((element) =>
    element.node.operator.kind === 'constant' ? element.node.operator.value : undefined,
  );
  if (own.length === 0 && axes.length === 0 && known.every((value) => value !== undefined)) {
    return tensor(frame, frame.builder.literal(known, dtype, [known.length]));
  }
  const rows = nodes.map((node) => frame.builder.reshape(node, [...sizesOf(axes), 1, ...own]));
  return tensor(frame, frame.builder.concat(rows, axes.length), axes);
}
