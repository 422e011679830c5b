/** Lines of a text, for whoever counts in lines and columns instead of offsets. Both count from 0 here, as editors' protocols do. */

export interface LinePosition {
  readonly line: number;
  /** In UTF-16 code units. */
  readonly character: number;
}

export class LineMap {
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
    this.starts = starts;
  }

  get count(): number {
    return this.starts.length;
  }

  lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  startOf(line: number): number {
    if (line < 0) return 0;
    return this.starts[line] ?? this.text.length;
  }

  /** Any place outside of the text becomes the nearest one inside. */
  positionAt(offset: number): LinePosition {
    const at = Math.max(0, Math.min(offset, this.text.length));
    const line = this.lineOf(at);
    return { line, character: at - this.startOf(line) };
  }

  offsetAt({ line, character }: LinePosition): number {
    if (!(line >= 0)) return 0;
    const start = this.startOf(Math.trunc(line));
    const next = this.startOf(Math.trunc(line) + 1);
    const lineText = this.text.slice(start, next).replace(/[\r\n]+$/, '');
    const within = character >= 0 ? Math.min(Math.trunc(character), lineText.length) : 0;
    return start + within;
  }
}
