/** A sweep for people, for programs and for spreadsheets. */
import { numberText, table } from './table.js';
import { hasAnswer, type SettingSummary, type Spread, type SweepRun } from './sweep_summary.js';

export interface Sweep {
  /** Of the hyperparameters that are swept, in the order given. */
  readonly names: readonly string[];
  readonly runs: readonly SweepRun[];
  readonly summaries: readonly SettingSummary[];
  /** False after an interruption. */
  readonly isWhole: boolean;
  readonly best: SettingSummary | undefined;
  /** What `best` is best by. */
  readonly figure: string;
  readonly sense: 'lowest' | 'highest';
}

export function sweepText({ names, runs, summaries, isWhole, best, figure, sense }: Sweep): string {
  const figures = [...new Set(runs.flatMap((run) => [...run.figures.keys()]))];
  const failed = summaries.some((summary) => summary.failed > 0);
  const head = [...names, 'runs', ...(failed ? ['without answer'] : []), ...figures];
  const rows = summaries.map((summary) => [
    ...names.map((name) => numberText(summary.setting.get(name) ?? NaN)),
    String(summary.runs),
    ...(failed ? [String(summary.failed)] : []),
    ...figures.map((name) => spreadText(summary.figures.get(name))),
  ]);
  const lines = [table([head, ...rows])];
  if (!isWhole) lines.push('', 'stopped by Ctrl-C; the runs so far are shown');
  if (best !== undefined && summaries.length > 1) {
    const setting = names.map((name) => `${name} = ${numberText(best.setting.get(name) ?? NaN)}`).join(', ');
    lines.push('', `${sense} mean ${figure}: ${setting}`);
  }
  return lines.join('\n');
}

function spreadText(spread: Spread | undefined): string {
  if (spread === undefined || !Number.isFinite(spread.mean)) return '-';
  const mean = numberText(spread.mean, 6);
  return spread.deviation === undefined
    ? mean
    : `${mean} ± ${numberText(Number(spread.deviation.toPrecision(2)))}`;
}

/** One line a run. */
export function sweepCsv({ names, runs }: Sweep): string {
  const figures = [...new Set(runs.flatMap((run) => [...run.figures.keys()]))];
  const lines = runs.map((run) =>
    [
      ...names.map((name) => run.setting.get(name) ?? ''),
      run.seed,
      run.status,
      run.steps,
      run.seconds,
      ...figures.map((name) => run.figures.get(name) ?? ''),
    ].join(','),
  );
  return [[...names, 'seed', 'status', 'steps', 'seconds', ...figures].join(','), ...lines, ''].join('\n');
}

export function sweepObject({ runs, summaries, isWhole, best, figure, sense }: Sweep): unknown {
  return {
    status: isWhole ? 'finished' : 'stopped',
    settings: summaries.map((summary) => ({
      set: Object.fromEntries(summary.setting),
      runs: summary.runs,
      failed: summary.failed,
      figures: Object.fromEntries(summary.figures),
    })),
    best: best === undefined ? null : { by: figure, sense, set: Object.fromEntries(best.setting) },
    runs: runs.map((run) => ({
      set: Object.fromEntries(run.setting),
      seed: run.seed,
      status: run.status,
      steps: run.steps,
      seconds: run.seconds,
      // A run without an answer has figures of its last finite state; nobody should average them.
      figures: hasAnswer(run) ? Object.fromEntries(run.figures) : null,
    })),
  };
}
