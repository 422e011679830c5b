/**
 * From source to first step: files compiled, loaded and stepped once, again and again in one process; and a cold
 * `argmin run`, less the run itself.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineOptions } from '../src/codegen/wasm/features.js';
import { instantiateWasm } from '../src/codegen/wasm/instantiate.js';
import { instantiate } from '../src/codegen/typescript/instantiate.js';
import { allowRelaxedVectors } from '../src/cli/engine.js';
import { compileSource, rawArrays } from '../src/compile.js';
import type { CompileOptions } from '../src/compile.js';
import type { Program } from '../src/ir/program.js';
import type { SourceFile } from '../src/parser/source.js';
import type { CompiledProgram } from '../src/runtime/compiled.js';
import type { DataSource } from '../src/runtime/data/source.js';
import { manyTensors } from './speed/workloads.js';
import type { Row } from './tables.js';
import { processorTime } from './timing.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const backEnds: Readonly<Record<string, (program: Program) => CompiledProgram>> = {
  ts: (program) => instantiate(program),
  wasm: (program) => {
    const made = instantiateWasm(program, engineOptions());
    if (!made.ok) throw new Error('no memory of this size');
    return made.compiled;
  },
};

/** Milliseconds of this process from the text to the end of the first step. */
async function firstStep(source: SourceFile, options: CompileOptions, target: string): Promise<number> {
  const start = processorTime();
  const { compilation, diagnostics } = await compileSource(source, options);
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { program, bound } = compilation;
  const compiled = backEnds[target]?.(program);
  compiled?.load(rawArrays(program, bound));
  compiled?.initialize(program.seed);
  compiled?.startPhase(0);
  compiled?.step(0);
  return processorTime() - start;
}

async function warmRow(
  name: string,
  source: SourceFile,
  options: CompileOptions,
  target: string,
): Promise<Row> {
  const times: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) times.push(await firstStep(source, options, target));
  const [first = NaN, ...later] = times;
  return [name, target, first.toFixed(0), Math.min(...later).toFixed(0)];
}

/** Compiling from source to the first step: the first time in this process, and the fastest of later ones. */
export async function sourceRows(): Promise<Row[]> {
  allowRelaxedVectors();
  const rows: Row[] = [];
  const digits = path.join(root, 'examples/digits.opt');
  const text = readFileSync(digits, 'utf8');
  for (const target of Object.keys(backEnds)) {
    rows.push(await warmRow('examples/digits.opt', { path: digits, text }, {}, target));
    for (const count of [100, 200, 400, 800]) {
      const { name, source, arrays } = manyTensors(count, 64);
      const data = new Map<string, DataSource>();
      for (const [column, array] of Object.entries(arrays)) {
        data.set(column, { kind: 'array', path: column, ...array });
      }
      const file = { path: `${name}.opt`, text: source };
      rows.push(await warmRow(`${count} parameters of 64, Adam`, file, { data }, target));
    }
  }
  return rows;
}

/** Processor time of finished child processes, in milliseconds, where the system tells. */
function childrenTime(): number {
  if (!existsSync('/proc/self/stat')) return performance.now();
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  // Ticks of 10 ms: user and system time of children.
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function childTime(argv: readonly string[]): { readonly milliseconds: number; readonly output: string } {
  const start = childrenTime();
  const { stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 1e8 });
  return { milliseconds: childrenTime() - start, output: stdout };
}

/** A whole command in a new process, with what its run took, and what Node takes to do nothing. */
export function coldRows(): Row[] {
  const cli = path.join(root, 'dist/cli.js');
  if (!existsSync(cli)) return [];
  const digits = path.join(root, 'examples/digits.opt');
  const idle = Math.min(...Array.from({ length: 5 }, () => childTime(['-e', '0']).milliseconds));
  const rows: Row[] = [['node -e 0', '', idle.toFixed(0), '']];
  for (const target of Object.keys(backEnds)) {
    const runs = Array.from({ length: 8 }, () => {
      const { milliseconds, output } = childTime([
        cli,
        'run',
        digits,
        '--steps',
        '1',
        '--json',
        '--target',
        target,
      ]);
      const { seconds } = JSON.parse(output) as { readonly seconds: number };
      return { milliseconds, overhead: milliseconds - seconds * 1000 };
    });
    const whole = Math.min(...runs.map(({ milliseconds }) => milliseconds));
    const overhead = Math.min(...runs.map((run) => run.overhead));
    rows.push([`argmin run examples/digits.opt --steps 1`, target, whole.toFixed(0), overhead.toFixed(0)]);
  }
  return rows;
}
