/** The error functions and the gamma family. */
import type { GraphBuilder } from '../../builder.js';
import type { Node } from '../../graph.js';
import { digamma, erf, erfc, lgamma, trigamma } from './helpers.js';
import { helperCall } from './lowering.js';
import type { ElementwiseRow } from './row.js';
import { decreasing, increasing, plus, slope, times } from './tangent.js';
import { digammaF32, erfF32, erfcF32, lgammaF32, trigammaF32 } from './wgsl/special.js';
import { onReals, wgslCall } from './wgsl/lowering.js';

/** factor * exp(-x^2) */
function bell(factor: number): (b: GraphBuilder, x: Node) => Node {
  return (b, x) => times(b, b.unary('exp', b.unary('negate', b.unary('square', x))), factor);
}

/**
 * The derivative of trigamma, written out in elementary operators (recurrence, then the asymptotic series), so that
 * derivatives of every order exist. For x > 0.
 */
function tetragamma(b: GraphBuilder, x: Node): Node {
  const turns = 12;
  let recurrence = b.like(x, 0);
  for (let k = 0; k < turns; k += 1) {
    const term = b.unary('reciprocal', plus(b, x, k));
    recurrence = b.binary('add', recurrence, b.binary('multiply', term, b.unary('square', term)));
  }
  const inverse = b.unary('reciprocal', plus(b, x, turns));
  const z = b.unary('square', inverse);
  let series = b.like(x, 0);
  for (const coefficient of [35 / 2, -691 / 210, 5 / 6, -3 / 10, 1 / 6, -1 / 6, 1 / 2]) {
    series = b.binary('multiply', plus(b, series, coefficient), z);
  }
  const tail = b.binary('multiply', z, b.binary('add', plus(b, series, 1), inverse));
  return b.unary('negate', b.binary('add', times(b, recurrence, 2), tail));
}

export const special = {
  erf: {
    signature: 'real',
    lowering: helperCall(erf),
    wgsl: onReals(wgslCall(erfF32)),
    tangents: [slope(bell(2 / Math.sqrt(Math.PI)))],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  erfc: {
    signature: 'real',
    lowering: helperCall(erfc),
    wgsl: onReals(wgslCall(erfcF32)),
    tangents: [slope(bell(-2 / Math.sqrt(Math.PI)))],
    curvature: 'none',
    operands: [decreasing],
    sign: 'positive',
    differentiable: 'everywhere',
  },
  lgamma: {
    signature: 'real',
    lowering: helperCall(lgamma),
    wgsl: onReals(wgslCall(lgammaF32)),
    tangents: [slope((b, x) => b.unary('digamma', x))],
    curvature: 'convex',
    operands: [{ monotonicity: 'none', domain: 'positive' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  digamma: {
    signature: 'real',
    lowering: helperCall(digamma),
    wgsl: onReals(wgslCall(digammaF32)),
    tangents: [slope((b, x) => b.unary('trigamma', x))],
    curvature: 'concave',
    operands: [{ monotonicity: 'increasing', domain: 'positive' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  trigamma: {
    signature: 'real',
    lowering: helperCall(trigamma),
    wgsl: onReals(wgslCall(trigammaF32)),
    tangents: [slope(tetragamma)],
    curvature: 'convex',
    operands: [{ monotonicity: 'decreasing', domain: 'positive' }],
    sign: 'positive',
    differentiable: 'everywhere',
  },
} as const satisfies Record<string, ElementwiseRow>;
