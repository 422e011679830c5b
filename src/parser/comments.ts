/**
 * Comments: `//` to the end of the line for whoever reads the source, `///` as documentation of what stands below.
 * The parser skips both; this file finds them again by their place.
 */
import type { IToken } from 'chevrotain';
import type { BuildContext } from './cst.js';
import type { SourceFile, Span } from './source.js';
import { endOf } from './tokens.js';

export interface Comment {
  readonly span: Span;
  /** As written, with its slashes. */
  readonly text: string;
  readonly isDoc: boolean;
}

/** `///`, but not a rule of slashes. */
function isDoc(token: IToken): boolean {
  return token.image.startsWith('///') && !token.image.startsWith('////');
}

export function commentsOf(source: SourceFile, tokens: readonly IToken[]): readonly Comment[] {
  return tokens.map((token) => ({
    span: { file: source, start: token.startOffset, end: endOf(token) },
    text: token.image.trimEnd(),
    isDoc: isDoc(token),
  }));
}

/** The number of comments that begin before `offset`. */
function countBefore(comments: readonly IToken[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.startOffset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The documentation of the declaration at `span`: the `///` lines above it, with nothing between but white space
 * and other comments. A `///` behind code on the same line documents nothing.
 */
export function docAbove(context: BuildContext, span: Span): string {
  const { comments, source } = context;
  const lines: string[] = [];
  let below = span.start;
  for (let index = countBefore(comments, span.start) - 1; index >= 0; index -= 1) {
    const comment = comments[index];
    if (comment === undefined) break;
    if (source.text.slice(endOf(comment), below).trim() !== '') break;
    below = comment.startOffset;
    if (!beginsLine(source.text, below)) break;
    if (isDoc(comment)) lines.push(comment.image.slice(3).replace(/^ /, '').trimEnd());
  }
  return lines.reverse().join('\n');
}

export function beginsLine(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(lineStart, offset).trim() === '';
}
