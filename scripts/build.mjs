/**
 * Bundles the package: the command line (with chevrotain and commander inside, so that it starts fast), the library
 * and the runtime, and declarations beside them; and the library once more for browsers, with `std/` inside. `--no-types` leaves out the declarations, `--outdir=FOLDER` writes
 * elsewhere than to `dist/`, `--if-changed` does nothing when the last build is newer than every source (npm runs
 * `prepare` more than once on the way from `npm ci` to `npx argmin`).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { browserAliases, browserConstants, replacedModules, replacement } from './browser_modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outdir = process.argv.find((each) => each.startsWith('--outdir='))?.slice('--outdir='.length) ?? 'dist';

const buildInputs = [
  'src',
  'std',
  'scripts/build.mjs',
  'scripts/browser_modules.mjs',
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
const common = {
  metafile: true,
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};
// Needed only by `compile`, and larger than everything else together; optional, and native.
const externalPackages = ['ts-morph', 'typescript', 'webgpu'];
const forNode = await build({
  ...common,
  entryPoints: {
    index: 'src/index.ts',
    prettier: 'src/prettier/index.ts',
    runtime: 'src/runtime/index.ts',
  },
  platform: 'node',
  target: 'node20',
  external: externalPackages,
  // Some dependencies are CommonJS and ask for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});

// The command: a small entry, and one file with everything else, of which it keeps the compiled code.
const program = await build({
  ...common,
  splitting: false,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  entryPoints: { program: 'src/cli/program.ts' },
  platform: 'node',
  target: 'node20',
  external: externalPackages,
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
});
// `start.ts` says how modules are imported: code that V8 kept does not know.
const programFile = path.join(outdir, 'program.cjs');
const programText = readFileSync(programFile, 'utf8').replaceAll('await import(', 'await importModule(');
writeFileSync(programFile, programText);
const digest = createHash('sha256').update(programText).digest('hex');
const command = await build({
  ...common,
  splitting: false,
  entryPoints: { cli: 'src/cli/start.ts' },
  platform: 'node',
  target: 'node20',
  define: { programDigest: JSON.stringify(digest.slice(0, 16)) },
});
rmSync(path.join(outdir, 'compiled'), { recursive: true, force: true });

// One file without imports, for pages and for Deno.
const forDevices = await build({
  ...common,
  entryPoints: { webgpu: 'src/runtime/webgpu/index.ts' },
  splitting: false,
  minify: true,
  platform: 'neutral',
  target: 'es2022',
});

const forBrowsers = await build({
  ...common,
  // The language service needs no file system either, so Node takes the same file.
  entryPoints: { browser: 'src/browser.ts', editor: 'src/editor/index.ts' },
  platform: 'browser',
  target: 'es2022',
  define: browserConstants(root),
  alias: browserAliases,
  plugins: [
    {
      name: 'modules of the browser',
      setup: ({ onLoad }) =>
        onLoad({ filter: replacedModules }, ({ path: file }) => ({
          contents: replacement(file),
          resolveDir: path.join(root, 'src'),
        })),
    },
  ],
});

// What earlier builds left goes last, so that a command that runs meanwhile finds its files.
const outputs = [forNode, program, command, forDevices, forBrowsers].flatMap(({ metafile }) =>
  Object.keys(metafile.outputs),
);
const written = new Set(outputs.map((file) => path.resolve(file)));
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
