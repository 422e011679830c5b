/** `--set name=value` and `--data name=file`, read. Files named here by the user may lie anywhere. */
import { readTable } from '../runtime/data/read.js';
import type { DataSource } from '../runtime/data/source.js';
import { commandError, exit } from './terminal.js';
import type { CommandError } from './terminal.js';

export interface Bindings {
  readonly set: ReadonlyMap<string, number>;
  readonly data: ReadonlyMap<string, DataSource>;
}

export type BindingsResult =
  { readonly ok: true; readonly value: Bindings } | { readonly ok: false; readonly error: CommandError };

export function readBindings(options: {
  readonly set: readonly string[];
  readonly data: readonly string[];
}): BindingsResult {
  const set = new Map<string, number>();
  const data = new Map<string, DataSource>();
  for (const text of options.set) {
    const [name, value] = divide(text);
    if (name === undefined || value === undefined)
      return failure('AM0001', `\`--set ${text}\` is not of the form name=value`);
    const number = value === 'true' ? 1 : value === 'false' ? 0 : Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) {
      return failure('AM0009', `\`${value}\`, the value for \`${name}\`, is not a number`);
    }
    set.set(name, number);
  }
  for (const text of options.data) {
    const [name, file] = divide(text);
    if (name === undefined || file === undefined)
      return failure('AM0001', `\`--data ${text}\` is not of the form name=file`);
    const source = readTable(file, undefined, { within: undefined });
    if (!source.ok) {
      const [first] = source.faults;
      const error = commandError(
        first?.code ?? 'AM4003',
        first?.message ?? file,
        first?.notes ?? [],
        exit.error,
      );
      return { ok: false, error };
    }
    data.set(name, source.value);
  }
  return { ok: true, value: { set, data } };
}

function divide(text: string): readonly [string | undefined, string | undefined] {
  const at = text.indexOf('=');
  return at <= 0 || at === text.length - 1
    ? [undefined, undefined]
    : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function failure(code: string, message: string): BindingsResult {
  return { ok: false, error: commandError(code, message) };
}
