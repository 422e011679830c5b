/** Figures of the examples whose optimizers see values only. */
import { expect } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { parameter, report } from '../library/solve.js';

export const blackBoxPromises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'cma_es.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.objective).toBeLessThan(1e-8);
    expect(outcome.phases[0]?.evaluations).toBeLessThan(6000);
  },
  'branin.opt': (outcome) => {
    expect(outcome.phases[0]?.evaluations).toBe(40);
    expect(Math.abs(outcome.objective - 0.397887)).toBeLessThan(0.01);
  },
  'cartpole.opt': (outcome) => {
    expect(outcome.objective).toBe(200);
    expect(report(outcome, 'worst')).toEqual([200]);
  },
  'carton.opt': (outcome) => {
    expect(outcome.phases[0]?.evaluations).toBe(120);
    expect(outcome.objective).toBeCloseTo(3 * 2 ** (2 / 3), 8);
    expect(parameter(outcome, 'width')[0]).toBeCloseTo(2 ** (1 / 3), 4);
    expect(parameter(outcome, 'depth')[0]).toBeCloseTo(2 ** (1 / 3), 4);
  },
};
