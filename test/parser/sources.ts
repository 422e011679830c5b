/** Real sources for the tests: every `.opt` file of the repository, and one that has every form of the syntax. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from '../../src/parser/source.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function optFilesIn(folder: string): SourceFile[] {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full)
    .filter((name) => name.endsWith('.opt'))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(path.join(full, name), 'utf8') }));
}

export const everything: SourceFile = {
  path: 'everything.opt',
  text: readFileSync(path.join(root, 'test/parser/everything.opt'), 'utf8'),
};

export const realSources: readonly SourceFile[] = [
  everything,
  ...optFilesIn('std'),
  ...optFilesIn('examples'),
];

export function sourceOf(text: string): SourceFile {
  return { path: 'test.opt', text };
}
