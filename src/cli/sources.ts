/** Reads `.opt` files named on the command line, and finds those below a folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { SourceFile } from '../parser/source.js';
import { commandError, exit } from './terminal.js';
import type { CommandError } from './terminal.js';

export type SourceResult =
  { readonly ok: true; readonly source: SourceFile } | { readonly ok: false; readonly error: CommandError };

export function readSource(file: string): SourceResult {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return { ok: false, error: readError(file, error as NodeJS.ErrnoException) };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return { ok: true, source: { path: file, text } };
  } catch {
    // Falls through to the answer below.
  }
  return {
    ok: false,
    error: commandError('AM0005', `"${file}" is not UTF-8 text`, ['a `.opt` file is plain text'], exit.error),
  };
}

function readError(file: string, error: NodeJS.ErrnoException): CommandError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return commandError('AM0002', `there is no file "${file}"`);
  if (error.code === 'EISDIR') return commandError('AM0003', `"${file}" is a folder, not a file`);
  return commandError('AM0004', `"${file}" cannot be read`, [error.message], exit.error);
}

/** All `.opt` files of the paths, folders searched through, in sorted order. */
export function findSources(paths: readonly string[]): {
  readonly files: readonly string[];
  readonly errors: readonly CommandError[];
} {
  const files: string[] = [];
  const errors: CommandError[] = [];
  for (const each of paths) {
    try {
      if (!statSync(each).isDirectory()) {
        files.push(each);
        continue;
      }
      const found = readdirSync(each, { recursive: true, withFileTypes: true })
        .filter((item) => item.isFile() && item.name.endsWith('.opt'))
        .map((item) => path.join(item.parentPath, item.name))
        .filter((file) => !file.split(path.sep).includes('node_modules'))
        .sort();
      if (found.length === 0)
        errors.push(commandError('AM0007', `there are no \`.opt\` files below "${each}"`));
      files.push(...found);
    } catch (error) {
      errors.push(readError(each, error as NodeJS.ErrnoException));
    }
  }
  return { files, errors };
}
