/** Ever larger parts of a program around a place: the name, the expression, the statement, the declaration, the file. */
import type { Span } from '../parser/source.js';
import type { Document, TextRange } from './document.js';

/** From the smallest to the largest; each contains the one before it. */
export function selectionRanges(document: Document, offset: number): readonly TextRange[] {
  const at = document.clamp(offset);
  const whole = { start: 0, end: document.text.length };
  const ranges: TextRange[] = [whole];
  let node: unknown = document.declarationAt(at);
  while (node !== undefined) {
    const span = spanOf(node);
    if (span !== undefined) {
      const range = document.rangeOf(span);
      const outer = ranges.at(-1) ?? whole;
      const inside = range.start >= outer.start && range.end <= outer.end;
      if (inside && (range.start > outer.start || range.end < outer.end)) ranges.push(range);
    }
    node = childAt(document, node, at);
  }
  return ranges.reverse();
}

function spanOf(node: unknown): Span | undefined {
  if (typeof node !== 'object' || node === null || !('span' in node)) return undefined;
  return node.span as Span;
}

/** The part of a node that holds an offset. Trees are walked by their spans, whatever the kinds of their nodes. */
function childAt(document: Document, node: unknown, at: number): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'span' || name === 'operatorSpan' || typeof value !== 'object' || value === null) continue;
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const part of parts) {
      const span = spanOf(part);
      if (span === undefined) {
        const inner = childAt(document, part, at);
        if (inner !== undefined) return inner;
        continue;
      }
      const { start, end } = document.rangeOf(span);
      if (start <= at && at <= end) return part;
    }
  }
  return undefined;
}
