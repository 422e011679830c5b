/** NIST's nonlinear regressions by `levenberg_marquardt`, to eight certified digits from both starts. */
import { describe, expect, test } from 'vitest';
import cases from './cases.json' with { type: 'json' };
import { list, parameter, solveText } from './solve.js';

/** Digits to which each parameter agrees, the least of them. */
function digits(actual: readonly number[], certified: readonly number[]): number {
  const errors = certified.map((value, index) => Math.abs(((actual[index] ?? NaN) - value) / value));
  return -Math.log10(Math.max(1e-16, ...errors));
}

describe('certified parameters', () => {
  for (const { id, model, starts, x, y, b, rss } of cases.curves) {
    for (const [index, start] of starts.entries()) {
      test(`${id} from start ${index + 1}`, async () => {
        const outcome = await solveText(`
          dim N = ${x.length}
          data { x: real[N] = ${list(x)} y: real[N] = ${list(y)} }
          ${start.map((value, k) => `param b${k + 1}: real = ${value}`).join('\n')}
          minimize sum((y - (${model}))^2)
          solve using levenberg_marquardt() for 300 steps`);
        const found = b.map((_, k) => parameter(outcome, `b${k + 1}`)[0] ?? NaN);
        expect(digits(found, b)).toBeGreaterThan(8);
        expect(digits([outcome.objective], [rss])).toBeGreaterThan(8);
      });
    }
  }
});
