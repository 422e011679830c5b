/** The figures of the examples of games. */
import { expect } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { parameter, report } from '../library/solve.js';

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

export const gamePromises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'bilinear_game.opt': (outcome) => {
    expect(Math.abs(figure(outcome, 'spiral_out') - figure(outcome, 'theory'))).toBeLessThan(1e-10);
    expect(figure(outcome, 'theory')).toBeCloseTo(1.01 ** 50, 12);
    const inward = figure(outcome, 'extragradient_in');
    expect(Math.abs(inward - (1 - 0.01 + 0.0001) ** 500)).toBeLessThan(1e-12);
    expect(figure(outcome, 'optimistic_in')).toBeLessThan(0.01);
  },
  'rock_paper_scissors.opt': (outcome) => {
    expect(figure(outcome, 'gap')).toBeLessThan(1e-4);
    for (const name of ['p', 'q'])
      for (const share of parameter(outcome, name)) expect(share).toBeCloseTo(1 / 3, 4);
  },
  'adversary.opt': (outcome) => {
    // The least loss under attack, 0.33386947, by accelerated descent on the smooth form with w = p - q, p and q >= 0.
    expect(figure(outcome, 'worst')).toBeGreaterThan(0.33386);
    expect(figure(outcome, 'worst')).toBeLessThan(0.3354);
    expect(Math.abs(figure(outcome, 'worst') - outcome.objective)).toBeLessThan(1e-12);
    expect(figure(outcome, 'robust_accuracy')).toBeGreaterThan(0.84);
  },
  'gan_ring.opt': (outcome) => {
    expect(figure(outcome, 'covered')).toBe(8);
    expect(report(outcome, 'share').reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.7);
  },
};
