import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { argmin, scratchFolder } from './harness.js';

const { folder, write } = scratchFolder();

interface Result {
  readonly status: string;
  readonly objective: number;
  readonly params: Readonly<Record<string, ArrayLike<number>>>;
}
type Train = (
  data: Record<string, readonly number[]>,
  options?: { signal?: AbortSignal; steps?: number },
) => Promise<Result>;

it('has WebAssembly in what it writes, and leaves it out when told', async () => {
  const source = write('line.opt', 'param a: real = 3\nminimize (a - 1)^2\nsolve using lbfgs() for 9 steps');
  const written = async (...more: string[]): Promise<string> => {
    const out = path.join(folder, 'wasm');
    expect((await argmin('compile', source, '-o', out, ...more)).status).toBe(0);
    return readFileSync(path.join(out, 'line.ts'), 'utf8');
  };
  expect(await written()).toContain('wasmText');
  expect(await written('--no-wasm')).not.toMatch(/wasm/i);
  const { status, err } = await argmin('compile', source, '-o', folder, '--target', 'wasm');
  expect(status).toBe(2);
  expect(err).toContain('what `--target ts` writes has WebAssembly in it');
});

it('the written module trains on arrays of the stated sizes, and refuses others', async () => {
  const source = write(
    'line.opt',
    `// A line through three points.
data {
  x: real[N]
  y: real[N]
}

dim N = 3

param a: real = 0

minimize mean((a * x - y)^2)

solve using lbfgs() for 50 steps until grad_norm < 1e-10
`,
  );
  const x = write('x.json', '[1, 2, 3]');
  const y = write('y.json', '[2, 4, 6]');
  const out = path.join(folder, 'out');
  const ran = await argmin(
    'compile',
    source,
    '--target',
    'ts',
    '-o',
    out,
    '--data',
    `x=${x}`,
    '--data',
    `y=${y}`,
  );
  expect(ran).toMatchObject({ status: 0, out: `wrote ${path.join(out, 'line.ts')}\n` });
  expect(readFileSync(path.join(out, 'line.ts'), 'utf8')).not.toContain('import ');

  const { train } = (await import(path.join(out, 'line.ts'))) as { train: Train };
  const result = await train({ x: [1, 2, 3], y: [3, 6, 9] });
  expect(result.status).toBe('converged');
  expect(result.params['a']?.[0]).toBeCloseTo(3, 8);
  await expect(train({ x: [1, 2], y: [3, 6] })).rejects.toThrow(/x.*3/);
  await expect(train({ x: [1, 2, NaN], y: [3, 6, 9] })).rejects.toThrow(/x/);
});
