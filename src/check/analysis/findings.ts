/**
 * What the walk over expressions finds, and how findings inside library functions come to the user: library code is
 * trusted with what it cannot show, so only what is certainly wrong is told, at the call in the user's file.
 */
import type { Diagnostic } from '../../parser/diagnostic.js';
import type { Span } from '../../parser/source.js';

export interface Finding {
  readonly diagnostic: Diagnostic;
  /** Wrong for every argument, not only possibly. */
  readonly certain: boolean;
  /** Matters only where a derivative is taken. */
  readonly derivative: boolean;
}

export function isLibrary(span: Span, mainPath: string): boolean {
  return span.file.path !== mainPath && span.file.path.startsWith('std/');
}

/** Findings in the body of a library function, seen from a call of it. */
export function seenFromCall(
  findings: readonly Finding[],
  call: { readonly span: Span; readonly name: string; readonly inLibrary: boolean },
): Finding[] {
  return findings
    .filter(({ certain }) => certain)
    .map((finding) => {
      if (call.inLibrary) return finding;
      const { code, severity, message, notes = [] } = finding.diagnostic;
      const diagnostic: Diagnostic = {
        code,
        severity,
        message: `in \`${call.name}\`: ${message}`,
        span: call.span,
        notes,
      };
      return { ...finding, diagnostic };
    });
}

/** One of each: the same place is seen once for every call of its function. */
export function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span }) => {
    const key = `${code} ${span.file.path} ${span.start} ${span.end}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export function textAt(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}
