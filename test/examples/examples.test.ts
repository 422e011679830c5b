/** Every example, through the whole pipeline, with the figure that its header promises. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/runtime/host.js';
import type { RunOutcome } from '../../src/runtime/run.js';
import { compileText, parameter, report } from '../library/solve.js';
import { blackBoxPromises } from './black_boxes.js';
import { frontPromises } from './fronts.js';
import { gamePromises } from './games.js';
import { nestedPromises } from './nested.js';
import { processPromises } from './processes.js';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

const promises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'logistic.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.gradNorm).toBeLessThan(1e-8);
    expect(Math.abs(outcome.objective - 0.06808282314)).toBeLessThan(1e-9);
    expect(figure(outcome, 'right')).toBe(562);
  },
  'softmax.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.gradNorm).toBeLessThan(1e-8);
    expect(Math.abs(outcome.objective - 0.31231467377)).toBeLessThan(1e-9);
  },
  'robust.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.gradNorm).toBeLessThan(1e-8);
    expect(Math.abs(outcome.objective - 1195.54262486)).toBeLessThan(1e-6);
  },
  'quantile.opt': (outcome) => {
    expect(outcome.objective).toBeGreaterThan(9.0878967);
    expect(outcome.objective).toBeLessThan(9.089);
    expect(Math.abs(figure(outcome, 'below') - 0.9)).toBeLessThan(0.03);
  },
  'poisson.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    const error = parameter(outcome, 'w').map((value, index) => value - ([0.8, -0.5, 0.3][index] ?? NaN));
    expect(Math.hypot(...error)).toBeLessThan(0.15);
  },
  'digits.opt': (outcome) => {
    expect(figure(outcome, 'test_accuracy')).toBeGreaterThanOrEqual(0.96);
  },
  'interval_bounds.opt': (outcome) => {
    expect(figure(outcome, 'proved')).toBeGreaterThan(0.4);
    expect(figure(outcome, 'plain_proved')).toBeLessThan(0.01);
    expect(figure(outcome, 'accuracy')).toBeGreaterThan(0.9);
    expect(figure(outcome, 'plain_accuracy')).toBeGreaterThan(0.94);
  },
  'forward_forward.opt': (outcome) => {
    expect(figure(outcome, 'test_accuracy')).toBeGreaterThan(0.88);
  },
  'random_losses.opt': (outcome) => {
    expect(figure(outcome, 'accuracy')).toBeGreaterThan(figure(outcome, 'logistic_accuracy'));
  },
  'causal_graph.opt': (outcome) => {
    expect(figure(outcome, 'wrong_edges')).toBe(0);
    expect(Math.abs(figure(outcome, 'noise_level') - 1)).toBeLessThan(0.1);
  },
  'learned_sampler.opt': (outcome) => {
    for (const share of report(outcome, 'shares')) expect(Math.abs(share - 0.25)).toBeLessThan(0.08);
    expect(Math.abs(figure(outcome, 'log_constant'))).toBeLessThan(0.3);
  },
  'facility.opt': (outcome) => {
    expect(figure(outcome, 'most_open')).toBe(3);
    expect(figure(outcome, 'cost')).toBeLessThan(1.05 * figure(outcome, 'best'));
    expect(figure(outcome, 'cost')).toBeGreaterThanOrEqual(figure(outcome, 'best') - 1e-12);
  },
  'fosi.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    // Gradient descent on a quadratic of this condition needs about 10^4 ln(10^12) / 2 steps.
    expect(outcome.steps).toBeLessThan(100);
  },
  'rebasin.opt': (outcome) => {
    expect(figure(outcome, 'found')).toBe(16);
  },
  'discovered_policy.opt': (outcome) => {
    expect(figure(outcome, 'best') - figure(outcome, 'reward')).toBeLessThan(0.05);
    expect(figure(outcome, 'reward')).toBeLessThanOrEqual(figure(outcome, 'best'));
  },
  'leave_one_out.opt': (outcome) => {
    const exact = figure(outcome, 'left_out');
    const gap = exact - figure(outcome, 'optimistic');
    expect(Math.abs(figure(outcome, 'approximate') - exact)).toBeLessThan(0.1 * gap);
  },
  'surrogate_costs.opt': (outcome) => {
    expect(figure(outcome, 'learned')).toBeGreaterThan(figure(outcome, 'plain'));
  },
  'one_class.opt': (outcome) => {
    expect(figure(outcome, 'ranked')).toBeGreaterThan(0.95);
    expect(figure(outcome, 'off_frame')).toBeLessThan(1e-12);
    expect(figure(outcome, 'lost')).toBeLessThan(0.1);
  },
  'stiefel.opt': (outcome) => {
    expect(figure(outcome, 'difference')).toBeLessThan(1e-6);
    expect(figure(outcome, 'orthonormal')).toBe(1);
  },
  'precision.opt': (outcome) => {
    expect(figure(outcome, 'difference')).toBeLessThan(1e-6);
  },
  'subspace.opt': (outcome) => {
    const ends = report(outcome, 'end_accuracies');
    expect(figure(outcome, 'cosine_squared')).toBeLessThan(1e-3);
    expect(figure(outcome, 'middle_accuracy')).toBeGreaterThan(Math.min(...ends));
    expect(figure(outcome, 'middle_of_alone_accuracy')).toBeLessThan(
      Math.min(...report(outcome, 'alone_accuracies')) - 0.1,
    );
  },
  'two_tasks.opt': (outcome) => {
    const losses = Object.fromEntries(outcome.objectives.map(({ name, value }) => [name, value]));
    expect(losses['digit']).toBeLessThan(0.35);
    expect(losses['parity']).toBeLessThan(0.143);
    expect(figure(outcome, 'digit_accuracy')).toBeGreaterThan(0.92);
    expect(figure(outcome, 'parity_accuracy')).toBeGreaterThan(0.95);
  },
  'convolution.opt': (outcome) => {
    expect(figure(outcome, 'test_accuracy')).toBeGreaterThan(0.97);
  },
  'attention.opt': (outcome) => {
    expect(figure(outcome, 'test_accuracy')).toBeGreaterThan(0.95);
  },
  'bandit.opt': (outcome) => {
    expect(figure(outcome, 'best_share')).toBeGreaterThan(0.95);
  },
  'autoencoder.opt': (outcome) => {
    expect(figure(outcome, 'test_bound')).toBeGreaterThan(-24.5);
    expect(figure(outcome, 'test_divergence')).toBeGreaterThan(2);
    expect(figure(outcome, 'independent_pixels')).toBeLessThan(-26);
  },
  'mutual_information.opt': (outcome) => {
    expect(figure(outcome, 'exact')).toBeCloseTo(0.8304, 4);
    expect(Math.abs(figure(outcome, 'nats') - figure(outcome, 'exact'))).toBeLessThan(0.05);
  },
  'preferences.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(figure(outcome, 'distance')).toBeLessThan(1e-8);
    expect(figure(outcome, 'reward_gained')).toBeGreaterThan(0.5);
  },
  'bottleneck.opt': (outcome) => {
    expect(figure(outcome, 'test_accuracy')).toBeGreaterThan(0.95);
    expect(figure(outcome, 'nats')).toBeLessThan(15);
  },
  'factorization.opt': (outcome) => {
    expect(figure(outcome, 'hidden_error')).toBeLessThan(0.02);
  },
  'metric.opt': (outcome) => {
    expect(figure(outcome, 'nearest_before')).toBeCloseTo(170 / 178, 9);
    expect(figure(outcome, 'nearest_after')).toBeGreaterThanOrEqual(0.99);
  },
  'pca.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    // scikit-learn, documentation of PCA on the irises: explained_variance_ratio_.
    const shares = [0.92461872, 0.05306648, 0.01710261, 0.00521218];
    shares.forEach((share, index) => {
      expect(Math.abs((report(outcome, 'explained')[index] ?? NaN) - share)).toBeLessThan(1e-8);
    });
    expect(Math.abs(outcome.objective - 0.10204459301636898)).toBeLessThan(1e-10);
    expect(Math.abs(figure(outcome, 'lost') - 0.10204459301636898)).toBeLessThan(1e-12);
    expect(figure(outcome, 'agreement')).toBeGreaterThan(1 - 1e-10);
  },
  'rosenbrock.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.objective).toBeLessThan(1e-16);
  },
  'curve_fit.opt': (outcome) => {
    const certified = { b1: 1.5543827178, b2: 4.0888321754, b3: 451.54121844 };
    for (const [name, value] of Object.entries(certified)) {
      expect(Math.abs((parameter(outcome, name)[0] ?? NaN) / value - 1)).toBeLessThan(1e-8);
    }
    expect(Math.abs(figure(outcome, 'residual_sum') / 1.4635887487e-3 - 1)).toBeLessThan(1e-8);
  },
  'sinkhorn.opt': (outcome) => {
    expect(outcome.objective).toBeLessThan(0.005);
  },
  'pinn.opt': (outcome) => {
    expect(figure(outcome, 'error')).toBeLessThan(1e-3);
  },
  'characters.opt': (outcome) => {
    expect(figure(outcome, 'perplexity')).toBeLessThan(3);
  },
  'hs71.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(outcome.kkt).toBeLessThan(1e-7);
    expect(Math.abs(outcome.objective - 17.0140173)).toBeLessThan(1e-6);
    const [product, sphere, low] = outcome.constraints.map(({ multiplier }) => multiplier[0] ?? NaN);
    expect(product).toBeCloseTo(0.5522937, 6);
    expect(sphere).toBeCloseTo(0.1614686, 6);
    expect(low).toBeCloseTo(1.0878712, 6);
  },
  'fairness.opt': (outcome) => {
    expect(figure(outcome, 'missed_small')).toBeLessThan(0.21);
    expect(figure(outcome, 'missed_large')).toBeLessThan(0.21);
    expect(figure(outcome, 'accuracy')).toBeGreaterThan(0.74);
    const [small, large] = outcome.constraints[0]?.multiplier ?? [];
    expect(small).toBe(0);
    expect(large).toBeGreaterThan(0.1);
  },
  'group_dro.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    const losses = report(outcome, 'losses');
    const weights = [...(outcome.constraints[0]?.multiplier ?? [])];
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 7);
    losses.forEach((loss, group) => {
      if ((weights[group] ?? NaN) > 1e-6) expect(loss).toBeCloseTo(outcome.objective, 7);
      else expect(loss).toBeLessThan(outcome.objective);
    });
  },
  'cvar.opt': (outcome) => {
    const t = parameter(outcome, 't')[0] ?? NaN;
    expect(Math.abs(t - figure(outcome, 'quantile_of_losses'))).toBeLessThan(1e-4);
    expect(Math.abs(figure(outcome, 'above') - 0.2)).toBeLessThan(2 / 569);
  },
  'infeasible.opt': (outcome) => {
    expect(outcome.status).toBe('infeasible');
    expect(outcome.infeasibility?.conflict.map(({ name }) => name)).toEqual(['enough', 'calm']);
    expect(outcome.infeasibility?.distance).toBeGreaterThan(1e3);
    expect(outcome.infeasibility?.sum).toBeGreaterThan(0.01);
  },
  'kissing.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(figure(outcome, 'closest')).toBeLessThan(0.5 + 1e-8);
  },
  'isotonic.opt': (outcome) => {
    expect(parameter(outcome, 'level')).toEqual([3, 6, 6, 8, 8, 8, 10]);
    expect(figure(outcome, 'in_order')).toBe(1);
  },
  'portfolio.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(Math.abs(outcome.objective - 0.051169529942)).toBeLessThan(1e-11);
    expect(figure(outcome, 'held')).toBe(8);
    expect(figure(outcome, 'gap')).toBeLessThan(1e-10);
    expect(figure(outcome, 'regret')).toBeLessThan(1e-10);
  },
  ...frontPromises,
  ...nestedPromises,
  ...processPromises,
  ...blackBoxPromises,
  ...gamePromises,
  'own_optimizer.opt': (outcome) => {
    expect(outcome.status).toBe('converged');
    expect(Math.abs(outcome.objective - 0.06808282314)).toBeLessThan(1e-9);
  },
};

describe('examples', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.opt'));

  test('each has a promise here, but for files that only define', () => {
    const solving = files.filter((name) => /^solve /m.test(readFileSync(path.join(folder, name), 'utf8')));
    expect(solving.sort()).toEqual(Object.keys(promises).sort());
  });

  for (const [name, promise] of Object.entries(promises)) {
    test(`${name} reaches its figure`, async () => {
      const file = path.join(folder, name);
      const module = file.replace(/\.opt$/, '.mjs');
      const host = existsSync(module) ? ((await import(pathToFileURL(module).href)) as Host) : {};
      const { run } = await compileText(readFileSync(file, 'utf8'), file, host);
      promise(await run());
    }, 60_000);
  }
});
