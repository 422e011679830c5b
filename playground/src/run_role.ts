/**
 * Compiles and solves, away from the page. A request is answered by the generated code, progress now and then, and the
 * result; `stop` ends a run at its next pause. What never pauses is ended by the page, which ends this worker.
 */
import {
  diagnoseDivergence,
  putFile,
  renderDiagnostic,
  resultObject,
  runPasses,
  runProgram,
  startState,
} from '../../src/browser.js';
import type { Compilation, CompileState, Diagnostic, Progress } from '../../src/browser.js';
import { prepare } from './back_ends.js';
import { mathematicsOf, typescriptOf } from './generated.js';
import type { CurvePoint, FromRunWorker, RunRequest, Target, ToRunWorker } from './messages.js';

let stopping: AbortController | undefined;

function say(message: FromRunWorker): void {
  postMessage(message);
}

function textOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n');
}

function errorsOf(diagnostics: readonly Diagnostic[]): string {
  const { length } = diagnostics.filter(({ severity }) => severity === 'error');
  return length === 1 ? 'an error stands in the way' : `${length} errors stand in the way`;
}

/** Gathers points of the curve, and sends them about twenty times a second. */
class Reporter {
  private points: CurvePoint[] = [];
  private latest: Progress | undefined;
  private sent = 0;

  add(progress: Progress): void {
    if (this.latest !== undefined && progress.step <= (this.points.at(-1)?.step ?? 0)) this.flush();
    this.points.push({ step: progress.step, objective: progress.objective });
    this.latest = { ...progress };
    if (performance.now() - this.sent > 50) this.flush();
  }

  flush(): void {
    if (this.latest === undefined || this.points.length === 0) return;
    const { phase, title, step, steps } = this.latest;
    say({ kind: 'progress', phase, title, step, steps, points: this.points });
    this.points = [];
    this.sent = performance.now();
  }
}

async function solve(request: RunRequest): Promise<void> {
  say({ kind: 'stage', stage: 'compiling' });
  for (const [path, content] of Object.entries(request.files)) putFile(path, content);
  const source = { path: request.path, text: request.text };
  const state = await runPasses(startState(source, { folder: '/' }));
  const { file, bound, program, rewrites, diagnostics } = state;
  // An error ends the passes before the last.
  if (file === undefined || bound === undefined || program === undefined || state.printed === undefined) {
    say({ kind: 'failed', message: errorsOf(diagnostics), notes: textOf(diagnostics) });
    return;
  }
  if (program.phases.length === 0) {
    say({ kind: 'failed', message: 'there is nothing to solve: the program needs a `solve using ...`' });
    return;
  }
  if ((program.externs?.length ?? 0) > 0) {
    say({ kind: 'failed', message: 'the program calls functions of a host, which this page does not have' });
    return;
  }
  await run({ source, file, bound, program, rewrites }, state, request.target);
}

async function run(compilation: Compilation, state: CompileState, target: Target): Promise<void> {
  const preparation = await prepare(compilation, target);
  if (!preparation.ok) {
    say({ kind: 'failed', message: preparation.reason });
    return;
  }
  const { program, device, wgsl, onDevice, here } = preparation.prepared;
  say({
    kind: 'compiled',
    device,
    generated: {
      mathematics: mathematicsOf(state),
      typescript: typescriptOf(state),
      ...(wgsl === undefined ? {} : { wgsl }),
    },
  });
  say({ kind: 'stage', stage: `solving on ${device}` });
  stopping = new AbortController();
  const reporter = new Reporter();
  const { signal } = stopping;
  const outcome = await runProgram(compilation.program, program, {
    signal,
    // Small problems are solved in a few milliseconds, and their curve is still to be seen.
    progressMilliseconds: 0.1,
    onProgress: (progress) => reporter.add(progress),
  });
  reporter.flush();
  const notes = [...state.diagnostics];
  const diverged = onDevice ?? here;
  if (outcome.divergence !== undefined && diverged !== undefined) {
    notes.push(await diagnoseDivergence(compilation, diverged, outcome.divergence));
  }
  say({ kind: 'done', result: resultObject(outcome), notes: textOf(notes), stopped: signal.aborted });
}

export function handle(message: unknown): void {
  const data = message as ToRunWorker;
  if (data.kind === 'stop') {
    stopping?.abort();
    return;
  }
  solve(data).catch((error: unknown) => {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
}
