/** The worker: compiles a source and solves it, on WebGPU where there is an adapter and in this thread otherwise. */
import {
  compileSource,
  findAdapter,
  prepareDeviceRun,
  prepareFastRun,
  putFile,
  renderDiagnostic,
  resultObject,
  runProgram,
} from 'argmin/browser';

const stopping = new AbortController();

// Data files and imports are what the page puts here, under the names that a source gives them.
putFile('data/points.csv', 'u,v\n0,1\n1,3\n2,5\n');

async function prepared(compilation) {
  const adapter = await findAdapter();
  if (adapter.ok) {
    const run = await prepareDeviceRun(compilation, adapter.value);
    if (run.ok) return run.program;
  }
  return await prepareFastRun(compilation);
}

async function solve(text) {
  const { compilation, diagnostics } = await compileSource({ path: '/problem.opt', text });
  if (compilation === undefined) {
    postMessage({ kind: 'failed', message: diagnostics.map((each) => renderDiagnostic(each)).join('\n\n') });
    return;
  }
  const outcome = await runProgram(compilation.program, await prepared(compilation), {
    signal: stopping.signal,
    onProgress: ({ step, objective }) => postMessage({ kind: 'progress', step, objective }),
  });
  postMessage({ kind: 'done', result: resultObject(outcome) });
}

addEventListener('message', ({ data }) => {
  if (data.kind === 'stop') stopping.abort();
  else solve(data.text).catch((error) => postMessage({ kind: 'failed', message: String(error) }));
});
