/**
 * What differs when the compiler is bundled for a page, shared by the build and the playground: two modules are replaced
 * (a page has neither a file system nor the package's folder), and version and library become constants.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Modules of `src/` that `src/browser/` has a version of. */
export const replacedModules = /[\\/]src[\\/](package|runtime[\\/]data[\\/]files)\.ts$/;

/** What stands instead of a replaced module, to be resolved from `src/`. */
export function replacement(file) {
  return `export * from './browser/${path.basename(file)}';`;
}

export const browserAliases = { 'csv-parse/sync': 'csv-parse/browser/esm/sync' };

export function browserConstants(root) {
  const read = (...parts) => readFileSync(path.join(root, ...parts), 'utf8');
  const library = readdirSync(path.join(root, 'std'))
    .filter((name) => name.endsWith('.opt'))
    .sort()
    .map((name) => ({ path: `std/${name}`, text: read('std', name) }));
  return {
    ARGMIN_VERSION: JSON.stringify(JSON.parse(read('package.json')).version),
    ARGMIN_LIBRARY: JSON.stringify(library),
  };
}
