/** Arithmetic, rounding and the choice of extremes. */
import type { GraphBuilder } from '../../builder.js';
import type { Node } from '../../graph.js';
import { at } from '../../types.js';
import { floorModulo, roundHalfEven } from './helpers.js';
import { callOf, helperCall, infix, precedence, prefix, template } from './lowering.js';
import type { ElementwiseRow, TangentRule } from './row.js';
import { anywhere, decreasing, increasing, plus, scaledBy, slope, times } from './tangent.js';
import {
  floorDivideF32,
  floorDivideI32,
  maximumF32,
  minimumF32,
  moduloF32,
  moduloI32,
  signF32,
} from './wgsl/exact.js';
import { powerF32 } from './wgsl/exponential.js';
import { builtin, onNumbers, onReals, wgslCall } from './wgsl/lowering.js';

/** Passes the tangent where this operand wins, half of it on a tie. */
function extreme(winsWhen: 'greater' | 'less', own: 0 | 1): TangentRule {
  return (b, t, x) => {
    const mine = at(x, own);
    const other = at(x, 1 - own);
    const tied = b.select(b.binary('equal', mine, other), times(b, t, 0.5), b.like(t, 0));
    return b.select(b.binary(winsWhen, mine, other), t, tied);
  };
}

/** d(x^c) avoids both log(x) and 0 * x^-1; d(x^y)/dx is guarded at y = 0 for the same reason. */
const powerOfBase: TangentRule = (b, t, x) => {
  const base = at(x, 0);
  const exponent = at(x, 1);
  if (exponent.operator.kind === 'constant') {
    const { value } = exponent.operator;
    if (value === 0) return undefined;
    if (value === 1) return t;
    if (value === 2) return b.binary('multiply', t, times(b, base, 2));
    const reduced = value === 3 ? b.unary('square', base) : b.binary('power', base, b.like(base, value - 1));
    return b.binary('multiply', t, times(b, reduced, value));
  }
  const slopeHere = b.binary('multiply', exponent, b.binary('power', base, plus(b, exponent, -1)));
  const flat = b.binary('equal', exponent, b.like(exponent, 0));
  return b.binary('multiply', t, b.select(flat, b.like(base, 0), slopeHere));
};

/** d(x^y)/dy = x^y log(x), and 0 at x = 0. */
const powerOfExponent: TangentRule = (b, t, x, y) => {
  const base = at(x, 0);
  const safe = b.select(b.binary('equal', base, b.like(base, 0)), b.like(base, 1), base);
  return b.binary('multiply', t, b.binary('multiply', y, b.unary('log', safe)));
};

function floored(b: GraphBuilder, x: readonly Node[]): Node {
  return b.binary('floor_divide', at(x, 0), at(x, 1));
}

const squared = template(
  precedence.multiplicative,
  [precedence.primary],
  (operand) => `${operand} * ${operand}`,
);

const negativeOperand = precedence.unary + 1;

export const arithmetic = {
  negate: {
    signature: 'number',
    lowering: prefix('-'),
    wgsl: onNumbers(prefix('-')),
    tangents: [scaledBy(-1)],
    curvature: 'affine',
    operands: [decreasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  abs: {
    signature: 'number',
    lowering: callOf('Math.abs', 1),
    wgsl: onNumbers(builtin('abs', 1)),
    tangents: [slope((b, x) => b.unary('sign', x))],
    curvature: 'convex',
    operands: [{ monotonicity: 'by_sign', domain: 'all' }],
    sign: 'nonnegative',
    differentiable: 'kinks',
  },
  sign: {
    signature: 'number',
    lowering: callOf('Math.sign', 1),
    wgsl: { real: wgslCall(signF32), int: builtin('sign', 1) },
    tangents: [undefined],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'steps',
  },
  floor: {
    signature: 'real',
    lowering: callOf('Math.floor', 1),
    wgsl: onReals(builtin('floor', 1)),
    tangents: [undefined],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'steps',
  },
  ceil: {
    signature: 'real',
    lowering: callOf('Math.ceil', 1),
    wgsl: onReals(builtin('ceil', 1)),
    tangents: [undefined],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'steps',
  },
  round: {
    signature: 'real',
    lowering: helperCall(roundHalfEven),
    wgsl: onReals(builtin('round', 1)),
    tangents: [undefined],
    curvature: 'none',
    operands: [increasing],
    sign: 'any',
    differentiable: 'steps',
  },
  square: {
    signature: 'number',
    lowering: squared,
    wgsl: onNumbers(squared),
    tangents: [slope((b, x) => times(b, x, 2))],
    curvature: 'convex',
    operands: [{ monotonicity: 'by_sign', domain: 'all' }],
    sign: 'nonnegative',
    differentiable: 'everywhere',
  },
  reciprocal: {
    signature: 'real',
    lowering: template(precedence.multiplicative, [negativeOperand], (operand) => `1 / ${operand}`),
    wgsl: onReals(template(precedence.multiplicative, [negativeOperand], (operand) => `1.0 / ${operand}`)),
    tangents: [slope((b, _x, y) => b.unary('negate', b.unary('square', y)))],
    curvature: 'none',
    operands: [{ monotonicity: 'none', domain: 'nonzero' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  add: {
    signature: 'number',
    lowering: infix('+', precedence.additive),
    wgsl: onNumbers(infix('+', precedence.additive)),
    tangents: [scaledBy(1), scaledBy(1)],
    curvature: 'affine',
    operands: [increasing, increasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  subtract: {
    signature: 'number',
    lowering: infix('-', precedence.additive),
    wgsl: onNumbers(infix('-', precedence.additive)),
    tangents: [scaledBy(1), scaledBy(-1)],
    curvature: 'affine',
    operands: [increasing, decreasing],
    sign: 'any',
    differentiable: 'everywhere',
  },
  multiply: {
    signature: 'number',
    lowering: infix('*', precedence.multiplicative),
    wgsl: onNumbers(infix('*', precedence.multiplicative)),
    tangents: [
      (b, t, x) => b.binary('multiply', t, at(x, 1)),
      (b, t, x) => b.binary('multiply', t, at(x, 0)),
    ],
    curvature: 'none',
    operands: [anywhere, anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
  divide: {
    signature: 'real',
    lowering: infix('/', precedence.multiplicative),
    wgsl: onReals(infix('/', precedence.multiplicative)),
    tangents: [
      (b, t, x) => b.binary('divide', t, at(x, 1)),
      (b, t, x, y) => b.binary('multiply', t, b.unary('negate', b.binary('divide', y, at(x, 1)))),
    ],
    curvature: 'none',
    operands: [anywhere, { monotonicity: 'none', domain: 'nonzero' }],
    sign: 'any',
    differentiable: 'everywhere',
  },
  power: {
    signature: 'real',
    lowering: callOf('Math.pow', 2),
    wgsl: onReals(wgslCall(powerF32)),
    tangents: [powerOfBase, powerOfExponent],
    curvature: 'none',
    operands: [anywhere, anywhere],
    sign: 'any',
    differentiable: 'everywhere',
  },
  maximum: {
    signature: 'number',
    lowering: callOf('Math.max', 2),
    wgsl: { real: wgslCall(maximumF32), int: builtin('max', 2) },
    tangents: [extreme('greater', 0), extreme('greater', 1)],
    curvature: 'convex',
    operands: [increasing, increasing],
    sign: 'any',
    differentiable: 'kinks',
  },
  minimum: {
    signature: 'number',
    lowering: callOf('Math.min', 2),
    wgsl: { real: wgslCall(minimumF32), int: builtin('min', 2) },
    tangents: [extreme('less', 0), extreme('less', 1)],
    curvature: 'concave',
    operands: [increasing, increasing],
    sign: 'any',
    differentiable: 'kinks',
  },
  floor_divide: {
    signature: 'number',
    lowering: template(
      precedence.primary,
      [precedence.multiplicative, precedence.multiplicative + 1],
      (left, right) => `Math.floor(${left} / ${right})`,
    ),
    wgsl: { real: wgslCall(floorDivideF32), int: wgslCall(floorDivideI32) },
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [anywhere, { monotonicity: 'none', domain: 'nonzero' }],
    sign: 'any',
    differentiable: 'steps',
  },
  modulo: {
    signature: 'number',
    lowering: helperCall(floorModulo),
    wgsl: { real: wgslCall(moduloF32), int: wgslCall(moduloI32) },
    tangents: [scaledBy(1), (b, t, x) => b.binary('multiply', t, b.unary('negate', floored(b, x)))],
    curvature: 'none',
    operands: [anywhere, { monotonicity: 'none', domain: 'nonzero' }],
    sign: 'any',
    differentiable: 'steps',
  },
} as const satisfies Record<string, ElementwiseRow>;
