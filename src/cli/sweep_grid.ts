/** The settings of a sweep: every combination of the values that each `--set name=a,b,c` lists, the last name fastest. */
import { commandError } from './terminal.js';
import type { CommandError } from './terminal.js';

export type Setting = ReadonlyMap<string, number>;

export type GridResult =
  | { readonly ok: true; readonly names: readonly string[]; readonly settings: readonly Setting[] }
  | { readonly ok: false; readonly error: CommandError };

/** More than these many runs are surely a slip of the pen. */
const mostRuns = 100_000;

export function readGrid(texts: readonly string[], seeds: number): GridResult {
  const axes = new Map<string, readonly number[]>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, Math.max(0, at)).trim();
    const values = text
      .slice(at + 1)
      .split(',')
      .map(readNumber);
    if (name === '' || at === text.length - 1)
      return failure('AM0001', `\`--set ${text}\` is not of the form name=value,value`);
    const wrong = values.indexOf(undefined);
    if (wrong >= 0) {
      const parts = text.slice(at + 1).split(',');
      return failure(
        'AM0009',
        `\`${(parts[wrong] ?? '').trim()}\`, a value for \`${name}\`, is not a number`,
      );
    }
    if (axes.has(name))
      return failure('AM0018', `\`${name}\` is swept twice`, [`list its values once: --set ${name}=1,2`]);
    axes.set(
      name,
      values.filter((value) => value !== undefined),
    );
  }
  const count = [...axes.values()].reduce((product, values) => product * values.length, seeds);
  if (count > mostRuns)
    return failure('AM0018', `the sweep has ${count} runs`, [
      `at most ${mostRuns} are allowed; list fewer values`,
    ]);
  let settings: readonly Setting[] = [new Map()];
  for (const [name, values] of axes) {
    settings = settings.flatMap((setting) => values.map((value) => new Map([...setting, [name, value]])));
  }
  return { ok: true, names: [...axes.keys()], settings };
}

function readNumber(text: string): number | undefined {
  const value = text.trim() === 'true' ? 1 : text.trim() === 'false' ? 0 : Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

function failure(code: string, message: string, notes: readonly string[] = []): GridResult {
  return { ok: false, error: commandError(code, message, notes) };
}
