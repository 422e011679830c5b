/** The monoids of reductions: identity element, scalar lowering of the combination. */
import type { Monoid } from '../graph.js';
import type { ScalarLowering } from './elementwise/lowering.js';
import { callOf, infix, precedence } from './elementwise/lowering.js';

export interface MonoidRow {
  /** Bools as 0 and 1. */
  readonly identity: number;
  readonly combine: ScalarLowering;
}

export const monoidTable: Readonly<Record<Monoid, MonoidRow>> = {
  sum: { identity: 0, combine: infix('+', precedence.additive) },
  product: { identity: 1, combine: infix('*', precedence.multiplicative) },
  max: { identity: -Infinity, combine: callOf('Math.max', 2) },
  min: { identity: Infinity, combine: callOf('Math.min', 2) },
  and: { identity: 1, combine: infix('&&', precedence.and) },
  or: { identity: 0, combine: infix('||', precedence.or) },
};
