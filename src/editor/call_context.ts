/** The call that a place stands in, found from the tokens before it, so that it is there while one types. */
import type { IToken } from 'chevrotain';
import { endOf, Identifier, isOfType, ReservedWord, tokenize } from '../parser/tokens.js';
import { bracketsOf } from './brackets.js';
import type { Document } from './document.js';
import type { PlacedPiece } from './pieces.js';

/** What stands before a place in its piece. */
export interface Before {
  readonly piece: PlacedPiece;
  /** Tokens that end before the place, the half-typed word at the place left out. */
  readonly tokens: readonly IToken[];
  /** The half-typed word. */
  readonly prefix: string;
  /** Whether the place lies in a comment or a text. */
  readonly endsIn: 'code' | 'comment' | 'text';
  /** Places of the brackets that are open, outermost first, as indices of `tokens`. */
  readonly open: readonly number[];
}

export function before(document: Document, offset: number): Before | undefined {
  const at = document.clamp(offset);
  const piece = document.pieceAt(at);
  if (piece === undefined) return undefined;
  const text = document.text.slice(piece.start, at);
  const { endsIn } = bracketsOf(text);
  const prefix = endsIn === 'code' ? (/[A-Za-z_][A-Za-z0-9_]*$/.exec(text)?.[0] ?? '') : '';
  const { tokens } = tokenize(text.slice(0, text.length - prefix.length));
  const open: number[] = [];
  tokens.forEach(({ image }, index) => {
    if (image === '(' || image === '[' || image === '{') open.push(index);
    else if (image === ')' || image === ']' || image === '}') open.pop();
  });
  return { piece, tokens, prefix, endsIn, open };
}

export interface CallContext {
  readonly callee: IToken;
  /** How many arguments stand before the one at the place. */
  readonly index: number;
  /** The name of the argument at the place, when it is written by name. */
  readonly named: string | undefined;
  /** All names of arguments before the place. */
  readonly names: readonly string[];
  /** Whether an argument could begin here. */
  readonly atStart: boolean;
}

/** The innermost call around a place; inside of brackets of another kind there is none. */
export function callAround({ tokens, open }: Before): CallContext | undefined {
  const place = open.at(-1);
  const bracket = place === undefined ? undefined : tokens[place];
  if (place === undefined || bracket?.image !== '(') return undefined;
  const callee = tokens[place - 1];
  if (callee === undefined || !isCallee(callee, bracket)) return undefined;
  let index = 0;
  let named: string | undefined;
  const names: string[] = [];
  let depth = 0;
  for (let at = place + 1; at < tokens.length; at += 1) {
    const image = tokens[at]?.image ?? '';
    if (image === '(' || image === '[' || image === '{') depth += 1;
    else if (image === ')' || image === ']' || image === '}') depth -= 1;
    else if (depth === 0 && image === ',') {
      index += 1;
      named = undefined;
    } else if (depth === 0 && image === '=') {
      named = tokens[at - 1]?.image;
      if (named !== undefined) names.push(named);
    }
  }
  const last = tokens.at(-1)?.image;
  return { callee, index, named, names, atStart: last === '(' || last === ',' };
}

function isCallee(token: IToken, bracket: IToken): boolean {
  if (endOf(token) !== bracket.startOffset) return false;
  const isName = isOfType(token.tokenType, Identifier) || ['argmin', 'argmax'].includes(token.image);
  return isName && !isOfType(token.tokenType, ReservedWord);
}
