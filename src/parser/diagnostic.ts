/**
 * Diagnostics are values: every stage collects them and only the command line prints them. A diagnostic has a
 * stable code (listed in `docs/errors.md`), one sentence of what is wrong, notes that say why, and where possible
 * fixes that an editor can apply.
 *
 * Codes: AM0xxx reading and command line, AM1xxx syntax, AM2xxx names, types and shapes, AM3xxx warnings about
 * legal but suspicious programs, AM4xxx data, AM5xxx elaboration (sizes known), AM6xxx the run itself.
 */
import type { Span } from './source.js';

export type Severity = 'error' | 'warning' | 'info';

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

export interface Fix {
  /** What the fix does, as an imperative: "write `mean(...)`". */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface Label {
  readonly span: Span;
  readonly message: string;
}

export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** Further places with a word on each, e.g. the types of both operands. */
  readonly labels?: readonly Label[];
  /** Sentences that say why, and what to do. */
  readonly notes?: readonly string[];
  readonly fixes?: readonly Fix[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
