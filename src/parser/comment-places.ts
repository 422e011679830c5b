/**
 * Which comment goes with which token. A comment behind code on the same line trails the token before it; any other
 * leads the token below it, and what is below the last token is the rest. Comments that lead a statement are taken
 * by the statement, so that its own tokens do not print them again.
 */
import type { IToken } from 'chevrotain';
import type { Comment } from './comments.js';
import { beginsLine } from './comments.js';

export interface CommentPlaces {
  /** The comments above a token; each is given once. */
  takeLeading(token: IToken): readonly Comment[];
  /** The comments below the last token. */
  takeRest(): readonly Comment[];
  trailing(token: IToken): Comment | undefined;
  /** Says that a statement ends with this token, so that a comment behind it breaks no group. */
  endStatement(token: IToken): void;
  isLastOfStatement(token: IToken): boolean;
}

/** `tokens` and `comments` in the order of the source. */
export function attachComments(
  text: string,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): CommentPlaces {
  const leading = new Map<number, Comment[]>();
  const trailing = new Map<number, Comment>();
  const ends = new Set<number>();
  const rest: Comment[] = [];
  let next = 0;
  for (const comment of comments) {
    while (next < tokens.length && (tokens[next]?.startOffset ?? 0) < comment.span.start) next += 1;
    const before = tokens[next - 1];
    const below = tokens[next];
    if (before !== undefined && !beginsLine(text, comment.span.start)) {
      trailing.set(before.startOffset, comment);
    } else if (below === undefined) {
      rest.push(comment);
    } else {
      const above = leading.get(below.startOffset) ?? [];
      leading.set(below.startOffset, [...above, comment]);
    }
  }
  return {
    takeLeading(token) {
      const found = leading.get(token.startOffset) ?? [];
      leading.delete(token.startOffset);
      return found;
    },
    takeRest: () => rest.splice(0),
    trailing: (token) => trailing.get(token.startOffset),
    endStatement: (token) => void ends.add(token.startOffset),
    isLastOfStatement: (token) => ends.has(token.startOffset),
  };
}

/** Whether the line above the one at `offset` is blank. */
export function blankLineBefore(text: string, offset: number): boolean {
  let breaks = 0;
  for (let index = offset - 1; index >= 0; index -= 1) {
    const character = text.charAt(index);
    if (character === '\n') breaks += 1;
    else if (character.trim() !== '') break;
    if (breaks > 1) return true;
  }
  return false;
}
