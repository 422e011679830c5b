/**
 * How a run shows that it is alive: a bar on a terminal, a line now and then elsewhere, nothing when a program reads
 * the result. Everything goes to standard error.
 */
import type { Progress } from '../runtime/run.js';
import { numberText } from './table.js';
import { say } from './terminal.js';

export interface ProgressDisplay {
  update(progress: Progress): void;
  finish(): void;
}

/** How long a run without a terminal stays silent, in seconds. */
const LINE_EVERY = 2;

export async function progressDisplay(quiet: boolean): Promise<ProgressDisplay> {
  if (quiet) return { update: () => undefined, finish: () => undefined };
  return process.stderr.isTTY === true ? await bar() : lines();
}

function measures(progress: Progress): string {
  const { objective, gradNorm, step, phaseSeconds: seconds } = progress;
  const rate = seconds > 0 ? `${numberText(Number((step / seconds).toPrecision(3)))} steps/s` : '';
  const norm = Number.isNaN(gradNorm) ? '' : `|grad| ${numberText(Number(gradNorm.toPrecision(3)))}`;
  const value = Number.isNaN(objective) ? '' : `objective ${numberText(objective)}`;
  return [value, norm, rate].filter(Boolean).join('  ');
}

async function bar(): Promise<ProgressDisplay> {
  const { SingleBar } = await import('cli-progress');
  const display = new SingleBar({
    format: '{bar} {value}/{total}  {measures}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    stream: process.stderr,
    etaBuffer: 0,
  });
  let phase = -1;
  return {
    update: (progress) => {
      if (progress.phase !== phase) {
        if (phase >= 0) display.stop();
        phase = progress.phase;
        display.start(progress.steps, progress.step, { measures: measures(progress) });
      }
      display.update(progress.step, { measures: measures(progress) });
    },
    finish: () => {
      if (phase >= 0) display.stop();
    },
  };
}

function lines(): ProgressDisplay {
  let next = LINE_EVERY;
  return {
    update: (progress) => {
      if (progress.seconds < next) return;
      next = progress.seconds + LINE_EVERY;
      say(`step ${progress.step} of ${progress.steps}  ${measures(progress)}`);
    },
    finish: () => undefined,
  };
}
