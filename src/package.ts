/**
 * What the package carries beside the program: its version, and the library in `std/`, found in the package's folder. A
 * page has no such folder, so its bundle takes `src/browser/package.ts` for this module.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './parser/source.js';

function findPackage(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('compiler bug: no package.json above the program');
    folder = parent;
  }
  return folder;
}

/** The folder of the package; a page has none. */
export const packageFolder = findPackage();

export const version: string = (
  JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { readonly version: string }
).version;

let library: readonly SourceFile[] | undefined;

/** The sources of `std/`, read once. */
export function librarySources(): readonly SourceFile[] {
  library ??= readdirSync(path.join(packageFolder, 'std'))
    .filter((name) => name.endsWith('.opt'))
    .sort()
    .map((name) => ({
      path: `std/${name}`,
      text: readFileSync(path.join(packageFolder, 'std', name), 'utf8'),
    }));
  return library;
}
