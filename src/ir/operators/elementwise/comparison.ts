/** Comparisons, logic and selection. */
import { at } from '../../types.js';
import { callOf, infix, precedence, prefix, template } from './lowering.js';
import type { ElementwiseRow } from './row.js';
import { anywhere, decreasing, increasing } from './tangent.js';
import { isFiniteF32 } from './wgsl/exact.js';
import {
  comparisonOf,
  differentReals,
  logical,
  onAnything,
  onNumbers,
  onReals,
  wgslCall,
} from './wgsl/lowering.js';

/** Both values are computed. */
const choice = template(
  precedence.primary,
  [precedence.additive, precedence.additive, precedence.additive],
  (condition, then, otherwise) => `select(${otherwise}, ${then}, ${condition})`,
);

export const comparison = {
  not: {
    signature: 'bool',
    lowering: prefix('!'),
    wgsl: { bool: prefix('!') },
    tangents: [undefined],
    curvature: 'none',
    operands: [decreasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  is_finite: {
    signature: 'test',
    lowering: callOf('Number.isFinite', 1),
    wgsl: onReals(wgslCall(isFiniteF32)),
    tangents: [undefined],
    curvature: 'none',
    operands: [anywhere],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  equal: {
    signature: 'equality',
    lowering: infix('===', precedence.equality),
    wgsl: onAnything(comparisonOf('==')),
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [anywhere, anywhere],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  not_equal: {
    signature: 'equality',
    lowering: infix('!==', precedence.equality),
    wgsl: { ...onAnything(comparisonOf('!=')), real: differentReals },
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [anywhere, anywhere],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  less: {
    signature: 'order',
    lowering: infix('<', precedence.relational),
    wgsl: onNumbers(comparisonOf('<')),
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [decreasing, increasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  less_equal: {
    signature: 'order',
    lowering: infix('<=', precedence.relational),
    wgsl: onNumbers(comparisonOf('<=')),
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [decreasing, increasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  greater: {
    signature: 'order',
    lowering: infix('>', precedence.relational),
    wgsl: onNumbers(comparisonOf('>')),
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [increasing, decreasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  greater_equal: {
    signature: 'order',
    lowering: infix('>=', precedence.relational),
    wgsl: onNumbers(comparisonOf('>=')),
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [increasing, decreasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  and: {
    signature: 'bool',
    lowering: infix('&&', precedence.and),
    wgsl: { bool: logical('&&') },
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [increasing, increasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  or: {
    signature: 'bool',
    lowering: infix('||', precedence.or),
    wgsl: { bool: logical('||') },
    tangents: [undefined, undefined],
    curvature: 'none',
    operands: [increasing, increasing],
    sign: 'nonnegative',
    differentiable: 'steps',
  },
  select: {
    signature: 'choice',
    lowering: template(
      precedence.conditional,
      [precedence.or, precedence.or, precedence.conditional],
      (condition, then, otherwise) => `${condition} ? ${then} : ${otherwise}`,
    ),
    wgsl: onAnything(choice),
    tangents: [
      undefined,
      (b, t, x) => b.select(at(x, 0), t, b.like(t, 0)),
      (b, t, x) => b.select(at(x, 0), b.like(t, 0), t),
    ],
    curvature: 'none',
    operands: [anywhere, increasing, increasing],
    sign: 'any',
    differentiable: 'kinks',
  },
} as const satisfies Record<string, ElementwiseRow>;
