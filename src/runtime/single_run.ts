/**
 * Drives a program to its end once: phases in order, progress now and then, an abort that arrives because the
 * loop yields in time slices, and a stop at the first value that is not finite, with the last finite state kept.
 */
import type { RunPlan } from './compiled.js';
import type { DrivenProgram } from './driven.js';
import { isDeviceLoss } from './driven.js';
import { hostFailureIn } from './host.js';
import type { Infeasibility } from './infeasible.js';
import { runPhase } from './phase_run.js';
import type { Clock } from './phase_run.js';
import type { Divergence, PhaseOutcome, RunOptions, RunOutcome, Solved } from './run.js';
import { summarize, summarizeLoss } from './summary.js';

/** A run of a plan without a front; those are `runProgram`'s. */
export async function runOnce(
  plan: RunPlan,
  program: DrivenProgram,
  options: RunOptions = {},
): Promise<RunOutcome> {
  if (plan.front !== undefined) throw new Error('a front is many runs, and this runs a program once');
  return driving(plan, program, options, async (clock, phases) => {
    const failed = await hostFailureIn(() => program.initialize(options.seed ?? plan.seed, options.hypers));
    const { divergence, infeasibility }: Solved =
      failed === undefined
        ? await runPhases(plan, program, options, clock, phases)
        : { phases, divergence: { phase: 0, step: 0, ...failed }, infeasibility: undefined };
    const outcome = await summarize(plan, program, phases, divergence, secondsOf(clock));
    return infeasibility === undefined ? outcome : { ...outcome, infeasibility };
  });
}

/**
 * Runs `body` with a clock that starts now. When the device is lost on the way, the outcome is what was read back last.
 * @param body fills the list with the phases that have ended
 */
export async function driving(
  plan: RunPlan,
  program: DrivenProgram,
  options: RunOptions,
  body: (clock: Clock, phases: PhaseOutcome[]) => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const started = performance.now();
  const sliceEnd = started + (options.sliceMilliseconds ?? 10);
  const clock: Clock = { started, sliceEnd, nextProgress: started };
  const phases: PhaseOutcome[] = [];
  try {
    return await body(clock, phases);
  } catch (error) {
    if (!isDeviceLoss(error)) throw error;
    return summarizeLoss(plan, phases, program.lastRead?.(), error.message, secondsOf(clock));
  }
}

export function secondsOf({ started }: Clock): number {
  return (performance.now() - started) / 1000;
}

/** All phases in order, up to one that is stopped or diverges. */
export async function runPhases(
  plan: RunPlan,
  program: DrivenProgram,
  options: RunOptions,
  clock: Clock,
  phases: PhaseOutcome[],
  title?: string,
): Promise<Solved> {
  let divergence: Divergence | undefined;
  let infeasibility: Infeasibility | undefined;
  for (let phase = 0; phase < plan.phases.length; phase += 1) {
    const result = await runPhase(plan, program, phase, options, clock, title);
    phases.push(result.outcome);
    divergence = result.divergence;
    infeasibility = result.infeasibility;
    if (result.outcome.status !== 'converged' && result.outcome.status !== 'finished') break;
  }
  return { phases: [...phases], divergence, infeasibility };
}
