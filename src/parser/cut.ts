/**
 * Cutting declarations out of a token list that are nested too deeply to parse.
 */
import type { IToken } from 'chevrotain';
import { StringToken, words } from './tokens.js';
import { declarationHeads } from './words.js';

const heads = new Set(declarationHeads.map((text) => words[text]));

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
