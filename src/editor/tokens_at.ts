/** Tokens of a document by place; pieces are cut into tokens once. */
import type { IToken } from 'chevrotain';
import { endOf, tokenize } from '../parser/tokens.js';
import type { Document, TextRange } from './document.js';
import type { Piece, PlacedPiece } from './pieces.js';

const tokensOf = new WeakMap<Piece, readonly IToken[]>();

export function pieceTokens({ piece }: PlacedPiece, length: number): readonly IToken[] {
  let tokens = tokensOf.get(piece);
  if (tokens === undefined) {
    tokens = tokenize(piece.source.text.slice(0, length)).tokens;
    tokensOf.set(piece, tokens);
  }
  return tokens;
}

export function lengthOf(document: Document, index: number): number {
  const start = document.pieces[index]?.start ?? 0;
  return (document.pieces[index + 1]?.start ?? document.text.length) - start;
}

export function tokenAt(
  document: Document,
  offset: number,
): { readonly text: string; readonly range: TextRange } | undefined {
  const placed = document.pieceAt(offset);
  if (placed === undefined) return undefined;
  const within = offset - placed.start;
  const tokens = pieceTokens(placed, lengthOf(document, document.pieces.indexOf(placed)));
  const token = tokens.find((each) => each.startOffset <= within && within < endOf(each));
  if (token === undefined) return undefined;
  const range = { start: placed.start + token.startOffset, end: placed.start + endOf(token) };
  return { text: token.image, range };
}
