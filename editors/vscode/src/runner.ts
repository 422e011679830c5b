/**
 * Compiles and solves one file in a process of its own, and writes what happens as lines of JSON: the loss as it falls, then
 * the result. Ending the process stops the run.
 */
import { readFileSync } from 'node:fs';
import { compileSource, prepareRun } from '../../../src/compile.js';
import { renderDiagnostic } from '../../../src/parser/render.js';
import { resultObject } from '../../../src/runtime/result.js';
import { runProgram } from '../../../src/runtime/run.js';
import type { RunMessage } from './run_messages.js';

const [path = ''] = process.argv.slice(2);

function say(message: RunMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const { compilation, diagnostics } = await compileSource({ path, text: readFileSync(path, 'utf8') });
for (const diagnostic of diagnostics) say({ kind: 'note', text: renderDiagnostic(diagnostic) });
if (compilation !== undefined) {
  const compiled = await prepareRun(compilation);
  const outcome = await runProgram(compilation.program, compiled, {
    onProgress: ({ step, objective }) => say({ kind: 'progress', step, loss: objective }),
  });
  say({ kind: 'result', result: resultObject(outcome) });
}
