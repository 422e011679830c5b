/**
 * A function of a program cut into pieces for a device: dispatches of one function over the whole grid, parts that run whole in
 * a single workgroup, and control flow over these. Nothing is printed yet.
 */
import type { Place, Schedule } from '../../ir/nest.js';
import type { Command } from '../../runtime/webgpu/plan.js';
import type { Leaf } from '../../ir/schedule-leaves.js';

/** What one thread writes between the functions, so that control flow finds it. */
export interface Write {
  readonly kind: 'write';
  readonly to: Place;
  readonly value:
    | { readonly kind: 'constant'; readonly value: number }
    | { readonly kind: 'increment' }
    | { readonly kind: 'copy'; readonly from: Place }
    /** 1 while `from` is below `limit` and the old value is not 0. */
    | { readonly kind: 'below'; readonly from: Place; readonly limit: number }
    /** Whether a real is 1. */
    | { readonly kind: 'one'; readonly from: Place };
}

/** `cell` holds 0, or something else. Two conditions on one cell are two objects where the cell changes between. */
export interface Condition {
  readonly cell: Place;
  readonly is: 'zero' | 'nonzero';
}

export type Piece =
  | { readonly kind: 'grid'; readonly leaf: Leaf; readonly conditions: readonly Condition[] }
  | {
      readonly kind: 'workgroup';
      readonly parts: readonly (Schedule | Write)[];
      readonly conditions: readonly Condition[];
    }
  | { readonly kind: 'repeat'; readonly count: number; readonly body: readonly Piece[] }
  /** Read back before each turn. */
  | {
      readonly kind: 'while';
      readonly max: number;
      readonly flag: Place;
      readonly condition: readonly Piece[];
      readonly body: readonly Piece[];
    }
  | {
      readonly kind: 'if';
      readonly flag: Place;
      readonly then: readonly Piece[];
      readonly otherwise: readonly Piece[];
    };

/** Dispatches, those of loops with all of their turns. Of pieces it is an estimate: some leaves take several functions. */
export function dispatchesOf(pieces: readonly (Piece | Command)[]): number {
  return pieces.reduce((total, piece) => {
    switch (piece.kind) {
      case 'grid':
      case 'workgroup':
      case 'dispatch':
        return total + 1;
      case 'repeat':
        return total + piece.count * dispatchesOf(piece.body);
      case 'while':
        return total + piece.max * (dispatchesOf(piece.condition) + dispatchesOf(piece.body));
      case 'if':
        return total + Math.max(dispatchesOf(piece.then), dispatchesOf(piece.otherwise));
      default:
        return piece satisfies never;
    }
  }, 0);
}
