import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { format as formatSource } from '../../src/parser/format.js';
import * as plugin from '../../src/prettier/index.js';
import { scratchFolder } from '../cli/harness.js';
import { realSources } from '../parser/sources.js';

const options = { plugins: [plugin] };

describe('the plugin of Prettier', () => {
  it.each(realSources)('gives $path the layout of the formatter', async ({ path: filepath, text }) => {
    const expected = formatSource({ path: filepath, text }).text;
    expect(await format(text, { ...options, filepath })).toBe(expected);
    expect(await check(expected, { ...options, filepath })).toBe(true);
  });

  it('keeps comments, and leaves an empty file empty', async () => {
    const text = '// first\nlet a=1 // behind\n\n\n\n/// about b\nlet b=2\n// last';
    expect(await format(text, { ...options, parser: 'argmin' })).toBe(
      '// first\nlet a = 1  // behind\n\n/// about b\nlet b = 2\n// last\n',
    );
    expect(await format('\n\n', { ...options, parser: 'argmin' })).toBe('');
  });

  it('formats the fences of Markdown, indented ones too, and leaves broken ones', async () => {
    const text =
      '# Title\n\n```argmin\nlet a=1\nfn f(x:real):real{return x}\n```\n\n- item\n\n  ```opt\n  let b   = 2\n  ```\n\n```argmin\nlet c = (\n```\n';
    expect(await format(text, { ...options, parser: 'markdown' })).toBe(
      '# Title\n\n```argmin\nlet a = 1\nfn f(x: real): real { return x }\n```\n\n- item\n\n  ```opt\n  let b = 2\n  ```\n\n```argmin\nlet c = (\n```\n',
    );
  });

  it('says where a source is wrong', async () => {
    await expect(format('let a = 1\nlet b = 2 3\n', { ...options, parser: 'argmin' })).rejects.toThrow(
      /stand side by side \(2:\d+\) \[AM1015\]/,
    );
  });
});

describe('prettier --check', () => {
  const { folder, write } = scratchFolder();
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Within the package, where the bundle finds Prettier.
  const bundle = path.join(root, 'out', `prettier-${process.pid}`);
  afterAll(() => rmSync(bundle, { recursive: true, force: true }));

  beforeAll(() => {
    const build = [path.join(root, 'scripts/build.mjs'), '--no-types', `--outdir=${bundle}`];
    expect(spawnSync(process.execPath, build, { cwd: root }).status).toBe(0);
  });

  it('works on files, with the plugin as it is published', () => {
    const good = write('good.opt', 'let a = 1\n');
    const bad = write('bad.opt', 'let   a=1\n');
    const run = (file: string): number | null =>
      spawnSync(
        process.execPath,
        [
          path.join(root, 'node_modules/prettier/bin/prettier.cjs'),
          '--no-config',
          '--ignore-path',
          '/dev/null',
          `--plugin=${path.join(bundle, 'prettier.js')}`,
          '--check',
          file,
        ],
        { cwd: folder },
      ).status;
    expect(run(good)).toBe(0);
    expect(run(bad)).toBe(1);
  });
});
