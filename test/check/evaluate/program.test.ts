/** The evaluator on whole programs from source text, against figures worked out by hand. */
import { describe, expect, it } from 'vitest';
import type { ProblemInput } from '../../../src/check/evaluate/prepare.js';
import { prepareProblem } from '../../../src/check/evaluate/prepare.js';
import { evaluateObjective, evaluateReport, startOf } from '../../../src/check/evaluate/problem.js';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { runTests } from '../../../src/check/evaluate/tests.js';
import type { TypedProblem } from '../../../src/check/typed.js';
import { checkSource } from '../../../src/front_end.js';

function problemOf(text: string): TypedProblem {
  const { problem, diagnostics } = checkSource({ path: '<test>', text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
  return problem;
}

const prepare = (text: string, input: ProblemInput = {}): ReturnType<typeof prepareProblem> =>
  prepareProblem(problemOf(text), input);

const column = (...data: number[]): { shape: readonly number[]; data: readonly number[] } => ({
  shape: [data.length],
  data,
});

describe('the value and gradient of an objective', () => {
  it('follow from data, parameters and lets', () => {
    const problem = prepare(
      `data { x: real[N]  y: real[N] }
       param a: real = 1  param b: real = 0
       let r = a * x + b - y
       minimize mean(r^2)`,
      {
        raw: new Map([
          ['x', column(1, 2, 3)],
          ['y', column(2, 4, 6)],
        ]),
      },
    );
    const { value, gradient } = evaluateObjective(problem, startOf(problem));
    expect(value).toBeCloseTo(14 / 3, 14);
    expect(gradient[0]).toBeCloseTo(-28 / 3, 13);
    expect(gradient[1]).toBeCloseTo(-4, 14);
  });

  it('see the dependence of a derivative through the lets in between', () => {
    const problem = prepare(
      `param w: real = 2
       data { x: real[N] }
       let u = sin(w * x)
       let slope = grad(sum(u), x)
       let bend = grad(sum(slope), x)
       minimize sum(bend)`,
      { raw: new Map([['x', column(0.3, 0.7)]]) },
    );
    const { value, gradient } = evaluateObjective(problem, [2]);
    const terms = [0.3, 0.7];
    expect(value).toBeCloseTo(
      terms.reduce((sum, x) => sum - 4 * Math.sin(2 * x), 0),
      13,
    );
    expect(gradient[0]).toBeCloseTo(
      terms.reduce((sum, x) => sum - 4 * Math.sin(2 * x) - 4 * x * Math.cos(2 * x), 0),
      12,
    );
  });

  it('keep NaN out of branches and elements that are not taken', () => {
    const problem = prepare(
      `dim N = 3
       param v: real[N] = 0
       minimize sum(i in N where v[i] > 0: log(v[i])) + (if v[0] > 0 then sqrt(v[0]) else v[0])`,
    );
    expect(evaluateObjective(problem, [-1, 2, 4]).gradient).toEqual([1, 0.5, 0.25]);
  });

  it('run on the rows of a batch', () => {
    const problem = prepare(
      `data { x: real[N] }
       param a: real = 0
       minimize mean((x - a)^2) / total(N)`,
      { raw: new Map([['x', column(1, 2, 3, 4)]]) },
    );
    expect(evaluateObjective(problem, [0], { rows: [1, 3] }).value).toBe((4 + 16) / 2 / 4);
  });
});

describe('data', () => {
  it('take statistics from the training rows and report on the split that is asked for', () => {
    const problem = prepare(
      `data split train 50%, test 50% seed 1 {
         raw: real[N]
         x: real[N] = raw - mean(raw)
       }
       param a: real = 0
       minimize mean((x - a)^2)
       report test_mean = mean(x) on test
       report train_mean = mean(x)`,
      {
        raw: new Map([['raw', column(1, 3, 10, 20)]]),
        splits: new Map([
          [
            'N',
            [
              { name: 'train', start: 0, count: 2 },
              { name: 'test', start: 2, count: 2 },
            ],
          ],
        ]),
      },
    );
    const reports = problem.problem.reports.map((report) => evaluateReport(problem, report, [0]).data[0]);
    expect(reports).toEqual([13, 0]);
    expect(evaluateObjective(problem, [0]).value).toBe(1);
  });
});

describe('a replayed solve', () => {
  const quadratic = (solve: string): string =>
    `dim D = 2
     param a: real[D] = 1
     param b: real = 2
     minimize sum(a^2) + 3 * b^2
     ${solve}`;

  it('steps as the optimizer says, with its state', () => {
    const problem = prepare(
      quadratic(`optimizer heavy(lr: real, beta: real = 0.5) {
        state m = 0
        m <- beta * m + g
        x <- x - lr * m
      }
      solve using heavy(lr = 0.1) for 2 steps`),
    );
    const [solve] = problem.problem.solves;
    const { x } = replaySolve(problem, solve!); // one solve stands in the source
    // b: g = 12, m = 12, b = 0.8; then g = 4.8, m = 10.8, b = -0.28.
    expect(x[2]).toBeCloseTo(-0.28, 14);
    // a: g = 2, a = 0.8; then m = 1 + 1.6 = 2.6, a = 0.54.
    expect(x[0]).toBeCloseTo(0.54, 14);
  });

  it('cuts vectors to each tensor, sees schedules and wrapped optimizers', () => {
    const problem = prepare(
      quadratic(`schedule falling(start: real) = start / t
      optimizer unit(lr: real) { per tensor { x <- x - lr * g / norm(g) } }
      optimizer twice(inner: optimizer) { x <- inner(inner(x, g), grad(x)) }
      solve using twice(unit(falling(1))) for 1 steps`),
    );
    const [solve] = problem.problem.solves;
    const { x } = replaySolve(problem, solve!); // one solve stands in the source
    // Steps of length 1, then 1/2, in each tensor by itself, both along the first gradient.
    expect(x[2]).toBeCloseTo(0.5, 14);
    expect(x[0]).toBeCloseTo(1 - 1.5 / Math.SQRT2, 14);
  });

  it('finds the residuals of a sum of squares', () => {
    const problem = prepare(
      `data { x: real[N] }
       param a: real = 5
       minimize mean((a - x)^2)
       optimizer gauss_newton() {
         let r = residuals(x), J = jacobian(residuals(x), x)
         x <- x - (transpose(J) @ r) / sum(J^2)
       }
       solve using gauss_newton() for 1 steps`,
      { raw: new Map([['x', column(1, 2, 6)]]) },
    );
    const [solve] = problem.problem.solves;
    expect(replaySolve(problem, solve!).x[0]).toBeCloseTo(3, 14); // one solve stands in the source
  });

  it('stops when its condition holds', () => {
    const problem = prepare(
      quadratic(`optimizer half() { x <- x / 2 }
      solve using half() until value < 1 or step > 9`),
    );
    const [solve] = problem.problem.solves;
    const replay = replaySolve(problem, solve!, { steps: 100 }); // one solve stands in the source
    expect(replay.converged).toBe(true);
    expect(replay.history.map(({ objective }) => objective)).toEqual([14, 3.5, 0.875]);
  });
});

describe('test blocks', () => {
  it('report both sides of each assertion', () => {
    const problem = problemOf(`fn square(a: real): real = a * a
      test "squares" {
        assert square(3) == 9
        assert square([1.0, 2]) == [1, 4.5]
        assert square(0.1) == 0.01 within 1e-15
        assert square(2) > 3
      }`);
    const [result] = runTests(problem);
    expect(result?.passed).toBe(false);
    expect(result?.asserts.map(({ passed }) => passed)).toEqual([true, false, true, true]);
    expect(result?.asserts[1]?.left.data).toEqual([1, 4]);
    expect(result?.asserts[1]?.right?.data).toEqual([1, 4.5]);
  });
});
