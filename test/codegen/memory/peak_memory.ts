/**
 * A process of its own: `peak_memory.ts PROBLEM SIZE TARGET` compiles, loads and runs a few steps, and prints the bytes that the
 * plan asks for (the arena, and the arrays as they were read) and the most that the process held, as JSON.
 */
import { readFileSync } from 'node:fs';
import { prepareRun, prepareWasmRun, runPasses, startState } from '../../../src/compile.js';
import type { DataSource } from '../../../src/runtime/data/source.js';

const [problem = '', size = '1', target = 'wasm'] = process.argv.slice(2);
const count = Number(size);
const sources: Readonly<Record<string, string>> = {
  parameters: `param x: real[${count}] = 1\nminimize sum((x - 3)^2)\nsolve using adam(0.01) for 3 steps`,
  data: `data { X: real[N, 10] y: real[N] }\nparam w: real[10] = 0\nminimize mean((X @ w - y)^2)\nsolve using adam(0.01) for 3 steps`,
};
const text = sources[problem] ?? '';
const data = new Map<string, DataSource>();
if (problem === 'data') {
  const column = (shape: readonly number[]): DataSource => ({
    kind: 'array',
    path: 'memory',
    shape,
    data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(0.5),
  });
  data.set('X', column([count, 10]));
  data.set('y', column([count]));
}
const state = await runPasses(startState({ path: 'peak.opt', text }, { data }));
const { source, file, bound, program, rewrites, printed, diagnostics } = state;
if (file === undefined || bound === undefined || program === undefined || printed === undefined) {
  throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
}
const compilation = { source, file, bound, program, rewrites };
const made = target === 'wasm' ? await prepareWasmRun(compilation) : undefined;
const compiled = made === undefined ? await prepareRun(compilation) : made.ok ? made.compiled : undefined;
if (compiled === undefined) throw new Error('no memory');
compiled.initialize(program.seed);
compiled.startPhase(0);
for (let step = 0; step < 3; step += 1) compiled.step(0);
compiled.evaluate(0);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
const bytes = program.precision === 'f32' ? 4 : 8;
const arena = printed.cells.real * bytes + printed.cells.integer * 4;
const read = [...data.values()].reduce(
  (sum, each) => sum + (each.kind === 'array' ? each.data.byteLength : 0),
  0,
);
process.stdout.write(JSON.stringify({ peak, planned: arena + read }));
