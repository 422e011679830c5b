/** The probes: papers that press on the form of the language, each stated, compiled and run to its end. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../src/runtime/run.js';
import { compileText, report } from '../library/solve.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'examples/probes');
const files = readdirSync(folder).filter((name) => name.endsWith('.opt'));

const figure = (outcome: RunOutcome, name: string): number => report(outcome, name)[0] ?? NaN;

/** What theory says of some of them. */
const promises: Readonly<Record<string, (outcome: RunOutcome) => void>> = {
  'trust_region.opt': (outcome) => {
    expect(figure(outcome, 'best') - figure(outcome, 'reward')).toBeLessThan(1e-6);
  },
  'parameter_free.opt': (outcome) => {
    expect(outcome.objective).toBeLessThan(1e-12);
  },
  'averaged_multipliers.opt': (outcome) => {
    expect(figure(outcome, 'inner_loss')).toBeLessThan(1e-12);
    expect(figure(outcome, 'outer_loss')).toBeLessThan(1e-6);
  },
  'sum_pooling.opt': (outcome) => {
    expect(figure(outcome, 'total_share')).toBeCloseTo(1, 9);
  },
  'pruning.opt': (outcome) => {
    expect(report(outcome, 'kept')).toEqual([0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0]);
  },
  'nearest_metric.opt': (outcome) => {
    expect(figure(outcome, 'violation')).toBeLessThan(1e-9);
  },
  'central_flow.opt': (outcome) => {
    expect(Math.abs(figure(outcome, 'final_sharpness') - figure(outcome, 'limit'))).toBeLessThan(0.01);
  },
};

describe('probes', () => {
  for (const name of files) {
    test(`${name} runs to its end`, async () => {
      const file = path.join(folder, name);
      const { run } = await compileText(readFileSync(file, 'utf8'), file);
      const outcome = await run();
      expect(['converged', 'finished']).toContain(outcome.status);
      for (const { data } of outcome.parameters) expect(data.every(Number.isFinite)).toBe(true);
      promises[name]?.(outcome);
    });
  }

  test('the list names every example and probe that it points to', () => {
    const text = readFileSync(path.join(root, 'docs/probes.md'), 'utf8');
    const named = [...text.matchAll(/`(examples\/[\w/]+\.opt)`/g)].map((match) => match[1] ?? '');
    for (const file of named) expect(() => readFileSync(path.join(root, file)), file).not.toThrow();
    for (const name of files) expect(named).toContain(`examples/probes/${name}`);
    expect(new Set([...text.matchAll(/^- \*\*(P\d{3})\*\*/gm)].map((match) => match[1])).size).toBe(51);
  });
});
