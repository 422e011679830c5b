/** `--extern FILE.mjs`: the functions of the host, from the exports of a JavaScript module. Only `run` and `sweep` load it. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExternSlot } from '../ir/program.js';
import type { Host, HostFunction } from '../runtime/host.js';
import { commandError, exit } from './terminal.js';
import type { CommandError } from './terminal.js';

export type HostResult =
  { readonly ok: true; readonly value: Host } | { readonly ok: false; readonly error: CommandError };

export async function readHost(file: string | undefined, wanted: readonly ExternSlot[]): Promise<HostResult> {
  if (wanted.length === 0) return { ok: true, value: {} };
  if (file === undefined) {
    const names = wanted.map(({ name }) => `\`${name}\``).join(', ');
    return failure('AM6046', `the host supplies ${names}, and no module of the host is given`, [
      'give a JavaScript module that exports a function of the name: `--extern FILE.mjs`',
    ]);
  }
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(path.resolve(file)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return failure('AM6047', `"${file}" cannot be loaded: ${String(error)}`);
  }
  const host: Record<string, HostFunction> = {};
  for (const { name } of wanted) {
    const value = exported[name];
    if (typeof value !== 'function') {
      return failure('AM6046', `"${file}" exports no function \`${name}\``, [
        `it exports ${Object.keys(exported).join(', ') || 'nothing'}`,
      ]);
    }
    host[name] = value as HostFunction;
  }
  return { ok: true, value: host };
}

function failure(code: string, message: string, notes: readonly string[] = []): HostResult {
  return { ok: false, error: commandError(code, message, notes, exit.error) };
}
