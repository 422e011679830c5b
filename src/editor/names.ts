/**
 * What the names of a document mean, from its syntax alone: every use of a name with what binds it. It works in half-typed
 * programs, where the checker knows little, and piece by piece, so that an edit costs one declaration.
 */
import type { Declaration, Identifier } from '../parser/ast.js';
import type { Document, TextRange } from './document.js';
import { isKnownOutside } from './library.js';
import type { Piece, PlacedPiece } from './pieces.js';
import type { Binding, BindingKind, Names, Namespace, Use } from './bindings.js';
import { namesIn } from './scopes.js';

/** A use of a name at its place in the document. */
export interface PlacedUse {
  readonly use: Use;
  readonly range: TextRange;
  readonly piece: PlacedPiece;
}

/** What a use means. */
export type Meaning =
  | { readonly kind: 'local'; readonly binding: Binding; readonly piece: PlacedPiece }
  | { readonly kind: 'file'; readonly name: FileName }
  /** Of the library, of the language, of another object, or of nothing. */
  | { readonly kind: 'outside'; readonly name: string };

/** A name that the file declares: a value, a definition, a dimension, a label, a split. */
export interface FileName {
  readonly name: string;
  readonly namespace: Namespace;
  readonly kind: BindingKind;
  readonly declaration: Declaration;
  readonly range: TextRange;
}

const namesOfPiece = new WeakMap<Piece, Names>();

function pieceNames(piece: Piece): Names {
  const names = namesOfPiece.get(piece) ?? namesIn(piece.declarations);
  namesOfPiece.set(piece, names);
  return names;
}

export function pieceUses(piece: Piece): readonly Use[] {
  return pieceNames(piece).uses;
}

/** The names bound around a place within its declaration; the innermost of each name. */
export function localsAt(document: Document, offset: number): readonly Binding[] {
  const placed = document.pieceAt(offset);
  if (placed === undefined) return [];
  const within = offset - placed.start;
  const { declarations, syntax } = placed.piece;
  // A half-typed declaration may end before the place where its text goes on.
  const brokenEnd = syntax.length === 0 ? Infinity : (declarations.at(-1)?.span.end ?? 0) - 1;
  const visible = pieceNames(placed.piece).bindings.filter(
    ({ visible: { start, end } }) => start <= within && (within <= end || end >= brokenEnd),
  );
  return [...new Map(visible.map((binding) => [binding.name, binding])).values()];
}

/** All uses of names in a document, in order. */
export function* usesOf(document: Document): Iterable<PlacedUse> {
  for (const piece of document.pieces) {
    for (const use of pieceUses(piece.piece)) yield { use, piece, range: placedRange(piece, use.name) };
  }
}

function placedRange(piece: PlacedPiece, { span }: Identifier): TextRange {
  return { start: piece.start + span.start, end: piece.start + span.end };
}

/** The name at an offset, or the one that ends there. */
export function useAt(document: Document, offset: number): PlacedUse | undefined {
  const at = document.clamp(offset);
  for (const place of [at, at - 1]) {
    const piece = document.pieceAt(place);
    if (piece === undefined) continue;
    const within = at - piece.start;
    const found = pieceUses(piece.piece).find(({ name: { span } }) =>
      place === at ? span.start <= within && within < span.end : span.start < within && within === span.end,
    );
    if (found !== undefined) return { use: found, piece, range: placedRange(piece, found.name) };
  }
  return undefined;
}

const namesOfDocument = new WeakMap<Document, ReadonlyMap<string, FileName>>();

function key(namespace: Namespace, name: string): string {
  return `${namespace} ${name}`;
}

/** What the file declares; of several declarations of one name the first. */
export function fileNames(document: Document): ReadonlyMap<string, FileName> {
  const known = namesOfDocument.get(document);
  if (known !== undefined) return known;
  const names = new Map<string, FileName>();
  const later: FileName[] = [];
  for (const piece of document.pieces) {
    for (const { name, namespace, declares } of pieceNames(piece.piece).declared) {
      const found = { name: name.name, namespace, ...declares, range: placedRange(piece, name) };
      // A type binds a dimension only where nothing declares it.
      if (declares.kind === 'dimension') later.push(found);
      else if (!names.has(key(namespace, found.name))) names.set(key(namespace, found.name), found);
    }
  }
  for (const each of later) {
    if (!names.has(key(each.namespace, each.name))) names.set(key(each.namespace, each.name), each);
  }
  namesOfDocument.set(document, names);
  return names;
}

const callable: ReadonlySet<BindingKind> = new Set([
  'fn',
  'module',
  'model',
  'optimizer',
  'schedule',
  'set',
  'distribution',
  'import',
]);

/** A name that stands for a size: such a name in a signature is not a dimension of the call. */
function namesSize({ kind, declaration, name }: FileName): boolean {
  if (kind === 'dim' || kind === 'dimension') return true;
  if (declaration.kind === 'hyper') {
    return declaration.type.kind === 'array_type' && declaration.type.element === 'int';
  }
  if (declaration.kind !== 'let') return false;
  const value = declaration.bindings.find((each) => each.name.name === name)?.value.expression;
  return value !== undefined && /^[\w\s+\-*()]*$/.test(textOf(value)) && !/\.\d/.test(textOf(value));
}

function textOf({ span }: { readonly span: Identifier['span'] }): string {
  return span.file.text.slice(span.start, span.end);
}

export function meaningOf(document: Document, { use, piece }: PlacedUse): Meaning {
  const names = fileNames(document);
  const declared = names.get(key(use.namespace, use.name.name));
  const inFile = (): Meaning =>
    declared === undefined ? { kind: 'outside', name: use.name.name } : { kind: 'file', name: declared };
  if (use.binding !== undefined) {
    const quantified = use.binding.kind === 'dimension' && use.binding.ofSignature;
    if (quantified && declared !== undefined && namesSize(declared)) return inFile();
    return { kind: 'local', binding: use.binding, piece };
  }
  if (use.role === 'call' && declared !== undefined && !callable.has(declared.kind)) {
    // `let norm = norm(g)` calls the function of the library.
    return isKnownOutside(document.workspace, use.name.name)
      ? { kind: 'outside', name: use.name.name }
      : inFile();
  }
  return inFile();
}

/** Whether two meanings are the same thing. */
export function sameMeaning(first: Meaning, second: Meaning): boolean {
  if (first.kind === 'local') return second.kind === 'local' && first.binding === second.binding;
  if (first.kind === 'file') return second.kind === 'file' && first.name === second.name;
  return second.kind === 'outside' && first.name === second.name;
}
