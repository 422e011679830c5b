/** How casts between the scalar types print, as JavaScript and as WGSL. */
import type { DType } from '../../graph.js';
import type { ScalarLowering } from './lowering.js';
import { callOf, precedence, template } from './lowering.js';
import { truncateF32 } from './wgsl/exact.js';
import { builtin, differentReals, wgslCall, wgslTypes } from './wgsl/lowering.js';
import type { WgslLowering } from './wgsl/lowering.js';

const unchanged = template(precedence.primary, [precedence.primary], (operand) => operand);

const toBool = template(precedence.equality, [precedence.equality], (operand) => `${operand} !== 0`);

const fromBool = template(precedence.conditional, [precedence.or], (operand) => `${operand} ? 1 : 0`);

export function castLowering(from: DType, to: DType): ScalarLowering {
  if (from === to || (from === 'int' && to === 'real')) return unchanged;
  if (to === 'bool') return toBool;
  return from === 'bool' ? fromBool : callOf('Math.trunc', 1);
}

const intToBool = template(precedence.relational, [precedence.additive], (operand) => `${operand} != 0`);

const realToBool = template(precedence.unary, [precedence.additive], (operand) =>
  differentReals.print(operand, '0.0'),
);

/** A real that is no int becomes the nearest one towards zero, at most the end of the range; NaN becomes 0. */
export function castWgsl(from: DType, to: DType): WgslLowering {
  if (from === to) return unchanged;
  if (to === 'bool') return from === 'real' ? realToBool : intToBool;
  return from === 'real' ? wgslCall(truncateF32) : builtin(wgslTypes[to], 1);
}
