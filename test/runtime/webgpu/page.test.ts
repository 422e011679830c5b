/** The page of the documentation, in a real browser. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planText } from '../../../src/runtime/webgpu/program_plan.js';
import { findChromium, launchChromium } from '../../support/chromium.js';
import { data, halving } from './halving.js';

const { executable, reason } = findChromium();

const documentation = readFileSync('docs/embedding.md', 'utf8');
const html = /```html\n(.*?)```/s.exec(documentation)?.[1] ?? '';

describe.skipIf(executable === undefined)(`the page in docs/embedding.md${reason}`, () => {
  let server: Server;
  let browser: Browser;
  let plan = halving();

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ['src/runtime/webgpu/index.ts'],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
    });
    const files: Readonly<Record<string, () => readonly [string, string]>> = {
      '/': () => ['text/html', html],
      '/webgpu.js': () => ['text/javascript', outputFiles[0]?.text ?? ''],
      '/plan.json': () => ['application/json', planText(plan)],
      '/data.json': () => ['application/json', JSON.stringify({ data })],
    };
    server = createServer((request, response) => {
      const [type, text] = files[request.url ?? '']?.() ?? ['text/plain', ''];
      response.setHeader('content-type', type);
      response.end(text);
    }).listen(0);
    browser = await launchChromium(executable ?? '');
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function shown(press: boolean): Promise<string> {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    if (press) {
      await page.waitForFunction("document.querySelector('#bar').value > 0");
      await page.click('#stop');
    }
    await page.waitForFunction("document.querySelector('#result').textContent !== ''");
    const text = await page.textContent('#result');
    await page.close();
    return text ?? '';
  }

  it('trains', async () => {
    plan = halving({ steps: 50, slots: 8, stopsBelow: 1e-6 });
    expect(await shown(false)).toBe(`converged after 10 steps, at ${2 ** -20}`);
  });

  it('is stopped by its button', async () => {
    plan = halving({ steps: 1e9, slots: 512 });
    expect(await shown(true)).toMatch(/^stopped after \d+ steps/);
  });

  it('says what is missing', async () => {
    const large = halving();
    plan = { ...large, device: { ...large.device, arenas: [{ type: 'f32', size: 2 ** 48 }] } };
    expect(await shown(false)).toMatch(/the program needs maxBufferSize 1125899906842624, and .* has \d+/);
  });
});
