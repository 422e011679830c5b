/**
 * `solve front K`: one compiled program run for each preference, from a start drawn anew, or, where the objectives read
 * the preference, run once with a preference drawn before each step and evaluated at each. What is said beside the
 * front is about one of its points, the compromise.
 */
import type { RunPhase, RunPlan } from './compiled.js';
import type { DrivenProgram, SavedState, Soon } from './driven.js';
import { compromise, hypervolume, nonDominated, referenceOf, spread } from './front_measures.js';
import { drawPreference, spreadPreferences } from './preferences.js';
import type { NamedArray, RunOutcome, RunStatus, Solved } from './run.js';

export interface FrontPoint {
  readonly preference: readonly number[];
  /** As they are written, a maximized one not negated. */
  readonly objectives: readonly { readonly name: string; readonly value: number }[];
  readonly parameters: readonly NamedArray[];
  readonly status: RunStatus;
  /** Whether another point is at least as good in every objective. */
  readonly dominated: boolean;
}

export interface FrontOutcome {
  /** In the order of the preferences; those of runs that diverged are left out. */
  readonly points: readonly FrontPoint[];
  readonly diverged: number;
  /** Of the points that are not dominated, with all objectives to be minimized. The volume is there for two or three. */
  readonly reference: readonly number[];
  readonly hypervolume: number | undefined;
  readonly spread: number;
}

type Plan = NonNullable<RunPlan['front']>;

/** What the run loop lends. */
export interface Loop {
  readonly seed: number;
  readonly initialize: (startSeed: number) => Soon<void>;
  readonly solve: (program: DrivenProgram, title?: string) => Promise<Solved>;
  readonly summarize: (solved: Solved, reported?: 'all' | 'parameters') => Promise<RunOutcome>;
}

interface Reached {
  readonly outcome: RunOutcome;
  readonly preference: readonly number[];
  readonly solved: Solved;
  readonly snapshot: SavedState;
}

export async function runFront(
  plan: RunPlan,
  front: Plan,
  program: DrivenProgram,
  loop: Loop,
): Promise<RunOutcome> {
  const several = plan.phases[front.phase]?.several;
  if (several === undefined) throw new Error('compiler bug: a front without several objectives');
  const preferences = spreadPreferences(front.count, several.length);
  const reached: Reached[] = [];
  const keep = async (wanted: readonly number[], solved: Solved): Promise<void> => {
    program.writeCarried(front.preference, wanted);
    // Reports may read the front, which is not there yet.
    const outcome = await loop.summarize(solved, 'parameters');
    reached.push({ outcome, preference: wanted, solved, snapshot: await program.saveState() });
  };
  if (front.conditioned) {
    await loop.initialize(loop.seed);
    const solved = await loop.solve(
      new ConditionedProgram(program, front.preference, several.length, loop.seed),
    );
    for (const wanted of preferences) await keep(wanted, solved);
  } else {
    for (const [index, wanted] of preferences.entries()) {
      await loop.initialize(loop.seed + index);
      program.writeCarried(front.preference, wanted);
      const solved = await loop.solve(program, `point ${index + 1} of ${front.count}`);
      await keep(wanted, solved);
      if (reached.at(-1)?.outcome.status === 'stopped') break;
    }
  }
  return concluded(front, several, program, loop, reached);
}

/** Draws the preference of every step before it: the state before a step has the preference of that step. */
class ConditionedProgram implements DrivenProgram {
  private readonly drawn: Float64Array;
  private taken = 0;

  constructor(
    private readonly program: DrivenProgram,
    private readonly preference: number,
    objectives: number,
    private readonly seed: number,
  ) {
    this.drawn = new Float64Array(objectives);
  }

  get measures(): ArrayLike<number> {
    return this.program.measures;
  }

  initialize(seed: number, hypers?: ReadonlyMap<string, number>): Soon<void> {
    return this.program.initialize(seed, hypers);
  }

  startPhase(phase: number): Soon<void> {
    this.taken = 0;
    this.draw();
    return this.program.startPhase(phase);
  }

  /** One step at a time: the next one has another preference. */
  advance(phase: number): Soon<number> {
    const taken = this.program.advance(phase, 1);
    return typeof taken === 'number' ? this.advanced(taken) : taken.then((count) => this.advanced(count));
  }

  private advanced(taken: number): number {
    this.taken += taken;
    this.draw();
    return taken;
  }

  /** Of the step after those that were taken. */
  private draw(): void {
    drawPreference(this.drawn, this.seed, this.taken + 1);
    this.writeCarried(this.preference, this.drawn);
  }

  readParameters(): Soon<Float64Array | Float32Array> {
    return this.program.readParameters();
  }

  report(index: number): Soon<ArrayLike<number>> {
    return this.program.report(index);
  }

  evaluate(phase: number): Soon<ArrayLike<number>> {
    return this.program.evaluate(phase);
  }

  writeCarried(index: number, values: ArrayLike<number>): void {
    this.program.writeCarried(index, values);
  }

  saveState(into?: SavedState): Soon<SavedState> {
    return this.program.saveState(into);
  }

  restoreState(saved: SavedState): Soon<void> {
    this.taken = saved.step;
    return this.program.restoreState(saved);
  }
}

/** The front, and the run as seen from its compromise. */
async function concluded(
  front: Plan,
  several: NonNullable<RunPhase['several']>,
  program: DrivenProgram,
  loop: Loop,
  reached: readonly Reached[],
): Promise<RunOutcome> {
  const written = reached.map(({ outcome }) => several.map(({ name }) => valueOf(outcome, name)));
  const minimized = written.map((values) =>
    values.map((value, index) => (several[index]?.sense === 'maximize' ? -value : value)),
  );
  const isFound = reached.map(
    ({ outcome }, index) => outcome.status !== 'diverged' && (minimized[index] ?? []).every(Number.isFinite),
  );
  const found = minimized.map((values, index) => (isFound[index] ? values : values.map(() => Infinity)));
  const best = nonDominated(found);
  const points = found.filter((_, index) => best[index]);
  const place = points.length === 0 ? 0 : found.indexOf(points[compromise(points)] ?? []);
  const chosen = reached[place];
  if (chosen === undefined) throw new Error('compiler bug: a front without a run');
  await program.restoreState(chosen.snapshot);
  program.writeCarried(
    front.points,
    Array.from({ length: front.count }, (_, index) => found[index] ?? several.map(() => Infinity)).flat(),
  );
  const outcome = await loop.summarize(chosen.solved);
  const reference = referenceOf(points);
  const evaluated = reached.flatMap((each, index): readonly FrontPoint[] =>
    isFound[index]
      ? [
          {
            preference: each.preference,
            objectives: several.map(({ name }, which) => ({ name, value: written[index]?.[which] ?? NaN })),
            parameters: each.outcome.parameters,
            status: each.outcome.status,
            dominated: best[index] !== true,
          },
        ]
      : [],
  );
  const runs = front.conditioned ? reached.slice(0, 1) : reached;
  return {
    ...outcome,
    status: statusOf(runs, points.length),
    steps: runs.reduce((sum, each) => sum + each.outcome.steps, 0),
    front: {
      points: evaluated,
      diverged: reached.length - evaluated.length,
      reference,
      hypervolume: hypervolume(points, reference),
      spread: spread(points),
    },
  };
}

function statusOf(runs: readonly Reached[], found: number): RunStatus {
  const statuses = runs.map(({ outcome }) => outcome.status);
  if (found === 0) return 'diverged';
  if (statuses.includes('stopped')) return 'stopped';
  return statuses.includes('finished') ? 'finished' : 'converged';
}

function valueOf(outcome: RunOutcome, name: string): number {
  return outcome.objectives.find((each) => each.name === name)?.value ?? NaN;
}
