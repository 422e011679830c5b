/**
 * Drives a compiled program to its end: phases in order, progress now and then, an abort that arrives because the
 * loop yields in time slices, and a stop at the first value that is not finite, with the last finite state kept.
 */
import { isHostFailure } from './host.js';
import type { CompiledProgram, RunPhase, RunPlan, Snapshot } from './compiled.js';
import { type FrontOutcome, runFront } from './front.js';
import type { Infeasibility } from './infeasible.js';
import { agree, evaluated as places, infeasibilityOf, isLookedFor } from './infeasible.js';

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
  /** Called after steps, not oftener than every `progressMilliseconds`; the object is reused. `stop` ends the run. */
  readonly onProgress?: (progress: Progress) => void | 'stop';
  readonly progressMilliseconds?: number;
  /** How long the loop may run before it lets timers and signals in. */
  readonly sliceMilliseconds?: number;
  /** Steps between two snapshots, from which a divergence is traced back. */
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
}

interface PhaseEnd {
  readonly outcome: PhaseOutcome;
  readonly divergence?: Divergence;
  readonly infeasibility?: Infeasibility;
}

export interface Solved {
  readonly phases: readonly PhaseOutcome[];
  readonly divergence: Divergence | undefined;
  readonly infeasibility: Infeasibility | undefined;
}

interface Clock {
  readonly started: number;
  sliceEnd: number;
  nextProgress: number;
}

export async function runProgram(
  plan: RunPlan,
  program: CompiledProgram,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const started = performance.now();
  const clock: Clock = {
    started,
    sliceEnd: started + (options.sliceMilliseconds ?? 10),
    nextProgress: started,
  };
  const seed = options.seed ?? plan.seed;
  if (plan.front !== undefined) {
    return runFront(plan, plan.front, program, {
      seed,
      initialize: (startSeed) => program.initialize(seed, options.hypers, startSeed),
      solve: (driven, title) => runPhases(plan, driven, options, clock, title),
      summarize: (solved) => summarize(plan, program, solved.phases, solved.divergence, secondsOf(clock)),
    });
  }
  const failed = hostFailureIn(() => program.initialize(seed, options.hypers));
  const { phases, divergence, infeasibility }: Solved =
    failed === undefined
      ? await runPhases(plan, program, options, clock)
      : { phases: [], divergence: { phase: 0, step: 0, ...failed }, infeasibility: undefined };
  const outcome = summarize(plan, program, phases, divergence, secondsOf(clock));
  return infeasibility === undefined ? outcome : { ...outcome, infeasibility };
}

function secondsOf({ started }: Clock): number {
  return (performance.now() - started) / 1000;
}

/** All phases in order, up to one that is stopped or diverges. */
async function runPhases(
  plan: RunPlan,
  program: CompiledProgram,
  options: RunOptions,
  clock: Clock,
  title?: string,
): Promise<Solved> {
  const phases: PhaseOutcome[] = [];
  let divergence: Divergence | undefined;
  let infeasibility: Infeasibility | undefined;
  for (let phase = 0; phase < plan.phases.length; phase += 1) {
    const result = await runPhase(plan, program, phase, options, clock, title);
    phases.push(result.outcome);
    divergence = result.divergence;
    infeasibility = result.infeasibility;
    if (result.outcome.status !== 'converged' && result.outcome.status !== 'finished') break;
  }
  return { phases, divergence, infeasibility };
}

async function runPhase(
  plan: RunPlan,
  program: CompiledProgram,
  phase: number,
  options: RunOptions,
  clock: Clock,
  title = planned(plan, phase).title,
): Promise<PhaseEnd> {
  const about = planned(plan, phase);
  const limit = Math.min(options.steps ?? Infinity, about.steps);
  const stopAt = about.stops ? about.measures.length - 1 : -1;
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

  const verdict = (step: number): Infeasibility | undefined =>
    about.constraints.length === 0
      ? undefined
      : infeasibilityOf(about, program.evaluate(phase), phase, step, lengthOf(program.parameters));
  const infeasible = (found: Infeasibility): PhaseEnd => ({
    ...ended('infeasible', found.step),
    infeasibility: found,
  });
  let suspected: Infeasibility | undefined;

  const begun = performance.now();
  const startFailure = hostFailureIn(() => program.startPhase(phase));
  if (startFailure !== undefined) {
    return { ...ended('diverged', 0), divergence: { phase, step: 0, ...startFailure } };
  }
  for (let step = 1; step <= limit; step += 1) {
    trail.before(step);
    const failure = hostFailureIn(() => program.step(phase));
    if (failure !== undefined) {
      hostFailureIn(() => trail.rewind(phase, step));
      return { ...ended('diverged', step), divergence: { phase, step, ...failure } };
    }
    const where = firstBadMeasure(about, program);
    if (where !== undefined) {
      trail.rewind(phase, step - 1);
      const found = verdict(step);
      if (found !== undefined) return infeasible(found);
      return { ...ended('diverged', step), divergence: { phase, step, where } };
    }
    if (evaluationsAt >= 0) evaluations += program.measures[evaluationsAt] ?? 0;
    if (stopAt >= 0 && program.measures[stopAt] === 1) {
      report(step - 1, true);
      return ended('converged', step - 1);
    }
    if (isLookedFor(step)) {
      const found = verdict(step);
      if (found !== undefined && agree(suspected, found)) return infeasible(found);
      suspected = found;
    }
    const now = performance.now();
    if (report(step, step === limit, now) === 'stop') return ended('stopped', step);
    if (now >= clock.sliceEnd) {
      await nextSlice();
      if (options.signal?.aborted === true) return ended('stopped', step);
      clock.sliceEnd = performance.now() + (options.sliceMilliseconds ?? 10);
    }
  }
  if (options.signal?.aborted === true) return ended('stopped', limit);
  if (!program.parameters.every(Number.isFinite)) {
    trail.rewind(phase, limit);
    return { ...ended('diverged', limit), divergence: { phase, step: limit, where: 'parameters' } };
  }
  const found = verdict(limit);
  return found === undefined ? ended('finished', limit) : infeasible(found);

  function report(step: number, last: boolean, now = performance.now()): void | 'stop' {
    if (options.onProgress === undefined || (!last && now < clock.nextProgress)) return undefined;
    clock.nextProgress = now + (options.progressMilliseconds ?? 50);
    progress.step = step;
    progress.epoch = step / about.stepsPerEpoch;
    progress.objective = about.process === true ? NaN : (program.measures[0] ?? NaN);
    progress.gradNorm = gradNormAt < 0 ? NaN : (program.measures[gradNormAt] ?? NaN);
    progress.seconds = (now - clock.started) / 1000;
    progress.phaseSeconds = (now - begun) / 1000;
    return options.onProgress(progress);
  }
}

/** Runs `body`; what a function of the host did wrong in it, if that ended it. */
function hostFailureIn(body: () => void): Pick<Divergence, 'where' | 'failure'> | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    if (!isHostFailure(error)) throw error;
    return { where: /^`(\w+)/.exec(error.message)?.[1] ?? 'host', failure: error.message };
  }
}

function lengthOf(vector: Float64Array | Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function planned(plan: RunPlan, phase: number): RunPhase {
  const about = plan.phases[phase];
  if (about === undefined) throw new Error(`compiler bug: there is no phase ${phase}`);
  return about;
}

function firstBadMeasure(about: RunPhase, program: CompiledProgram): string | undefined {
  for (let index = 0; index < about.measures.length; index += 1) {
    if (!Number.isFinite(program.measures[index])) return about.measures[index];
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

/**
 * Snapshots on the way. A state is known to be good only when a step has measured it, so the snapshot before the
 * last one is kept too: measures that are not finite at step s say that the state before step s is bad already.
 */
class Trail {
  private latest: { snapshot: Snapshot; step: number } | undefined;
  private previous: { snapshot: Snapshot; step: number } | undefined;

  constructor(
    private readonly program: CompiledProgram,
    private readonly every: number,
  ) {}

  before(step: number): void {
    if ((step - 1) % this.every !== 0) return;
    const reused = this.previous;
    this.previous = this.latest;
    this.latest = { snapshot: this.program.saveState(reused?.snapshot), step };
  }

  /** Puts the program into the state before step `wanted`, or at the phase's start. */
  rewind(phase: number, step: number): void {
    const wanted = Math.max(1, step);
    const from = this.latest !== undefined && this.latest.step <= wanted ? this.latest : this.previous;
    const start = from ?? this.latest;
    if (start === undefined) return;
    this.program.restoreState(start.snapshot);
    for (let step = start.step; step < wanted; step += 1) this.program.step(phase);
  }
}

/** Values and multipliers by constraint; `evaluated` holds the former, then the latter, equalities first. */
function constraintsOf(about: RunPhase, evaluated: readonly number[]): readonly ConstraintOutcome[] {
  const sizeOf = (each: RunPhase['constraints'][number]): number => each.size;
  const count = about.constraints.reduce((total, each) => total + sizeOf(each), 0);
  const equalities = about.constraints
    .filter(({ relation }) => relation === 'equal')
    .reduce((total, each) => total + sizeOf(each), 0);
  return about.constraints.map(({ name, relation, shape, offset, size }) => {
    const start = relation === 'equal' ? offset : equalities + offset;
    const data = Float64Array.from(evaluated.slice(start, start + size));
    const multiplier = Float64Array.from(evaluated.slice(count + start, count + start + size));
    const violation = data.reduce(
      (most, value) => Math.max(most, relation === 'equal' ? Math.abs(value) : value),
      0,
    );
    return { name, shape, data, violation, multiplier };
  });
}

function summarize(
  plan: RunPlan,
  program: CompiledProgram,
  phases: readonly PhaseOutcome[],
  before: Divergence | undefined,
  seconds: number,
): RunOutcome {
  let divergence = before;
  /** A host that fails on the last question leaves a figure unknown. */
  const asked = (size: number, ask: () => ArrayLike<number>): Float64Array => {
    let answer: Float64Array = new Float64Array(size).fill(NaN);
    const failure = hostFailureIn(() => {
      answer = Float64Array.from(ask());
    });
    const step = phases.at(-1)?.steps ?? 0;
    if (failure !== undefined) divergence ??= { phase: Math.max(0, phases.length - 1), step, ...failure };
    return answer;
  };
  const objectives = new Map<string, number>();
  let gradNorm = NaN;
  let objective = NaN;
  let kkt: number | undefined;
  let constraints: readonly ConstraintOutcome[] = [];
  const nested: NestedOutcome[] = [];
  plan.phases.forEach((about, phase) => {
    if (about.process === true) return;
    const evaluated = Array.from(asked(2, () => program.evaluate(phase)));
    const [value, norm] = evaluated;
    if (about.constraints.length > 0) {
      kkt = evaluated[places.kkt];
      constraints = constraintsOf(about, evaluated.slice(places.constraints));
    }
    objective = value ?? NaN;
    if (about.several === undefined) objectives.set(about.objective.name, objective);
    about.several?.forEach(({ name }, index) => objectives.set(name, evaluated[2 + index] ?? NaN));
    gradNorm = norm ?? NaN;
    const inner = about.nested ?? [];
    inner.forEach(({ name }, index) => {
      const [norm = NaN, distance = NaN] = evaluated.slice(evaluated.length - 2 * (inner.length - index));
      nested.push({ phase, index, name, gradNorm: norm, distance });
    });
  });
  const reports = plan.reports.map(({ name, type }, index) => {
    const size = type.shape.reduce((product, extent) => product * extent, 1);
    return { name, shape: type.shape, data: asked(size, () => program.report(index)) };
  });
  const values = [...objectives].map(([name, value]) => ({ name, value }));
  return {
    status: divergence?.failure === undefined ? (phases.at(-1)?.status ?? 'finished') : 'diverged',
    steps: phases.reduce((sum, phase) => sum + phase.steps, 0),
    seconds,
    objectives: values,
    objective,
    gradNorm,
    kkt,
    constraints,
    nested,
    reports: reports.filter((_, index) => plan.reports[index]?.parameter === undefined),
    parameters: plan.parameters.map(({ name, shape, offset, size }, index) => {
      const shown = reports[plan.reports.findIndex(({ parameter }) => parameter === index)];
      return shown !== undefined
        ? { ...shown, name }
        : { name, shape, data: Float64Array.from(program.parameters.subarray(offset, offset + size)) };
    }),
    phases,
    divergence,
  };
}
