/** Writes files whole or not at all: under a temporary name first, then renamed. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandError, exit } from './terminal.js';
import type { CommandError } from './terminal.js';

export interface OutputFile {
  readonly file: string;
  readonly content: string | Uint8Array;
}

export function writeWhole(file: string, content: string | Uint8Array): CommandError | undefined {
  return writeAll([{ file, content }]);
}

/** Files that belong together: none gets its name before all of them are written. */
export function writeAll(files: readonly OutputFile[]): CommandError | undefined {
  const temporary = (file: string): string => `${file}.${process.pid}.tmp`;
  let at = '';
  try {
    for (const { file, content } of files) {
      at = file;
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(temporary(file), content);
    }
    for (const { file } of files) {
      at = file;
      renameSync(temporary(file), file);
    }
    return undefined;
  } catch (error) {
    for (const { file } of files) remove(temporary(file));
    return commandError('AM0012', `"${at}" cannot be written`, [(error as Error).message], exit.error);
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It was never made.
  }
}
