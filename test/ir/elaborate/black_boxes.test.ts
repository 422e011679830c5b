/** `extern fn`: compiled programs call the host as the direct evaluator does, in every place where a call may stand. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { prepareProblem } from '../../../src/check/evaluate/prepare.js';
import { instantiate } from '../../../src/codegen/typescript/instantiate.js';
import { compileSource, diagnoseDivergence, prepareRun } from '../../../src/compile.js';
import { InterpretedProgram } from '../../../src/explain/interpreted.js';
import type { Host } from '../../../src/runtime/host.js';
import { runProgram } from '../../../src/runtime/run.js';
import { largestDifference, throughBoth } from './compare.js';

const declarations = `
extern fn bumpy(x: real[n]): real
extern fn turned(a: real[n, m], by: real, swap: bool): real[m, n]
extern fn wave(x: real): real
`;

const bumpy = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, value, index) => sum + (index + 1) * Math.abs(value - 0.5), 0);
const turned = (a: readonly ArrayLike<number>[], by: number, swap: boolean): number[][] =>
  Array.from(a[0] ?? [], (_, column) => a.map((row) => (swap ? 1 : -1) * by * (row[column] ?? NaN)));
const wave = (x: number): number => Math.sin(3 * x);

const host = { bumpy, turned, wave } as Host;

/** The same functions on row-major numbers, as the evaluator hands them. */
const flat = new Map<string, (...inputs: readonly (readonly number[])[]) => readonly number[]>([
  ['bumpy', (x = []) => [bumpy(x)]],
  [
    'turned',
    (a = [], [by = NaN] = [], [swap = 0] = []) => turned([a.slice(0, 3), a.slice(3)], by, swap !== 0).flat(),
  ],
  ['wave', ([x = NaN] = []) => [wave(x)]],
]);

async function expectSameSteps(text: string, steps: number): Promise<void> {
  const { problem, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const oracle = prepareProblem(problem, { host: flat });
  const { history, x } = replaySolve(oracle, solve, { steps });
  for (const compiled of [instantiate(program, host), new InterpretedProgram(program, host)]) {
    compiled.load([]);
    compiled.initialize(0);
    compiled.startPhase(0);
    for (const { x: expected, objective } of history) {
      expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-12);
      compiled.step(0);
      expect(largestDifference([compiled.measures[0] ?? NaN], [objective])).toBeLessThan(1e-12);
    }
    expect(largestDifference(compiled.parameters, x)).toBeLessThan(1e-12);
  }
}

describe('a function of the host', () => {
  it('is called on vectors, at one point and at many', async () => {
    const problem = `${declarations} param x: real[3] = [1.0, 0, 2] minimize bumpy(x) + x[0]^2`;
    await expectSameSteps(`${problem} solve using nelder_mead() for 12 steps`, 12);
    await expectSameSteps(`${problem} solve using cma_es(population = 6) for 4 steps`, 4);
  });

  it('takes and gives arrays of rows, numbers and truth values', async () => {
    await expectSameSteps(
      `${declarations} param A: real[2, 3] = [i in 2, j in 3: 0.3 * i - 0.1 * j]
       minimize sum(abs(turned(A, 2, A[0, 0] < 0.1) @ A - 1))
       solve using spsa() for 5 steps`,
      5,
    );
  });

  it('is lifted over elements, mapped along a dimension, and mapped inside of a population', async () => {
    await expectSameSteps(
      `${declarations} param A: real[2, 3] = [i in 2, j in 3: 0.3 * i - 0.1 * j]
       minimize sum(wave(A)) + sum(i in 2: bumpy(A[i])^2) + max([i in 2: wave(A[i, 1])])
       solve using separable_cma_es(population = 4) for 4 steps`,
      4,
    );
  });

  it('is called only in the branch that is taken, and in loops', async () => {
    const asked: number[] = [];
    const { program } = await throughBoth(
      `${declarations} param x: real = 1
       fn both(x: real): real {
         let s = 0.0
         for k in 1..3 {
           s <- s + wave(x + k)
         }
         return if x > 0 then s else wave(-100)
       }
       minimize both(x)
       solve using nelder_mead() for 3 steps`,
    );
    const compiled = instantiate(program, {
      wave: (x: number) => {
        asked.push(x);
        return x * x;
      },
    });
    compiled.load([]);
    compiled.initialize(0);
    compiled.startPhase(0);
    compiled.step(0);
    expect(asked.map((x) => Math.round(x))).toEqual([2, 3, 4]);
  });

  it('serves data, starts and reports too', async () => {
    const { compilation } = await compileSource(
      {
        path: 'test.opt',
        text: `${declarations}
          dim N = 3
          data { y: real[N] = [i in N: wave(i)] }
          param x: real = 0
          minimize mean((x - y)^2)
          solve using gradient_descent(0.3) for 60 steps
          report there = bumpy(y)`,
      },
      {},
    );
    if (compilation === undefined) throw new Error('no program');
    const outcome = await runProgram(compilation.program, await prepareRun(compilation, host));
    const y = [0, 1, 2].map(wave);
    expect(outcome.parameters[0]?.data[0]).toBeCloseTo(
      (y[0] ?? 0) / 3 + (y[1] ?? 0) / 3 + (y[2] ?? 0) / 3,
      9,
    );
    expect(outcome.reports[0]?.data[0]).toBeCloseTo(bumpy(y), 12);
  });
});

describe('what goes wrong in the host', () => {
  const text = `extern fn cost(x: real[n]): real
    param x: real[2] = [1.5, 2]
    minimize cost(x)
    solve using nelder_mead() for 20 steps`;

  async function verdict(cost: unknown): Promise<{ status: string; message: string; x: number[] }> {
    const { compilation } = await compileSource({ path: 'test.opt', text }, {});
    if (compilation === undefined) throw new Error('no program');
    const own = { cost } as Host;
    const compiled = await prepareRun(compilation, own);
    const outcome = await runProgram(compilation.program, compiled);
    const { divergence, status } = outcome;
    if (divergence === undefined) return { status, message: '', x: [...(outcome.parameters[0]?.data ?? [])] };
    const { code, message } = await diagnoseDivergence(compilation, compiled, divergence, 0, own);
    return { status, message: `${code}: ${message}`, x: [...(outcome.parameters[0]?.data ?? [])] };
  }

  it('an exception is a verdict with the numbers, and the state before is kept', async () => {
    let calls = 0;
    const failing = (x: Float64Array): number => {
      calls += 1;
      if (calls === 3) throw new RangeError('no simulation');
      return (x[0] ?? 0) ** 2;
    };
    const { status, message, x } = await verdict(failing);
    expect(status).toBe('diverged');
    expect(message).toBe(
      'AM6045: `cost([1.5,2.1])` threw RangeError: no simulation, at step 3 of `nelder_mead()`',
    );
    expect(x).toEqual([1.5, 2.1]);
  });

  it.each([
    [() => 'far', 'gave a value of type string where a number belongs'],
    [() => undefined, 'gave undefined where a number belongs'],
    [() => Promise.resolve(1), 'gave a promise where a number belongs'],
    [() => [1], 'gave a value of type object where a number belongs'],
    [undefined, 'is not supplied by the host'],
  ])('%s is a verdict', async (cost, expected) => {
    const { status, message } = await verdict(cost);
    expect(status).toBe('diverged');
    expect(message).toContain(`\`cost([1.5,2])\` ${expected}`);
  });

  it('a vector of a wrong length is a verdict', async () => {
    const { compilation } = await compileSource(
      {
        path: 'test.opt',
        text: `extern fn costs(x: real[n]): real[n] param x: real[2] = 1 minimize sum(costs(x)) solve using spsa() for 3 steps`,
      },
      {},
    );
    if (compilation === undefined) throw new Error('no program');
    const own = { costs: (() => [1, 2, 3]) as Host[string] };
    const outcome = await runProgram(compilation.program, await prepareRun(compilation, own));
    expect(outcome.divergence?.failure).toContain('gave 3 elements where 2 belong');
  });

  it('a NaN is the objective of a run that diverged, and of a population the worst', async () => {
    const { status, message } = await verdict(() => NaN);
    expect(status).toBe('diverged');
    expect(message).toContain('AM6001');
    const { compilation } = await compileSource(
      { path: 'test.opt', text: text.replace('nelder_mead()', 'cma_es(sigma = 2)') },
      {},
    );
    if (compilation === undefined) throw new Error('no program');
    // Half of the plane has no value.
    const half = { cost: ((x: Float64Array) => ((x[0] ?? 0) < 1 ? NaN : x[0])) as Host[string] };
    const outcome = await runProgram(compilation.program, await prepareRun(compilation, half));
    expect(outcome.divergence?.failure).toBeUndefined();
  });
});
