/**
 * A document is cut into pieces, one for each declaration, so that an edit parses again only the piece that it changed.
 * A piece has a source of its own and its positions count from its own start: what stands above may grow and shrink
 * without touching it. Which pieces a text has depends on the text alone, never on the edits that led to it.
 */
import type { Declaration } from '../parser/ast.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { parse } from '../parser/parse.js';
import type { SourceFile } from '../parser/source.js';
import { declarationHeads } from '../parser/words.js';

export interface Piece {
  /** The text of the piece, under a path that no other piece has; of a broken one with the text that follows it. */
  readonly source: SourceFile;
  /** The text of the piece alone. */
  readonly text: string;
  readonly declarations: readonly Declaration[];
  /** Of the parser; they depend on what follows only where the piece is broken. */
  readonly syntax: readonly Diagnostic[];
  /** The text behind a broken piece, which its messages may speak of. */
  readonly followedBy: string | undefined;
}

export interface PlacedPiece {
  readonly piece: Piece;
  /** Where it begins in the document. */
  readonly start: number;
}

const head = new RegExp(`(?:(?:${declarationHeads.join('|')})\\b|test\\s*")`, 'y');

/** The offsets at which a piece may begin: heads of declarations at the beginning of a line. */
function headsOf(text: string): readonly { readonly offset: number; readonly depth: number }[] {
  const found: { offset: number; depth: number }[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (at === 0 || text.charCodeAt(at - 1) === lineFeed) {
      head.lastIndex = at;
      if (head.test(text)) found.push({ offset: at, depth });
    }
    const code = text.charCodeAt(at);
    if (code === slash && text.charCodeAt(at + 1) === slash) at = endOfLine(text, at) - 1;
    else if (code === quote) at = endOfString(text, at) - 1;
    else if (code === 40 || code === 91 || code === 123) depth += 1;
    else if (code === 41 || code === 93 || code === 125) depth -= 1;
  }
  // With brackets that do not match, only the layout says where declarations begin.
  return depth === 0 ? found.filter((each) => each.depth === 0) : found;
}

const lineFeed = 10;
const quote = 34;
const slash = 47;
const backslash = 92;

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Behind the closing quote, or the end of the line: a text never spans lines. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === lineFeed) return at;
    if (code === backslash && text.charCodeAt(at + 1) !== lineFeed) at += 1;
  }
  return text.length;
}

/** The comments right above a declaration belong to its piece. */
function withComments(text: string, offset: number): number {
  let start = offset;
  while (start > 0) {
    const lineStart = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.startsWith('//', lineStart)) break;
    start = lineStart;
  }
  return start;
}

function cut(text: string): readonly { readonly start: number; readonly text: string }[] {
  const starts = headsOf(text)
    .filter(({ offset }) => !/\bextern\s*$/.test(text.slice(Math.max(0, offset - 20), offset)))
    .map(({ offset }) => withComments(text, offset));
  if (starts[0] !== 0) starts.unshift(0);
  return starts.map((start, index) => ({ start, text: text.slice(start, starts[index + 1] ?? text.length) }));
}

let pieces = 0;

function makePiece(path: string, text: string, behind: string): Piece {
  pieces += 1;
  const own = `${path}#${pieces}`;
  const source = { path: own, text };
  const alone = parse(source);
  if (alone.diagnostics.length === 0) {
    return { source, text, declarations: alone.file.declarations, syntax: [], followedBy: undefined };
  }
  // A broken declaration is read together with the next one, as it is in the whole file.
  const together = { path: own, text: text + behind };
  const { file, diagnostics } = parse(together);
  return {
    source: together,
    text,
    declarations: file.declarations.filter(({ span }) => span.start < text.length),
    syntax: diagnostics.filter(({ span }) => span.start < text.length),
    followedBy: behind,
  };
}

/** The pieces of a text; those that `earlier` holds already are taken from there. */
export function piecesOf(
  path: string,
  text: string,
  earlier: readonly PlacedPiece[],
): readonly PlacedPiece[] {
  const texts = cut(text);
  const isSame = (index: number, piece: Piece | undefined): piece is Piece =>
    piece?.text === texts[index]?.text &&
    piece !== undefined &&
    (piece.followedBy === undefined || piece.followedBy === (texts[index + 1]?.text ?? ''));
  // An edit changes one place: what stands before and behind it is found without looking anything up.
  const shorter = Math.min(texts.length, earlier.length);
  let before = 0;
  while (before < shorter && isSame(before, earlier[before]?.piece)) before += 1;
  let behind = 0;
  while (
    behind < shorter - before &&
    isSame(texts.length - 1 - behind, earlier[earlier.length - 1 - behind]?.piece)
  ) {
    behind += 1;
  }
  const rest = earlier.slice(before, earlier.length - behind).map(({ piece }) => piece);
  return texts.map((each, index) => {
    const known =
      index < before
        ? earlier[index]?.piece
        : index >= texts.length - behind
          ? earlier[earlier.length - texts.length + index]?.piece
          : take(rest, (piece) => isSame(index, piece));
    const piece = known ?? makePiece(path, each.text, texts[index + 1]?.text ?? '');
    return { piece, start: each.start };
  });
}

/** Removes and gives the first element that fulfils a condition. */
function take<Element>(list: Element[], isWanted: (element: Element) => boolean): Element | undefined {
  const place = list.findIndex(isWanted);
  return place === -1 ? undefined : list.splice(place, 1)[0];
}
