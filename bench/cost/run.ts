/**
 * `npm run bench:cost`: the model of what a kernel takes (`src/codegen/processor_cost.ts`) against measurement. Every leaf of a
 * step becomes a function of its own and is timed alone, on the numbers that it meets in a run. `--leaves` prints them all,
 * `--write` puts the table into docs/performance.md.
 */
import { setFlagsFromString } from 'node:v8';
import { RunningProgram } from '../../src/codegen/running-program.js';
import { engineOptions } from '../../src/codegen/wasm/features.js';
import { loadModule } from '../../src/codegen/wasm/module.js';
import { ProgramCode } from '../../src/codegen/wasm/program-code.js';
import { writeFunction } from '../../src/codegen/wasm/schedule-code.js';
import { Layout } from '../../src/codegen/layout.js';
import { leafTime } from '../../src/codegen/processor_cost.js';
import { scheduleProgram } from '../../src/codegen/schedule-program.js';
import { allowRelaxedVectors } from '../../src/cli/engine.js';
import { rawArrays } from '../../src/compile.js';
import { leafName } from '../../src/explain/kernels.js';
import { leavesOf } from '../../src/ir/schedule-leaves.js';
import { compileWorkload } from '../speed/folder.js';
import { workloads } from '../speed/workloads.js';
import type { Workload } from '../speed/workloads.js';
import { table, writeTables } from '../tables.js';
import type { Row } from '../tables.js';
import { fastest, processorTime } from '../timing.js';

interface Compared {
  readonly name: string;
  readonly bound: string;
  readonly predicted: number;
  readonly measured: number;
}

async function compare(workload: Workload): Promise<readonly Compared[]> {
  const { program, bound } = await compileWorkload(workload);
  const options = engineOptions();
  const layout = new Layout();
  const { places, schedules } = scheduleProgram(program, layout);
  const names = [...schedules.keys()];
  const timed = program.phases.length > 0 ? 'step_1' : names.find((name) => name.startsWith('report_'));
  const schedule = schedules.get(timed ?? '');
  if (schedule === undefined) throw new Error(`${workload.name} has neither a step nor a report`);
  const leaves = leavesOf(schedule);
  const code = new ProgramCode(program.precision, layout.sizes, options);
  const loaded = loadModule(
    code,
    [
      ...[...schedules].map(([name, whole]) => writeFunction(whole, name, code)),
      ...leaves.map(({ leaf }, index) => writeFunction(leaf, `leaf_${index}`, code)),
    ],
    layout.sizes,
  );
  if (loaded === undefined) throw new Error('no memory of this size');
  const call = (name: string): (() => void) => {
    const found = loaded.functions[name];
    if (found === undefined) throw new Error('the module lacks a function');
    return found;
  };
  const evaluated = {
    ...loaded,
    prepare: call('prepare'),
    initial: call('initial'),
    phases: program.phases.map((_, index) => ({
      start: call(`start_${index + 1}`),
      step: call(`step_${index + 1}`),
      evaluate: call(`evaluate_${index + 1}`),
    })),
    reports: program.reports.map(({ name }) => call(`report_${name}`)),
  };
  const compiled = new RunningProgram(program, places, evaluated, loaded.source);
  compiled.load(rawArrays(program, bound));
  compiled.initialize(program.seed);
  if (program.phases.length > 0) {
    compiled.startPhase(0);
    compiled.step(0);
  } else {
    compiled.report(0);
  }
  const seconds = Math.min(0.2, 5 / Math.min(100, leaves.length));
  return leaves.slice(0, 100).map(({ leaf }, index) => {
    const { microseconds: predicted, bound: limit } = leafTime(leaf, program.precision);
    return {
      name: leafName(leaf),
      bound: limit,
      predicted,
      // A long call is never left in peace on a busy machine; the processor's clock is too coarse for a short one.
      measured: fastest(call(`leaf_${index}`), seconds, 3, predicted > 1000 ? processorTime : undefined)
        .microseconds,
    };
  });
}

/** Spearman's correlation: 1 where the model puts the kernels in the order of their times. */
function rankCorrelation(compared: readonly Compared[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const sorted = [...values].sort((a, b) => a - b);
    return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
  };
  const predicted = ranks(compared.map((each) => each.predicted));
  const measured = ranks(compared.map((each) => each.measured));
  const mean = (compared.length - 1) / 2;
  let [product, left, right] = [0, 0, 0];
  predicted.forEach((rank, index) => {
    const other = (measured[index] ?? 0) - mean;
    product += (rank - mean) * other;
    left += (rank - mean) ** 2;
    right += other ** 2;
  });
  return product / Math.sqrt(left * right);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}

function summary(title: string, compared: readonly Compared[]): Row {
  const total = (time: (each: Compared) => number): number =>
    compared.reduce((sum, each) => sum + time(each), 0);
  const ratios = compared.map(({ predicted, measured }) => predicted / measured);
  const correlation = compared.length < 4 ? '' : rankCorrelation(compared).toFixed(2);
  return [
    title,
    String(compared.length),
    total(({ measured }) => measured).toFixed(1),
    total(({ predicted }) => predicted).toFixed(1),
    `${quantile(ratios, 0.1).toFixed(2)} to ${quantile(ratios, 0.9).toFixed(2)}`,
    correlation,
  ];
}

allowRelaxedVectors();
// Long kernels are called a few times only, and should not be timed as the baseline compiler leaves them.
setFlagsFromString('--no-liftoff');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const rows: Row[] = [];
const all: Compared[] = [];
for (const make of workloads) {
  const workload = make();
  if (wanted.length > 0 && !wanted.includes(workload.name)) continue;
  const compared = await compare(workload);
  all.push(...compared);
  rows.push(summary(workload.title, compared));
  if (process.argv.includes('--leaves')) {
    for (const { name, bound, predicted, measured } of compared) {
      const figures = [predicted, measured].map((time) => time.toFixed(2).padStart(10));
      console.log(`${figures.join('')}  ${(predicted / measured).toFixed(2).padStart(6)}  ${bound}  ${name}`);
    }
  }
}
rows.push(summary('all kernels', all));
const head = [
  'workload',
  'kernels',
  'µs measured',
  'µs predicted',
  'predicted / measured, 10% to 90%',
  'rank correlation',
];
console.log(table(head, rows));
if (process.argv.includes('--write')) await writeTables({ 'cost model': table(head, rows) });
