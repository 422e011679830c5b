/** How casts between the scalar types print. */
import type { DType } from '../../graph.js';
import type { ScalarLowering } from './lowering.js';
import { callOf, precedence, template } from './lowering.js';

const unchanged = template(precedence.primary, [precedence.primary], (operand) => operand);

const toBool = template(precedence.equality, [precedence.equality], (operand) => `${operand} !== 0`);

const fromBool = template(precedence.conditional, [precedence.or], (operand) => `${operand} ? 1 : 0`);

export function castLowering(from: DType, to: DType): ScalarLowering {
  if (from === to || (from === 'int' && to === 'real')) return unchanged;
  if (to === 'bool') return toBool;
  return from === 'bool' ? fromBool : callOf('Math.trunc', 1);
}
