/** What can be folded: brackets over several lines, declarations over several lines, runs of comments, runs of imports. */
import { bracketsOf } from './brackets.js';
import type { Document } from './document.js';
import { LineMap } from './lines.js';

export interface FoldingRange {
  /** Lines count from 0. */
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'code' | 'comment' | 'imports';
}

export function foldingRanges(document: Document): readonly FoldingRange[] {
  const { text } = document;
  const lines = new LineMap(text);
  const { pairs, comments } = bracketsOf(text);
  const found: FoldingRange[] = [];
  const add = (startLine: number, endLine: number, kind: FoldingRange['kind']): void => {
    if (endLine > startLine) found.push({ startLine, endLine, kind });
  };
  for (const { open, close } of pairs) {
    if (close === undefined) continue;
    // The closing bracket stays in sight.
    add(lines.lineOf(open), lines.lineOf(close) - 1, 'code');
  }
  for (const { span } of document.syntax.declarations) {
    const { start, end } = document.rangeOf(span);
    if (!/[)\]}]\s*$/.test(text.slice(start, end))) add(lines.lineOf(start), lines.lineOf(end), 'code');
  }
  let run: { first: number; last: number } | undefined;
  for (const { start } of comments) {
    const line = lines.lineOf(start);
    if (text.slice(lines.startOf(line), start).trim() !== '') continue;
    if (run !== undefined && run.last === line - 1) run.last = line;
    else {
      if (run !== undefined) add(run.first, run.last, 'comment');
      run = { first: line, last: line };
    }
  }
  if (run !== undefined) add(run.first, run.last, 'comment');
  const imports = document.syntax.declarations.filter(({ kind }) => kind === 'import');
  const [first, last] = [imports[0], imports.at(-1)];
  if (first !== undefined && last !== undefined) {
    add(
      lines.lineOf(document.rangeOf(first.span).start),
      lines.lineOf(document.rangeOf(last.span).end),
      'imports',
    );
  }
  return onePerLine(found);
}

/** Editors show one fold for each line: the longest. */
function onePerLine(ranges: readonly FoldingRange[]): readonly FoldingRange[] {
  const byLine = new Map<number, FoldingRange>();
  for (const range of ranges) {
    const other = byLine.get(range.startLine);
    if (other === undefined || other.endLine < range.endLine) byLine.set(range.startLine, range);
  }
  return [...byLine.values()].sort((first, second) => first.startLine - second.startLine);
}
