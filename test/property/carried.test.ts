/** State of the problem, frozen copies and moving averages: steps against the evaluator's replay. */
import { describe, expect, it } from 'vitest';
import { carriedStart } from '../../src/check/evaluate/carried.js';
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import { checkText, codesOf } from '../check/checking.js';
import { report, solveText } from '../library/solve.js';
import { expectSameSteps, rows } from './replayed.js';

const data = 'data { X: real[N, D]  y: real[N] }\n';
const rowsOf = (step: number): readonly number[] => [step % rows, (3 * step + 1) % rows, 5];

describe('a state of the problem', () => {
  it('is updated from the start of the step, all updates at once', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       let eps: real[N] ~ normal(0, 0.3)
       let reward = y + eps
       state baseline: real = 0.5, older: real = 0
       baseline <- 0.9 * baseline + 0.1 * mean(reward)
       older <- baseline
       minimize mean((X @ w - (reward - baseline) - older)^2)
       solve using adam(0.1) for 5 steps`,
      5,
    );
  });

  it('may read parameters, and has no derivative', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       state total: real[D] = w
       total <- total + 0.5 * w
       minimize mean((X @ w - y)^2) + dot(w, total)
       solve using sam(momentum(0.05)) batch 3 for 5 steps`,
      5,
      rowsOf,
    );
  });

  it('with a row for each row of a table changes where the batch is', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       state seen: real[N] = 1
       seen <- seen + (X @ w - y)^2
       minimize mean((X @ w - y)^2 * seen)
       solve using adam(0.1) batch 3 for 6 steps`,
      6,
      rowsOf,
    );
  });
});

describe('an entry of a state', () => {
  it('is updated alone, at an index that may be drawn', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       let a: class(4) ~ categorical([0.1, 0.4, 0.2, 0.3])
       state count: real[4] = 1
       count[a] <- count[a] + sum(w^2)
       minimize mean((X @ w - y)^2) * sum([k in 4: (k + 1) / count[k]])
       solve using adam(0.1) for 6 steps`,
      6,
    );
  });

  it('is a row, a range, or those at an array of indices, of which the last one counts', () => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       let a: class(4)[5] ~ categorical([i in 5, k in 4: 0.1 * k])
       let e: real[5, 2] ~ normal(0, 1)
       state table: real[4, 2] = 1, run: real[6] = 0
       table[a] <- e + w[0]
       run[1..3] <- w
       minimize mean((X @ w - y)^2) + mean(table * [1.0, 2]) * w[1] + sum(run * w[2])
       solve using adam(0.1) for 6 steps`,
      6,
    );
  });
});

it('a state with a row for each row starts for the whole of a split table, from training statistics', async () => {
  const text = `dim N = 7
     data split train 57%, test 43% seed 0 { X: real[N, 2] ~ normal(0, 1) }
     param w: real = 1
     state seen: real[N] = X[0, 0] + mean(X)
     minimize mean(n in N: (X[n, 0] - w)^2 * seen[n])
     solve using adam() for 1 steps
     report trained = seen on train
     report tested = seen on test`;
  const { problem } = checkText(text);
  if (problem === undefined) throw new Error('it is checked');
  const splits = new Map([
    [
      'N',
      [
        { name: 'train', start: 0, count: 4 },
        { name: 'test', start: 4, count: 3 },
      ],
    ],
  ]);
  const rows = problem.data[0]?.rows;
  if (rows === undefined) throw new Error('it has rows');
  const prepared = prepareProblem(problem, { sizes: new Map([[rows, 7]]), splits });
  const [seen] = [...carriedStart(prepared, [1]).values()];
  const outcome = await solveText(text);
  const compiled = [...report(outcome, 'trained'), ...report(outcome, 'tested')];
  expect(seen?.shape).toEqual([7]);
  compiled.forEach((value, row) => expect(value).toBeCloseTo(Number(seen?.data[row]), 12));
});

describe('a copy', () => {
  it.each([
    'let old = snapshot(w)',
    'let old = snapshot(w) every 2 steps',
    'let old = ema(w, 0.8)',
    'let old = ema(w * mean(y), 0.8)',
  ])('%s is kept from step to step', (copy) => {
    expectSameSteps(
      `${data}param w: real[D] = 0.1
       ${copy}
       minimize mean((X @ w - y)^2) + sum((w - old)^2)
       solve using adam(0.1) batch 3 for 5 steps`,
      5,
      rowsOf,
    );
  });

  it.each(['snapshot(net)', 'snapshot(net) every 3 steps', 'ema(net, 0.5)', 'snapshot(slow) every 2 steps'])(
    'of a model, %s, is a model without parameters of its own',
    (copy) => {
      expectSameSteps(
        `import { mlp } from std.nn
         ${data}model net = mlp(inputs = D, hidden = [2], outputs = 1, activation = tanh)
         model slow = ema(net, 0.9)
         model target = ${copy}
         minimize mean(i in N: (net(X[i])[0] - y[i] - 0.5 * target(X[i])[0])^2) + mean(slow(X)^2)
         solve using adam(0.1) for 5 steps`,
        5,
      );
    },
  );
});

it('states and averages go on from phase to phase, and snapshots are taken anew', async () => {
  const outcome = await solveText(
    `param w: real = 0
     state count: int = 0
     count <- count + 1
     let first = snapshot(w)
     minimize (w - 1)^2 + 0 * first
     solve using gradient_descent(0.25) for 2 steps
     solve using gradient_descent(0.25) for 3 steps
     report counted = count
     report kept = first
     report reached = w`,
  );
  expect(report(outcome, 'counted')).toEqual([5]);
  expect(report(outcome, 'kept')).toEqual([0.75]);
  expect(report(outcome, 'reached')).toEqual([0.96875]);
});

it('every other use of the words is refused', () => {
  const problem = (text: string): string =>
    `param w: real = 1\n${text}\nminimize w^2\nsolve using adam() for 1 steps`;
  expect(codesOf(problem('let a = w every 3 steps'))).toEqual(['AM2512']);
  expect(codesOf(problem('let a = snapshot(w) every 0 steps'))).toEqual(['AM2512']);
  expect(codesOf(problem('model a = snapshot(w)'))).toEqual(['AM2512']);
  expect(codesOf(problem('state s: real[2] = 0\ns[0] <- w\ns[1] <- w'))).toEqual(['AM2511']);
  expect(codesOf(problem('state s: real[2] = 0\ns[2] <- w'))).toEqual(['AM2110']);
});
