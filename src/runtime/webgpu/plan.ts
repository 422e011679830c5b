/**
 * A program as a device runs it: plain data, written by the compiler (as JSON too) and replayed by the runtime, which
 * knows nothing of optimizers or losses. All numbers live in a few arenas, each one storage buffer that every
 * kernel may read and write; kernels are entry points of WGSL modules; a function is a list of commands.
 */

/** One storage buffer. Arena `i` is bound at binding `i` of group 0, read and written. Elements have 4 bytes. */
export interface Arena {
  readonly type: 'f32' | 'i32';
  /** In elements. */
  readonly size: number;
}

/** A run of elements of one arena. */
export interface Slice {
  readonly arena: number;
  readonly offset: number;
  readonly size: number;
}

/** Numbers that stand in the arena from the start. In JSON, those that it cannot write are strings: `"-Infinity"`, `"NaN"`. */
export interface Literal {
  readonly place: Slice;
  readonly values: readonly number[];
}

/** From line `line` (from 1) of a module on, `lines` lines of the code come from this place of a source file. */
export interface Origin {
  readonly line: number;
  readonly lines: number;
  readonly path: string;
  readonly sourceLine: number;
  readonly sourceColumn: number;
}

export interface KernelModule {
  readonly name: string;
  readonly code: string;
  /** By ascending line. */
  readonly origins: readonly Origin[];
}

export interface Kernel {
  readonly name: string;
  /** Index into `DevicePlan.modules`. */
  readonly module: number;
  readonly entryPoint: string;
  /** Workgroups in each direction. */
  readonly groups: readonly [number, number, number];
}

export type Command =
  /** Index into `DevicePlan.kernels`. */
  | { readonly kind: 'dispatch'; readonly kernel: number }
  /** Always `count` times; the kernels count the turns, and those of a loop that has ended do nothing. */
  | { readonly kind: 'repeat'; readonly count: number; readonly body: readonly Command[] }
  /** `body` after each run of `condition` that leaves something else than 0 in `flag` (which is read back), at most `max` times. */
  | {
      readonly kind: 'while';
      readonly max: number;
      readonly flag: Slice;
      readonly condition: readonly Command[];
      readonly body: readonly Command[];
    }
  /** The flag is read back. */
  | {
      readonly kind: 'if';
      readonly flag: Slice;
      readonly then: readonly Command[];
      readonly otherwise: readonly Command[];
    };

/**
 * How the steps of a phase advance. Before each submission the host writes `control` (slot 0, done 0, the number of
 * steps asked for), the step number of the first of them, and for each the sampled rows. The step numbered by `slot` reads
 * its rows at `rows` + slot * batch and writes its measures at `measures` + slot * (measures of the phase); at its end the device
 * adds one to `slot` and to the step number, and sets `done` when the measure `stop` is 1. While `done` is set, steps do nothing.
 */
export interface DevicePhase {
  readonly start: readonly Command[];
  /** One replay: a single step, or up to `slots` steps where the whole step runs in one workgroup. */
  readonly step: readonly Command[];
  readonly stepsPerReplay: 'one' | 'many';
  readonly evaluate: readonly Command[];
  /** The most steps of one submission. */
  readonly slots: number;
  /** i32: slot, done, asked. */
  readonly control: Slice;
  /** f32 [slots, measures]. */
  readonly measures: Slice;
  /** i32 [slots, batch]. */
  readonly rows: Slice | undefined;
  readonly states: readonly Slice[];
}

export interface DevicePlan {
  readonly name: string;
  readonly arenas: readonly Arena[];
  readonly literals: readonly Literal[];
  readonly modules: readonly KernelModule[];
  readonly kernels: readonly Kernel[];
  /** Features that the modules enable: `subgroups`, `shader-f16`. */
  readonly features: readonly string[];
  readonly workgroupSize: number;
  /** Bytes of workgroup memory that the hungriest kernel takes; what every device has if not said. */
  readonly workgroupStorage?: number;
  readonly seed: Slice;
  readonly step: Slice;
  readonly hypers: readonly Slice[];
  readonly raw: readonly Slice[];
  readonly parameters: Slice;
  readonly evaluation: Slice;
  readonly prepare: readonly Command[];
  readonly initial: readonly Command[];
  readonly phases: readonly DevicePhase[];
  readonly reports: readonly { readonly commands: readonly Command[]; readonly value: Slice }[];
}
