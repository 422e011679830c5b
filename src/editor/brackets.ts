/** Brackets of a text that match, comments and texts passed over: what works however broken a document is. */

export interface BracketPair {
  readonly open: number;
  /** The closing bracket itself; undefined where there is none. */
  readonly close: number | undefined;
}

export interface CommentPlace {
  readonly start: number;
  readonly end: number;
}

export interface Brackets {
  readonly pairs: readonly BracketPair[];
  readonly comments: readonly CommentPlace[];
  /** Whether the end of the text lies in a comment or a text. */
  readonly endsIn: 'code' | 'comment' | 'text';
}

const pairOf: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const interesting = /\/\/[^\r\n]*|"(?:[^"\\\r\n]|\\[^\r\n])*("?)|[()[\]{}]/g;

export function bracketsOf(text: string): Brackets {
  const pairs: { open: number; close: number | undefined }[] = [];
  const comments: CommentPlace[] = [];
  const waiting: { open: number; close: number | undefined }[] = [];
  let endsIn: Brackets['endsIn'] = 'code';
  for (const match of text.matchAll(interesting)) {
    const [found] = match;
    const end = match.index + found.length;
    if (found.startsWith('//')) {
      comments.push({ start: match.index, end });
      if (end === text.length) endsIn = 'comment';
    } else if (found.startsWith('"')) {
      if (end === text.length && match[1] === '') endsIn = 'text';
    } else if (found === '(' || found === '[' || found === '{') {
      const pair = { open: match.index, close: undefined };
      pairs.push(pair);
      waiting.push(pair);
    } else {
      const place = waiting.findLastIndex(({ open }) => text.charAt(open) === pairOf[found]);
      const pair = waiting[place];
      if (pair === undefined) continue;
      pair.close = match.index;
      waiting.length = place;
    }
  }
  return { pairs, comments, endsIn };
}
