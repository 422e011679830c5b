/** The canonical layout as edits: of a whole document, or of the declarations that a range touches. */
import { format } from '../parser/format.js';
import type { Document, Edit, TextRange } from './document.js';

/** Nothing when the document has syntax errors, or is formatted already. */
export function formatDocument(document: Document): readonly Edit[] {
  const { text } = format(document.source);
  return smallest({ range: { start: 0, end: document.text.length }, newText: text }, document.text);
}

export function formatRange(document: Document, range: TextRange): readonly Edit[] {
  const from = document.clamp(Math.min(range.start, range.end));
  const to = document.clamp(Math.max(range.start, range.end));
  return document.pieces.flatMap(({ piece, start }, index) => {
    const end = document.pieces[index + 1]?.start ?? document.text.length;
    if (end <= from || start > to || piece.syntax.length > 0) return [];
    const own = document.text.slice(start, end);
    // The lines between two declarations belong to neither.
    const trimmed = own.trim();
    const inner = { start: start + own.indexOf(trimmed), end: start + own.indexOf(trimmed) + trimmed.length };
    if (trimmed === '' || inner.end < from || inner.start > to) return [];
    const { text } = format({ path: document.source.path, text: trimmed });
    return smallest({ range: inner, newText: text.trimEnd() }, document.text);
  });
}

/** An edit without what it has in common with the text at both ends; none when it changes nothing. */
function smallest({ range, newText }: Edit, text: string): readonly Edit[] {
  const old = text.slice(range.start, range.end);
  if (old === newText) return [];
  const shorter = Math.min(old.length, newText.length);
  let before = 0;
  while (before < shorter && old.charCodeAt(before) === newText.charCodeAt(before)) before += 1;
  let after = 0;
  while (
    after < shorter - before &&
    old.charCodeAt(old.length - 1 - after) === newText.charCodeAt(newText.length - 1 - after)
  ) {
    after += 1;
  }
  return [
    {
      range: { start: range.start + before, end: range.end - after },
      newText: newText.slice(before, newText.length - after),
    },
  ];
}
