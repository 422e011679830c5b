import { build } from 'esbuild';
import { expect, it } from 'vitest';

async function bundled(entry: string, platform: 'neutral' | 'node'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform,
  });
  return outputFiles[0]?.text ?? '';
}

it('the runtime for devices stays below 25 kB minified, and imports nothing', async () => {
  const text = await bundled('src/runtime/webgpu/index.ts', 'neutral');
  expect(text.length).toBeGreaterThan(5_000);
  expect(text.length).toBeLessThan(25_000);
  expect(text).not.toMatch(/\bimport\b/);
});

it('a program on a device alone, without the run loop, stays below 15 kB', async () => {
  expect((await bundled('src/runtime/webgpu/program.ts', 'neutral')).length).toBeLessThan(15_000);
});
