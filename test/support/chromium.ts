/**
 * A page in a real headless Chromium with WebGPU on SwiftShader, where one is installed. The page's files are served
 * from folders of this machine, under a fresh port; nothing else is asked of the network.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const executables = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where Chromium is, or why there is none, for the title of a test. */
export function findChromium(): { readonly executable: string | undefined; readonly reason: string } {
  const executable =
    process.env['ARGMIN_WITHOUT_DRIVERS'] === undefined ? executables.find(existsSync) : undefined;
  if (executable !== undefined) return { executable, reason: '' };
  process.stderr.write('skipped for want of a driver: pages: Chromium is not installed\n');
  return { executable, reason: ' (skipped: Chromium is not installed)' };
}

export interface OpenPage {
  readonly page: Page;
  /** What the page has said on its console and thrown. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Headless, with WebGPU on SwiftShader, and without asking the network for anything. */
export function launchChromium(executable: string): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
    ],
  });
}

/** Opens an empty page of a site with the given folders: `/name/...` is read from `folders[name]`. */
export async function openPage(
  executable: string,
  folders: Readonly<Record<string, string>>,
): Promise<OpenPage> {
  const server = await serve(folders);
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium(executable);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  return {
    page,
    complaints,
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

async function serve(folders: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, name = '', ...rest] = decodeURIComponent(pathname).split('/');
    const folder = folders[name];
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><link rel="icon" href="data:,"><title>a test</title>');
      return;
    }
    const file = folder === undefined ? undefined : path.join(folder, ...rest);
    if (folder === undefined || file?.startsWith(folder) !== true || !existsSync(file)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}
