/**
 * `npm run bench:scaling`: the time of a step against rows, batch and width, with the line overhead + slope * size that lies
 * nearest to it. `--write` puts the drawing and its table into docs/.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { allowRelaxedVectors } from '../../src/cli/engine.js';
import { engineOptions } from '../../src/codegen/wasm/features.js';
import { instantiateWasm } from '../../src/codegen/wasm/instantiate.js';
import { rawArrays } from '../../src/compile.js';
import { compileWorkload } from '../speed/folder.js';
import { logistic, network } from '../speed/workloads.js';
import type { Workload } from '../speed/workloads.js';
import { table, writeTables } from '../tables.js';
import type { Row } from '../tables.js';
import { fastest, processorTime } from '../timing.js';
import { plotSeries } from './plot.js';
import type { Series } from './plot.js';

async function stepTime(workload: Workload): Promise<number> {
  const { program, bound } = await compileWorkload(workload);
  const made = instantiateWasm(program, engineOptions());
  if (!made.ok) throw new Error('no memory of this size');
  const { compiled } = made;
  compiled.load(rawArrays(program, bound));
  compiled.initialize(program.seed);
  compiled.startPhase(0);
  const step = (): void => compiled.step(0);
  for (let warm = 0; warm < 20; warm += 1) step();
  const { microseconds } = fastest(step, 1, 5);
  // On a busy machine a long step is never left in peace.
  return microseconds < 2000 ? microseconds : fastest(step, 1.5, 20, processorTime).microseconds;
}

/** The line with the least relative distance to the points. */
function fitted(points: Series['points']): Series['fit'] {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { size, microseconds } of points) {
    const weight = 1 / microseconds ** 2;
    w += weight;
    wx += weight * size;
    wy += weight * microseconds;
    wxx += weight * size * size;
    wxy += weight * size * microseconds;
  }
  const each = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  return { each, overhead: (wy - each * wx) / w };
}

async function measure(
  title: string,
  size: string,
  sizes: readonly number[],
  workload: (size: number) => Workload,
): Promise<Series> {
  const points: { size: number; microseconds: number }[] = [];
  for (const each of sizes) points.push({ size: each, microseconds: await stepTime(workload(each)) });
  return { title, size, points, fit: fitted(points) };
}

function rowsOf({ title, size, points, fit }: Series): readonly Row[] {
  return points.map((point): Row => {
    const line = fit.overhead + fit.each * point.size;
    return [
      title,
      `${point.size} ${size}`,
      point.microseconds.toFixed(1),
      ((1000 * point.microseconds) / point.size).toFixed(0),
      (point.microseconds / line).toFixed(2),
    ];
  });
}

allowRelaxedVectors();
// The baseline compiler's code would be timed for the steps before the other's is ready.
setFlagsFromString('--no-liftoff');
const doubled = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first * 2 ** index);
const all = [
  await measure('logistic regression, 20 inputs', 'rows', doubled(250, 9), logistic),
  await measure('network 64-32-10', 'rows of a batch', doubled(16, 8), (rows) => network(rows, 64, 32)),
  await measure('network 64-W-10, batch 64', 'units wide', doubled(16, 7), (units) => network(64, 64, units)),
];
const text = table(['step', 'size', 'µs a step', 'ns for each', 'time / line'], all.flatMap(rowsOf));
console.log(text);
if (process.argv.includes('--write')) {
  const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../docs');
  writeFileSync(path.join(folder, 'scaling.svg'), plotSeries(all));
  await writeTables({ scaling: text });
}
