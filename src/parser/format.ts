/**
 * The formatter: one canonical layout. It prints the tokens of the concrete syntax tree in their order, so it can
 * neither lose nor change any; it decides only about white space, and about where comments go. Sources with
 * syntax errors come back as they are.
 */
import type { Diagnostic } from './diagnostic.js';
import { printDoc } from './doc.js';
import { layoutFile } from './layout.js';
import { parseConcrete } from './parse.js';
import type { SourceFile } from './source.js';

export const lineWidth = 100;

export interface FormatResult {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A comment in the middle of a line moves to the line's end, which can take another look to settle. */
const maximumPasses = 4;

export function format(source: SourceFile): FormatResult {
  const parsed = parseConcrete(source);
  if (parsed.diagnostics.length > 0) return { text: source.text, diagnostics: parsed.diagnostics };
  let text = source.text;
  let cst = parsed.cst;
  let comments = parsed.comments;
  for (let pass = 0; pass < maximumPasses; pass += 1) {
    const printed = printDoc(layoutFile(text, cst, comments), lineWidth);
    const next = printed === '\n' ? '' : printed;
    if (next === text) break;
    text = next;
    ({ cst, comments } = parseConcrete({ path: source.path, text }));
  }
  return { text, diagnostics: [] };
}
