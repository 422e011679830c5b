/** Runs the command line in this process and catches what it prints; files live in a folder of the test's own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, vi } from 'vitest';
import { commandLine } from '../../src/cli/command_line.js';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function argmin(...argv: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true)),
  ];
  try {
    const status = await commandLine(argv);
    return { status, out, err };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** A folder that is removed when the test file is done, with a function that writes files into it. */
export function scratchFolder(): {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): string;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'argmin-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    write: (name, content) => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
