/** Writes files whole or not at all: under a temporary name first, then renamed. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandError, exit } from './terminal.js';
import type { CommandError } from './terminal.js';

export function writeWhole(file: string, content: string | Uint8Array): CommandError | undefined {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, file);
    return undefined;
  } catch (error) {
    remove(temporary);
    return commandError('AM0012', `"${file}" cannot be written`, [(error as Error).message], exit.error);
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It was never made.
  }
}
