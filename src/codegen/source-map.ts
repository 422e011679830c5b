/** A table of origins as a source map (version 3), which debuggers and editors read: one place for each line of code. */
import type { SourceFile } from '../parser/source.js';
import type { Origin } from '../runtime/webgpu/plan.js';

export interface SourceMap {
  readonly version: 3;
  /** The file of the code. */
  readonly file: string;
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** @param contents the texts of the files that origins name, as far as they are to travel with the map */
export function sourceMap(
  file: string,
  origins: readonly Origin[],
  contents: readonly SourceFile[] = [],
): SourceMap {
  const sources = [...new Set(origins.map(({ path }) => path))];
  const byLine = new Map<number, Origin>();
  // Of several origins of a line the last is its own.
  for (const origin of origins) {
    for (let line = origin.line; line < origin.line + origin.lines; line += 1) byLine.set(line, origin);
  }
  const last = Math.max(0, ...byLine.keys());
  const before = { source: 0, line: 0, column: 0 };
  const mappings: string[] = [];
  for (let line = 1; line <= last; line += 1) {
    const origin = byLine.get(line);
    if (origin === undefined) {
      mappings.push('');
      continue;
    }
    const place = {
      source: sources.indexOf(origin.path),
      line: origin.sourceLine - 1,
      column: origin.sourceColumn - 1,
    };
    const steps = [place.source - before.source, place.line - before.line, place.column - before.column];
    mappings.push(variableLength(0) + steps.map(variableLength).join(''));
    Object.assign(before, place);
  }
  const texts = new Map(contents.map(({ path, text }) => [path, text]));
  return {
    version: 3,
    file,
    sources,
    sourcesContent: sources.map((path) => texts.get(path) ?? null),
    names: [],
    mappings: mappings.join(';'),
  };
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Five bits a digit, the lowest first; the lowest bit of all is the sign. */
function variableLength(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits.charAt(rest > 0 ? digit | 32 : digit);
  } while (rest > 0);
  return text;
}
