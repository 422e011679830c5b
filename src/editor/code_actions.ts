/** What can be done about the diagnostics in a range: their fixes. */
import type { DocumentDiagnostic } from './diagnostics.js';
import { quickDiagnostics } from './diagnostics.js';
import type { Document, Edit, TextRange } from './document.js';

export interface CodeAction {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly diagnostic: DocumentDiagnostic;
  /** The only fix of its diagnostic. */
  readonly preferred: boolean;
}

export function codeActions(document: Document, range: TextRange): readonly CodeAction[] {
  return quickDiagnostics(document)
    .filter(({ range: { start, end } }) => start <= range.end && end >= range.start)
    .flatMap((diagnostic) =>
      diagnostic.fixes.map(({ title, edits }) => ({
        title,
        edits,
        diagnostic,
        preferred: diagnostic.fixes.length === 1,
      })),
    );
}
