/**
 * Bundles the package: the command line (with chevrotain and commander inside, so that it starts fast), the library
 * and the runtime, and declarations beside them. `--no-types` leaves out the declarations, `--outdir=FOLDER` writes
 * elsewhere than to `dist/`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outdir = process.argv.find((each) => each.startsWith('--outdir='))?.slice('--outdir='.length) ?? 'dist';

const { metafile } = await build({
  metafile: true,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts', runtime: 'src/runtime/index.ts' },
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Needed only by `compile`, and larger than everything else together.
  external: ['ts-morph', 'typescript'],
  // Some dependencies are CommonJS and ask for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});

// What earlier builds left goes last, so that a command that runs meanwhile finds its files.
const written = new Set(Object.keys(metafile.outputs).map((file) => path.resolve(file)));
for (const item of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const file = path.resolve(item.parentPath, item.name);
  if (item.isFile() && file.endsWith('.js') && !written.has(file)) rmSync(file);
}
chmodSync(`${outdir}/cli.js`, 0o755);

if (!process.argv.includes('--no-types')) {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
