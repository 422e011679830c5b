/**
 * What is made for browsers, in a real one: a source compiled and trained there with WebGPU ends where the command line ends,
 * and the panel of the extension draws a run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelPage } from '../../editors/vscode/src/panel.js';
import type { RunMessage } from '../../editors/vscode/src/run_messages.js';
import { argmin } from '../cli/harness.js';
import { findChromium, openPage } from '../support/chromium.js';
import type { OpenPage } from '../support/chromium.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = path.join(root, 'examples', 'softmax.opt');
const { executable, reason } = findChromium();
let built: string;
let open: OpenPage | undefined;

/** What the page gives back. */
interface Trained {
  readonly adapter: string;
  readonly status: string;
  readonly objective: number;
  readonly reports: Readonly<Record<string, unknown>>;
}

/** Runs in the page. */
const train = `async ({ text, files }) => {
  const argmin = await import('/built/browser.js');
  for (const [name, content] of Object.entries(files)) argmin.putFile(name, content);
  const { compilation, diagnostics } = await argmin.compileSource({ path: '/example.opt', text });
  if (compilation === undefined) throw new Error(diagnostics.map((each) => each.message).join());
  const adapter = await argmin.findAdapter();
  if (!adapter.ok) throw new Error(adapter.faults.map(argmin.faultText).join());
  const device = await argmin.prepareDeviceRun(compilation, adapter.value);
  if (!device.ok) throw new Error(JSON.stringify(device));
  const outcome = await argmin.runProgram(compilation.program, device.program);
  const { status, objective, reports } = argmin.resultObject(outcome);
  return { adapter: argmin.adapterName(adapter.value), status, objective, reports };
}`;

describe.skipIf(executable === undefined)(`a page in Chromium${reason}`, () => {
  beforeAll(async () => {
    built = mkdtempSync(path.join(tmpdir(), 'argmin-page-'));
    const script = path.join(root, 'scripts', 'build.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--no-types', `--outdir=${built}`]);
    if (status !== 0) throw new Error(stderr.toString());
    open = await openPage(executable!, { built });
  });

  afterAll(async () => {
    await open?.close();
    rmSync(built, { recursive: true, force: true });
  });

  it('compiles a source and trains it with WebGPU to the figure of the command line', async () => {
    const input = {
      text: readFileSync(example, 'utf8'),
      files: { 'data/iris.csv': readFileSync(path.join(root, 'examples', 'data', 'iris.csv'), 'utf8') },
    };
    const found = await open!.page.evaluate<Trained>(`(${train})(${JSON.stringify(input)})`);
    expect(open!.complaints).toEqual([]);
    const { out } = await argmin('run', example, '--json');
    const wanted = JSON.parse(out) as Trained;
    expect(found.adapter).toMatch(/swiftshader/i);
    expect(Math.abs(found.objective - wanted.objective)).toBeLessThan(1e-5 * Math.abs(wanted.objective));
    expect(Object.keys(found.reports)).toEqual(Object.keys(wanted.reports));
  });

  it('shows the loss of a run as it falls, then its result, in the panel of the extension', async () => {
    const { page } = open!;
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
    expect(open!.complaints).toEqual([]);
  });
});
