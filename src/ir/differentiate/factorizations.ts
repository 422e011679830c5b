/**
 * Tangents of the symmetric eigen decomposition, QR and the singular value decomposition (Giles, 2008; Walter, 2010;
 * Townsend, 2016), and the pieces of their stacked results. Where two eigenvalues or singular values are exactly
 * equal their vectors have no derivative; the rules then take the part that mixes the two as zero, which leaves the
 * derivatives of everything that depends on the spanned space alone right.
 */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range } from '../types.js';
import { matrixProduct, matrixTranspose, triangle } from './matrices.js';
import type { Of, TangentRule } from './rule.js';

/** Rows start .. limit - 1 of a stack of matrices. */
function rows(b: GraphBuilder, stack: Node, start: number, limit: number): Node {
  return b.sliceAxis(stack, stack.type.shape.length - 2, start, limit);
}

/** One row of a stack, without its axis. */
function row(b: GraphBuilder, stack: Node, index: number): Node {
  const { shape } = stack.type;
  return b.reshape(rows(b, stack, index, index + 1), [...shape.slice(0, -2), at(shape, shape.length - 1)]);
}

function asRow(b: GraphBuilder, vector: Node): Node {
  const { shape } = vector.type;
  return b.reshape(vector, [...shape.slice(0, -1), 1, at(shape, shape.length - 1)]);
}

function stackRows(b: GraphBuilder, parts: readonly Node[]): Node {
  return b.concat(parts, at(parts, 0).type.shape.length - 2);
}

export function eigenParts(b: GraphBuilder, eigen: Node): { readonly values: Node; readonly vectors: Node } {
  const n = eigen.type.shape.at(-1) ?? 0;
  return { values: row(b, eigen, 0), vectors: rows(b, eigen, 1, 1 + n) };
}

export function qrParts(b: GraphBuilder, qr: Node): { readonly q: Node; readonly r: Node } {
  const [height = 0, n = 0] = qr.type.shape.slice(-2);
  return { q: rows(b, qr, 0, height - n), r: rows(b, qr, height - n, height) };
}

export function svdParts(
  b: GraphBuilder,
  svd: Node,
): { readonly u: Node; readonly s: Node; readonly v: Node } {
  const [height = 0, n = 0] = svd.type.shape.slice(-2);
  const m = height - 1 - n;
  return { u: rows(b, svd, 0, m), s: row(b, svd, m), v: rows(b, svd, m + 1, height) };
}

/** [.., n] to [.., n, n]: entry (i, j) is the vector's i-th (`axis` 0) or j-th (`axis` 1). */
function spread(b: GraphBuilder, vector: Node, axis: 0 | 1): Node {
  const { shape } = vector.type;
  const lead = range(shape.length - 1);
  return b.broadcast(vector, [...shape, at(shape, shape.length - 1)], [...lead, lead.length + axis]);
}

/** 1 / x, and 0 where x is 0. */
function safeReciprocal(b: GraphBuilder, x: Node): Node {
  const isZero = b.binary('equal', x, b.like(x, 0));
  return b.select(isZero, b.like(x, 0), b.unary('reciprocal', b.select(isZero, b.like(x, 1), x)));
}

/** Entry (i, j) is 1 / (v_j - v_i), and 0 where the two are equal. */
function reciprocalGaps(b: GraphBuilder, values: Node): Node {
  return safeReciprocal(b, b.binary('subtract', spread(b, values, 1), spread(b, values, 0)));
}

function diagonal(b: GraphBuilder, matrix: Node): Node {
  const { shape } = matrix.type;
  const square = shape.slice(-2);
  const same = b.binary('equal', b.iota(square, 0), b.iota(square, 1));
  const mask = b.broadcast(same, shape, [shape.length - 2, shape.length - 1]);
  return b.reduce('sum', b.select(mask, matrix, b.like(matrix, 0)), [shape.length - 1]);
}

/** With M = V' dA V: d values = diag(M), dV = V (F o M), F_ij = 1 / (value_j - value_i). */
export const symmetricEigenTangent: TangentRule<Of<'symmetric_eigen'>> = ({ b, tangents, output }) => {
  const given = at(tangents as readonly Node[], 0);
  const lower = triangle(b, given, 'greater_equal');
  const symmetric = b.binary('add', lower, matrixTranspose(b, triangle(b, given, 'greater')));
  const { values, vectors } = eigenParts(b, output);
  const inner = matrixProduct(b, matrixTranspose(b, vectors), matrixProduct(b, symmetric, vectors));
  const mixed = b.binary('multiply', reciprocalGaps(b, values), inner);
  return stackRows(b, [asRow(b, diagonal(b, inner)), matrixProduct(b, vectors, mixed)]);
};

/** With C = dA R^-1 and M = Q' C: T = upper(M) + strictly lower(M)', dR = T R, dQ = C - Q T. */
export const qrTangent: TangentRule<Of<'qr'>> = ({ b, tangents, output }) => {
  const { q, r } = qrParts(b, output);
  const given = matrixTranspose(b, at(tangents as readonly Node[], 0));
  const right = matrixTranspose(b, b.triangularSolve(r, given, { lower: false, transposed: true }));
  const inner = matrixProduct(b, matrixTranspose(b, q), right);
  const below = matrixTranspose(b, triangle(b, inner, 'greater'));
  const upper = b.binary('add', triangle(b, inner, 'less_equal'), below);
  return stackRows(b, [b.binary('subtract', right, matrixProduct(b, q, upper)), matrixProduct(b, upper, r)]);
};

/**
 * With P = U' dA V and F_ij = 1 / (s_j^2 - s_i^2): ds = diag(P), dV = V (F o (S P + P' S)),
 * dU = U (F o (P S + S P')) + (I - U U') dA V S^-1, the last with 0 for the inverse of 0.
 */
export const svdTangent: TangentRule<Of<'svd'>> = ({ b, tangents, output }) => {
  const given = at(tangents as readonly Node[], 0);
  const { u, s, v } = svdParts(b, output);
  const turned = matrixProduct(b, given, v);
  const inner = matrixProduct(b, matrixTranspose(b, u), turned);
  const transposed = matrixTranspose(b, inner);
  const [down, across] = [spread(b, s, 0), spread(b, s, 1)];
  const sum = (left: Node, right: Node): Node => b.binary('add', left, right);
  const times = (left: Node, right: Node): Node => b.binary('multiply', left, right);
  // The difference of squares as a product keeps its accuracy.
  const gaps = times(b.binary('subtract', across, down), sum(across, down));
  const inverse = safeReciprocal(b, gaps);
  const forU = times(inverse, sum(times(inner, across), times(down, transposed)));
  const forV = times(inverse, sum(times(down, inner), times(transposed, across)));
  const outside = b.binary('subtract', turned, matrixProduct(b, u, inner));
  const { shape } = outside.type;
  const scales = b.broadcast(safeReciprocal(b, s), shape, [...range(shape.length - 2), shape.length - 1]);
  return stackRows(b, [
    sum(matrixProduct(b, u, forU), times(outside, scales)),
    asRow(b, diagonal(b, inner)),
    matrixProduct(b, v, forV),
  ]);
};
