/** What the runs of a sweep come to: for each setting the mean and the deviation of every figure over its seeds. */
import type { RunOutcome } from '../runtime/run.js';
import type { Setting } from './sweep_grid.js';

export interface SweepRun {
  readonly setting: Setting;
  readonly seed: number;
  readonly status: RunOutcome['status'];
  readonly steps: number;
  readonly seconds: number;
  /** The objective, then every report that is a number. */
  readonly figures: ReadonlyMap<string, number>;
}

export interface Spread {
  readonly mean: number;
  /** The sample's standard deviation; undefined for one run. */
  readonly deviation: number | undefined;
}

export interface SettingSummary {
  readonly setting: Setting;
  readonly runs: number;
  /** Runs that ended without an answer; the figures leave them out. */
  readonly failed: number;
  readonly figures: ReadonlyMap<string, Spread>;
}

export const objectiveFigure = 'objective';

export function runOf(setting: Setting, seed: number, outcome: RunOutcome): SweepRun {
  const numbers = outcome.reports.filter(({ shape }) => shape.length === 0);
  return {
    setting,
    seed,
    status: outcome.status,
    steps: outcome.steps,
    seconds: outcome.seconds,
    figures: new Map([
      [objectiveFigure, outcome.objective],
      ...numbers.map(({ name, data }) => [name, data[0] ?? NaN] as const),
    ]),
  };
}

export function hasAnswer({ status }: SweepRun): boolean {
  return status === 'converged' || status === 'finished';
}

export function summarize(setting: Setting, runs: readonly SweepRun[]): SettingSummary {
  const good = runs.filter(hasAnswer);
  const names = new Set(runs.flatMap(({ figures }) => [...figures.keys()]));
  const figures = new Map<string, Spread>();
  for (const name of names) figures.set(name, spreadOf(good.map((run) => run.figures.get(name) ?? NaN)));
  return { setting, runs: runs.length, failed: runs.length - good.length, figures };
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The setting whose mean of a figure is lowest, or highest; undefined when no run of any setting has an answer. */
export function bestSetting(
  summaries: readonly SettingSummary[],
  figure: string,
  sense: 'lowest' | 'highest',
): SettingSummary | undefined {
  const sign = sense === 'lowest' ? 1 : -1;
  let best: { readonly summary: SettingSummary; readonly value: number } | undefined;
  for (const summary of summaries) {
    const value = sign * (summary.figures.get(figure)?.mean ?? NaN);
    if (Number.isFinite(value) && (best === undefined || value < best.value)) best = { summary, value };
  }
  return best?.summary;
}
