/**
 * The kernels of a schedule with what each does and what it waits for, the dearest first. The figures are those of the cost
 * model, which `npm run bench:cost` holds to measurement.
 */
import { leafTime } from '../codegen/processor_cost.js';
import type { LeafTime } from '../codegen/processor_cost.js';
import type { Schedule } from '../ir/nest.js';
import { amount } from './amount.js';
import { leavesOf } from '../ir/schedule-leaves.js';
import { leafName } from './kernels.js';

/** Rows that are shown. */
const shown = 12;

interface Kernel extends LeafTime {
  readonly name: string;
  readonly runs: number;
}

/** Rows of a table, its head first and the sum last. */
export function kernelTable(schedule: Schedule, precision: 'f32' | 'f64'): readonly (readonly string[])[] {
  const kernels = leavesOf(schedule).map(({ leaf, runs }): Kernel => ({
    name: leafName(leaf),
    runs,
    ...leafTime(leaf, precision),
  }));
  const dearest = [...kernels].sort((a, b) => timeOf(b) - timeOf(a));
  const others = dearest.slice(shown);
  const rows = dearest.slice(0, shown).map(rowOf);
  if (others.length > 0) rows.push([`${others.length} more`, ...totals(others), '']);
  const head = ['kernel', 'runs', 'operations', 'bytes', 'predicted', 'bound'];
  return [head, ...rows, ['all', ...totals(kernels), '']];
}

function timeOf({ microseconds, runs }: Kernel): number {
  return microseconds * runs;
}

function rowOf({ name, runs, operations, bytes, microseconds, bound }: Kernel): string[] {
  return [name, ...figures(runs, operations * runs, bytes * runs, microseconds * runs), bound];
}

function totals(kernels: readonly Kernel[]): string[] {
  const sum = (of: (kernel: Kernel) => number): number =>
    kernels.reduce((total, each) => total + of(each), 0);
  return figures(
    sum(({ runs }) => runs),
    sum(({ operations, runs }) => operations * runs),
    sum(({ bytes, runs }) => bytes * runs),
    sum(timeOf),
  );
}

function figures(runs: number, operations: number, bytes: number, microseconds: number): string[] {
  return [String(runs), amount(operations).trimEnd(), `${amount(bytes)}B`, timeText(microseconds)];
}

function timeText(microseconds: number): string {
  const [value, unit] = microseconds >= 1000 ? [microseconds / 1000, 'ms'] : [microseconds, 'µs'];
  return `${Number(value.toPrecision(2))} ${unit}`;
}
