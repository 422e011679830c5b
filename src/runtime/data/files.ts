/**
 * The file system, as much of it as a compilation reads, in one place: a page has none, so its bundle takes
 * `src/browser/files.ts` for this module.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What a compilation asks of a file system. Reading throws an error with a `code` such as `ENOENT`. */
export interface FileSystem {
  readonly separator: string;
  /** The absolute path that the parts lead to, each relative to the one before. */
  readonly resolve: (...parts: readonly string[]) => string;
  readonly join: (...parts: readonly string[]) => string;
  readonly folderOf: (file: string) => string;
  readonly isAbsolute: (file: string) => boolean;
  /** How to get from a folder to a file. */
  readonly relative: (folder: string, file: string) => string;
  /** With symbolic links resolved. */
  readonly realPath: (file: string) => string;
  readonly isFolder: (file: string) => boolean;
  readonly read: (file: string) => Uint8Array;
  /** Throws where the bytes are not gzip data. */
  readonly gunzip: (bytes: Uint8Array) => Uint8Array;
}

export const files: FileSystem = {
  separator: path.sep,
  resolve: path.resolve,
  join: path.join,
  folderOf: path.dirname,
  isAbsolute: path.isAbsolute,
  relative: path.relative,
  realPath: (file) => realpathSync(file),
  isFolder: (file) => statSync(file).isDirectory(),
  read: (file) => readFileSync(file),
  gunzip: (bytes) => gunzipSync(bytes),
};
