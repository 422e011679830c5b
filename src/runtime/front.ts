/**
 * `solve front K`: one compiled program run for each preference, from a start drawn anew, or, where the objectives read
 * the preference, run once with a preference drawn before each step and evaluated at each. What is said beside the
 * front is about one of its points, the compromise.
 */
import type { CompiledProgram, RunPhase, RunPlan, Snapshot } from './compiled.js';
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
  readonly initialize: (startSeed: number) => void;
  readonly solve: (program: CompiledProgram, title?: string) => Promise<Solved>;
  readonly summarize: (solved: Solved) => RunOutcome;
}

interface Reached {
  readonly outcome: RunOutcome;
  readonly preference: readonly number[];
  readonly solved: Solved;
  readonly snapshot: Snapshot;
}

export async function runFront(
  plan: RunPlan,
  front: Plan,
  program: CompiledProgram,
  loop: Loop,
): Promise<RunOutcome> {
  const several = plan.phases[front.phase]?.several;
  if (several === undefined || program.carried === undefined)
    throw new Error('compiler bug: a front without several objectives');
  const preference = program.carried(front.preference);
  const preferences = spreadPreferences(front.count, several.length);
  const reached: Reached[] = [];
  const keep = (wanted: readonly number[], solved: Solved): void => {
    preference.set(wanted);
    const outcome = loop.summarize(solved);
    reached.push({ outcome, preference: wanted, solved, snapshot: program.saveState() });
  };
  if (front.conditioned) {
    loop.initialize(loop.seed);
    const solved = await loop.solve(new ConditionedProgram(program, preference, loop.seed));
    for (const wanted of preferences) keep(wanted, solved);
  } else {
    for (const [index, wanted] of preferences.entries()) {
      loop.initialize(loop.seed + index);
      preference.set(wanted);
      const solved = await loop.solve(program, `point ${index + 1} of ${front.count}`);
      keep(wanted, solved);
      if (reached.at(-1)?.outcome.status === 'stopped') break;
    }
  }
  return concluded(front, several, program, loop, reached);
}

/** Draws the preference of every step before it: the state before a step has the preference of that step. */
class ConditionedProgram implements CompiledProgram {
  readonly measures: CompiledProgram['measures'];
  readonly parameters: CompiledProgram['parameters'];
  private taken = 0;

  constructor(
    private readonly program: CompiledProgram,
    private readonly preference: Float64Array | Float32Array | Int32Array,
    private readonly seed: number,
  ) {
    this.measures = program.measures;
    this.parameters = program.parameters;
  }

  load(raw: readonly ArrayLike<number>[]): void {
    this.program.load(raw);
  }

  initialize(seed: number, hypers?: ReadonlyMap<string, number>): void {
    this.program.initialize(seed, hypers);
  }

  startPhase(phase: number): void {
    this.taken = 0;
    drawPreference(this.preference, this.seed, 1);
    this.program.startPhase(phase);
  }

  step(phase: number): void {
    this.program.step(phase);
    this.taken += 1;
    drawPreference(this.preference, this.seed, this.taken + 1);
  }

  report(index: number): ArrayLike<number> {
    return this.program.report(index);
  }

  evaluate(phase: number): ArrayLike<number> {
    return this.program.evaluate(phase);
  }

  saveState(into?: Snapshot): Snapshot {
    return this.program.saveState(into);
  }

  restoreState(snapshot: Snapshot): void {
    this.taken = snapshot.step;
    this.program.restoreState(snapshot);
  }
}

/** The front, and the run as seen from its compromise. */
function concluded(
  front: Plan,
  several: NonNullable<RunPhase['several']>,
  program: CompiledProgram,
  loop: Loop,
  reached: readonly Reached[],
): RunOutcome {
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
  program.restoreState(chosen.snapshot);
  program
    .carried?.(front.points)
    .set(
      Array.from({ length: front.count }, (_, index) => found[index] ?? several.map(() => Infinity)).flat(),
    );
  const outcome = loop.summarize(chosen.solved);
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
