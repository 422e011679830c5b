/**
 * The contract between the run loop and a compiled program. A back end makes a `CompiledProgram`; the loop drives it
 * phase by phase and step by step and asks nothing about what happens inside. `RunPlan` is the part of the compiler's
 * `Program` that the loop needs to know.
 */

export interface TensorShape {
  readonly dtype: 'real' | 'int' | 'bool';
  readonly shape: readonly number[];
}

export interface RunPhase {
  /** A process: it has no objective, and its first measure says only that its numbers are numbers. */
  readonly process?: boolean;
  readonly title: string;
  readonly objective: { readonly name: string; readonly sense: 'minimize' | 'maximize' };
  /** Where several objectives are aggregated: each of them. `objective` is then their sum, to be minimized. */
  readonly several?: readonly { readonly name: string; readonly sense: 'minimize' | 'maximize' }[];
  /** What `CompiledProgram.measures` holds after a step of this phase; `objective` is first, `stop` last if `stops`. */
  readonly measures: readonly string[];
  readonly stops: boolean;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Elements of the equalities and of the inequalities, each from `offset` on. */
  readonly constraints: readonly {
    readonly name: string;
    readonly relation: 'equal' | 'at_most';
    readonly shape: readonly number[];
    readonly offset: number;
    readonly size: number;
  }[];
  /** Nested problems with an implicit derivative; the evaluation ends in two numbers for each. */
  readonly nested?: readonly { readonly name: string }[];
}

export interface RunPlan {
  readonly name: string;
  /** The host's functions that the program calls. */
  readonly externs?: readonly { readonly name: string }[];
  readonly seed: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly offset: number;
    readonly size: number;
  }[];
  readonly phases: readonly RunPhase[];
  /** Of a `solve front`: carried states that the run writes, and whether one set of parameters serves all points. */
  readonly front?: {
    readonly phase: number;
    readonly count: number;
    readonly preference: number;
    readonly points: number;
    readonly conditioned: boolean;
  };
  /** With `parameter`, a report is the value of the parameter of that index, which is given by coordinates. */
  readonly reports: readonly {
    readonly name: string;
    readonly type: TensorShape;
    readonly parameter?: number;
  }[];
}

/** A copy of everything that changes from step to step. */
export interface Snapshot {
  readonly parameters: ArrayLike<number>;
  /** By phase, then in the order of the phase's states. */
  readonly states: readonly (readonly ArrayLike<number>[])[];
  /** Steps taken in the present phase. */
  readonly step: number;
}

/** What a program can do that takes several steps in one call. */
export interface StepBlock {
  /** The most steps of one call. */
  readonly steps: number;
  /** Of the steps of the last call: a row for each, with the phase's measures in order. */
  readonly measures: Float64Array | Float32Array;
  /** Takes at least one and at most `count` steps, and says how many. None is taken after one with a measure that is not finite, or whose measure `stop` is 1. */
  advance(phase: number, count: number): number;
}

export interface CompiledProgram {
  /** Raw inputs in the order of the program, in the source's row order. */
  load(raw: readonly ArrayLike<number>[]): void;
  /** Prepares the data and the first parameters, these by `startSeed` if given. Hyperparameters that `hypers` does not name have the file's values. */
  initialize(seed: number, hypers?: ReadonlyMap<string, number>, startSeed?: number): void;
  startPhase(phase: number): void;
  /** One step of the phase that was started; fills `measures`. */
  step(phase: number): void;
  readonly block?: StepBlock | undefined;
  readonly measures: Float64Array | Float32Array;
  /** All parameters, a view that the steps change. */
  readonly parameters: Float64Array | Float32Array;
  report(index: number): ArrayLike<number>;
  /** What the problem carries from step to step, as a view: a front's preference and points are written there. */
  carried?(index: number): Float64Array | Float32Array | Int32Array;
  /**
   * Objective and gradient norm at the present parameters, on all training rows; with constraints also the KKT
   * residual, the reach of the multipliers as a certificate of infeasibility, every constraint's value (equalities first) and every multiplier, or the value of each of `several`.
   */
  evaluate(phase: number): ArrayLike<number>;
  /** `into` is an earlier snapshot that may be overwritten. */
  saveState(into?: Snapshot): Snapshot;
  restoreState(snapshot: Snapshot): void;
}
