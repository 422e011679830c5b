import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, removeBundles, runBundled } from './child.js';

beforeAll(() => bundle('steady_heap'));
afterAll(removeBundles);

describe('a step', () => {
  it('allocates nothing: the heap does not grow over 10000 of them', async () => {
    const grown = (await runBundled('steady_heap')) as Readonly<Record<string, number>>;
    expect(Object.keys(grown)).toHaveLength(6);
    // The smallest object in each step would come to 160000 bytes.
    for (const [name, bytes] of Object.entries(grown)) expect(bytes, name).toBeLessThan(40_000);
  }, 60_000);
});
