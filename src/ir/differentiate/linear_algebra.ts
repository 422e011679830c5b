/** Tangents and transposes of the Cholesky factor and the triangular solver. */
import type { Node } from '../graph.js';
import { at } from '../types.js';
import { matrixProduct, matrixTranspose, triangle } from './matrices.js';
import type { Of, TangentRule, TransposeRule } from './rule.js';
import { addTangents } from './rule.js';

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
