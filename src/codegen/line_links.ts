/** A table of origins read both ways, for views that show a source and what was made of it side by side. Lines count from 1. */
import type { Origin } from '../runtime/webgpu/plan.js';

/** Lines that belong together. Of the source's, the first is the one to be shown where there is room for one. */
export interface LinkedLines {
  readonly source: readonly number[];
  readonly code: readonly number[];
}

export class LineLinks {
  private readonly bySource = new Map<number, number[]>();
  private readonly byCode = new Map<number, number[]>();

  /** @param path the file whose lines are linked; code that comes from other files (the library) has no line in it */
  constructor(origins: readonly Origin[], path: string) {
    for (const { line, lines, path: from, sourceLine } of origins) {
      if (from !== path) continue;
      for (let made = line; made < line + lines; made += 1) {
        append(this.bySource, sourceLine, made);
        append(this.byCode, made, sourceLine);
      }
    }
  }

  /** What belongs to a line of the source; nothing where no code comes from it. */
  ofSource(line: number): LinkedLines {
    const code = this.codeLines(line);
    return { source: code.length === 0 ? [] : [line], code };
  }

  /** What belongs to a line of code: where it comes from, and all that comes from the line that it ends in. */
  ofCode(line: number): LinkedLines {
    const source = this.sourceLines(line).toReversed();
    const [own] = source;
    return { source, code: own === undefined ? [] : this.codeLines(own) };
  }

  /** The lines of code that a line of the source has part in, ascending. */
  private codeLines(sourceLine: number): readonly number[] {
    return [...new Set(this.bySource.get(sourceLine))].sort((a, b) => a - b);
  }

  /** The lines of the source that a line of code comes from; the one that it ends in stands last. */
  private sourceLines(codeLine: number): readonly number[] {
    return [...new Set(this.byCode.get(codeLine))];
  }
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
