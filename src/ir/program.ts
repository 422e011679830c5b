/**
 * The program form: everything that a run does, as closed regions over named storage. Storage is of five kinds:
 * raw inputs (arrays as the host hands them in), data (what `prepare` makes of them, once), `x` (all parameters as
 * one dense vector), state (per phase) and scalars (seed, step,
 * hyperparameters). A back end owns the storage and runs the regions in
 * the order stated at `Program`; it never asks what an optimizer or a loss is.
 */
import type { Span } from '../parser/source.js';
import type { DType, Region, Shape, TensorType } from './graph.js';

export type RegionInput =
  /** The run's seed, int scalar. */
  | { readonly kind: 'seed' }
  /** The step within the phase from 1, int scalar. */
  | { readonly kind: 'step' }
  /** The sampled rows of this step's batch, int [batch]: positions in the table's stored order. */
  | { readonly kind: 'rows' }
  /** All parameters, real [size]. */
  | { readonly kind: 'parameters' }
  /** A hyperparameter that is given when the program runs, real scalar. */
  | { readonly kind: 'hyper'; readonly index: number }
  | { readonly kind: 'state'; readonly index: number }
  | { readonly kind: 'raw'; readonly index: number }
  | { readonly kind: 'data'; readonly index: number };

/** A region with the storage its parameters are read from, one entry a parameter. */
export interface BoundRegion {
  readonly region: Region;
  readonly inputs: readonly RegionInput[];
}

/** One tensor of the parameter vector: x[offset .. offset + size). */
export interface ParameterSlot {
  /** A path, `net.hidden[0].W` or `w`. */
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
  readonly span: Span;
}

/** Rows that are sampled and split together. Rows are stored in split order: first split first. */
export interface Table {
  /** The name of the row dimension, `N`. */
  readonly dimension: string;
  readonly rows: number;
  /** The first split is the one trained on. A table without `split` has one, `train`, with all rows. */
  readonly splits: readonly { readonly name: string; readonly start: number; readonly count: number }[];
  /** The stored order is `permutation(rows, shuffleSeed)` of the source's order; undefined keeps the source's order. */
  readonly shuffleSeed: number | undefined;
}

/** An array that comes from outside: columns of a file, or handed in by a host. Row-major. */
export interface RawInput {
  readonly name: string;
  readonly type: TensorType;
  /** The number of classes of `class(K)`; values are then 0..K-1. */
  readonly classes: number | undefined;
  /** Index into `Program.tables` when the first axis is a table's rows. */
  readonly table: number | undefined;
  /** As written in the source, for documentation of the generated program: `columns(p0..p63)`. */
  readonly origin: string;
  readonly span: Span;
}

/** A hyperparameter that shapes nothing: a number that each run may choose. */
export interface HyperSlot {
  readonly name: string;
  /** Used unless a run gives another. */
  readonly value: number;
  /** Both ends included; undefined where any number will do. */
  readonly interval: { readonly from: number; readonly to: number } | undefined;
  readonly span: Span;
}

/** A function that the host supplies, `extern fn`. Sizes may differ from call to call. */
export interface ExternSlot {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly dtype: DType; readonly rank: number }[];
  readonly rank: number;
  readonly doc: string;
  readonly span: Span;
}

export interface DataSlot {
  readonly name: string;
  readonly type: TensorType;
  readonly span: Span;
}

export interface StateSlot {
  /** A path, `adam.m`. */
  readonly name: string;
  readonly type: TensorType;
  /** A state of the problem, not of the optimizer: every phase has it at the same index, in the same storage, and reports read it. */
  readonly carried?: boolean;
}

/** Where a constraint's elements stand among the equalities or the inequalities of a phase. */
export interface ConstraintSlot {
  readonly name: string;
  readonly relation: 'equal' | 'at_most';
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

/** A nested problem whose solution is differentiated implicitly. */
export interface NestedSlot {
  readonly name: string;
  readonly span: Span;
}

/** `solve`: an optimizer, or the body of a process, applied step by step. */
export interface Phase {
  /** Without an objective: `objective` names nothing, `evaluate` gives NaNs, and the one measure `updates` is 0, or NaN where an update made one. */
  readonly process?: boolean;
  /** As written: `adamw(lr = cosine(3e-3, warmup = 50))`. */
  readonly title: string;
  readonly objective: { readonly name: string; readonly sense: 'minimize' | 'maximize' };
  /** Where several objectives are aggregated: each of them. `objective` is then their sum, to be minimized. */
  readonly several?: readonly { readonly name: string; readonly sense: 'minimize' | 'maximize' }[];
  readonly states: readonly StateSlot[];
  /** Results: each state's first value. */
  readonly start: BoundRegion;
  /** Results: x', each state', then `measures` in order (all at the step's start, before the update). */
  readonly step: BoundRegion;
  /**
   * Scalars that a step reports: always first `objective`, then `grad_norm` when it is computed anyway, `evaluations` (of the objective, this step),
   * and last, if `stops`, the flag `stop`: when it is 1 the step's results x' and state' equal their inputs and the phase ends as converged.
   */
  readonly measures: readonly string[];
  readonly stops: boolean;
  readonly sampler:
    | { readonly kind: 'full' }
    | { readonly kind: 'batch'; readonly table: number; readonly size: number; readonly inOrder: boolean };
  /** The largest number of steps, T. */
  readonly steps: number;
  /** Steps of one pass over the training rows; 1 without a batch. */
  readonly stepsPerEpoch: number;
  /** At any x, on all training rows. Results: objective value, gradient norm, then the value of each of `several`. */
  readonly evaluate: BoundRegion;
  /** With constraints `evaluate` gives results more: the KKT residual, the reach of the multipliers and of the violations as certificates of infeasibility, all constraints (equalities first), their multipliers, and how fast each changes along one direction. */
  readonly constraints: readonly ConstraintSlot[];
  /** For each of these `evaluate` ends in two results more: the norm of the inner gradient, and the length of Newton's step relative to the solution's. */
  readonly nested?: readonly NestedSlot[];
  readonly span: Span;
}

export interface Report {
  readonly name: string;
  /** Set for the value of a parameter that is given by coordinates: the slot that holds these. Results show it in the slot's place. */
  readonly parameter?: number;
  readonly type: TensorType;
  /** One result. */
  readonly value: BoundRegion;
  readonly span: Span;
}

/** `solve front K`: the run is repeated for each preference, or steps draw one and only the evaluation is repeated. */
export interface Front {
  /** The phase whose objectives it is about. */
  readonly phase: number;
  readonly count: number;
  /** Carried states that the run writes: real [objectives] and real [count, objectives]. */
  readonly preference: number;
  readonly points: number;
  /** One set of parameters for all points: the preference is drawn anew before each step. */
  readonly conditioned: boolean;
}

/** Order of a run: `prepare` once, `initial` once, then for each phase `start` and its steps, then every report. */
export interface Program {
  readonly name: string;
  readonly precision: 'f64' | 'f32';
  /** Seed of the run unless the host gives one. */
  readonly seed: number;
  readonly tables: readonly Table[];
  readonly hypers: readonly HyperSlot[];
  readonly raw: readonly RawInput[];
  /** Those that the program calls. */
  readonly externs?: readonly ExternSlot[];
  readonly data: readonly DataSlot[];
  /** Reads raw inputs (already in stored row order). Results: each data slot. */
  readonly prepare: BoundRegion;
  readonly parameters: readonly ParameterSlot[];
  /** Length of x. */
  readonly size: number;
  /** Results: x. */
  readonly initial: BoundRegion;
  readonly phases: readonly Phase[];
  readonly front?: Front;
  readonly reports: readonly Report[];
}
