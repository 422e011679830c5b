/** Data blocks: draws, derived columns and statistics of split tables, elaborated and interpreted, against the evaluator. */
import { describe, expect, it } from 'vitest';
import { numbersOf } from '../../src/check/evaluate/array.js';
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import { startOf } from '../../src/check/evaluate/problem.js';
import { checkSource } from '../../src/front_end.js';
import { elaborate } from '../../src/ir/elaborate/elaborate.js';
import { interpret } from '../../src/ir/interpreter.js';
import type { BoundRegion, RegionInput } from '../../src/ir/program.js';
import { tensor } from '../../src/ir/tensor.js';
import { at } from '../../src/ir/types.js';

const rows = 10;
const raw = new Map([
  ['X', { shape: [rows, 2], data: Array.from({ length: 2 * rows }, (_, index) => Math.sin(2.3 * index)) }],
  ['y', { shape: [rows], data: Array.from({ length: rows }, (_, index) => Math.cos(3 * index)) }],
]);

/** Every column and the start of x by both. */
function compare(text: string, seed: number): void {
  const { problem, diagnostics } = checkSource({ path: '<data>', text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0)
    throw new Error(errors.map(({ message }) => message).join('\n'));
  const sizes = prepareProblem(problem, { raw }).sizes;
  const { program, diagnostics: later } = elaborate(problem, { sizes, hypers: new Map(), seed, steps: 1 });
  if (program === undefined) throw new Error(later.map(({ message }) => message).join('\n'));
  const splits = new Map(program.tables.map((table) => [table.dimension, table.splits]));
  const prepared = prepareProblem(problem, { raw, splits, seed });
  let data: (readonly number[])[] = [];
  const values = (input: RegionInput): readonly number[] => {
    if (input.kind === 'seed') return [seed];
    if (input.kind === 'raw') return raw.get(at(program.raw, input.index).name)?.data ?? [];
    if (input.kind === 'data') return data[input.index] ?? [];
    throw new Error(`a start reads ${input.kind}`);
  };
  const run = ({ region, inputs }: BoundRegion): (readonly number[])[] =>
    interpret(
      region,
      inputs.map((input, index) => tensor(at(region.parameters, index).type, values(input))),
    ).map((result) => [...result.data]);
  data = run(program.prepare);
  const columns = problem.data.flatMap((block) => block.columns);
  columns.forEach(({ symbol }, index) => {
    const expected = prepared.column(symbol);
    expectClose(symbol.name, data[index] ?? [], expected === undefined ? [] : numbersOf(expected));
  });
  expectClose('x', run(program.initial)[0] ?? [], startOf(prepared));
}

function expectClose(name: string, actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length, name).toBe(expected.length);
  actual.forEach((value, index) => expect(value, `${name}[${index}]`).toBeCloseTo(at(expected, index), 12));
}

describe('data and starts', () => {
  it.each([0, 1, 12345])('are drawn alike from the seed %d', (seed) => {
    compare(
      `dim N = 6
       data seed 3 {
         Z: real[N, 2] ~ normal(0, 1)
         u: real[N] ~ uniform(-1, 2)
         e: real[N] ~ exponential(0.5)
         t: real[N] ~ gumbel(1, 2)
         c: bool[N] ~ bernoulli(0.3)
         y: real[N] = Z @ [1.0, -1] + 0.1 * u
       }
       param W: real[4, 3] = glorot()
       param V: real[4, 3] = he()
       param b: real[3] = lecun()
       param a: real[3] ~ normal(1, 0.1)
       minimize sum(W^2) + sum(V^2) + sum(b^2) + sum(a^2) + mean(y)`,
      seed,
    );
  });

  it('take statistics over the training rows alone', () => {
    compare(
      `data split train 70%, test 30% seed 1 {
         X: real[N, D]
         y: real[N]
         S: real[N, D] = standardize(X)
         centred: real[N] = y - mean(y)
         ranked: real[N] = y / max(abs(y))
         moment: real[D] = transpose(X) @ y
         total_y: real = sum(i in N where y[i] > 0: y[i])
         prefix: real[N] = y / norm(y)
       }
       param w: real[D] = 0
       minimize mean((S @ w - centred)^2)`,
      0,
    );
  });
});
