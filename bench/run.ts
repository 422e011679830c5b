/**
 * `npm run bench`: times training steps, matrix products and the compiler, against eager libraries where they are
 * installed (see `peers.ts`). `--write` also puts the tables into docs/performance.md.
 */
import { cpus } from 'node:os';
import { compileRegion } from '../src/codegen/typescript/compile-region.js';
import { countNodes } from '../src/ir/traverse.js';
import type { Region } from '../src/ir/graph.js';
import { chain, deepNetwork, product } from './graphs.js';
import { findPeers } from './peers.js';
import type { Peer } from './peers.js';
import { logistic, network } from './problems.js';
import type { Problem } from './problems.js';
import { coldRows, sourceRows } from './sources.js';
import { table, writeTables } from './tables.js';
import type { Row } from './tables.js';
import { fastest, processorTime, timeToSteady } from './timing.js';

const stepsCompared = 200;

async function trainingRows(problem: Problem, peers: readonly Peer[]): Promise<Row[]> {
  const rows: Row[] = [];
  let own = NaN;
  for (const precision of ['f64', 'f32'] as const) {
    const runner = await problem.compiled(precision);
    for (let step = 0; step < stepsCompared; step += 1) runner.step();
    const loss = runner.loss();
    const timing = fastest(runner.step);
    // A second one, cold: the first has paid for itself while it was timed.
    const cold = await problem.compiled(precision);
    const steady = timeToSteady(cold.step, timing);
    if (precision === 'f64') own = timing.microseconds;
    rows.push([
      problem.name,
      `argmin ${precision}`,
      timing.microseconds.toFixed(1),
      (timing.microseconds / own).toFixed(2),
      loss.toPrecision(7),
      `${steady.toFixed(0)} ms`,
    ]);
  }
  for (const peer of peers) {
    const runner = await problem.eager(peer);
    for (let step = 0; step < stepsCompared; step += 1) runner.step();
    const loss = runner.loss();
    const { microseconds } = fastest(runner.step);
    rows.push([
      problem.name,
      peer.name,
      microseconds.toFixed(1),
      (microseconds / own).toFixed(1),
      loss.toPrecision(7),
      '',
    ]);
  }
  return rows;
}

function productRows(): Row[] {
  return [256, 512, 1024].flatMap((n) =>
    (['f64', 'f32'] as const).map((precision): Row => {
      const { run, inputs } = compileRegion(product(n), precision);
      inputs.forEach((cells) => cells.fill(0.5));
      const { microseconds } = fastest(run, n > 600 ? 6 : 2, 20, processorTime);
      return [`${n} x ${n} x ${n}`, precision, ((2 * n ** 3) / microseconds / 1000).toFixed(2)];
    }),
  );
}

function compileRows(): Row[] {
  // Once before, so that the compiler itself is warm, as in a session of an editor; the first row says what cold costs.
  const cases: readonly (readonly [string, Region])[] = [
    ['deep network with gradient (cold)', deepNetwork(5)],
    ['deep network with gradient', deepNetwork(5)],
    ['deep network with gradient', deepNetwork(48)],
    ['deep network with gradient', deepNetwork(476)],
    ['elementwise chain', chain(50)],
    ['elementwise chain', chain(500)],
    ['elementwise chain', chain(5000)],
  ];
  return cases.map(([name, region]) => {
    const start = processorTime();
    const { source } = compileRegion(region);
    const elapsed = processorTime() - start;
    const functions = source.split(/^function /m).slice(1);
    const lengths = functions.map((text) => text.length).sort((a, b) => a - b);
    return [
      name,
      String(countNodes(region)),
      elapsed.toFixed(0),
      String(functions.length),
      String(lengths[Math.floor(lengths.length / 2)] ?? 0),
      String(lengths.at(-1) ?? 0),
    ];
  });
}

async function main(): Promise<void> {
  const peers = await findPeers();
  console.log(
    peers.length === 0
      ? 'no peers: run `npm install` in bench/peers to compare with TensorFlow.js'
      : `peers: ${peers.map((peer) => peer.name).join(', ')}`,
  );
  const training: Row[] = [];
  for (const problem of [logistic(1000, 20), network(64, 64, 32, 10)]) {
    training.push(...(await trainingRows(problem, peers)));
  }
  const tables: Readonly<Record<string, string>> = {
    machine: `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, shared with other work while it was measured: steps are the fastest of many short rounds, products and compile times are processor time.`,
    training: table(
      ['problem', 'by', 'µs a step', 'ratio', `loss after ${stepsCompared} steps`, 'steady after'],
      training,
    ),
    products: table(['product', 'precision', 'GFLOP/s'], productRows()),
    compiling: table(
      ['graph', 'nodes', 'ms to plan, print and evaluate', 'functions', 'median characters', 'longest'],
      compileRows(),
    ),
    'first step': table(['file', 'target', 'ms the first time', 'ms later'], await sourceRows()),
    'cold start': table(['command', 'target', 'ms', 'ms without the run'], coldRows()),
  };
  for (const text of Object.values(tables)) console.log(`\n${text}`);
  if (process.argv.includes('--write')) await writeTables(tables);
}

await main();
