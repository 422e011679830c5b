/** What can be done in a range: the fixes of its diagnostics, and questions that a client can ask. */
import type { DocumentDiagnostic } from './diagnostics.js';
import { quickDiagnostics } from './diagnostics.js';
import { gradientPlace } from './gradient.js';
import type { Document, Edit, TextRange } from './document.js';

export interface CodeAction {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly diagnostic: DocumentDiagnostic;
  /** The only fix of its diagnostic. */
  readonly preferred: boolean;
}

/** Something to be shown about the place that a range begins at. */
export interface CodeQuestion {
  readonly title: string;
  readonly question: 'gradient';
  readonly offset: number;
}

export function codeQuestions(document: Document, range: TextRange): readonly CodeQuestion[] {
  return gradientPlace(document, range.start) === undefined
    ? []
    : [{ title: 'Show the gradient as a formula', question: 'gradient', offset: range.start }];
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
