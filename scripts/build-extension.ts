/**
 * Builds the extension for Visual Studio Code: bundles of client, server, runner and command line, the library, the grammar
 * and the snippets, then a package of it all (`out/argmin.vsix`; `--no-package` stops before).
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { snippets } from '../src/editor/snippets.js';
import { textmateFiles } from './textmate.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const folder = 'editors/vscode';
const inFolder = (...parts: string[]): string => path.join(folder, ...parts);
for (const made of ['dist', 'std', 'syntaxes', 'snippets'])
  rmSync(inFolder(made), { recursive: true, force: true });

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const;
await build({
  ...common,
  entryPoints: [inFolder('src/extension.ts')],
  outfile: inFolder('dist/extension.cjs'),
  format: 'cjs',
  external: ['vscode'],
});
await build({
  ...common,
  entryPoints: {
    server: inFolder('src/server.ts'),
    runner: inFolder('src/runner.ts'),
    cli: 'src/cli/main.ts',
  },
  outdir: inFolder('dist'),
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
  external: ['ts-morph', 'typescript', 'webgpu'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
});

cpSync('std', inFolder('std'), { recursive: true });
cpSync('LICENSE', inFolder('LICENSE'));
for (const made of ['syntaxes', 'snippets']) mkdirSync(inFolder(made));
for (const [name, text] of textmateFiles()) writeFileSync(inFolder('syntaxes', name), text);
const bodies = snippets.map(({ label, detail, text }) => [
  label,
  { prefix: label, description: detail, body: text.split('\n') },
]);
writeFileSync(
  inFolder('snippets/argmin.json'),
  `${JSON.stringify(Object.fromEntries(bodies), undefined, 2)}\n`,
);

if (!process.argv.includes('--no-package')) {
  const vsix = path.resolve('out', 'argmin.vsix');
  mkdirSync(path.dirname(vsix), { recursive: true });
  const vsce = path.resolve('node_modules/@vscode/vsce/vsce');
  const { status } = spawnSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsix],
    { cwd: folder, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
