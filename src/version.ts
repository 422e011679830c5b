/** The version of the package, and its folder, from which the library in `std/` is read. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackage(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('compiler bug: no package.json above the program');
    folder = parent;
  }
  return folder;
}

export const packageFolder: string = findPackage();

export const version: string = (
  JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { readonly version: string }
).version;
