/**
 * The files of the open folders that no editor has open, as documents: what is renamed in one file changes in those too. Each
 * is read once, and again when it has changed on the disk.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Document, Workspace } from '../document.js';
import { openDocument } from '../document.js';

/** What is asked of a file system. Reading throws where there is nothing. */
export interface FolderReader {
  /** The names in a folder, with a separator behind those of folders. */
  readonly list: (folder: string) => readonly string[];
  /** Something that changes when the file does. */
  readonly stamp: (file: string) => string;
  readonly read: (file: string) => string;
}

const longestFile = 1_000_000;
/** Folders of more files are not searched to the end. */
const mostFiles = 2000;
const mostFolders = 2000;

export const onDisk: FolderReader = {
  list: (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name + path.sep] : entry.isFile() ? [entry.name] : [],
    ),
  stamp: (file) => {
    const { mtimeMs, size } = statSync(file);
    if (size > longestFile) throw new Error('too long');
    return `${mtimeMs} ${size}`;
  },
  read: (file) => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)),
};

export class FolderFiles {
  private readonly known = new Map<string, { readonly stamp: string; readonly document: Document }>();

  constructor(
    private readonly workspace: Workspace,
    private readonly reader: FolderReader = onDisk,
  ) {}

  /** The documents of some folders, those of `open` paths left out. */
  documents(folders: readonly string[], open: ReadonlySet<string>): readonly Document[] {
    const files = new Set(this.filesIn(folders));
    return [...files].flatMap((file) => {
      const document = open.has(file) ? undefined : this.documentAt(file);
      return document === undefined ? [] : [document];
    });
  }

  private documentAt(file: string): Document | undefined {
    try {
      const stamp = this.reader.stamp(file);
      const known = this.known.get(file);
      if (known?.stamp === stamp) return known.document;
      const document = openDocument(this.workspace, file, this.reader.read(file));
      this.known.set(file, { stamp, document });
      return document;
    } catch {
      // Gone, not to be read, too long, or no text.
      return undefined;
    }
  }

  private filesIn(folders: readonly string[]): readonly string[] {
    const files: string[] = [];
    const pending = [...folders];
    for (let count = 0; count < mostFolders && files.length < mostFiles; count += 1) {
      const folder = pending.shift();
      if (folder === undefined) break;
      for (const name of this.namesIn(folder)) {
        if (name.startsWith('.') || name === `node_modules${path.sep}`) continue;
        if (name.endsWith(path.sep)) pending.push(path.join(folder, name.slice(0, -path.sep.length)));
        else if (name.endsWith('.opt')) files.push(path.join(folder, name));
      }
    }
    return files;
  }

  private namesIn(folder: string): readonly string[] {
    try {
      return this.reader.list(folder);
    } catch {
      return [];
    }
  }
}
