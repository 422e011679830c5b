/** The gradient that is compiled, against differences of the objective that is compiled. */
import { describe, expect, it } from 'vitest';
import type { ObjectiveCheck } from '../../src/explain/gradient_check.js';
import { checkGradients, gradientCheckText, tolerated } from '../../src/explain/gradient_check.js';

async function checked(text: string): Promise<readonly ObjectiveCheck[]> {
  const answer = await checkGradients({ path: 'test.opt', text });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.objectives;
}

const largest = (all: readonly ObjectiveCheck[]): number =>
  Math.max(...all.flatMap(({ parameters }) => parameters.map(({ difference }) => difference)));

describe('checking gradients', () => {
  it('compares every parameter of every objective, sets and phases aside', async () => {
    const all = await checked(`data seed 1 { X: real[20, 3] ~ normal(0, 1) }
param w: real[3] in ball(1) = 0
param p: real[4] in simplex by mirror = 1 / 4
minimize fit: mean(softplus(X @ w)) + sum(p^2)
maximize spread: sum(p * log(p + 1)) over p
subject to sum(w) <= 1
report size = norm(w)
solve using adam(1e-2) on upgrad for 10 steps
`);
    expect(all.map(({ objective }) => objective)).toEqual(['fit', 'spread']);
    expect(all[0]?.parameters.map(({ parameter, size }) => [parameter, size])).toEqual([
      ['w', 3],
      ['p', 4],
    ]);
    expect(largest(all)).toBeLessThan(1e-7);
  });

  it('finds a derivative rule that is wrong', async () => {
    const text = (rule: string): string => `fn cubed(x: real): real = x^3 derivative (u) = u * ${rule}
param w: real[5] = 1
param b: real = 2
minimize sum(cubed(w)) + b^2
solve using adam(1e-2) for 10 steps
`;
    expect(largest(await checked(text('3 * x^2')))).toBeLessThan(1e-7);
    const wrong = await checked(text('2 * x^2'));
    const [w, b] = wrong[0]?.parameters ?? [];
    expect(w?.difference).toBeGreaterThan(0.1);
    expect(b?.difference).toBeLessThan(tolerated);
    expect(gradientCheckText(wrong)).toMatch(/w .*\(5\) {2}<- differs\n {2}b .*\(1\)$/);
  });

  it('says why it cannot be done', async () => {
    expect(await checkGradients({ path: 'test.opt', text: 'let a = 1' })).toEqual({
      ok: false,
      reason: 'there is no objective',
    });
    const answer = await checkGradients({ path: 'test.opt', text: 'minimize hubr(1)' });
    expect(answer.ok).toBe(false);
  });
});
