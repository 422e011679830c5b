/**
 * `npm run bench:kernels`: products of many shapes, in GFLOP/s of one thread: WebAssembly with fused and with plain vectors,
 * and TypeScript. `--only TEXT` for those whose name has it, `--precision f64`, `--no-typescript`; `--write` puts the
 * table into docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { allowRelaxedVectors } from '../../src/cli/engine.js';
import { compileRegion as compileText } from '../../src/codegen/typescript/compile-region.js';
import type { CompiledRegion } from '../../src/codegen/typescript/compile-region.js';
import { compileRegion } from '../../src/codegen/wasm/compile-region.js';
import { engineOptions } from '../../src/codegen/wasm/features.js';
import type { Region } from '../../src/ir/graph.js';
import { table, writeTables } from '../tables.js';
import { fastest, numbers, processorTime } from '../timing.js';
import { products } from './products.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    precision: { type: 'string', default: 'f32' },
    seconds: { type: 'string', default: '0.3' },
    typescript: { type: 'boolean', default: true },
    write: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
allowRelaxedVectors();
const precision = options.precision === 'f64' ? 'f64' : 'f32';
const { only } = options;

type Contender = (region: Region) => CompiledRegion;

const contenders: readonly Contender[] = [
  (region) => compileRegion(region, precision, engineOptions()),
  (region) => compileRegion(region, precision, engineOptions(true)),
  ...(options.typescript ? [(region: Region) => compileText(region, precision)] : []),
];

const rows: string[][] = [];
for (const { name, region, flops } of products) {
  if (only !== undefined && !name.includes(only)) continue;
  const rates = contenders.map((compile) => {
    const { inputs, run } = compile(region);
    const next = numbers(1);
    for (const cells of inputs) for (let index = 0; index < cells.length; index += 1) cells[index] = next();
    // The engine compiles again what is called often, and not while it runs.
    for (let call = 0; call < 4; call += 1) run();
    const seconds = Number(options.seconds) * Math.max(1, flops / 3e8);
    const { microseconds } = fastest(run, seconds, 5, processorTime);
    return (flops / microseconds / 1000).toFixed(1);
  });
  rows.push([name, ...rates]);
  console.log([name.padEnd(56), ...rates].join('  '));
}
if (options.write) {
  const head = ['product', 'fused', 'plain', ...(options.typescript ? ['TypeScript'] : [])];
  await writeTables({ kernels: table(head, rows) });
}
