/**
 * A document is one text at one moment, and what is known of it. It never changes: an edit makes a new document, which
 * takes over from the old one whatever the edit did not touch. Every provider is a function of a document and a place.
 */
import { analyse } from '../check/analysis/analyse.js';
import { checkFile } from '../check/check.js';
import type { Occurrence } from '../check/check.js';
import { libraryLoader } from '../check/library.js';
import type { Loader } from '../check/session.js';
import type { TypedProblem } from '../check/typed.js';
import type { Declaration, FileSyntax } from '../parser/ast.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { hasErrors } from '../parser/diagnostic.js';
import type { SourceFile, Span } from '../parser/source.js';
import type { Piece, PlacedPiece } from './pieces.js';
import { piecesOf } from './pieces.js';

/** What documents share. */
export interface Workspace {
  /** The sources of the library, `std/losses.opt` and so on. */
  readonly library: readonly SourceFile[];
  /** A file that an import names, relative to the file that imports it; undefined when it cannot be read. */
  readonly read?: (path: string, from: SourceFile) => SourceFile | undefined;
  /** The names of the columns of a data file, for completion; undefined when they are not known. */
  readonly columns?: (path: string, from: SourceFile) => readonly string[] | undefined;
}

export interface TextRange {
  /** Offsets in UTF-16 code units, the end excluded. */
  readonly start: number;
  readonly end: number;
}

/** A place in this document or another file. */
export interface Location {
  /** Undefined for the document itself. */
  readonly file: SourceFile | undefined;
  readonly range: TextRange;
}

/** What the checker and the analysis made of a document. */
export interface Checked {
  readonly problem: TypedProblem | undefined;
  /** Of parser, checker and analysis; spans as the stages gave them. */
  readonly diagnostics: readonly Diagnostic[];
  readonly index: readonly Occurrence[];
  /** The files that were read for it, whether found or not, as imports name them. */
  readonly imports: readonly ImportedPath[];
}

export interface ImportedPath {
  readonly path: string;
  readonly from: string;
  readonly found: SourceFile | undefined;
}

export class Document {
  readonly pieces: readonly PlacedPiece[];
  readonly syntax: FileSyntax;
  private readonly starts: ReadonlyMap<SourceFile, number>;
  private result: Checked | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly source: SourceFile,
    /** The document as it was before. */
    earlier: Document | undefined,
  ) {
    this.pieces = piecesOf(source.path, source.text, earlier?.pieces ?? []);
    this.starts = new Map(this.pieces.map(({ piece, start }) => [piece.source, start]));
    this.syntax = {
      kind: 'file',
      source,
      declarations: this.pieces.flatMap(({ piece }) => piece.declarations),
      span: { file: source, start: 0, end: source.text.length },
    };
    this.carried = earlier === undefined ? new Map() : earlier.known();
  }

  /** Diagnostics of pieces as they were when the whole document was last checked. */
  readonly carried: ReadonlyMap<Piece, readonly Diagnostic[]>;

  get text(): string {
    return this.source.text;
  }

  /** The whole document checked; done once, when first asked for. */
  checked(): Checked {
    this.result ??= check(this);
    return this.result;
  }

  get isChecked(): boolean {
    return this.result !== undefined;
  }

  /** The diagnostics of the last whole check by piece: what an edit leaves in place. */
  private known(): ReadonlyMap<Piece, readonly Diagnostic[]> {
    if (this.result === undefined) return this.carried;
    const bySource = new Map<SourceFile, Diagnostic[]>(this.pieces.map(({ piece }) => [piece.source, []]));
    for (const diagnostic of this.result.diagnostics) bySource.get(diagnostic.span.file)?.push(diagnostic);
    return new Map(this.pieces.map(({ piece }) => [piece, bySource.get(piece.source) ?? []]));
  }

  /** An offset that lies in the document, whatever was asked for. */
  clamp(offset: number): number {
    return Number.isFinite(offset) ? Math.max(0, Math.min(Math.trunc(offset), this.text.length)) : 0;
  }

  /** Where a span of one of the stages lies. */
  locate({ file, start, end }: Span): Location {
    const from = file === this.source ? 0 : this.starts.get(file);
    if (from === undefined) return { file, range: { start, end } };
    return { file: undefined, range: { start: this.clamp(from + start), end: this.clamp(from + end) } };
  }

  /** As `locate`, for what is known to lie in the document. */
  rangeOf(span: Span): TextRange {
    return this.locate(span).range;
  }

  /** The piece that holds an offset. Between two pieces it is the second one. */
  pieceAt(offset: number): PlacedPiece | undefined {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pieces[middle]?.start ?? Infinity) <= offset) low = middle + 1;
      else high = middle;
    }
    return this.pieces[low - 1];
  }

  /** The declaration that an offset lies in or right behind. */
  declarationAt(offset: number): Declaration | undefined {
    const placed = this.pieceAt(offset);
    if (placed === undefined) return undefined;
    const within = offset - placed.start;
    return placed.piece.declarations.findLast(({ span }) => span.start <= within && within <= span.end);
  }
}

/** A new document. */
export function openDocument(workspace: Workspace, path: string, text: string): Document {
  return new Document(workspace, { path, text }, undefined);
}

/** The document with another text. */
export function updateDocument(document: Document, text: string): Document {
  if (text === document.text) return document;
  return new Document(document.workspace, { path: document.source.path, text }, document);
}

/** The same text in a workspace where something else has changed. */
export function refreshDocument(document: Document): Document {
  return new Document(document.workspace, { ...document.source }, document);
}

export interface Edit {
  readonly range: TextRange;
  readonly newText: string;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((first, second) => second.range.start - first.range.start)
    .reduce(
      (result, { range, newText }) => result.slice(0, range.start) + newText + result.slice(range.end),
      text,
    );
}

const libraryLoaders = new WeakMap<readonly SourceFile[], Loader>();

/** A loader over a workspace, which notes what it is asked for. */
export function workspaceLoader(workspace: Workspace, imports: ImportedPath[] = []): Loader {
  const library = libraryLoaders.get(workspace.library) ?? libraryLoader(workspace.library);
  libraryLoaders.set(workspace.library, library);
  return {
    ...library,
    file: (path, from) => {
      const found = workspace.read?.(path, from);
      imports.push({ path, from: from.path, found });
      return found;
    },
  };
}

function check(document: Document): Checked {
  const imports: ImportedPath[] = [];
  const loader = workspaceLoader(document.workspace, imports);
  const { problem, diagnostics, index } = checkFile(document.syntax, loader);
  const found = [...document.pieces.flatMap(({ piece }) => piece.syntax), ...diagnostics];
  const warnings = problem === undefined || hasErrors(found) ? [] : analyse(problem);
  return { problem, diagnostics: [...found, ...warnings], index, imports };
}
