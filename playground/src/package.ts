/**
 * The version and the library for a worker of this page, which takes this module for `src/package.ts`: the library's files
 * are fetched once, before the first question.
 */
import type { SourceFile } from '../../src/parser/source.js';

declare const ARGMIN_VERSION: string;

export const version: string = ARGMIN_VERSION;

const urls = import.meta.glob<string>('../../std/*.opt', { query: '?url', import: 'default', eager: true });

let library: readonly SourceFile[] = [];

export async function loadLibrary(): Promise<void> {
  library = await Promise.all(
    Object.entries(urls).map(async ([path, url]) => ({
      path: path.replace('../../', ''),
      text: await (await fetch(url)).text(),
    })),
  );
}

/** The sources of `std/`, once they have been loaded. */
export function librarySources(): readonly SourceFile[] {
  return library;
}
