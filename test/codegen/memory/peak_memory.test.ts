import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, removeBundles, runBundled } from './child.js';

interface Memory {
  readonly peak: number;
  readonly planned: number;
}

async function memoryOf(problem: string, size: number, target: string): Promise<Memory> {
  return (await runBundled('peak_memory', problem, String(size), target)) as Memory;
}

beforeAll(() => bundle('peak_memory'));
afterAll(removeBundles);

describe.each(['wasm', 'ts'])('a large problem, by %s,', (target) => {
  it.each([
    ['parameters', 4_000_000],
    ['data', 1_000_000],
  ])(
    'of many %s takes at most 1.2 times the memory of its plan',
    async (problem, size) => {
      const [small, large] = await Promise.all([
        memoryOf(problem, 10, target),
        memoryOf(problem, size, target),
      ]);
      expect(large.planned).toBeGreaterThan(90e6);
      expect(large.peak - small.peak).toBeLessThan(1.2 * (large.planned - small.planned));
    },
    60_000,
  );
});
