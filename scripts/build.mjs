/**
 * Bundles the package: the command line (with chevrotain and commander inside, so that it starts fast), the library
 * and the runtime, and declarations beside them. `--no-types` leaves out the declarations, `--outdir=FOLDER` writes
 * elsewhere than to `dist/`, `--if-changed` does nothing when the last build is newer than every source (npm runs
 * `prepare` more than once on the way from `npm ci` to `npx argmin`).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outdir = process.argv.find((each) => each.startsWith('--outdir='))?.slice('--outdir='.length) ?? 'dist';

const buildInputs = [
  'src',
  'scripts/build.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
// Written last, so that an interrupted build is not taken for a finished one.
const stamp = path.join(outdir, '.built');
if (process.argv.includes('--if-changed') && isFresh()) process.exit(0);

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const files = buildInputs.flatMap((input) =>
    statSync(input).isDirectory()
      ? readdirSync(input, { recursive: true }).map((name) => path.join(input, name))
      : [input],
  );
  return files.every((file) => statSync(file).mtimeMs <= built);
}

const started = new Date();
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
rmSync(stamp, { force: true });
chmodSync(`${outdir}/cli.js`, 0o755);

if (!process.argv.includes('--no-types')) {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
  // Dated at the start: what changed meanwhile is newer than the build.
  if (status === 0) {
    writeFileSync(stamp, '');
    utimesSync(stamp, started, started);
  }
}
