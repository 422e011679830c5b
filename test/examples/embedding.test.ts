/**
 * The package as a stranger has it: built and installed in an empty folder, with the examples of embedding beside it and
 * nothing else of this repository. Its bundle for pages and the panel of the extension are tried in the same browser.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelPage } from '../../editors/vscode/src/panel.js';
import type { RunMessage } from '../../editors/vscode/src/run_messages.js';
import { argmin, scratchFolder } from '../cli/harness.js';
import { findChromium, openPage } from '../support/chromium.js';
import type { OpenPage } from '../support/chromium.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { folder, write } = scratchFolder();
const { executable, reason } = findChromium();

beforeAll(() => {
  const installed = path.join(folder, 'node_modules', 'argmin');
  mkdirSync(installed, { recursive: true });
  for (const part of ['package.json', 'std']) {
    cpSync(path.join(root, part), path.join(installed, part), { recursive: true });
  }
  const script = path.join(root, 'scripts', 'build.mjs');
  const built = spawnSync(process.execPath, [
    script,
    '--no-types',
    `--outdir=${path.join(installed, 'dist')}`,
  ]);
  expect(built.stderr.toString()).toBe('');
  symlinkSync(
    path.join(root, 'node_modules', '@codemirror'),
    path.join(folder, 'node_modules', '@codemirror'),
  );
  cpSync(path.join(root, 'examples', 'embedding'), folder, { recursive: true });
});

describe('the Node program', () => {
  interface Line {
    readonly penalty: number;
    readonly status: string;
    readonly w: readonly [number, number];
  }

  it('solves its problem for each penalty, and is told what does not fit', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['solve.mjs'], {
      cwd: path.join(folder, 'node'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    // The normal equations of the four rows: (X'X / 4 + penalty I) w = X'y / 4.
    for (const { penalty, status, w } of lines.slice(0, 3) as Line[]) {
      expect(status).toBe('converged');
      const [a, b, c] = [30 / 4 + penalty, 31 / 4, 39 / 4 + penalty];
      const [p, q] = [92 / 4, 109 / 4];
      const determinant = a * c - b * b;
      expect(w[0]).toBeCloseTo((c * p - b * q) / determinant, 8);
      expect(w[1]).toBeCloseTo((a * q - b * p) / determinant, 8);
    }
    expect(lines[3]).toEqual([{ code: 'AM4011', message: '`N` is 4, and `y` from "y" says 3' }]);
  });
});

/** What the page gives back. */
interface Trained {
  readonly adapter: string;
  readonly status: string;
  readonly objective: number;
  readonly reports: Readonly<Record<string, unknown>>;
}

/** Runs in the page. */
const train = `async ({ text, files }) => {
  const argmin = await import('/argmin/browser.js');
  for (const [name, content] of Object.entries(files)) argmin.putFile(name, content);
  const { compilation, diagnostics } = await argmin.compileSource({ path: '/softmax.opt', text });
  if (compilation === undefined) throw new Error(diagnostics.map((each) => each.message).join());
  const adapter = await argmin.findAdapter();
  if (!adapter.ok) throw new Error(adapter.faults.map(argmin.faultText).join());
  const device = await argmin.prepareDeviceRun(compilation, adapter.value);
  if (!device.ok) throw new Error(JSON.stringify(device));
  const outcome = await argmin.runProgram(compilation.program, device.program);
  const { status, objective, reports } = argmin.resultObject(outcome);
  return { adapter: argmin.adapterName(adapter.value), status, objective, reports };
}`;

describe.skipIf(executable === undefined)(`in Chromium${reason}`, () => {
  let site: OpenPage;

  beforeAll(async () => {
    const bundle = (name: string, ...entries: string[]) =>
      build({
        entryPoints: entries.map((entry) => path.join(folder, name, entry)),
        outdir: path.join(folder, name, 'built'),
        bundle: true,
        splitting: true,
        format: 'esm',
        logLevel: 'error',
      });
    await Promise.all([bundle('page', 'page.js', 'solver.js'), bundle('editor', 'editor.js')]);
    site = await openPage(executable ?? '', {
      page: path.join(folder, 'page'),
      editor: path.join(folder, 'editor'),
      argmin: path.join(folder, 'node_modules', 'argmin', 'dist'),
    });
  });

  afterAll(() => site.close());

  const open = (name: string) => site.page.goto(new URL(`/${name}/index.html`, site.page.url()).href);

  it('the page solves, draws the way, and says what is wrong with a source', async () => {
    const { page } = site;
    await open('page');
    await page.click('#solve');
    await page.waitForFunction("document.querySelector('#answer').textContent.startsWith('{')");
    const result = JSON.parse((await page.textContent('#answer')) ?? '') as {
      readonly objective: number;
      readonly params: { readonly x: readonly number[] };
    };
    expect(result.objective).toBeLessThan(1e-6);
    expect(result.params.x[0]).toBeCloseTo(1, 2);
    expect((await page.getAttribute('polyline', 'points'))?.split(' ').length).toBeGreaterThan(2);
    await page.fill('#source', 'param x: real = 1\nminimize hubr(x)\nsolve using adam(0.1) for 5 steps\n');
    await page.click('#solve');
    await page.waitForFunction("document.querySelector('#answer').textContent.includes('AM2001')");
    expect(site.complaints).toEqual([]);
  });

  it('the editor marks a wrong name, mends it by its fix, explains, completes and formats', async () => {
    const { page } = site;
    await open('editor');
    const text = async () => (await page.locator('.cm-line').allTextContents()).join('\n');
    await page.hover('.cm-lintRange-error');
    await page.click('.cm-diagnosticAction');
    await page.waitForSelector('.cm-lintRange-error', { state: 'detached' });
    expect(await text()).toContain('mean(huber(X @ w - y))');
    await page.mouse.move(0, 0);
    await page.hover('.name-function >> text=huber');
    await page.waitForSelector('.cm-tooltip-hover >> text=fn huber');
    await page.click('.cm-line >> text=minimize');
    await page.keyboard.press('End');
    await page.keyboard.type('  +   softpl');
    await page.waitForSelector('.cm-tooltip-autocomplete >> text=softplus');
    // A list that has just come up does not take the key yet.
    await page.waitForTimeout(100);
    await page.keyboard.press('Enter');
    await page.keyboard.type('(0)');
    await page.click('#format');
    expect(await text()).toContain('mean(huber(X @ w - y)) + softplus(0)');
    expect(site.complaints).toEqual([]);
  });

  it('compiles a source and trains it with WebGPU to the figure of the command line', async () => {
    const columns = readFileSync(path.join(root, 'examples', 'data', 'iris.csv'), 'utf8');
    // Few kernels: a software driver takes its time for each.
    const text = readFileSync(path.join(root, 'examples', 'softmax.opt'), 'utf8').replace(
      /^solve .*$/m,
      'solve using gradient_descent(0.5) for 50 steps',
    );
    write('data/iris.csv', columns);
    const input = { text, files: { 'data/iris.csv': columns } };
    const found = await site.page.evaluate<Trained>(`(${train})(${JSON.stringify(input)})`);
    expect(site.complaints).toEqual([]);
    const { out } = await argmin('run', write('softmax.opt', text), '--target', 'ts', '--json');
    const wanted = JSON.parse(out) as Trained;
    expect(found.adapter).toMatch(/swiftshader/i);
    expect(Math.abs(found.objective - wanted.objective)).toBeLessThan(1e-5 * Math.abs(wanted.objective));
    expect(Object.keys(found.reports)).toEqual(Object.keys(wanted.reports));
  });

  it('shows the loss of a run as it falls, then its result, in the panel of the extension', async () => {
    const { page } = site;
    await page.setContent(panelPage('Run bowl.opt', 'abc', true));
    const say = (message: RunMessage): Promise<void> =>
      page.evaluate((data) => window.postMessage(data, '*'), message);
    for (const [step, loss] of [1, 0.1, 0.01].entries())
      await say({ kind: 'progress', step: step + 1, loss });
    await page.waitForFunction("document.querySelector('#status').textContent === 'step 3, loss 0.0100000'");
    // The logarithm falls evenly.
    expect(await page.getAttribute('polyline', 'points')).toBe('33.33,0.00 66.67,50.00 100.00,100.00');
    await say({ kind: 'result', result: { status: 'finished', steps: 3 } });
    await page.waitForFunction("document.querySelector('#status').textContent === 'finished after 3 steps'");
    expect(site.complaints).toEqual([]);
  });
});
