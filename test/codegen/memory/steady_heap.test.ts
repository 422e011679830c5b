import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = path.dirname(fileURLToPath(import.meta.url));

describe('a step', () => {
  it('allocates nothing: the heap does not grow over 10000 of them', () => {
    const output = execFileSync(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', path.join(folder, 'steady_heap.ts')],
      { encoding: 'utf8' },
    );
    const grown = JSON.parse(output) as Readonly<Record<string, number>>;
    expect(Object.keys(grown)).toHaveLength(6);
    // The smallest object in each step would come to 160000 bytes.
    for (const [name, bytes] of Object.entries(grown)) expect(bytes, name).toBeLessThan(40_000);
  }, 120_000);
});
