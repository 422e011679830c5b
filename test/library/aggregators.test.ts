/** Aggregators: what they declare holds on random matrices, and no step of the example raises a loss to first order. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runProperties } from '../../src/check/evaluate/properties.js';
import type { TypedProblem } from '../../src/check/typed.js';
import { compileSource, prepareRun } from '../../src/compile.js';
import { checkSource } from '../../src/front_end.js';
import { librarySources } from '../../src/package.js';

function problemOf(source: { readonly path: string; readonly text: string }): TypedProblem {
  const { problem, diagnostics } = checkSource(source);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (problem === undefined) throw new Error('no problem');
  return problem;
}

describe('what the library declares', () => {
  const source = librarySources().find(({ path }) => path === 'std/aggregators.opt');
  if (source === undefined) throw new Error('no library');
  const results = runProperties(problemOf(source), {}, 8);

  test('speaks of the aggregators whose papers prove it', () => {
    const declared = results.map(({ aggregator, property }) => `${aggregator} ${property}`);
    for (const name of ['upgrad', 'dualproj', 'mgda']) expect(declared).toContain(`${name} non_conflicting`);
    expect(declared).toContain('upgrad linear_under_scaling');
  });

  for (const { aggregator, property, counterexample } of results) {
    test(`${aggregator} is ${property}`, () => {
      expect(counterexample).toBeUndefined();
    });
  }
});

describe('a declaration that does not hold', () => {
  const counterexampleOf = (head: string, body: string) => {
    const text = `aggregator mine(J: real[m, n], f: real[m], c: real = 2): real[n] is ${head} = ${body}`;
    return runProperties(problemOf({ path: 'mine.opt', text }))[0]?.counterexample;
  };

  test('has a Jacobian on which a sum conflicts', () => {
    const found = counterexampleOf('non_conflicting', 'c * ones(m) @ J');
    const jacobian = found?.jacobian ?? [];
    const sum = (jacobian[0] ?? []).map((_, column) =>
      jacobian.reduce((total, row) => total + 2 * (row[column] ?? NaN), 0),
    );
    const products = jacobian.map((row) =>
      row.reduce((total, value, column) => total + value * (sum[column] ?? NaN), 0),
    );
    expect(Math.min(...products)).toBeLessThan(0);
    products.forEach((product, index) => expect(found?.left[index]).toBeCloseTo(product, 9));
  });

  test('has one on which the order of the rows counts', () => {
    const found = counterexampleOf('permutation_invariant', 'J[0]');
    expect(found?.right).toEqual(found?.jacobian[0]);
    expect(found?.left).toEqual(found?.jacobian.at(-1));
    expect(counterexampleOf('permutation_invariant', 'f @ J')).toBeUndefined();
  });

  test('has one on which scaling is not linear', () => {
    expect(counterexampleOf('linear_under_scaling', 'ones(m) @ J / (1 + norm(J))')).toBeDefined();
    expect(counterexampleOf('linear_under_scaling', 'f @ J')).toBeUndefined();
  });
});

test('no step of the two-task example raises either loss to first order', async () => {
  const path = fileURLToPath(new URL('../../examples/two_tasks.opt', import.meta.url));
  const { compilation } = await compileSource({ path, text: readFileSync(path, 'utf8') }, {});
  if (compilation === undefined) throw new Error('the example does not compile');
  const program = await prepareRun(compilation);
  program.initialize(0);
  program.startPhase(0);
  // The report is J times the direction of the next step; here at the start of each.
  for (let step = 1; step <= 200; step += 1) {
    const falling = program.report(0);
    expect(Math.min(falling[0] ?? NaN, falling[1] ?? NaN)).toBeGreaterThan(0);
    program.step(0);
  }
});
