/** Circular and hyperbolic functions and their inverses. */
import type { GraphBuilder } from '../../builder.js';
import type { Node } from '../../graph.js';
import { at } from '../../types.js';
import { callOf } from './lowering.js';
import type { ElementwiseRow } from './row.js';
import { anywhere, increasing, oneMinus, plus, slope, slopeUnder } from './tangent.js';
import { acoshF32, asinhF32, atanhF32, coshF32, sinhF32, tanhF32 } from './wgsl/hyperbolic.js';
import { onReals, wgslCall } from './wgsl/lowering.js';
import { acosF32, asinF32, atan2F32, atanF32, cosF32, sinF32, tanF32 } from './wgsl/trigonometric.js';

/** sqrt(1 - x^2), as a product so that it keeps its accuracy near 1. */
function halfChord(b: GraphBuilder, x: Node): Node {
  return b.unary('sqrt', b.binary('multiply', oneMinus(b, x), plus(b, x, 1)));
}

/** x^2 + y^2 of the two operands of atan2. */
function squaredRadius(b: GraphBuilder, x: readonly Node[]): Node {
  return b.binary('add', b.unary('square', at(x, 0)), b.unary('square', at(x, 1)));
}

export const trigonometric = {
  sin: {
    signature: 'real',
    lowering: callOf('Math.sin', 1),
    wgsl: onReals(wgslCall(sinF32)),
    tangents: [slope((b, x) => b.unary('cos', x))],
    curvature: 'none',
    operands: [anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
  cos: {
    signature: 'real',
    lowering: callOf('Math.cos', 1),
    wgsl: onReals(wgslCall(cosF32)),
    tangents: [slope((b, x) => b.unary('negate', b.unary('sin', x)))],
    curvature: 'none',
    operands: [anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
  tan: {
    signature: 'real',
    lowering: callOf('Math.tan', 1),
    wgsl: onReals(wgslCall(tanF32)),
    tangents: [slope((b, _x, y) => plus(b, b.unary('square', y), 1))],
    curvature: 'none',
    operands: [anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
  asin: {
    signature: 'real',
    lowering: callOf('Math.asin', 1),
    wgsl: onReals(wgslCall(asinF32)),
    tangents: [slopeUnder(halfChord)],
    curvature: 'none',
    operands: [{ monotonicity: 'increasing', domain: 'unit' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  acos: {
    signature: 'real',
    lowering: callOf('Math.acos', 1),
    wgsl: onReals(wgslCall(acosF32)),
    tangents: [slopeUnder((b, x) => b.unary('negate', halfChord(b, x)))],
    curvature: 'none',
    operands: [{ monotonicity: 'decreasing', domain: 'unit' }],
    sign: 'nonnegative',
    differentiable: 'everywhere',
  },
  atan: {
    signature: 'real',
    lowering: callOf('Math.atan', 1),
    wgsl: onReals(wgslCall(atanF32)),
    tangents: [slopeUnder((b, x) => plus(b, b.unary('square', x), 1))],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  sinh: {
    signature: 'real',
    lowering: callOf('Math.sinh', 1),
    wgsl: onReals(wgslCall(sinhF32)),
    tangents: [slope((b, x) => b.unary('cosh', x))],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  cosh: {
    signature: 'real',
    lowering: callOf('Math.cosh', 1),
    wgsl: onReals(wgslCall(coshF32)),
    tangents: [slope((b, x) => b.unary('sinh', x))],
    curvature: 'convex',
    operands: [{ monotonicity: 'by_sign', domain: 'all' }],
    sign: 'positive',
    differentiable: 'everywhere',
  },
  tanh: {
    signature: 'real',
    lowering: callOf('Math.tanh', 1),
    wgsl: onReals(wgslCall(tanhF32)),
    tangents: [slope((b, _x, y) => oneMinus(b, b.unary('square', y)))],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  asinh: {
    signature: 'real',
    lowering: callOf('Math.asinh', 1),
    wgsl: onReals(wgslCall(asinhF32)),
    tangents: [slopeUnder((b, x) => b.unary('sqrt', plus(b, b.unary('square', x), 1)))],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  acosh: {
    signature: 'real',
    lowering: callOf('Math.acosh', 1),
    wgsl: onReals(wgslCall(acoshF32)),
    tangents: [slopeUnder((b, x) => b.unary('sqrt', b.binary('multiply', plus(b, x, -1), plus(b, x, 1))))],
    curvature: 'concave',
    operands: [{ monotonicity: 'increasing', domain: 'at_least_one' }],
    sign: 'nonnegative',
    differentiable: 'everywhere',
  },
  atanh: {
    signature: 'real',
    lowering: callOf('Math.atanh', 1),
    wgsl: onReals(wgslCall(atanhF32)),
    tangents: [slopeUnder((b, x) => b.binary('multiply', oneMinus(b, x), plus(b, x, 1)))],
    curvature: 'none',
    operands: [{ monotonicity: 'increasing', domain: 'open_unit' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  atan2: {
    signature: 'real',
    lowering: callOf('Math.atan2', 2),
    wgsl: onReals(wgslCall(atan2F32)),
    tangents: [
      (b, t, x) => b.binary('multiply', t, b.binary('divide', at(x, 1), squaredRadius(b, x))),
      (b, t, x) =>
        b.binary('multiply', t, b.unary('negate', b.binary('divide', at(x, 0), squaredRadius(b, x)))),
    ],
    curvature: 'none',
    operands: [anywhere, anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
} as const satisfies Record<string, ElementwiseRow>;
