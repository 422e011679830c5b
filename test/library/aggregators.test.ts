/** Aggregators: what they declare holds on random matrices, and no step of the example raises a loss to first order. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runTests } from '../../src/check/evaluate/tests.js';
import { compileSource, prepareRun } from '../../src/compile.js';
import { checkSource } from '../../src/front_end.js';
import { list } from './solve.js';

/** Numbers in -1..1, the same at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Number((state / 2 ** 31 - 1).toFixed(6));
  }
}

/** Matrices of two to five rows, more rows than columns among them, rows of unlike lengths, and rows that repeat. */
function matrices(count: number): number[][][] {
  const next = numbers(7);
  return Array.from({ length: count }, (_, index) => {
    const rows = 2 + (index % 4);
    const columns = 1 + (index % 7);
    const made = Array.from({ length: rows }, (_, row) => {
      const scale = index % 5 === 0 ? 10 ** row : 1;
      return Array.from({ length: columns }, () => scale * next.next().value);
    });
    return index % 6 === 1 ? [...made.slice(1), [...(made[1] ?? [])]] : made;
  });
}

/** The assertions, once for each matrix J, that fail. */
function failures(assertions: string, count = 20): unknown[] {
  const text = matrices(count)
    .map((matrix, index) => `test "${index}" { let J = ${list(matrix)} ${assertions} }`)
    .join('\n');
  const { problem, diagnostics } = checkSource({ path: 'random.opt', text });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (problem === undefined) throw new Error('no problem');
  const results = runTests(problem);
  expect(results).toHaveLength(count);
  return results.filter(({ passed }) => !passed);
}

describe('aggregators on random matrices', () => {
  for (const name of ['upgrad', 'dualproj', 'mgda']) {
    test(`${name} is non-conflicting`, () => {
      expect(failures(`assert min(J @ ${name}(J)) / norm(J)^2 >= -1e-9`)).toEqual([]);
    });
  }

  test('a sum is not, so the matrices have conflicts', () => {
    expect(failures('assert min(J @ summed(J)) >= -1e-9').length).toBeGreaterThan(4);
  });

  for (const name of ['upgrad', 'dualproj', 'mgda', 'cagrad', 'config', 'imtl_g', 'aligned_mtl', 'average']) {
    test(`${name} does not depend on the order of the rows`, () => {
      const backwards = `[i in length(J): J[length(J) - 1 - i]]`;
      expect(failures(`assert ${name}(${backwards}) == ${name}(J) within 1e-6 * max(1, norm(J))`, 8)).toEqual(
        [],
      );
    });
  }

  test('upgrad is linear under scaling of the rows', () => {
    const scaled = (by: string): string => `upgrad([i in length(J): (${by}) * J[i]])`;
    const sum = `${scaled('1 + i')} + ${scaled('2')}`;
    expect(failures(`assert ${scaled('3 + i')} == ${sum} within 1e-8 * norm(J)`)).toEqual([]);
  });

  test('mgda is no longer than any combination of the rows', () => {
    expect(failures('assert norm(mgda(J)) <= norm(average(J)) + 1e-9')).toEqual([]);
  });
});

test('no step of the two-task example raises either loss to first order', async () => {
  const path = fileURLToPath(new URL('../../examples/two_tasks.opt', import.meta.url));
  const { compilation } = await compileSource({ path, text: readFileSync(path, 'utf8') }, {});
  if (compilation === undefined) throw new Error('the example does not compile');
  const program = await prepareRun(compilation);
  program.initialize(0);
  program.startPhase(0);
  for (let step = 1; step <= 200; step += 1) {
    const falling = program.report(0);
    expect(Math.min(falling[0] ?? NaN, falling[1] ?? NaN)).toBeGreaterThan(0);
    program.step(0);
  }
});
