/** What the extension for VS Code is made of: its parts exist and fit together, and its processes work. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../cli/harness.js';
import { Range, standIn, TextDocument, Uri } from './vscode_stand_in.js';
import type { StandIn, Position } from './vscode_stand_in.js';
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

/** Waits for something that the server sends by itself. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1500 && !holds(); tries += 1) await new Promise((go) => setTimeout(go, 20));
}

describe('the extension in a stand-in of its editor, with its real server', () => {
  const text = `data {
  X: real[N, D]
  y: real[N]
}
param w: real[D] = 0
let residual   =   X @ w - y
let all = X - residual
minimize mean(huber(residual)) + 0 * sum(all)
solve using lbfgs()
`;
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => {} }) };
  let host: StandIn;
  let extension: { deactivate(): Promise<void> };
  let document: TextDocument;

  const ask = async <Answer>(
    provider: string,
    method: string,
    ...given: readonly unknown[]
  ): Promise<Answer> => {
    const call = host.providers.get(provider)?.[method];
    if (call === undefined) throw new Error(`no ${provider} among ${[...host.providers.keys()].join(', ')}`);
    return (await call.call(host.providers.get(provider), document, ...given)) as Answer;
  };
  const at = (words: string, past = 0): Position => document.positionAt(document.text.indexOf(words) + past);
  const found = (): readonly { readonly message: string; readonly range: Range; readonly code?: unknown }[] =>
    host.diagnostics.get(document.uri.toString()) ?? [];
  interface Edit {
    readonly range: Range;
    readonly newText: string;
  }
  const edited = (edits: readonly Edit[]): string =>
    [...edits]
      .sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start))
      .reduce(
        (result, { range, newText }) =>
          result.slice(0, document.offsetAt(range.start)) +
          newText +
          result.slice(document.offsetAt(range.end)),
        document.text,
      );

  beforeAll(async () => {
    host = standIn();
    extension = await host.activate(folder);
    document = new TextDocument(Uri.file(write('problem.opt', text)), text);
    host.open(document);
    await until(() => found().length > 0);
  });
  afterAll(() => extension.deactivate());

  it('shows a shape error at its place, and its fix mends it', async () => {
    expect(found()[0]?.code).toBe('AM2103');
    expect(found()[0]?.range).toEqual(new Range(6, 12, 6, 13));
    const context = { diagnostics: found(), only: undefined, triggerKind: 1 };
    const [action] = await ask<
      readonly { readonly edit: { readonly changes: ReadonlyMap<string, readonly Edit[]> } }[]
    >('CodeActions', 'provideCodeActions', found()[0]?.range, context, token);
    const edits = action?.edit.changes.get(document.uri.toString()) ?? [];
    host.change(document, edited(edits));
    await until(() => found().length === 0);
    expect(found()).toEqual([]);
    expect(document.text).toContain('let all = [n in N, d in D: X[n, d] - residual[n]]');
  });

  it('completes a name of the library, and shows the shape of a `let`', async () => {
    const list = await ask<{ readonly items: readonly { readonly label: string }[] }>(
      'CompletionItem',
      'provideCompletionItems',
      at('huber', 3),
      token,
      { triggerKind: 0 },
    );
    expect(list.items.map(({ label }) => label)).toContain('huber');
    const hover = await ask<unknown>('Hover', 'provideHover', at('residual'), token);
    expect(JSON.stringify(hover)).toContain('let residual: real[N]');
  });

  it('renames a parameter, and formats', async () => {
    const edit = await ask<{ readonly changes: ReadonlyMap<string, readonly Edit[]> }>(
      'Rename',
      'provideRenameEdits',
      at('w: real'),
      'weights',
      token,
    );
    expect(edited(edit.changes.get(document.uri.toString()) ?? [])).toContain('X @ weights - y');
    const edits = await ask<readonly Edit[]>(
      'DocumentFormattingEdit',
      'provideDocumentFormattingEdits',
      { tabSize: 2, insertSpaces: true },
      token,
    );
    expect(edited(edits)).toContain('let residual = X @ w - y\n');
  });

  it('carries out its commands by the server', async () => {
    const uri = document.uri.toString();
    await host.commands.get('argmin.mathematics')?.(uri);
    await host.commands.get('argmin.gradient')?.(uri, document.text.indexOf('minimize'));
    expect(host.panels.map(({ messages }) => messages[0]?.text ?? '')).toEqual([
      expect.stringContaining('minimize'),
      expect.stringMatching(/^d f \/ d w = .*transpose\(X\)/),
    ]);
    // Without data there is nothing to compare: the reason is shown.
    await host.commands.get('argmin.checkGradients')?.(uri);
    expect(host.panels.length + host.warnings.length).toBe(3);
  });
});
