/** The server in a real editor: Neovim without a window, as distributions ship it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const installed = spawnSync('nvim', ['--version']).status === 0;

const source = `data {
  X: real[N, D]
  y: real[N]
}

param w: real[D] = 0
let residual   =   X @ w - y
let all = X - residual

minimize mean(huber(residual)) + 0 * sum(all)
solve using lbfgs() until grad_norm < 1e-8
`;

interface Seen {
  readonly problem?: string;
  readonly error: { readonly code: string; readonly line: number; readonly column: number };
  readonly action: string;
  readonly clean: boolean;
  readonly fixed: string;
  readonly completed: string;
  readonly hover: string;
  readonly renamed: string;
  readonly formatted: string;
}

describe.skipIf(!installed)('in Neovim', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'argmin-nvim-'));
  let seen: Seen;

  beforeAll(() => {
    const file = path.join(folder, 'problem.opt');
    const result = path.join(folder, 'seen.json');
    writeFileSync(file, source);
    const command = [process.execPath, '--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'lsp'];
    const script = path.join(root, 'test/editor/neovim/session.lua');
    spawnSync('nvim', ['--headless', '--clean', '-n', '-c', `luafile ${script}`], {
      cwd: root,
      timeout: 60_000,
      env: {
        ...process.env,
        ARGMIN_FILE: file,
        ARGMIN_RESULT: result,
        ARGMIN_COMMAND: JSON.stringify(command),
      },
    });
    seen = JSON.parse(readFileSync(result, 'utf8')) as Seen;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs without a fault', () => {
    expect(seen.problem).toBeUndefined();
  });

  it('a shape error stands at its place, and its fix mends it', () => {
    expect(seen.error).toEqual({ code: 'AM2103', line: 7, column: 12 });
    expect(seen.clean).toBe(true);
    expect(seen.fixed).toContain('let all = [n in N, d in D: X[n, d] - residual[n]]');
  });

  it('a name of the library is completed, and a `let` shows its shape', () => {
    expect(seen.completed).toBe('huber');
    expect(seen.hover).toContain('let residual: real[N]');
  });

  it('a parameter is renamed, and the file formatted', () => {
    expect(seen.renamed).toContain('param weights: real[D] = 0\nlet residual   =   X @ weights - y');
    expect(seen.formatted).toContain('let residual = X @ weights - y\nlet all');
  });
});
