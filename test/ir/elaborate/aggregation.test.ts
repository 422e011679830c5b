/** Several objectives: compiled steps are those of the direct evaluator, and the result has each objective's value. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { solveText } from '../../library/solve.js';
import type { Node } from '../../../src/ir/graph.js';
import { largestDifference, started, throughBoth } from './compare.js';

async function expectSameSteps(text: string, rowsOf?: (step: number) => readonly number[]): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const [solve] = problem.solves;
  if (solve === undefined) throw new Error('no solve');
  const { history, x } = replaySolve(oracle, solve, {
    steps: 4,
    ...(rowsOf === undefined ? {} : { rowsOf }),
  });
  const compiled = started(program);
  compiled.startPhase(0);
  for (const { x: expected, objective } of history) {
    expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-9);
    compiled.step(0);
    expect(Math.abs((compiled.measures[0] ?? NaN) - objective)).toBeLessThan(1e-9);
  }
  expect(largestDifference(compiled.parameters, x)).toBeLessThan(1e-9);
}

const problem = `
  let goal = [1.0, -2, 0.5]
  param v: real[3] = 0.3
  param s: real = 1
  let d = v - goal
  minimize near: sum(d^2) + s^2
  maximize flat: -sum(v^4) - (s - 2)^2 * v[0]
  minimize small: sum(exp(v)) + s`;

describe('several objectives', () => {
  for (const aggregator of [
    'summed',
    'weighted([0.5, 0.2, 0.3])',
    'upgrad',
    'dualproj',
    'mgda',
    'pcgrad',
    'cagrad(c = 0.4)',
    'config',
    'imtl_g',
    'nash_mtl',
    'aligned_mtl',
    'dwa(every = 2)',
    'gradnorm(rate = 0.1)',
    'random_weights',
    'exact_pareto([0.2, 0.5, 0.3], ideal = [-30, -30, -30])',
    'weighted_sum([0.2, 0.5, 0.3])',
    'chebyshev([0.2, 0.5, 0.3], ideal = [-1, -2, -3])',
    'smooth_chebyshev([0.2, 0.5, 0.3])',
  ]) {
    it(`step on ${aggregator} as the evaluator does`, async () => {
      await expectSameSteps(`${problem}\nsolve using adam(0.05) on ${aggregator} for 4 steps`);
    });
  }

  it('aggregate at every gradient that the optimizer asks for, and a choice of them', async () => {
    await expectSameSteps(`${problem}
      solve near, flat using sam(gradient_descent(0.05), rho = 0.1) on upgrad for 4 steps`);
    await expectSameSteps(`${problem}
      optimizer search() {
        let s = 0.1
        for k in 1..5 while value(x - s * g) > f { s <- s / 2 }
        x <- x - s * g
      }
      solve using search() on mgda for 4 steps until grad_norm < 1e-9`);
  });

  it('may use an aggregator of the file', async () => {
    await expectSameSteps(`${problem}
      aggregator signs(J: real[m, n], scale: real): real[n] = scale * [j in n: sum(i in m: sign(J[i, j]))]
      solve using momentum(0.01) on signs(scale = 0.5) for 4 steps`);
  });

  it('keep what an aggregator carries as of the start of the step, whatever else is asked', async () => {
    await expectSameSteps(`${problem}
      aggregator slow(J: real[m, n], f: real[m], t: int, keep: real): real[n] {
        state mean_rows: real[m, n] = 0, seen: real = 0
        mean_rows <- keep * mean_rows + (1 - keep) * J
        if t > 1 { seen <- seen + sum(f) }
        return ones(m) @ mean_rows / (1 - keep^t) + 1e-3 * seen
      }
      optimizer twice(lr: real) { x <- x - lr * (grad(x - lr * g) + grad(x)) / 2 }
      solve using twice(0.05) on slow(0.9) for 4 steps`);
  });

  it('may be a function of the values that is learned with the parameters', async () => {
    await expectSameSteps(`
      param v: real[2] = 0.5
      param s: real[2] = 0
      minimize near: sum((v - 1)^2) + 0.1
      minimize far: sum((v + 1)^2) + 0.2
      solve using lbfgs() on uncertainty(s) for 4 steps`);
    const outcome = await solveText(`
      param s: real[2] = 0
      param v: real = 0.5
      minimize near: (v - 1)^2 + 0.5
      minimize far: v^2 + 2
      solve using lbfgs() on uncertainty(s) until grad_norm < 1e-10`);
    // At the minimum each log-variance is the log of its value.
    const s = outcome.parameters.find(({ name }) => name === 's')?.data ?? [];
    outcome.objectives.forEach(({ value }, index) => expect(s[index]).toBeCloseTo(Math.log(value), 8));
    expect(outcome.objective).toBeCloseTo((2 + (s[0] ?? NaN) + (s[1] ?? NaN)) / 2, 10);
  });

  it('weigh by rates and by lengths as their papers say', async () => {
    // Two objectives of one variable each: gradients 2 a (v - 1), with values that fall at unlike rates.
    const text = (aggregator: string): string => `
      param v: real[2] = 0
      minimize first: (v[0] - 1)^2
      minimize second: 3 * (v[1] - 1)^2
      solve using gradient_descent(0.05) on ${aggregator} for 4 steps`;
    const values = ([a, b]: readonly number[]): number[] => [(a! - 1) ** 2, 3 * (b! - 1) ** 2];
    const slopes = ([a, b]: readonly number[]): number[] => [2 * (a! - 1), 6 * (b! - 1)];
    const run = (weigh: (history: readonly (readonly number[])[]) => readonly number[]): number[] => {
      const history: number[][] = [[0, 0]];
      for (let step = 0; step < 4; step += 1) {
        const x = history.at(-1)!;
        const w = weigh(history);
        history.push(slopes(x).map((slope, index) => x[index]! - 0.05 * w[index]! * slope));
      }
      return history.at(-1)!;
    };
    const softmax = (raw: readonly number[]): number[] => {
      const powers = raw.map(Math.exp);
      return powers.map((each) => (2 * each) / powers.reduce((sum, one) => sum + one));
    };
    const averaged = run((history) => {
      if (history.length <= 2) return [1, 1];
      const [before, last] = history.slice(-3, -1).map(values);
      return softmax(last!.map((value, index) => value / before![index]! / 2));
    });
    const weights: number[] = [1, 1];
    const normed = run((history) => {
      const used = [...weights];
      const x = history.at(-1)!;
      const lengths = slopes(x).map(Math.abs);
      const lag = values(x).map((value, index) => value / values([0, 0])[index]!);
      const mean = (list: readonly number[]): number => (list[0]! + list[1]!) / 2;
      const sizes = lengths.map((length, index) => used[index]! * length);
      const moved = lengths.map((length, index) => {
        const target = mean(sizes) * (lag[index]! / mean(lag)) ** 1.5;
        return used[index]! - 0.1 * Math.sign(sizes[index]! - target) * length;
      });
      moved.forEach((each, index) => (weights[index] = (2 * each) / (moved[0]! + moved[1]!)));
      return used;
    });
    for (const [aggregator, expected] of [
      ['dwa', averaged],
      ['gradnorm(rate = 0.1)', normed],
    ] as const) {
      const { parameters } = await solveText(text(aggregator));
      expect(largestDifference(parameters[0]?.data ?? [], expected)).toBeLessThan(1e-12);
    }
  });

  it('share one forward pass among the rows of the Jacobian', async () => {
    const text = (objectives: string, on: string): string => `
      dim N = 8
      data seed 1 { X: real[N, 5] ~ normal(0, 1) }
      param W: real[5, 7] ~ normal(0, 1)
      param V: real[7, 3] ~ normal(0, 1)
      let h = tanh(X @ W) @ V
      ${objectives}
      solve using gradient_descent(0.1) ${on} for 1 steps`;
    const contractions = async (source: string): Promise<number> => {
      const { program } = await throughBoth(source);
      const { results } = program.phases[0]!.step.region;
      const seen = new Set<Node>();
      const visit = (node: Node): void => {
        if (seen.has(node)) return;
        seen.add(node);
        node.inputs.forEach(visit);
      };
      results.forEach(visit);
      return [...seen].filter(({ operator }) => operator.kind === 'contraction').length;
    };
    const one = await contractions(text('minimize a: sum(h^2)', ''));
    const two = await contractions(text('minimize a: sum(h^2)\nminimize b: sum(exp(h))', 'on mgda'));
    // Two forward, then for a row one for V, one for the hidden layer, one for W; and the aggregator's own.
    expect(one).toBe(5);
    expect(two - one).toBeLessThanOrEqual(3 + 2);
  });

  it('have a value each in the result, and their sum', async () => {
    const outcome = await solveText(`
      param x: real = 0.5
      minimize left: (x - 1)^2
      maximize right: -(x + 1)^2
      solve using gradient_descent(0.1) on mgda for 50 steps`);
    // Between the two minima every point is Pareto stationary: the shortest combination of opposed gradients is 0.
    expect(outcome.objectives.map(({ name }) => name)).toEqual(['left', 'right']);
    const [left, right] = outcome.objectives;
    expect(left?.value).toBeCloseTo(0.25, 12);
    expect(right?.value).toBeCloseTo(-2.25, 12);
    expect(outcome.objective).toBeCloseTo(2.5, 12);
    expect(outcome.gradNorm).toBeLessThan(1e-15);
  });

  it('share a batch', async () => {
    const outcome = await solveText(`
      dim N = 32
      data seed 2 { a: real[N] ~ normal(1, 0.1) b: real[N] ~ normal(1.2, 0.1) }
      param x: real = -3
      minimize first: mean((x - a)^2)
      minimize second: mean((x - b)^2)
      solve using gradient_descent(0.1) on upgrad batch 8 for 30 epochs`);
    const [first, second] = outcome.objectives;
    expect(first?.value).toBeLessThan(0.06);
    expect(second?.value).toBeLessThan(0.06);
  });
});
