/** Tangents and transposes of the Cholesky factor and the triangular solver. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range } from '../types.js';
import type { Of, TangentRule, TransposeRule } from './rule.js';
import { addTangents } from './rule.js';

function matrixTranspose(b: GraphBuilder, matrix: Node): Node {
  const rank = matrix.type.shape.length;
  return b.transpose(matrix, [...range(rank - 2), rank - 1, rank - 2]);
}

/** Matrix product over the last two axes, the leading axes shared. */
function matrixProduct(b: GraphBuilder, left: Node, right: Node): Node {
  const rank = left.type.shape.length;
  return b.contraction(left, right, {
    batch: range(rank - 2).map((axis) => [axis, axis] as const),
    contract: [[rank - 1, rank - 2]],
  });
}

/** Keeps row > column (or >=, <, <=); zeros elsewhere. */
function triangle(
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

/** dL = L phi(L^-1 dA L^-T), phi the lower triangle with half the diagonal. dA is read from its lower triangle. */
export const choleskyTangent: TangentRule<Of<'cholesky'>> = ({ b, tangents, output }) => {
  const given = at(tangents as readonly Node[], 0);
  const lower = triangle(b, given, 'greater_equal');
  const symmetric = b.binary('add', lower, matrixTranspose(b, triangle(b, given, 'greater')));
  const half = b.triangularSolve(output, symmetric, { lower: true });
  const whole = b.triangularSolve(output, matrixTranspose(b, half), { lower: true });
  const below = triangle(b, whole, 'greater');
  const withDiagonal = triangle(b, whole, 'greater_equal');
  const phi = b.binary('multiply', b.binary('add', below, withDiagonal), b.like(whole, 0.5));
  return matrixProduct(b, output, phi);
};

/** op(A) X = B, so dX = op(A)^-1 (dB - op(dA) X). */
export const triangularSolveTangent: TangentRule<Of<'triangular_solve'>> = (context) => {
  const { b, operator, inputs, tangents, output } = context;
  const [matrixTangent, rightTangent] = tangents;
  let right = rightTangent;
  if (matrixTangent !== undefined) {
    const comparison = operator.lower
      ? operator.unitDiagonal
        ? 'greater'
        : 'greater_equal'
      : operator.unitDiagonal
        ? 'less'
        : 'less_equal';
    const inside = triangle(b, matrixTangent, comparison);
    const applied = matrixProduct(b, operator.transposed ? matrixTranspose(b, inside) : inside, output);
    right = addTangents(b, right, b.unary('negate', applied));
  }
  return right && b.node(operator, [at(inputs, 0), right]);
};

export const triangularSolveTranspose: TransposeRule<Of<'triangular_solve'>> = (context) => {
  const { b, operator, inputs, linear, cotangents } = context;
  if (linear[0] === true) throw new Error('compiler bug: triangular_solve is not linear in its matrix');
  const flipped = { ...operator, transposed: !operator.transposed };
  return [undefined, b.node(flipped, [at(inputs, 0), at(cotangents as readonly Node[], 0)])];
};
