/**
 * Loop nests and the schedule that runs them: the form between graphs and printed code. A nest has outer loops around
 * ordered stages; a stage has inner loops around effects (stores, folds, scans). Every effect's value is an
 * expression over loop variables, so views, gathers and elementwise chains are no longer nodes here: they have become
 * index arithmetic and inlined operations.
 */
import { add, zero } from './nest-affine.js';
import type { Affine, Variable } from './nest-affine.js';
import type { DType, ElementwiseName, Monoid, Node } from './graph.js';

/** A run of elements of one dtype. Reals lie in the real arena; ints and bools in the integer arena. */
export interface Buffer {
  readonly id: number;
  readonly dtype: DType;
  readonly size: number;
  readonly label: string;
  /** Where it lies; `unplaced` until the memory plan has run. */
  home: Home;
  /** What it holds from the start; only literals have this. */
  readonly values: readonly number[] | undefined;
}

export type Home =
  | { readonly kind: 'unplaced' }
  /** At a fixed element of its arena. */
  | { readonly kind: 'fixed'; readonly offset: number }
  /** Inside another buffer. */
  | { readonly kind: 'part'; readonly of: Buffer; readonly offset: number };

/**
 * Where a tensor lies, contiguous and row-major. Places are made before buffers: a place may later be put within
 * another one (a piece of a concatenation, the destination of a result), and whoever holds it follows.
 */
export interface Place {
  readonly dtype: DType;
  readonly size: number;
  readonly label: string;
  within: { readonly place: Place; readonly offset: Affine } | undefined;
  buffer: Buffer | undefined;
}

export function locate(place: Place): { readonly buffer: Buffer; readonly base: Affine } {
  let base = zero;
  let current = place;
  while (current.within !== undefined) {
    base = add(base, current.within.offset);
    current = current.within.place;
  }
  if (current.buffer === undefined) throw new Error(`compiler bug: ${place.label} has no buffer`);
  return { buffer: current.buffer, base };
}

export function rootPlace(place: Place): Place {
  let current = place;
  while (current.within !== undefined) current = current.within.place;
  return current;
}

/** The first element of a buffer in its arena. */
export function addressOf(buffer: Buffer): number {
  const { home } = buffer;
  if (home.kind === 'unplaced') throw new Error(`compiler bug: the buffer ${buffer.label} has no address`);
  return home.kind === 'fixed' ? home.offset : addressOf(home.of) + home.offset;
}

/** `low <= index < high`. */
export interface Guard {
  readonly index: Affine;
  readonly low: number;
  readonly high: number;
}

export type Expression =
  | { readonly kind: 'load'; readonly place: Place; readonly index: Affine; readonly dtype: DType }
  /** The value of a unit of the same region at an element; becomes a local variable or a load. */
  | {
      readonly kind: 'reference';
      readonly unit: Unit;
      readonly index: readonly Affine[];
      readonly dtype: DType;
    }
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  | { readonly kind: 'integer'; readonly value: Affine; readonly dtype: 'int' }
  | {
      readonly kind: 'apply';
      readonly name: ElementwiseName;
      readonly operands: readonly Expression[];
      readonly dtype: DType;
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly dtype: DType }
  /** `inside` where every guard holds (and evaluated only there), otherwise `outside`. */
  | {
      readonly kind: 'guarded';
      readonly guards: readonly Guard[];
      readonly inside: Expression;
      readonly outside: Expression;
      readonly dtype: DType;
    }
  | {
      readonly kind: 'uniform';
      readonly seed: Expression;
      readonly step: Expression;
      readonly index: Expression;
      readonly stream: number;
      readonly word: number;
      readonly dtype: 'real';
    };

export type UnitKind =
  /** One value an element of the space. */
  | { readonly kind: 'map' }
  | { readonly kind: 'reduce'; readonly monoid: Monoid }
  | { readonly kind: 'argreduce'; readonly direction: 'max' | 'min' }
  /** A running fold along the last axis of the space. */
  | {
      readonly kind: 'scan';
      readonly monoid: 'sum' | 'product' | 'max' | 'min';
      readonly reverse: boolean;
    }
  /** Updates stored or added at computed places; something else has written the base there before. */
  | { readonly kind: 'scatter'; readonly add: boolean }
  /** Written by something that is no nest (a contraction, a loop), or put together from parts. */
  | { readonly kind: 'opaque' };

/** One value that the schedule computes: the expression of a graph node over a space of loop variables. */
export interface Unit {
  readonly id: number;
  readonly node: Node;
  readonly kind: UnitKind;
  /** The loops it runs over, outermost first. */
  readonly space: readonly Variable[];
  /** For each axis of `space`: does the result keep it? (`false` on the axes that a reduction folds.) */
  readonly kept: readonly boolean[];
  /** The element of the result that one point of the space yields or contributes to. */
  readonly target: readonly Affine[];
  /** Row-major strides of the result. */
  readonly strides: readonly number[];
  /** Conditions of the contribution (scatter). */
  readonly guards: readonly Guard[];
  /** Undefined for opaque units. */
  readonly value: Expression | undefined;
  readonly place: Place;
  /** Somebody reads it from memory. */
  stored: boolean;
  /** Read from memory by its own launch alone: what one turn of the outer loops left is nothing to the next. */
  passing: boolean;
  /** The launch that computes it. */
  launch: Launch | undefined;
  /** Index of its launch in the schedule of the region. */
  position: number;
  /** Index of its stage in the nest. */
  stage: number;
  /** Consumers must come in a later launch. */
  sealed: boolean;
}

/** Units that share outer loops. */
export interface Launch {
  /** How many outer loops. */
  depth: number;
  readonly units: Unit[];
  stages: readonly Stage[];
  /** The output of a contraction of which this is the epilogue: at each point, a local value. */
  given: Unit | undefined;
}

export interface Stage {
  /** Inner loops, after the outer ones. */
  readonly inner: readonly Variable[];
  readonly units: readonly Unit[];
}

export interface Run {
  readonly extent: number;
  readonly stride: number;
}

/** One operand of a contraction: where it begins and its strides, in elements. */
export interface ContractionOperand {
  readonly place: Place;
  readonly base: Affine;
  readonly batch: readonly number[];
  readonly free: Run;
  readonly contract: Run;
}

export interface Contraction {
  readonly node: Node;
  readonly batch: readonly number[];
  readonly left: ContractionOperand;
  readonly right: ContractionOperand;
  /** Contiguous: batch, rows, columns. */
  readonly output: Place;
  /**
   * What is done with each output, whose row-major number is that of the point; its unit is `given`, and is stored only if
   * that says so. Without an epilogue it is stored.
   */
  readonly epilogue: Launch | undefined;
  /** Room for what it computes on the way, where the back end has asked for some. */
  readonly scratch: Place | undefined;
}

export interface KernelCall {
  readonly node: Node;
  readonly inputs: readonly Place[];
  readonly output: Place;
  /** Room for what it computes on the way, where the back end has asked for some. */
  readonly scratch: Place | undefined;
}

export type Schedule =
  | { readonly kind: 'sequence'; readonly steps: readonly Schedule[] }
  | { readonly kind: 'launch'; readonly launch: Launch }
  | { readonly kind: 'contraction'; readonly contraction: Contraction }
  /** Factorizations, triangular solve, argsort. */
  | { readonly kind: 'kernel'; readonly call: KernelCall }
  | { readonly kind: 'copy'; readonly from: Place; readonly to: Place; readonly size: number }
  | { readonly kind: 'fill'; readonly to: Place; readonly size: number; readonly value: number }
  /** `body` for turn 0, 1, .. `max` - 1; before each turn the condition runs, and a 0 in `flag` ends the loop. */
  | {
      readonly kind: 'repeat';
      readonly max: number;
      readonly turn: Place;
      readonly condition: { readonly schedule: Schedule; readonly flag: Place } | undefined;
      readonly body: Schedule;
    }
  | { readonly kind: 'if'; readonly flag: Place; readonly then: Schedule; readonly otherwise: Schedule };
