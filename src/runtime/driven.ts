/**
 * What the run loop drives. A program in this process answers at once and takes one step at a time; one on a device
 * answers later, and takes steps in blocks whose measures are read back together. The loop awaits only what is a
 * promise, so that a program that answers at once is not slowed down.
 */

/** Now or later. */
export type Soon<Value> = Value | Promise<Value>;

/** A copy of everything that changes from step to step, wherever it lies. */
export interface SavedState {
  /** Steps taken in the phase. */
  readonly step: number;
}

/** What the host knows of a program whose device is gone. */
export interface LastRead {
  readonly phase: number;
  readonly step: number;
  readonly parameters: Float64Array | Float32Array;
}

export interface DrivenProgram {
  /** As `CompiledProgram.initialize`. */
  initialize(seed: number, hypers?: ReadonlyMap<string, number>, startSeed?: number): Soon<void>;
  startPhase(phase: number): Soon<void>;
  /** Takes at least one and at most `count` steps, and says how many. None is taken after one whose measure `stop` is 1. */
  advance(phase: number, count: number): Soon<number>;
  /** Of the steps of the last `advance`: a row for each, with the phase's measures in order. */
  readonly measures: ArrayLike<number>;
  readParameters(): Soon<Float64Array | Float32Array>;
  report(index: number): Soon<ArrayLike<number>>;
  evaluate(phase: number): Soon<ArrayLike<number>>;
  /** Gives a value to what the problem carries from step to step. */
  writeCarried(index: number, values: ArrayLike<number>): void;
  /** `into` is an earlier copy that may be overwritten. */
  saveState(into?: SavedState): Soon<SavedState>;
  restoreState(saved: SavedState): Soon<void>;
  /** What was read back last, of a program that a device may take with it. */
  lastRead?(): LastRead | undefined;
}

/** Rejections and errors of this name say that the device which held the program is gone. */
const deviceLossName = 'DeviceLoss';

export function deviceLoss(message: string): Error {
  return Object.assign(new Error(message), { name: deviceLossName });
}

export function isDeviceLoss(error: unknown): error is Error {
  return error instanceof Error && error.name === deviceLossName;
}
