/** Compiles `ridge.opt` once with numbers of this program, and solves it for three penalties. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileSource, prepareFastRun, renderDiagnostic, resultObject, runProgram } from 'argmin';

const path = fileURLToPath(new URL('ridge.opt', import.meta.url));
const text = readFileSync(path, 'utf8');

/** An array as the compiler takes it: row-major numbers with their shape. */
function array(name, shape, numbers) {
  return { kind: 'array', path: name, shape, data: Float64Array.from(numbers) };
}

const rows = [
  [1, 2],
  [2, 1],
  [3, 5],
  [4, 3],
];
const data = new Map([
  ['X', array('X', [4, 2], rows.flat())],
  ['y', array('y', [4], [5, 4, 13, 10])],
]);

const { compilation, diagnostics } = await compileSource({ path, text }, { data });
for (const diagnostic of diagnostics) console.error(renderDiagnostic(diagnostic));
if (compilation === undefined) process.exit(1);

const compiled = await prepareFastRun(compilation);
for (const penalty of [0, 0.1, 1]) {
  const outcome = await runProgram(compilation.program, compiled, {
    hypers: new Map([['penalty', penalty]]),
    // Also: `signal` to stop it, `seed`, `steps`, `onProgress` for a bar.
  });
  const { status, steps, objective, params } = resultObject(outcome);
  console.log(JSON.stringify({ penalty, status, steps, objective, w: params.w }));
}

// Errors are values, with a code, a place and a reason.
const short = new Map([...data, ['y', array('y', [3], [5, 4, 13])]]);
const refused = await compileSource({ path, text }, { data: short });
console.log(JSON.stringify(refused.diagnostics.map(({ code, message }) => ({ code, message }))));
