/** A run from start to end: of one program once, or of a front, which is many runs. */
import type { CompiledProgram, RunPlan } from './compiled.js';
import type { DrivenProgram } from './driven.js';
import { type FrontOutcome, runFront } from './front.js';
import type { Infeasibility } from './infeasible.js';
import { driving, runOnce, runPhases, secondsOf } from './single_run.js';
import { driven } from './stepped.js';
import { summarize } from './summary.js';

export interface Progress {
  readonly phase: number;
  readonly phases: number;
  readonly title: string;
  /** The step within the phase, from 1, and the largest there can be. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly objective: number;
  /** NaN when the optimizer does not compute it. */
  readonly gradNorm: number;
  readonly seconds: number;
  /** Since this phase began. */
  readonly phaseSeconds: number;
}

export interface RunOptions {
  readonly seed?: number;
  /** Values of the plan's hyperparameters, where they are not to be the file's. */
  readonly hypers?: ReadonlyMap<string, number>;
  /** At most so many steps in each phase. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
  /** Called after steps, not oftener than every `progressMilliseconds`; the object is reused. `stop` ends the run, with the block of steps at hand. */
  readonly onProgress?: (progress: Progress) => void | 'stop';
  readonly progressMilliseconds?: number;
  /** How long the loop may run before it lets timers and signals in. */
  readonly sliceMilliseconds?: number;
  /** Steps between two snapshots, from which a divergence is traced back. A block of steps ends there too. */
  readonly snapshotEvery?: number;
}

export type RunStatus = 'converged' | 'finished' | 'stopped' | 'diverged' | 'infeasible';

export interface Divergence {
  readonly phase: number;
  /** The step, from 1, whose results are not finite. */
  readonly step: number;
  /** The measure that was not finite, or `parameters`, or the function of the host that failed. */
  readonly where: string;
  /** What a function of the host was given, and how it failed. */
  readonly failure?: string;
}

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export interface PhaseOutcome {
  readonly title: string;
  readonly steps: number;
  readonly evaluations: number;
  readonly status: RunStatus;
  readonly hasCondition: boolean;
}

/** A constraint at the end: its elements, at most or equal to 0 where it holds, and their multipliers. */
export interface ConstraintOutcome extends NamedArray {
  readonly violation: number;
  readonly multiplier: Float64Array;
}

/** How far the solution of a nested problem is from where its gradient is 0. */
export interface NestedOutcome {
  readonly phase: number;
  /** Which of the phase's. */
  readonly index: number;
  readonly name: string;
  readonly gradNorm: number;
  /** How far Newton's method would go from it, relative to its own length. */
  readonly distance: number;
}

/** Beyond this distance an implicit derivative is not to be trusted. */
export const farFromStationary = 1e-3;

export interface RunOutcome {
  readonly status: RunStatus;
  readonly steps: number;
  readonly seconds: number;
  /** On all training rows, at the final parameters, for each label among the phases. */
  readonly objectives: readonly { readonly name: string; readonly value: number }[];
  readonly objective: number;
  readonly gradNorm: number;
  /** With constraints: the largest of stationarity, violation and complementarity. */
  readonly kkt: number | undefined;
  readonly constraints: readonly ConstraintOutcome[];
  /** Nested problems with an implicit derivative, at the final parameters. */
  readonly nested: readonly NestedOutcome[];
  readonly reports: readonly NamedArray[];
  readonly parameters: readonly NamedArray[];
  readonly phases: readonly PhaseOutcome[];
  /** Of a `solve front`; what else is said is about the point of it that compromises most. */
  readonly front?: FrontOutcome;
  /** Set when `status` is `diverged`; parameters and reports are then those of the last finite state. */
  readonly divergence: Divergence | undefined;
  /** Set when `status` is `infeasible`. */
  readonly infeasibility?: Infeasibility;
  /** Set when the device that computed was lost. `status` is then `stopped`, and figures that it would have had to give are NaN. */
  readonly loss?: Loss;
}

/** A device lost in mid-run; the parameters are those that were read back last, after so many steps of a phase. */
export interface Loss {
  readonly phase: number;
  readonly step: number;
  readonly message: string;
}

export interface Solved {
  readonly phases: readonly PhaseOutcome[];
  readonly divergence: Divergence | undefined;
  readonly infeasibility: Infeasibility | undefined;
}

export async function runProgram(
  plan: RunPlan,
  given: CompiledProgram | DrivenProgram,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const { front } = plan;
  const program = driven(given);
  if (front === undefined) return runOnce(plan, program, options);
  const seed = options.seed ?? plan.seed;
  return driving(plan, program, options, (clock, phases) =>
    runFront(plan, front, program, {
      seed,
      initialize: (startSeed) => program.initialize(seed, options.hypers, startSeed),
      solve: (each, title) => {
        phases.length = 0;
        return runPhases(plan, each, options, clock, phases, title);
      },
      summarize: ({ phases: taken, divergence }, reported) =>
        summarize(plan, program, taken, divergence, secondsOf(clock), reported),
    }),
  );
}
