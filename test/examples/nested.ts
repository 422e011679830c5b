/** What the examples of nested problems promise. */
import { expect } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { parameter, report } from '../library/solve.js';

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

export const nestedPromises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'bilevel_ridge.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(Math.abs(figure(outcome, 'implicit') - figure(outcome, 'analytic'))).toBeLessThan(1e-9);
    const found = parameter(outcome, 'log_penalty')[0] ?? NaN;
    expect(Math.abs(found - figure(outcome, 'best_on_grid'))).toBeLessThan(0.1);
    expect(outcome.objective).toBeLessThanOrEqual(figure(outcome, 'error'));
  },
  'bilevel_penalty.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(Math.abs((parameter(outcome, 'log_penalty')[0] ?? NaN) - -1.284508)).toBeLessThan(0.005);
    expect(figure(outcome, 'gap')).toBeGreaterThan(0);
    expect(figure(outcome, 'gap')).toBeLessThan(1e-5);
  },
  'warm_start.opt': (outcome) => {
    expect(figure(outcome, 'cold_error')).toBeLessThan(1e-9);
    expect(figure(outcome, 'warm_error')).toBeLessThan(1e-9);
    expect(figure(outcome, 'cold_length')).toBeCloseTo(1, 9);
    expect(figure(outcome, 'warm_length')).toBeCloseTo(Math.SQRT2, 2);
    expect(figure(outcome, 'apart')).toBeCloseTo(1, 2);
  },
  'maml.opt': (outcome) => {
    expect(figure(outcome, 'before')).toBeGreaterThan(2.5);
    expect(figure(outcome, 'after')).toBeLessThan(0.2 * figure(outcome, 'before'));
  },
  'adversarial.opt': (outcome) => {
    expect(figure(outcome, 'plain_accuracy')).toBeGreaterThan(0.93);
    expect(figure(outcome, 'robust_accuracy')).toBeGreaterThan(0.93);
    expect(figure(outcome, 'plain_attacked')).toBeLessThan(0.35);
    expect(figure(outcome, 'robust_attacked')).toBeGreaterThan(0.6);
  },
};
