/**
 * The library as a loader: sources by name, and which definition lives in which file, found by a scan for heads of
 * declarations so that nothing is parsed before a name of it is needed.
 */
import type { SourceFile } from '../parser/source.js';
import type { Loader } from './session.js';

const head =
  /^(?:fn|module|optimizer|schedule|aggregator|set|distribution|handler)\s+([A-Za-z_][A-Za-z0-9_]*)/gm;

/** Files whose names are visible only when imported: their definitions are modules for networks. */
export const importedLibraries: readonly string[] = ['std/nn.opt'];

export function definitionNames(source: SourceFile): readonly string[] {
  return [...source.text.matchAll(head)].map((match) => match[1] ?? '');
}

/** A loader over the sources of the library; `file` finds what a program imports by path. */
export function libraryLoader(
  sources: readonly SourceFile[],
  file: Loader['file'] = () => undefined,
): Loader {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  let names: Map<string, string> | undefined;
  return {
    library: (name) => byPath.get(name),
    libraryNames: () => {
      names ??= scan(sources);
      return names;
    },
    file,
  };
}

function scan(sources: readonly SourceFile[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const source of sources) {
    if (importedLibraries.includes(source.path)) continue;
    for (const name of definitionNames(source)) names.set(name, source.path);
  }
  return names;
}
