/** Figures of the examples whose steps are written out: processes and rollouts. */
import { expect } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { report } from '../library/solve.js';

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

/** A move on a grid of 4 by 4 cells: up, down, left, right. */
function moved(s: number, a: number): number {
  const row = Math.floor(s / 4) + ([-1, 1, 0, 0][a] ?? 0);
  const column = (s % 4) + ([0, 0, -1, 1][a] ?? 0);
  return row < 0 || row > 3 || column < 0 || column > 3 ? s : 4 * row + column;
}

/** The value of going on with the best moves forever; each move costs 1 and goes astray with probability 0.2. */
function gridValues(discount: number): readonly number[] {
  let value = new Array<number>(16).fill(0);
  for (let turn = 0; turn < 2000; turn += 1) {
    value = value.map((_, s) => {
      if (s === 15) return 0;
      const worth = [0, 1, 2, 3].map((a) => value[moved(s, a)] ?? NaN);
      const astray = worth.reduce((sum, each) => sum + each, 0) / 4;
      return Math.max(...worth.map((each) => discount * (0.8 * each + 0.2 * astray) - 1));
    });
  }
  return value;
}

export const processPromises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'ucb.opt': (outcome) => {
    expect(report(outcome, 'pulls').reduce((sum, each) => sum + each, 0)).toBe(10000);
    // Auer, Cesa-Bianchi and Fischer, 2002, Theorem 1.
    const gaps = [0.6, 0.4, 0.3, 0.2];
    const bound =
      gaps.reduce((sum, gap) => sum + (8 * Math.log(10000)) / gap, 0) + (1 + Math.PI ** 2 / 3) * 1.5;
    expect(figure(outcome, 'bound')).toBeCloseTo(bound, 9);
    expect(figure(outcome, 'regret')).toBeLessThan(bound);
  },
  'langevin.opt': (outcome) => {
    // Five standard errors of the mean and of the covariance of 4000 independent Gaussian points.
    const [xx = NaN, xy = NaN, , yy = NaN] = report(outcome, 'expected');
    const [mx = NaN, my = NaN] = report(outcome, 'mean');
    expect(Math.abs(mx - 1)).toBeLessThan(5 * Math.sqrt(xx / 4000));
    expect(Math.abs(my + 1)).toBeLessThan(5 * Math.sqrt(yy / 4000));
    const [cxx = NaN, cxy = NaN, , cyy = NaN] = report(outcome, 'covariance');
    expect(Math.abs(cxx - xx)).toBeLessThan(5 * xx * Math.sqrt(2 / 4000));
    expect(Math.abs(cyy - yy)).toBeLessThan(5 * yy * Math.sqrt(2 / 4000));
    expect(Math.abs(cxy - xy)).toBeLessThan(5 * Math.sqrt((xx * yy + xy * xy) / 4000));
    // The target itself, whose covariance is the inverse of [[2, 0.6], [0.6, 1]], is within the order of the step.
    expect(Math.abs(xx - 1 / 1.64)).toBeLessThan(0.05);
    expect(Math.abs(yy - 2 / 1.64)).toBeLessThan(0.05);
  },
  'matrix_game.opt': (outcome) => {
    expect(figure(outcome, 'bound')).toBeCloseTo(2 * Math.sqrt((2 * Math.log(3)) / 2000), 12);
    expect(figure(outcome, 'exploitability')).toBeLessThan(figure(outcome, 'bound'));
    // The game is symmetric, and its only equilibrium weighs each move by what the two others earn on one another.
    [0.4, 0.2, 0.4].forEach((weight, move) => {
      expect(Math.abs((report(outcome, 'row_strategy')[move] ?? NaN) - weight)).toBeLessThan(0.02);
    });
  },
  // Both play the grid of `value_iteration.opt` from its first cell, whose best expected return is -6.1893.
  'reinforce.opt': (outcome) => {
    const [best = NaN] = gridValues(0.95);
    expect(figure(outcome, 'expected_return')).toBeLessThan(best);
    expect(figure(outcome, 'expected_return')).toBeGreaterThan(1.05 * best);
  },
  'ppo.opt': (outcome) => {
    const [best = NaN] = gridValues(0.95);
    expect(figure(outcome, 'expected_return')).toBeLessThan(best);
    expect(figure(outcome, 'expected_return')).toBeGreaterThan(1.05 * best);
  },
  'value_iteration.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    const value = report(outcome, 'value');
    gridValues(0.95).forEach((wanted, s) => expect(Math.abs((value[s] ?? NaN) - wanted)).toBeLessThan(1e-8));
  },
};
