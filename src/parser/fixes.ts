/** Applying the fixes of diagnostics to a source text. */
import type { Fix } from './diagnostic.js';

/** The text with the edits of a fix; edits must not overlap. */
export function applyFix(text: string, fix: Fix): string {
  const edits = [...fix.edits].sort((first, second) => second.span.start - first.span.start);
  return edits.reduce(
    (result, { span, newText }) => result.slice(0, span.start) + newText + result.slice(span.end),
    text,
  );
}
