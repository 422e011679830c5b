/** Hypergradients of nested problems against figures from outside, and what a run says when they cannot be right. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unfinishedNested } from '../../src/cli/nested.js';
import { compileSource, prepareRun } from '../../src/compile.js';
import { checkSource } from '../../src/front_end.js';
import { runProgram } from '../../src/runtime/run.js';
import { compileText, report, solveText } from './solve.js';

/** The construction of jaxopt's tests/implicit_diff_test.py, ridge regression with a validation set. */
const ridge = (solve: string): string => `
  let X = [[1.0, 2], [3, 4], [5, 6.5]], y = [1, 2, 2.5]
  let X_new = [[1.0, 1], [2, 0]], y_new = [0.5, 1]
  param lambda: real = 0.5
  let w = argmin {
    param v: real[2] = 0
    minimize sum((X @ v - y)^2) / 2 + lambda * sum(v^2) / 2
    solve using ${solve}
  }
  let outer = sum((X_new @ w - y_new)^2) / 2
  minimize outer
  solve using gradient_descent(0) for 1 step
  report w = w
  report outer = outer
  report slope = grad(outer, lambda)`;

const exact = 'gradient_descent(0.02) for 5000 steps until grad_norm < 1e-13';

describe('the hypergradient of ridge regression', () => {
  it('is that of the implicit function theorem', async () => {
    const outcome = await solveText(ridge(`${exact} implicit`));
    expect(report(outcome, 'w')[0]).toBeCloseTo(0.045889101338432305, 9);
    expect(report(outcome, 'w')[1]).toBeCloseTo(0.3843212237093689, 9);
    expect(report(outcome, 'outer')[0]).toBeCloseTo(0.41486871593139996, 9);
    expect(report(outcome, 'slope')[0]).toBeCloseTo(-0.4202527118341952, 8);
  });

  // The published series counts its terms after the first one.
  it.each([
    [2, -0.001593768713737842],
    [51, -0.11908240937945197],
  ])('by %i terms of the Neumann series is that of betty', async (terms, expected) => {
    const outcome = await solveText(ridge(`${exact} implicit neumann(terms = ${terms}, rate = 0.01)`));
    expect(report(outcome, 'slope')[0]).toBeCloseTo(expected, 9);
  });

  it('through the steps comes near it when the steps do', async () => {
    const outcome = await solveText(ridge('gradient_descent(0.02) for 3000 steps'));
    expect(report(outcome, 'slope')[0]).toBeCloseTo(-0.4202527118341952, 4);
  });
});

describe('the hypergradient of the example', () => {
  it('equals the closed form away from the optimum', async () => {
    const path = fileURLToPath(new URL('../../examples/bilevel_ridge.opt', import.meta.url));
    const solver = await compileText(readFileSync(path, 'utf8'), path);
    const outcome = await solver.run({ steps: 1 });
    const [implicit = NaN] = report(outcome, 'implicit');
    const [analytic = NaN] = report(outcome, 'analytic');
    expect(Math.abs(analytic)).toBeGreaterThan(0.01);
    expect(Math.abs(implicit - analytic)).toBeLessThan(1e-9);
  });
});

async function warningsOf(text: string): Promise<readonly string[]> {
  const { compilation } = await compileSource({ path: 'test.opt', text }, {});
  if (compilation === undefined) throw new Error('the text does not compile');
  const outcome = await runProgram(compilation.program, await prepareRun(compilation));
  return unfinishedNested(compilation, outcome).flatMap(({ code, notes = [] }) => [code, ...notes]);
}

describe('an implicit derivative', () => {
  it('is reported with its numbers when the inner problem stopped too early', async () => {
    const [code, numbers] = await warningsOf(ridge('gradient_descent(0.005) for 100 steps implicit'));
    expect(code).toBe('AM6015');
    expect(numbers).toMatch(/gradient is 0\.0\d+.* by 0\.4\d+ of its length/);
  });

  it('is trusted at a stationary point', async () => {
    expect(await warningsOf(ridge(`${exact} implicit`))).toEqual([]);
  });

  it('is refused where the inner objective has a kink in its own parameters, not where only others have', () => {
    const codesOf = (objective: string): readonly string[] =>
      checkSource({
        path: 'test.opt',
        text: `
          param a: real = 1
          let s = argmin {
            param v: real[2] = 0
            minimize ${objective}
            solve using gradient_descent(0.1) for 10 steps implicit
          }
          minimize sum(s^2)
          solve using gradient_descent(0.1) for 3 steps`,
      }).diagnostics.map(({ code }) => code);
    expect(codesOf('sum((v - a)^2) + sum(abs(v))')).toEqual(['AM2663']);
    expect(codesOf('sum((v - a)^2) + sum(relu(v - a))')).toEqual(['AM2663']);
    expect(codesOf('sum((v - a)^2) + abs(a) * sum(v^2)')).toEqual([]);
    expect(codesOf('sum((v - a)^2) + sum(softplus(v))')).toEqual([]);
  });
});
