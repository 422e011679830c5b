/** What derivatives of factorizations are made of: products, transposes and triangles over the last two axes. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { range } from '../types.js';

export function matrixTranspose(b: GraphBuilder, matrix: Node): Node {
  const rank = matrix.type.shape.length;
  return b.transpose(matrix, [...range(rank - 2), rank - 1, rank - 2]);
}

/** Matrix product over the last two axes, the leading axes shared. */
export function matrixProduct(b: GraphBuilder, left: Node, right: Node): Node {
  const rank = left.type.shape.length;
  return b.contraction(left, right, {
    batch: range(rank - 2).map((axis) => [axis, axis] as const),
    contract: [[rank - 1, rank - 2]],
  });
}

/** Keeps row > column (or >=, <, <=); zeros elsewhere. */
export function triangle(
  b: GraphBuilder,
  matrix: Node,
  comparison: 'less' | 'less_equal' | 'greater' | 'greater_equal',
): Node {
  const { shape } = matrix.type;
  const square = shape.slice(-2);
  const inside = b.binary(comparison, b.iota(square, 0), b.iota(square, 1));
  const mask = b.broadcast(inside, shape, [shape.length - 2, shape.length - 1]);
  return b.select(mask, matrix, b.like(matrix, 0));
}
