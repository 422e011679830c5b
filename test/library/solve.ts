/** Solves a problem given as text, through the same pipeline as the command line. */
import { compileSource, prepareRun } from '../../src/compile.js';
import type { Host } from '../../src/runtime/host.js';
import type { RunOptions, RunOutcome } from '../../src/runtime/run.js';
import { runProgram } from '../../src/runtime/run.js';

export interface Solver {
  readonly run: (options?: RunOptions) => Promise<RunOutcome>;
}

/** Compiles; diagnostics of any severity but errors are ignored. */
export async function compileText(text: string, path = 'problem.opt', host: Host = {}): Promise<Solver> {
  const { compilation, diagnostics } = await compileSource({ path, text }, {});
  if (compilation === undefined) {
    throw new Error(
      `${diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n')}\nin\n${text}`,
    );
  }
  const prepared = await prepareRun(compilation, host);
  return { run: (options) => runProgram(compilation.program, prepared, options) };
}

export async function solveText(text: string, options?: RunOptions): Promise<RunOutcome> {
  return (await compileText(text)).run(options);
}

export function parameter(outcome: RunOutcome, name: string): number[] {
  const found = outcome.parameters.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return [...found.data];
}

export function report(outcome: RunOutcome, name: string): number[] {
  const found = outcome.reports.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no report ${name}`);
  return [...found.data];
}

/** A list of numbers, or of rows, as the language writes it. */
export function list(values: readonly (number | readonly number[])[]): string {
  const items = values.map((value) => (typeof value === 'number' ? decimal(value) : list(value)));
  return `[${items.join(', ')}]`;
}

const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** Whether two vectors agree within `tolerance`, relative above 1. */
export function distance(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(
    0,
    ...expected.map(
      (value, index) => Math.abs((actual[index] ?? NaN) - value) / Math.max(1, Math.abs(value)),
    ),
  );
}
