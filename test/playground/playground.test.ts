/** The playground in a real browser: what a visitor does, on a build of the page. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSource, prepareRun } from '../../src/compile.js';
import { resultObject } from '../../src/runtime/result.js';
import type { ResultObject } from '../../src/runtime/result.js';
import { runProgram } from '../../src/runtime/run.js';
import { findChromium, openPage } from '../support/chromium.js';
import type { OpenPage } from '../support/chromium.js';

const { executable, reason } = findChromium();
const folder = mkdtempSync(path.join(tmpdir(), 'argmin-playground-'));
const logistic = 'examples/logistic.opt';

/** What the command line's default target makes of an example. */
async function solvedHere(file: string): Promise<ResultObject> {
  const { compilation } = await compileSource({ path: file, text: readFileSync(file, 'utf8') });
  if (compilation === undefined) throw new Error(`${file} does not compile`);
  return resultObject(await runProgram(compilation.program, await prepareRun(compilation)));
}

describe.skipIf(executable === undefined)(`the playground in Chromium${reason}`, () => {
  let site: OpenPage;
  const scripts = new Map<string, number>();

  async function open(query = ''): Promise<void> {
    const { page } = site;
    await page.goto(new URL(`/playground/index.html${query}`, page.url()).href);
    await page.waitForSelector('body[data-ready]');
  }

  async function solve(): Promise<ResultObject> {
    const { page } = site;
    await page.evaluate(() => delete document.body.dataset['result']);
    await page.click('#run');
    await page.waitForSelector('body[data-result]', { timeout: 50_000 });
    return JSON.parse((await page.getAttribute('body', 'data-result')) ?? '') as ResultObject;
  }

  async function write(text: string): Promise<void> {
    const { page } = site;
    await page.click('.cm-content');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(text);
  }

  beforeAll(async () => {
    const outDir = path.join(folder, 'site');
    await build({ root: 'playground', logLevel: 'error', build: { outDir, emptyOutDir: true } });
    site = await openPage(executable ?? '', { playground: outDir });
    site.page.on('response', (response) => {
      if (!response.url().endsWith('.js')) return;
      void response.body().then((body) => scripts.set(response.url(), gzipSync(body).length));
    });
  });

  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('marks an error while one types, and trains once it is mended, to the figures of the command line', async () => {
    const { page } = site;
    await open();
    const text = readFileSync(logistic, 'utf8');
    await write(text.replace('X @ w + b', 'X @ w + y @ b'));
    await page.waitForSelector('.cm-lintRange-error');
    await write(text);
    await page.waitForSelector('.cm-lintRange-error', { state: 'detached' });
    await page.selectOption('#target', 'javascript');
    const result = await solve();
    const here = await solvedHere(logistic);
    expect(result.status).toBe(here.status);
    expect(result.objective).toBeCloseTo(here.objective, 12);
    expect(result.reports).toEqual(here.reports);
    expect(Number(await page.getAttribute('#curve path.line', 'data-points'))).toBeGreaterThan(5);
    expect(site.complaints).toEqual([]);
  });

  it('loads less than 400 kB of scripts for a first look and a first edit', async () => {
    await open();
    await site.page.waitForTimeout(500);
    const sizes = [...scripts].filter(([url]) => !/run_role|elaborate|compile|print|instantiate/.test(url));
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(total).toBeGreaterThan(100_000);
    expect(total).toBeLessThan(400_000);
  });

  it('trains as WebAssembly to the same optimum', async () => {
    await open();
    await site.page.selectOption('#target', 'wasm');
    const result = await solve();
    expect(await site.page.textContent('#status')).toContain('WebAssembly');
    expect(result.objective).toBeCloseTo((await solvedHere(logistic)).objective, 12);
  });

  it('trains with WebGPU where the browser has it', async () => {
    const { page } = site;
    await open('?example=logistic');
    await page.selectOption('#target', 'webgpu');
    const result = await solve();
    expect(await page.textContent('#status')).toContain('WebGPU');
    expect(await page.textContent('#wgsl')).toContain('@compute');
    expect(result.objective).toBeCloseTo((await solvedHere(logistic)).objective, 4);
  });

  it('draws the front of several objectives', async () => {
    await open('?example=zdt3');
    await site.page.selectOption('#target', 'wasm');
    const { front = [] } = await solve();
    expect(front.length).toBeGreaterThan(20);
    expect(await site.page.locator('#front circle').count()).toBe(front.length);
  });

  it('ends a step that never ends, and the page goes on', async () => {
    const { page } = site;
    await open('?limit=1500');
    await write(
      'param x: real = 1\nfn slow(v: real): real {\n  let s = v\n  for k in 1..2000000000 {\n    s <- s + sin(s) * 1e-9\n  }\n  return s\n}\nminimize slow(x)^2\nsolve using gradient_descent(0.1) for 5 steps',
    );
    await page.selectOption('#target', 'javascript');
    await page.click('#run');
    await page.waitForSelector('#status.failed', { timeout: 30_000 });
    await write('param x: real = 1\nminimize x^2\nsolve using gradient_descent(0.1) for 5 steps');
    expect((await solve()).steps).toBe(5);
  });

  it('keeps the source in a link', async () => {
    const { page } = site;
    await open();
    const text = 'param x: real = 3\nminimize (x - 1)^2\nsolve using gradient_descent(0.5) for 1 steps\n';
    await write(text);
    await page.click('#share');
    await page.waitForFunction(() => location.hash.includes('source='));
    const { href } = new URL(page.url());
    await page.goto('about:blank');
    await page.goto(href);
    await page.waitForSelector('body[data-ready]');
    expect(await page.locator('.cm-line').allTextContents()).toContain('minimize (x - 1)^2');
  });

  it('fits a phone, and its tabs follow the arrow keys', async () => {
    const { page } = site;
    await page.setViewportSize({ width: 380, height: 720 });
    await open();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.focus('#tab-result');
    await page.keyboard.press('ArrowRight');
    expect(await page.isVisible('#mathematics')).toBe(true);
    expect(await page.isVisible('#result')).toBe(false);
  });
});
