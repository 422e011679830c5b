/** What the extension for VS Code is made of: its parts exist and fit together, and its processes work. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../cli/harness.js';
import { panelPage } from '../../editors/vscode/src/panel.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'editors/vscode');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

interface Manifest {
  readonly main: string;
  readonly contributes: {
    readonly languages: readonly { readonly configuration: string }[];
    readonly grammars: readonly { readonly path: string; readonly scopeName: string }[];
    readonly snippets: readonly { readonly path: string }[];
    readonly commands: readonly { readonly command: string }[];
  };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const { write } = scratchFolder();

beforeAll(() => {
  const build = ['--import', 'tsx', path.join(root, 'scripts/build-extension.ts'), '--no-package'];
  expect(spawnSync(process.execPath, build, { cwd: root }).status).toBe(0);
});

describe('the extension', () => {
  it('has every file that it names', () => {
    const { languages, grammars, snippets } = manifest.contributes;
    const named = [
      manifest.main,
      ...languages.map(({ configuration }) => configuration),
      ...[...grammars, ...snippets].map((each) => each.path),
    ];
    for (const file of named) expect(existsSync(path.join(folder, file)), file).toBe(true);
    for (const { path: file, scopeName } of grammars) {
      expect((JSON.parse(read(file)) as { readonly scopeName: string }).scopeName).toBe(scopeName);
    }
  });

  it('registers the commands that it shows', () => {
    const registered = [...read('src/extension.ts').matchAll(/registerCommand\('([^']+)'/g)].map(
      ([, name]) => name,
    );
    expect(registered.sort()).toEqual(manifest.contributes.commands.map(({ command }) => command).sort());
  });

  it('solves a file in a process of its own, and tells the loss on the way', () => {
    const file = write(
      'bowl.opt',
      'param w: real[3] = 1\nminimize sum(w^2)\nsolve using gradient_descent(0.1) for 50 steps\n',
    );
    const { stdout } = spawnSync(process.execPath, [path.join(folder, 'dist/runner.mjs'), file], {
      encoding: 'utf8',
    });
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly loss?: number });
    expect(messages.filter(({ kind }) => kind === 'progress').length).toBeGreaterThan(0);
    expect(messages.at(-1)).toMatchObject({ kind: 'result', result: { status: 'finished', steps: 50 } });
  });

  it('tells what is wrong with a file that cannot be solved', () => {
    const file = write('wrong.opt', 'minimize hubr(1)\n');
    const { stdout } = spawnSync(process.execPath, [path.join(folder, 'dist/runner.mjs'), file], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ kind: 'note' });
    expect(stdout).toContain('AM2001');
  });

  it('shows titles as text', () => {
    expect(panelPage('<img src=x>', 'n', true)).not.toContain('<img');
  });
});
