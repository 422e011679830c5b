/** Scripts for processes of their own, bundled once, because they would spend most of their time on loading the compiler. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const folder = path.dirname(fileURLToPath(import.meta.url));
// Within the package: the program looks for its library from where it lies.
const outdir = path.join(folder, '../../../out', `memory-${process.pid}`);

export type Script = 'steady_heap' | 'peak_memory';

export async function bundle(script: Script): Promise<void> {
  await build({
    entryPoints: [path.join(folder, `${script}.ts`)],
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    external: ['ts-morph', 'webgpu'],
    banner: {
      js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
    },
  });
}

/** What it prints, from JSON. */
export async function runBundled(script: Script, ...argv: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    path.join(outdir, `${script}.mjs`),
    ...argv,
  ]);
  return JSON.parse(stdout);
}

export function removeBundles(): void {
  rmSync(outdir, { recursive: true, force: true });
}
