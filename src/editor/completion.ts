/**
 * What can stand at a place: names in scope, the library, words of the language, arguments, columns of the data. The
 * place is told from the tokens before it, so half-typed programs are the normal case.
 */
import { before, callAround } from './call_context.js';
import type { Before } from './call_context.js';
import { candidatesFor, placeOf } from './completion_places.js';
import type { Document, TextRange } from './document.js';
import { headerOf } from './headers.js';
import { builtinNamed, libraryDefinition } from './library.js';

export type CompletionKind =
  | 'keyword'
  | 'snippet'
  | 'variable'
  | 'parameter'
  | 'argument'
  | 'function'
  | 'module'
  | 'model'
  | 'optimizer'
  | 'set'
  | 'dimension'
  | 'type'
  | 'column'
  | 'member'
  | 'file';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A short word on what it is; more comes with `completionDetails`. */
  readonly detail?: string;
  /** The text to insert where it is not the label; `${1:name}` are places to fill in, where `snippet` is true. */
  readonly insertText?: string;
  readonly snippet?: boolean;
  /** Smaller comes first. */
  readonly rank: number;
  /** The library file that defines it. */
  readonly library?: string;
}

export interface Completion {
  /** What the chosen item replaces: the word that is being typed. */
  readonly range: TextRange;
  readonly items: readonly CompletionItem[];
}

export function completion(document: Document, offset: number): Completion {
  const at = document.clamp(offset);
  const context = before(document, at);
  if (context === undefined || context.endsIn !== 'code' || isInNumber(document, context, at)) {
    return { range: { start: at, end: at }, items: [] };
  }
  const range = { start: at - context.prefix.length, end: wordEnd(document.text, at) };
  const call = callAround(context);
  const found = candidatesFor(document, at, context, placeOf(context, call), call);
  const byLabel = new Map<string, CompletionItem>();
  for (const item of found) if (!byLabel.has(item.label)) byLabel.set(item.label, item);
  return { range, items: [...byLabel.values()].filter(({ label }) => fits(label, context.prefix)) };
}

function wordEnd(text: string, from: number): number {
  return from + (/^[A-Za-z0-9_]*/.exec(text.slice(from, from + 200))?.[0].length ?? 0);
}

/** `1e` is half of a number, not a name. */
function isInNumber(document: Document, { prefix }: Before, at: number): boolean {
  return (
    prefix !== '' && /[0-9.]/.test(document.text.charAt(at - prefix.length - 1)) && /^[eE_]/.test(prefix)
  );
}

/** Editors sort and filter by themselves; this only leaves out what shares nothing with the word. */
function fits(label: string, prefix: string): boolean {
  if (prefix === '') return true;
  const name = label.toLowerCase();
  let at = 0;
  for (const letter of prefix.toLowerCase()) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The declaration and the documentation of an item, for the one that a person looks at. */
export function completionDetails(
  document: Document,
  item: CompletionItem,
): { readonly code: string; readonly text: string } {
  if (item.library !== undefined) {
    const found = libraryDefinition(document.workspace, item.label);
    if (found !== undefined) return { code: headerOf(found.declaration), text: found.declaration.doc };
  }
  const builtin = item.kind === 'function' ? builtinNamed(item.label) : undefined;
  if (builtin !== undefined) return { code: builtin.signature, text: builtin.doc };
  return { code: '', text: item.detail ?? '' };
}
