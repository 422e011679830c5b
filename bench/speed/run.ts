/**
 * `npm run bench:speed`: every workload here and in the libraries that its users would pick, in one run. Contenders take
 * turns, each in a process of its own, so that all see the same machine; the fastest of their rounds counts, and the
 * losses must agree. `--only NAME`, `--rounds N`, `--seconds S`; `--write` puts the table into docs/performance.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table, writeTables } from '../tables.js';
import { writeWorkload } from './folder.js';
import { workloads } from './workloads.js';
import type { Workload } from './workloads.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');

interface Contender {
  readonly name: string;
  readonly command: (workload: Workload, folder: string, seconds: string) => readonly [string, ...string[]];
}

interface Measured {
  readonly loss: number;
  readonly microseconds: number;
}

function typescript(file: string): string[] {
  return [path.join(root, 'node_modules', '.bin', 'tsx'), path.join(here, file)];
}

function target(title: string, name: string): Contender {
  const script = typescript('argmin.ts');
  return {
    name: title,
    command: (workload, _folder, seconds) => [process.execPath, ...script, workload.name, seconds, name],
  };
}

/** The others are compared with this one. */
const own = target('argmin, WebAssembly', 'wasm');
const stepwise = target('argmin, WebAssembly, a call per step', 'wasm-steps');
const printed = target('argmin, TypeScript', 'ts');

function findPeers(): readonly Contender[] {
  const peers: Contender[] = [];
  const python =
    process.env['ARGMIN_BENCH_PYTHON'] ?? path.join(root, 'bench', 'peers', 'python', 'bin', 'python');
  const imports = (module: string): boolean => {
    if (!existsSync(python)) return false;
    return spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
  };
  const script = (name: string, file: string, variant: string): Contender => ({
    name,
    command: (_workload, folder, seconds) => [
      python,
      path.join(here, 'peers', file),
      folder,
      variant,
      seconds,
    ],
  });
  const module = (name: string, file: string): Contender => ({
    name,
    command: (_workload, folder, seconds) => [
      process.execPath,
      ...typescript(path.join('peers', file)),
      folder,
      seconds,
    ],
  });
  if (imports('torch')) peers.push(script('PyTorch eager (SciPy for L-BFGS)', 'torch_eager.py', 'eager'));
  if (imports('jax, optax')) {
    peers.push(script('JAX, a call per step', 'jax_jit.py', 'call'));
    peers.push(script('JAX, loop inside', 'jax_jit.py', 'loop'));
  }
  const installed = (name: string): boolean =>
    existsSync(path.join(root, 'bench', 'peers', 'node_modules', name));
  if (installed('@tensorflow/tfjs-backend-wasm')) peers.push(module('TensorFlow.js wasm', 'tensorflow.ts'));
  if (installed('@jax-js/jax')) peers.push(module('jax-js wasm', 'jax_js.ts'));
  if (installed('numeric')) peers.push(module('numeric (JavaScript)', 'numeric_bfgs.ts'));
  return peers;
}

/** One turn of a contender; undefined, with a line that says why, where it has none. */
function measure(
  contender: Contender,
  workload: Workload,
  folder: string,
  seconds: string,
): Measured | undefined {
  const [program, ...args] = contender.command(workload, folder, seconds);
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
    timeout: 300_000,
  });
  const line = result.stdout.trim().split('\n').at(-1) ?? '';
  try {
    const answer = JSON.parse(line) as Partial<Measured>;
    if (answer.loss === undefined || answer.microseconds === undefined) return undefined;
    return { loss: answer.loss, microseconds: answer.microseconds };
  } catch {
    const reason = result.stderr.trim().split('\n').at(-1) ?? 'no answer';
    console.log(`   ${contender.name} failed: ${reason}`);
    return undefined;
  }
}

interface Result {
  readonly contender: Contender;
  loss: number;
  microseconds: number;
}

async function compare(workload: Workload, peers: readonly Contender[], rounds: number, seconds: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'argmin-bench-'));
  await writeWorkload(workload, folder);
  const results = new Map<string, Result>();
  let entered: readonly Contender[] = [own, stepwise, printed, ...peers];
  for (let round = 0; round < rounds; round += 1) {
    const present: Contender[] = [];
    for (const contender of entered) {
      const measured = measure(contender, workload, folder, seconds);
      if (measured === undefined) continue;
      present.push(contender);
      const known = results.get(contender.name);
      if (known === undefined) results.set(contender.name, { contender, ...measured });
      else known.microseconds = Math.min(known.microseconds, measured.microseconds);
    }
    entered = present;
  }
  rmSync(folder, { recursive: true });
  return [...results.values()];
}

/** A contender whose loss is elsewhere has done something else. */
function agrees(workload: Workload, loss: number, reference: number): boolean {
  return Math.abs(loss - reference) <= workload.tolerance * Math.max(1, Math.abs(reference));
}

function rowsOf(workload: Workload, results: readonly Result[]): string[][] {
  const ours = results.find(({ contender }) => contender === own);
  if (ours === undefined) throw new Error(`${workload.name}: no figure of our own`);
  return results.map(({ contender, loss, microseconds }) => [
    workload.title,
    contender.name,
    microseconds.toFixed(1),
    contender === own ? '1' : (microseconds / ours.microseconds).toFixed(2),
    `${loss.toPrecision(6)}${agrees(workload, loss, ours.loss) ? '' : ' (differs)'}`,
  ]);
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

const peers = findPeers();
console.log(
  peers.length === 0
    ? 'no peers found: `bash bench/peers/install.sh` brings them into a folder of their own'
    : `peers: ${peers.map(({ name }) => name).join('; ')}`,
);
const rows: string[][] = [];
let disagreements = 0;
for (const make of workloads) {
  const workload = make();
  if (options.only !== undefined && !options.only.includes(workload.name)) continue;
  console.log(`\n${workload.title}`);
  const results = rowsOf(workload, await compare(workload, peers, Number(options.rounds), options.seconds));
  for (const [, ...cells] of results) console.log(`   ${cells.join('   ')}`);
  disagreements += results.filter((row) => row.at(-1)?.endsWith('(differs)')).length;
  rows.push(...results);
}
const head = ['workload', 'by', 'µs a call', 'their time / ours', 'loss'];
if (options.write) {
  const machine = `Node ${process.version}, one thread of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${options.rounds} rounds in turn, the fastest counts; commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()}.`;
  await writeTables({ 'speed machine': machine, speed: table(head, rows) });
}
if (disagreements > 0) {
  console.log(`\n${disagreements} contenders reached another loss`);
  process.exitCode = 1;
}
