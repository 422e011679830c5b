/** One phase, block by block: what each step measured is looked at in order, whatever the size of the blocks. */
import type { RunPhase, RunPlan } from './compiled.js';
import type { DrivenProgram } from './driven.js';
import { hostFailureIn, hostFailureOf } from './host.js';
import type { Infeasibility } from './infeasible.js';
import { agree, firstLook, infeasibilityOf } from './infeasible.js';
import type { Divergence, PhaseOutcome, RunOptions, RunStatus } from './run.js';
import { Trail } from './trail.js';

export interface Clock {
  readonly started: number;
  sliceEnd: number;
  nextProgress: number;
}

interface PhaseEnd {
  readonly outcome: PhaseOutcome;
  readonly divergence?: Divergence;
  readonly infeasibility?: Infeasibility;
}

export async function runPhase(
  plan: RunPlan,
  program: DrivenProgram,
  phase: number,
  options: RunOptions,
  clock: Clock,
  title = planned(plan, phase).title,
): Promise<PhaseEnd> {
  const about = planned(plan, phase);
  const width = about.measures.length;
  const limit = Math.min(options.steps ?? Infinity, about.steps);
  const stopAt = about.stops ? width - 1 : -1;
  const gradNormAt = about.measures.indexOf('grad_norm');
  const evaluationsAt = about.measures.indexOf('evaluations');
  // What a host computes may be dear: the way back from a failure asks it nothing again.
  const trail = new Trail(program, options.snapshotEvery ?? ((plan.externs?.length ?? 0) > 0 ? 1 : 100));
  const progress = {
    phase,
    phases: plan.phases.length,
    title,
    step: 0,
    steps: limit,
    epoch: 0,
    objective: NaN,
    gradNorm: NaN,
    seconds: 0,
    phaseSeconds: 0,
  };
  let evaluations = 0;
  const ended = (status: RunStatus, steps: number): PhaseEnd => ({
    outcome: { title: about.title, steps, evaluations, status, hasCondition: about.stops },
  });
  const diverged = (step: number, found: Pick<Divergence, 'where' | 'failure'>): PhaseEnd => ({
    ...ended('diverged', step),
    divergence: { phase, step, ...found },
  });
  const verdict = async (step: number): Promise<Infeasibility | undefined> => {
    if (about.constraints.length === 0) return undefined;
    const evaluated = Float64Array.from(await program.evaluate(phase));
    return infeasibilityOf(about, evaluated, phase, step, lengthOf(await program.readParameters()));
  };
  const infeasible = (found: Infeasibility): PhaseEnd => ({
    ...ended('infeasible', found.step),
    infeasibility: found,
  });
  let suspected: Infeasibility | undefined;
  let lookAfter = about.constraints.length === 0 ? Infinity : firstLook;

  const begun = performance.now();
  const startFailure = await hostFailureIn(() => program.startPhase(phase));
  if (startFailure !== undefined) return diverged(0, startFailure);
  for (let step = 0; step < limit;) {
    if (step === trail.due) await trail.save(step);
    let taken: number;
    let hasWaited: boolean;
    try {
      const answer = program.advance(phase, Math.min(limit, trail.due, lookAfter) - step);
      hasWaited = typeof answer !== 'number';
      taken = typeof answer === 'number' ? answer : await answer;
    } catch (error) {
      const failure = hostFailureOf(error);
      await hostFailureIn(() => trail.rewind(phase, step + 1));
      return diverged(step + 1, failure);
    }
    const { measures } = program;
    const now = performance.now();
    let isAskedToStop = false;
    for (let row = 0; row < taken * width; row += width) {
      step += 1;
      const where = firstBadMeasure(about, measures, row);
      if (where !== undefined) {
        await trail.rewind(phase, step - 1);
        const found = await verdict(step);
        return found === undefined ? diverged(step, { where }) : infeasible(found);
      }
      if (evaluationsAt >= 0) evaluations += measures[row + evaluationsAt] ?? 0;
      if (stopAt >= 0 && measures[row + stopAt] === 1) {
        report(step - 1, row, true);
        return ended('converged', step - 1);
      }
      if (report(step, row, step === limit, now) === 'stop') isAskedToStop = true;
    }
    if (step === lookAfter) {
      const found = await verdict(step);
      if (found !== undefined && agree(suspected, found)) return infeasible(found);
      suspected = found;
      lookAfter *= 2;
    }
    if (isAskedToStop) return ended('stopped', step);
    if (hasWaited) {
      if (options.signal?.aborted === true) return ended('stopped', step);
    } else if (now >= clock.sliceEnd) {
      await nextSlice();
      if (options.signal?.aborted === true) return ended('stopped', step);
      clock.sliceEnd = performance.now() + (options.sliceMilliseconds ?? 10);
    }
  }
  if (options.signal?.aborted === true) return ended('stopped', limit);
  const x = await program.readParameters();
  if (!x.every(Number.isFinite)) {
    await trail.rewind(phase, limit);
    return diverged(limit, { where: 'parameters' });
  }
  const found = await verdict(limit);
  return found === undefined ? ended('finished', limit) : infeasible(found);

  function report(step: number, row: number, last: boolean, now = performance.now()): void | 'stop' {
    if (options.onProgress === undefined || (!last && now < clock.nextProgress)) return undefined;
    clock.nextProgress = now + (options.progressMilliseconds ?? 50);
    const { measures } = program;
    progress.step = step;
    progress.epoch = step / about.stepsPerEpoch;
    progress.objective = about.process === true ? NaN : (measures[row] ?? NaN);
    progress.gradNorm = gradNormAt < 0 ? NaN : (measures[row + gradNormAt] ?? NaN);
    progress.seconds = (now - clock.started) / 1000;
    progress.phaseSeconds = (now - begun) / 1000;
    return options.onProgress(progress);
  }
}

function planned(plan: RunPlan, phase: number): RunPhase {
  const about = plan.phases[phase];
  if (about === undefined) throw new Error(`compiler bug: there is no phase ${phase}`);
  return about;
}

function lengthOf(vector: Float64Array | Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** @param row where the step's measures begin */
function firstBadMeasure(about: RunPhase, measures: ArrayLike<number>, row: number): string | undefined {
  for (let index = 0; index < about.measures.length; index += 1) {
    if (!Number.isFinite(measures[row + index])) return about.measures[index];
  }
  return undefined;
}

/** Lets timers, signals and input in. `setImmediate` is Node's and costs far less than a timer. */
function nextSlice(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
