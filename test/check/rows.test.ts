/** Under `batch`, what grows with the number of rows is refused, and means of every kind are not. */
import { describe, expect, it } from 'vitest';
import { checkSource } from '../../src/front_end.js';

function codesOf(objective: string): readonly string[] {
  const text = `
    data { X: real[N, 3]  y: class(4)[N]  s: real[N] }
    param W: real[3, 4] = 0
    param v: real[3] = 0
    let loss = softplus(X @ v)
    minimize ${objective}
    solve using adam() batch 8 for 10 steps`;
  const { diagnostics } = checkSource({ path: 'rows.opt', text });
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

describe('an objective under batch', () => {
  it.each([
    'sum(loss)',
    'sum(i in N: loss[i])',
    'mean(loss) + 1e-3 * sum(loss)',
    'sum((transpose(X) @ s - v)^2)',
    'exp(sum(loss)) / 2',
  ])('may not be %s', (objective) => {
    expect(codesOf(objective)).toEqual(['AM2611']);
  });

  it.each([
    'mean(loss)',
    'total(N) * mean(loss)',
    'sum(loss) / N',
    'sum(i in N: s[i] * loss[i]) / sum(s)',
    'mean(loss) + sum(v^2)',
    'mean(cross_entropy(X @ W, y))',
    'weighted_cross_entropy(X @ W, y, [1, 2, 3, 4])',
    'sum(transpose(X) @ s / N)',
  ])('may be %s', (objective) => {
    expect(codesOf(objective)).toEqual([]);
  });
});
