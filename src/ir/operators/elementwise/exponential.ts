/** Exponentials, logarithms, roots and the sigmoid family. */
import { logSigmoid, sigmoid, softplus } from './helpers.js';
import { callOf, helperCall } from './lowering.js';
import type { ElementwiseRow } from './row.js';
import { increasing, oneMinus, plus, slope, slopeUnder } from './tangent.js';
import {
  expF32,
  expm1F32,
  log1pF32,
  logF32,
  logSigmoidF32,
  sigmoidF32,
  softplusF32,
} from './wgsl/exponential.js';
import { builtin, onReals, wgslCall } from './wgsl/lowering.js';

export const exponential = {
  exp: {
    signature: 'real',
    lowering: callOf('Math.exp', 1),
    wgsl: onReals(wgslCall(expF32)),
    tangents: [slope((_b, _x, y) => y)],
    curvature: 'convex',
    operands: [increasing],
    sign: 'positive',
    differentiable: 'everywhere',
  },
  expm1: {
    signature: 'real',
    lowering: callOf('Math.expm1', 1),
    wgsl: onReals(wgslCall(expm1F32)),
    tangents: [slope((b, _x, y) => plus(b, y, 1))],
    curvature: 'convex',
    operands: [increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  log: {
    signature: 'real',
    lowering: callOf('Math.log', 1),
    wgsl: onReals(wgslCall(logF32)),
    tangents: [slopeUnder((_b, x) => x)],
    curvature: 'concave',
    operands: [{ monotonicity: 'increasing', domain: 'positive' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  log1p: {
    signature: 'real',
    lowering: callOf('Math.log1p', 1),
    wgsl: onReals(wgslCall(log1pF32)),
    tangents: [slopeUnder((b, x) => plus(b, x, 1))],
    curvature: 'concave',
    operands: [{ monotonicity: 'increasing', domain: 'above_minus_one' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  sqrt: {
    signature: 'real',
    lowering: callOf('Math.sqrt', 1),
    wgsl: onReals(builtin('sqrt', 1)),
    tangents: [slope((b, _x, y) => b.binary('divide', b.like(y, 0.5), y))],
    curvature: 'concave',
    operands: [{ monotonicity: 'increasing', domain: 'nonnegative' }],
    sign: 'nonnegative',
    differentiable: 'everywhere',
  },
  sigmoid: {
    signature: 'real',
    lowering: helperCall(sigmoid),
    wgsl: onReals(wgslCall(sigmoidF32)),
    tangents: [slope((b, _x, y) => b.binary('multiply', y, oneMinus(b, y)))],
    curvature: 'none',
    operands: [increasing],
    sign: 'positive',
    differentiable: 'everywhere',
  },
  softplus: {
    signature: 'real',
    lowering: helperCall(softplus),
    wgsl: onReals(wgslCall(softplusF32)),
    tangents: [slope((b, x) => b.unary('sigmoid', x))],
    curvature: 'convex',
    operands: [increasing],
    sign: 'positive',
    differentiable: 'everywhere',
  },
  log_sigmoid: {
    signature: 'real',
    lowering: helperCall(logSigmoid),
    wgsl: onReals(wgslCall(logSigmoidF32)),
    tangents: [slope((b, x) => b.unary('sigmoid', b.unary('negate', x)))],
    curvature: 'concave',
    operands: [increasing],
    sign: 'negative',
    differentiable: 'everywhere',
  },
} as const satisfies Record<string, ElementwiseRow>;
