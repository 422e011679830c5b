/**
 * Compiles and solves, away from the page. A request is answered by the generated code, progress now and then, and the
 * result; `stop` ends a run at its next pause. What never pauses is ended by the page, which ends this worker.
 */
import {
  compileSource,
  diagnoseDivergence,
  prepareRun,
  putFile,
  renderDiagnostic,
  resultObject,
  runPasses,
  runProgram,
  startState,
} from '../../src/browser.js';
import type { Compilation, Diagnostic } from '../../src/browser.js';
import { objectivesText } from '../../src/explain/objectives.js';
import { problemText } from '../../src/explain/problem.js';
import type { FromRunWorker, RunRequest, ToRunWorker } from './messages.js';

let stopping: AbortController | undefined;

function say(message: FromRunWorker): void {
  postMessage(message);
}

function textOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n\n');
}

async function solve(request: RunRequest): Promise<void> {
  say({ kind: 'stage', stage: 'compiling' });
  for (const [path, content] of Object.entries(request.files)) putFile(path, content);
  const source = { path: request.path, text: request.text };
  const { compilation, diagnostics } = await compileSource(source, { folder: '/' });
  if (compilation === undefined) {
    say({ kind: 'failed', message: textOf(diagnostics) });
    return;
  }
  if (compilation.program.phases.length === 0) {
    say({ kind: 'failed', message: 'there is nothing to solve: the program needs a `solve using ...`' });
    return;
  }
  if ((compilation.program.externs?.length ?? 0) > 0) {
    say({ kind: 'failed', message: 'the program calls functions of a host, which this page does not have' });
    return;
  }
  await run(compilation, source, diagnostics);
}

async function run(
  compilation: Compilation,
  source: { readonly path: string; readonly text: string },
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const { printed, file, problem } = await runPasses(startState(source, { folder: '/' }));
  const mathematics =
    file === undefined || problem === undefined
      ? ''
      : `${problemText(file, problem)}\n\n${objectivesText(problem)}`;
  say({
    kind: 'compiled',
    mathematics,
    typescript: printed?.text ?? '',
    wgsl: '',
    device: 'JavaScript',
  });
  const prepared = await prepareRun(compilation);
  say({ kind: 'stage', stage: 'solving' });
  stopping = new AbortController();
  const { signal } = stopping;
  const outcome = await runProgram(compilation.program, prepared, {
    signal,
    onProgress: ({ phase, title, step, steps, objective }) =>
      say({ kind: 'progress', phase, title, step, steps, objective }),
  });
  const notes = [...diagnostics];
  if (outcome.divergence !== undefined) {
    notes.push(await diagnoseDivergence(compilation, prepared, outcome.divergence));
  }
  say({ kind: 'done', result: resultObject(outcome), notes: textOf(notes), stopped: signal.aborted });
}

addEventListener('message', ({ data }: MessageEvent<ToRunWorker>) => {
  if (data.kind === 'stop') {
    stopping?.abort();
    return;
  }
  solve(data).catch((error: unknown) => {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
say({ kind: 'ready' });
