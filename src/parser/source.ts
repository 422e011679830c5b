/**
 * Source text and places in it. Every later stage reports a problem as a `Span`: a half-open range of UTF-16
 * offsets in one named file. Lines and columns are derived only when something is shown to a person.
 */

export interface SourceFile {
  /** A path, or a name such as `std/losses.opt` or `<input>`. */
  readonly path: string;
  readonly text: string;
}

export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** Both count from 1, as editors and compilers print them. */
  readonly line: number;
  readonly column: number;
}

export function positionAt(file: SourceFile, offset: number): Position {
  const clamped = Math.max(0, Math.min(offset, file.text.length));
  let line = 1;
  let lineStart = 0;
  for (
    let index = file.text.indexOf('\n');
    index !== -1 && index < clamped;
    index = file.text.indexOf('\n', index + 1)
  ) {
    line += 1;
    lineStart = index + 1;
  }
  return { line, column: clamped - lineStart + 1 };
}

export function joinSpans(first: Span, last: Span): Span {
  return { file: first.file, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}
