/** Figures of the examples with fronts: what they dominate, against the whole true front. */
import { expect } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { report } from '../library/solve.js';

/** What the front f2 = h(f1), f1 in 0..1, dominates below (1.1, 1.1), by the rectangle rule on its lower envelope. */
function volumeUnder(h: (f1: number) => number): number {
  const count = 200_000;
  let lowest = Infinity;
  let volume = 0;
  for (let index = 0; index < count; index += 1) {
    const f1 = (1.1 * (index + 0.5)) / count;
    if (f1 <= 1) lowest = Math.min(lowest, h(f1));
    volume += (Math.max(0, 1.1 - lowest) * 1.1) / count;
  }
  return volume;
}

function nearlyAll(outcome: RunOutcome, whole: number): void {
  const [volume = NaN] = report(outcome, 'volume');
  expect(outcome.front?.diverged).toBe(0);
  expect(volume).toBeLessThan(whole + 1e-3);
  expect(volume).toBeGreaterThan(0.99 * whole);
}

export const frontPromises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  // 1.21 less the area under the front, in closed form for the first two.
  'zdt1.opt': (outcome) => nearlyAll(outcome, 1.21 - 1 / 3),
  'zdt2.opt': (outcome) => nearlyAll(outcome, 1.21 - 2 / 3),
  'zdt3.opt': (outcome) => {
    const whole = volumeUnder((x) => 1 - Math.sqrt(x) - x * Math.sin(10 * Math.PI * x));
    // pymoo's front of 100 points dominates 1.329143746970079.
    expect(whole).toBeGreaterThan(1.329143746970079);
    expect(whole).toBeLessThan(1.335);
    nearlyAll(outcome, whole);
  },
  // One seed of the paper's 100 points and 250 generations.
  'nsga2.opt': (outcome) => {
    const [volume = NaN] = report(outcome, 'volume');
    expect(volume).toBeLessThan(1.21 - 2 / 3);
    expect(volume).toBeGreaterThan(0.98 * (1.21 - 2 / 3));
  },
};
