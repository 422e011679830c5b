/**
 * The portfolio example against an active-set solution: of all sets of held assets the one whose equations are solved by
 * weights above 0 and leave no better asset out. Small enough to try them all.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileText, parameter } from './solve.js';

const assets = 10;
const mu = Array.from({ length: assets }, (_, a) => 0.03 + 0.01 * a);
const deviation = mu.map((_, a) => 0.1 + 0.02 * a);
const covariance = (a: number, b: number): number =>
  (a === b ? 1 : 0.3) * (deviation[a] ?? NaN) * (deviation[b] ?? NaN);

/** Gaussian elimination with pivots. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let column = 0; column < n; column += 1) {
    const rest = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivot = column + rest.indexOf(Math.max(...rest));
    const best = rows[pivot] ?? [];
    rows[pivot] = rows[column] ?? [];
    rows[column] = best;
    for (const row of rows) {
      if (row === best) continue;
      const factor = (row[column] ?? 0) / (best[column] ?? NaN);
      for (let k = column; k <= n; k += 1) row[k] = (row[k] ?? 0) - factor * (best[k] ?? 0);
    }
  }
  return rows.map((row, index) => (row[n] ?? NaN) / (row[index] ?? NaN));
}

function activeSet(aversion: number): number[] {
  for (let mask = 1; mask < 2 ** assets; mask += 1) {
    const held = mu.map((_, a) => a).filter((a) => (mask >> a) & 1);
    const rows = held.map((a) => [...held.map((b) => aversion * covariance(a, b)), 1, mu[a] ?? NaN]);
    const solution = solve([...rows, [...held.map(() => 1), 0, 1]]);
    const price = solution.pop() ?? NaN;
    if (solution.some((weight) => weight <= 0)) continue;
    const weights = mu.map((_, a) => solution[held.indexOf(a)] ?? 0);
    const margins = mu.map(
      (mean, a) => mean - aversion * weights.reduce((sum, weight, b) => sum + covariance(a, b) * weight, 0),
    );
    if (margins.every((margin) => margin <= price + 1e-12)) return weights;
  }
  throw new Error('no set of assets satisfies the conditions');
}

it.each([1, 4, 40])(
  'weights of assets agree with an active-set solution at the aversion %d',
  async (aversion) => {
    // The step is for the curvature at an aversion of 4.
    const text = readFileSync('examples/portfolio.opt', 'utf8')
      .replace('= 4\n', `= ${aversion}\n`)
      .replace('gradient_descent(2)', `gradient_descent(${8 / aversion})`);
    const { run } = await compileText(text, 'examples/portfolio.opt');
    const weights = parameter(await run(), 'p');
    activeSet(aversion).forEach((weight, a) =>
      expect(Math.abs((weights[a] ?? NaN) - weight)).toBeLessThan(1e-6),
    );
  },
);
