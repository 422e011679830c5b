/** What constraints, groups and quantiles change in the examples: each against the problem without them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileSource, prepareRun } from '../../src/compile.js';
import type { RunOutcome } from '../../src/runtime/run.js';
import { runProgram } from '../../src/runtime/run.js';
import { argmin } from '../cli/harness.js';
import { parameter, report } from '../library/solve.js';

async function solveExample(
  name: string,
  change: { readonly set?: Readonly<Record<string, number>>; readonly edit?: (text: string) => string } = {},
): Promise<RunOutcome> {
  const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const text = (change.edit ?? ((each: string) => each))(readFileSync(path, 'utf8'));
  const { compilation, diagnostics } = await compileSource(
    { path, text },
    { set: new Map(Object.entries(change.set ?? {})) },
  );
  if (compilation === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return runProgram(compilation.program, await prepareRun(compilation));
}

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

describe('fairness.opt', () => {
  test('without the constraint the large tumours are missed twice as often', async () => {
    const outcome = await solveExample('fairness.opt', { set: { limit: 1 } });
    expect(figure(outcome, 'missed_large')).toBeCloseTo(81 / 195, 9);
    expect(figure(outcome, 'missed_small')).toBeCloseTo(3 / 17, 9);
  });
});

describe('group_dro.opt', () => {
  test('against the mean objective the worst loss falls', async () => {
    const mean = await solveExample('group_dro.opt', {
      edit: (text) =>
        text
          .replace('minimize worst', 'minimize mean(loss)')
          .replace('subject to cover: group_loss <= worst', '')
          .replace('interior_point()', 'lbfgs()')
          .replace('kkt < 1e-8', 'grad_norm < 1e-6'),
    });
    const robust = await solveExample('group_dro.opt');
    expect(Math.max(...report(mean, 'losses'))).toBeGreaterThan(0.69);
    expect(Math.max(...report(robust, 'losses'))).toBeLessThan(0.517);
    expect(figure(mean, 'average')).toBeLessThan(figure(robust, 'average'));
  });
});

describe('cvar.opt', () => {
  test('against the mean objective the rarer class loses less', async () => {
    const mean = await solveExample('cvar.opt', { set: { q: 0 } });
    const robust = await solveExample('cvar.opt');
    expect(figure(mean, 'malignant')).toBeGreaterThan(0.206);
    expect(figure(robust, 'malignant')).toBeLessThan(0.197);
    expect(figure(mean, 'average')).toBeLessThan(figure(robust, 'average'));
    expect(parameter(robust, 't')[0]).toBeCloseTo(figure(robust, 'quantile_of_losses'), 3);
  });
});

describe('infeasible.opt', () => {
  test('with a smaller income there is a solution', async () => {
    const outcome = await solveExample('infeasible.opt', { set: { income: 0.09 } });
    expect(outcome.status).toBe('converged');
    expect(figure(outcome, 'expected')).toBeGreaterThan(0.09 - 1e-5);
    expect(figure(outcome, 'deviation_reached')).toBeLessThan(0.15);
  });

  test('the command says so by its exit status and names the constraints', async () => {
    const file = fileURLToPath(new URL('../../examples/infeasible.opt', import.meta.url));
    const { status, err } = await argmin('run', file);
    expect(status).toBe(3);
    expect(err).toContain('AM6030');
    expect(err).toContain('the constraints `enough` and `calm` are in conflict');
  });
});

describe('kissing.opt', () => {
  test('thirteen are too many, and both constraints are named', async () => {
    const outcome = await solveExample('kissing.opt', { edit: (text) => text.replace('K = 12', 'K = 13') });
    expect(outcome.status).toBe('infeasible');
    expect(new Set(outcome.infeasibility?.conflict.map(({ name }) => name))).toEqual(
      new Set(['unit', 'apart']),
    );
  });
});
