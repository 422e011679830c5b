/** Rows: in a step the row dimension is the batch; statistics in `data` read the training rows; rows keep their own parameters. */
import { describe, expect, it } from 'vitest';
import { evaluateObjective } from '../../../src/check/evaluate/problem.js';
import { interpret } from '../../../src/ir/interpreter.js';
import type { BoundRegion, Program, RegionInput } from '../../../src/ir/program.js';
import { tensor } from '../../../src/ir/tensor.js';
import { largestDifference, throughBoth } from './compare.js';

function run(bound: BoundRegion, values: (input: RegionInput) => readonly number[]): number[][] {
  const inputs = bound.region.parameters.map((parameter, index) => {
    const input = bound.inputs[index];
    if (input === undefined) throw new Error('a parameter without input');
    return tensor(parameter.type, values(input));
  });
  return interpret(bound.region, inputs).map(({ data }) => [...data]);
}

/** One step of the first phase on given rows. */
function step(program: Program, x: readonly number[], rows: readonly number[]) {
  const scalars = (input: RegionInput): readonly number[] => {
    if (input.kind === 'seed') return [0];
    if (input.kind === 'step') return [1];
    throw new Error(`no ${input.kind}`);
  };
  const data = run(program.prepare, scalars);
  const withData = (input: RegionInput): readonly number[] => {
    if (input.kind === 'data') return data[input.index] ?? [];
    if (input.kind === 'parameters') return x;
    return input.kind === 'rows' ? rows : scalars(input);
  };
  const [phase] = program.phases;
  if (phase === undefined) throw new Error('no phase');
  const states = run(phase.start, withData);
  const all = (input: RegionInput): readonly number[] =>
    input.kind === 'state' ? (states[input.index] ?? []) : withData(input);
  const results = run(phase.step, all);
  const measures = results.slice(1 + phase.states.length).map(([value]) => value ?? NaN);
  return {
    x: results[0] ?? [],
    measures,
    data,
    reports: program.reports.map((report) => run(report.value, withData)[0] ?? []),
  };
}

const table = `
  dim N = 12
  data split train 75%, test 25% seed 3 {
    X: real[N, 2] ~ normal(1, 2)
    Z: real[N, 2] = X - mean(X over N)
    y: real[N] = [i in N: X[i, 0] - 2 * X[i, 1]]
  }`;

describe('a batch', () => {
  it('is the row dimension wherever it occurs', async () => {
    const { problem, oracle, program } = await throughBoth(`${table}
      param w: real[2] = [0.5, -0.5]
      let residual = X @ w - y
      minimize mean(residual^2) + mean(i in N: softplus(residual[i])) + total(N) * mean(i in N: sum(X[i] * w)) + 0 * N
      solve using gradient_descent(1) batch 4 for 1 steps`);
    const [objective] = problem.objectives;
    if (objective === undefined) throw new Error('no objective');
    const rows = [7, 0, 3, 3];
    const expected = evaluateObjective(oracle, [0.5, -0.5], { objective, rows });
    const { x, measures } = step(program, [0.5, -0.5], rows);
    expect(measures[0]).toBeCloseTo(expected.value, 10);
    expect(
      largestDifference(
        x,
        expected.gradient.map((slope, index) => (index === 0 ? 0.5 : -0.5) - slope),
      ),
    ).toBeLessThan(1e-10);
  });

  it('leaves parameters, and their states, of other rows alone', async () => {
    const { program } = await throughBoth(`${table}
      param u: real[N] = 1
      param w: real = 1
      minimize mean((u * w - y)^2)
      solve using momentum(0.1) batch 2 for 1 steps`);
    const { x } = step(
      program,
      Array.from({ length: 13 }, () => 1),
      [5, 2],
    );
    const moved = x.flatMap((value, index) => (value === 1 ? [] : [index]));
    expect(moved).toEqual([2, 5, 12]);
  });
});

describe('a split', () => {
  it('takes statistics in data from the training rows only, and applies them to all', async () => {
    const { program } = await throughBoth(`${table}
      param w: real = 1
      minimize w^2
      report centred = mean(Z over N)
      report rows = real(N) on test
      report mean_test = mean(X over N) on test
      solve using gradient_descent(0.1) for 1 steps`);
    const { data, reports } = step(program, [1], []);
    const [X = [], Z = []] = data;
    const mean = (column: number, from: number, to: number): number => {
      let sum = 0;
      for (let row = from; row < to; row += 1) sum += X[row * 2 + column] ?? NaN;
      return sum / (to - from);
    };
    expect(largestDifference(reports[0] ?? [], [0, 0])).toBeLessThan(1e-12);
    expect(reports[1]).toEqual([3]);
    expect(largestDifference(reports[2] ?? [], [mean(0, 9, 12), mean(1, 9, 12)])).toBeLessThan(1e-12);
    expect(Z[23]).toBeCloseTo((X[23] ?? NaN) - mean(1, 0, 9), 12);
  });
});
