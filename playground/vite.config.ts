/**
 * The playground as a static page: `npm run playground` serves it while one works on it, `npm run playground:build`
 * writes it to `playground/dist/`, which any server of files can offer. The compiler runs in the page's workers.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { browserAliases, browserConstants, replacedModules } from '../scripts/browser_modules.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..');

/** As in the bundle for browsers, but with a library that the workers fetch: text is not code. */
function browserModules(): Plugin {
  const instead = (id: string): string =>
    id.endsWith(`${path.sep}package.ts`)
      ? path.join(here, 'src', 'package.ts')
      : path.join(root, 'src', 'browser', path.basename(id));
  return {
    name: 'modules of the browser',
    enforce: 'pre',
    load: (id) =>
      replacedModules.test(id) && !id.startsWith(here) && !id.includes(`${path.sep}browser${path.sep}`)
        ? `export * from ${JSON.stringify(instead(id))};`
        : undefined,
  };
}

export default defineConfig({
  root: here,
  // A page may lie in any folder of a site.
  base: './',
  publicDir: path.join(here, 'public'),
  plugins: [browserModules()],
  define: browserConstants(root),
  resolve: { alias: browserAliases },
  worker: { format: 'es', plugins: () => [browserModules()] },
  server: { fs: { allow: [root] } },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
});
