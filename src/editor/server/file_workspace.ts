/**
 * What documents read beside themselves, for a server: open documents win over the disk, and nothing outside of the
 * folders at hand is read, since a file from a stranger must not look elsewhere.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { librarySources, packageFolder } from '../../package.js';
import type { SourceFile } from '../../parser/source.js';
import { isInside } from '../../runtime/data/bytes.js';
import { readTable } from '../../runtime/data/read.js';
import type { Workspace } from '../document.js';

/** A file on the disk by its path; any other document keeps its URI as its path. */
export function pathOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

export function uriOf(file: string): string {
  if (file.startsWith('std/')) return pathToFileURL(path.join(packageFolder, file)).href;
  return path.isAbsolute(file) ? pathToFileURL(file).href : file;
}

export class FileWorkspace implements Workspace {
  readonly library = librarySources();
  /** The folders that an editor has open. */
  folders: readonly string[] = [];
  private readonly onDisk = new Map<string, SourceFile>();
  private readonly columnsOf = new Map<
    string,
    { readonly stamp: number; readonly names: readonly string[] }
  >();

  constructor(private readonly open: (file: string) => SourceFile | undefined) {}

  readonly read = (name: string, from: SourceFile): SourceFile | undefined => {
    const file = this.resolve(name, from);
    return file === undefined ? undefined : (this.open(file) ?? this.fromDisk(file));
  };

  readonly columns = (name: string, from: SourceFile): readonly string[] | undefined => {
    const file = this.resolve(name, from);
    if (file === undefined) return undefined;
    try {
      const { mtimeMs, size } = statSync(file);
      const known = this.columnsOf.get(file);
      if (known?.stamp === mtimeMs) return known.names;
      // Names are wanted between two keys: a very large file is not read for them.
      if (size > largestTable) return undefined;
      const table = readTable(file, undefined, { within: undefined });
      const names = table.ok && table.value.kind === 'table' ? table.value.names : [];
      this.columnsOf.set(file, { stamp: mtimeMs, names });
      return names;
    } catch {
      return undefined;
    }
  };

  /** The path that a name in a file leads to, whether there is anything or not. */
  resolve(name: string, from: SourceFile): string | undefined {
    if (!path.isAbsolute(from.path)) return undefined;
    const file = path.resolve(path.dirname(from.path), name);
    const roots = [path.dirname(from.path), ...this.folders];
    return roots.some((root) => isInside(root, file) && isInside(real(root), real(file))) ? file : undefined;
  }

  private fromDisk(file: string): SourceFile | undefined {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
      // The same object as long as nothing changed, so that what was found out about it stays known.
      const known = this.onDisk.get(file);
      if (known?.text === text) return known;
      const source = { path: file, text };
      this.onDisk.set(file, source);
      return source;
    } catch {
      return undefined;
    }
  }
}

const largestTable = 20_000_000;

/** With symbolic links resolved; a file that does not exist is where its folder is. */
function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    return folder === file ? file : path.join(real(folder), path.basename(file));
  }
}
