/** The monoids of reductions: identity element, scalar lowering of the combination. */
import type { DType, Monoid } from '../graph.js';
import type { ScalarLowering } from './elementwise/lowering.js';
import { callOf, infix, precedence } from './elementwise/lowering.js';
import { elementwiseTable } from './elementwise/table.js';
import type { WgslLowering } from './elementwise/wgsl/lowering.js';

export interface MonoidRow {
  /** Bools as 0 and 1. */
  readonly identity: number;
  readonly combine: ScalarLowering;
  /** The combination as WGSL, for each dtype that it may have. */
  readonly wgsl: Readonly<Partial<Record<DType, WgslLowering>>>;
}

export const monoidTable: Readonly<Record<Monoid, MonoidRow>> = {
  sum: { identity: 0, combine: infix('+', precedence.additive), wgsl: elementwiseTable.add.wgsl },
  product: {
    identity: 1,
    combine: infix('*', precedence.multiplicative),
    wgsl: elementwiseTable.multiply.wgsl,
  },
  max: { identity: -Infinity, combine: callOf('Math.max', 2), wgsl: elementwiseTable.maximum.wgsl },
  min: { identity: Infinity, combine: callOf('Math.min', 2), wgsl: elementwiseTable.minimum.wgsl },
  and: { identity: 1, combine: infix('&&', precedence.and), wgsl: elementwiseTable.and.wgsl },
  or: { identity: 0, combine: infix('||', precedence.or), wgsl: elementwiseTable.or.wgsl },
};
