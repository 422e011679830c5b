/** The value of an expression at every step. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { report, solveText } from '../library/solve.js';
import { expectSameProcess } from './replayed.js';

describe('a history', () => {
  it('has the value at the start of each step of an optimizer', async () => {
    const outcome = await solveText(
      `param w: real[2] = [0, 2]
       let loss = (w[0] - 1)^2
       minimize loss
       solve using gradient_descent(0.25) for 4 steps
       report losses = history(loss)
       report path = history(w)
       report total = sum(history(loss)) + max(history(loss))`,
    );
    expect(report(outcome, 'losses')).toEqual([1, 0.25, 0.0625, 0.015625]);
    expect(report(outcome, 'path')).toEqual([0, 2, 0.5, 2, 0.75, 2, 0.875, 2]);
    expect(report(outcome, 'total')).toEqual([2.328125]);
  });

  it('is that of the last phase, or of the one named, and NaN where no step was taken', async () => {
    const outcome = await solveText(
      `param w: real = 0
       minimize (w - 1)^2
       solve using gradient_descent(0.25) for 2 steps
       solve using gradient_descent(0.25) for 5 steps until w > 0.9
       report first = history(w, 1)
       report last = history(w)`,
    );
    expect(report(outcome, 'first')).toEqual([0, 0.5]);
    expect(report(outcome, 'last')).toEqual([0.75, 0.875, NaN, NaN, NaN]);
  });

  it('has the value at the end of each step of a process', () => {
    expectSameProcess(
      `param w: real[2] = [1, 2]
       state s: real = 1
       let product = s * w[1]
       solve for 4 steps {
         let z ~ normal(0, 1)
         s <- s + z
         w <- w + s
       }
       report a = history(product)
       report b = sum(history(w + s))`,
      4,
    );
  });
});

it('histories that cannot be kept are refused', async () => {
  const file = (text: string, solve = 'for 5 steps'): string =>
    `param w: real[1000] = 1\nminimize sum(w^2)\nsolve using adam() ${solve}\n${text}`;
  expect(codesOf(file('report h = history(w)'))).toEqual([]);
  expect(codesOf(file('let h = history(w)'))).toEqual(['AM2715']);
  expect(codesOf(file('report h = history(w, 2)'))).toEqual(['AM2716']);
  expect(codesOf(file('report h = history(w)', 'for 3 epochs'))).toEqual(['AM2716']);
  await expect(solveText(file('report h = history(w)', 'for 20000 steps'))).rejects.toThrow(
    /20000000 numbers/,
  );
});
