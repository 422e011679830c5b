/**
 * Cutting declarations out of a token list before the grammar sees them. Two reasons: the declaration begins with
 * a word that is reserved for what the language gains next (the table here is the place where such a form leaves
 * when it is built), or it is nested too deeply to parse.
 */
import type { IToken } from 'chevrotain';
import type { Diagnostic } from './diagnostic.js';
import type { SourceFile } from './source.js';
import { declarationHeads, endOf, futureHeads, StringToken, words } from './tokens.js';

type FutureHead = (typeof futureHeads)[number];

const futureDeclarations: Readonly<Record<FutureHead, { readonly what: string; readonly note: string }>> = {
  derivative: { what: 'a `derivative` rule', note: 'derivatives are found by the compiler for now' },
};

const heads = new Set([...declarationHeads, ...futureHeads].map((text) => words[text]));
const futureTypes = new Map(futureHeads.map((text) => [words[text], text]));

function beginsDeclaration(tokens: readonly IToken[], index: number): boolean {
  const token = tokens[index];
  if (token === undefined) return false;
  return heads.has(token.tokenType) || (token.tokenType === words.test && isString(tokens[index + 1]));
}

function isString(token: IToken | undefined): boolean {
  return token !== undefined && (token.tokenType === StringToken || token.image.startsWith('"'));
}

const openers = new Set(['(', '[', '{']);
const closers = new Set([')', ']', '}']);

/** The index where the declaration that begins at `start` ends: at the next head outside of brackets. */
function endOfDeclaration(tokens: readonly IToken[], start: number): number {
  let depth = 0;
  // `extern fn f(...)` has a second head right behind the first.
  let index = start + (tokens[start + 1]?.tokenType === words.fn ? 2 : 1);
  for (; index < tokens.length; index += 1) {
    const image = tokens[index]?.image ?? '';
    if (openers.has(image)) depth += 1;
    else if (closers.has(image)) depth -= 1;
    else if (depth <= 0 && beginsDeclaration(tokens, index)) break;
  }
  return index;
}

/** The tokens without declarations that are not built yet, each of which gets one diagnostic. */
export function cutFutureDeclarations(
  source: SourceFile,
  tokens: IToken[],
  diagnostics: Diagnostic[],
): IToken[] {
  if (!tokens.some((token) => futureTypes.has(token.tokenType))) return tokens;
  const kept: IToken[] = [];
  let depth = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    const head = depth <= 0 ? futureTypes.get(token.tokenType) : undefined;
    if (head !== undefined && !isMisusedName(tokens, index)) {
      const { what, note } = futureDeclarations[head];
      diagnostics.push({
        code: 'AM1040',
        severity: 'error',
        span: { file: source, start: token.startOffset, end: endOf(token) },
        message: `${what} is not part of the language yet`,
        notes: [note],
      });
      index = endOfDeclaration(tokens, index) - 1;
      continue;
    }
    if (openers.has(token.image)) depth += 1;
    else if (closers.has(token.image)) depth -= 1;
    kept.push(token);
  }
  return kept;
}

/** `let set = 1` and `x + set`: a reserved word where a name belongs is the grammar's to report. */
function isMisusedName(tokens: readonly IToken[], index: number): boolean {
  const before = tokens[index - 1];
  const behind = tokens[index + 1];
  if (behind !== undefined && ['=', ':', ',', '<-'].includes(behind.image)) return true;
  if (before === undefined) return false;
  return (
    heads.has(before.tokenType) ||
    [',', '=', '+', '-', '*', '/', '^', '@', '<', '>', '.'].includes(before.image)
  );
}

/**
 * The tokens without the declaration that contains `offending`. Its brackets may be unbalanced, so a head at the
 * very beginning of a line ends it too.
 */
export function cutDeclarationAround(text: string, tokens: readonly IToken[], offending: IToken): IToken[] {
  const place = tokens.findIndex((token) => token.startOffset >= offending.startOffset);
  const at = place === -1 ? tokens.length - 1 : place;
  let start = 0;
  while (start < at) {
    const end = Math.max(endOfDeclaration(tokens, start), start + 1);
    if (end > at) break;
    start = end;
  }
  const last = Math.max(endOfDeclaration(tokens, start), at + 1);
  let end = at + 1;
  while (end < last && !(beginsDeclaration(tokens, end) && isAtLineStart(text, tokens[end]))) end += 1;
  return [...tokens.slice(0, start), ...tokens.slice(end)];
}

function isAtLineStart(text: string, token: IToken | undefined): boolean {
  return token !== undefined && text.charAt(token.startOffset - 1) === '\n';
}
