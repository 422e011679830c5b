/**
 * What is wrong with a document. `diagnostics` is the whole truth, as the command line tells it. `quickDiagnostics` is
 * what can be said between two keys: the declarations that changed are checked alone, and all others keep what was
 * known of them. Whoever shows the quick ones asks for the whole truth when the keys rest.
 */
import { checkFile } from '../check/check.js';
import type { Declaration } from '../parser/ast.js';
import type { Diagnostic, Severity } from '../parser/diagnostic.js';
import type { Document, Edit, Location, TextRange } from './document.js';
import { workspaceLoader } from './document.js';
import { hasFront } from './target.js';

/** A diagnostic of a document, with places in the document. */
export interface DocumentDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range: TextRange;
  /** Sentences that say why, and what to do. */
  readonly notes: readonly string[];
  readonly labels: readonly { readonly location: Location; readonly message: string }[];
  readonly fixes: readonly DocumentFix[];
}

export interface DocumentFix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export function diagnostics(document: Document): readonly DocumentDiagnostic[] {
  return inOrder(document, document.checked().diagnostics);
}

export function quickDiagnostics(document: Document): readonly DocumentDiagnostic[] {
  const { carried, pieces } = document;
  if (document.isChecked || carried.size === 0) return diagnostics(document);
  const changed = new Set(pieces.filter(({ piece }) => !carried.has(piece)).map(({ piece }) => piece.source));
  const kept = pieces.flatMap(({ piece }) => carried.get(piece) ?? piece.syntax);
  const declarations = pieces.flatMap(({ piece }) => (carried.has(piece) ? [] : piece.declarations));
  if (declarations.length === 0) return inOrder(document, kept);
  const { diagnostics: found } = checkFile(document.syntax, workspaceLoader(document.workspace), {
    only: withContext(document, declarations),
  });
  return inOrder(document, [...kept, ...found.filter(({ span }) => changed.has(span.file))]);
}

/** Declarations that mean the same whatever else is in the problem. */
const alone: ReadonlySet<Declaration['kind']> = new Set([
  'import',
  'dim',
  'hyper',
  'param',
  'fn',
  'module',
  'model',
  'optimizer',
  'schedule',
  'set',
  'distribution',
  'precision',
  'test',
  'let',
]);
/** What a statement of the problem is checked against. */
const context: ReadonlySet<Declaration['kind']> = new Set([
  'data',
  'param',
  'model',
  'objective',
  'constraint',
  'solve',
  'problem_state',
]);

function withContext(document: Document, changed: readonly Declaration[]): readonly Declaration[] {
  const { declarations } = document.syntax;
  if (!hasFront(document) && changed.every(({ kind }) => alone.has(kind))) return changed;
  const wanted = new Set(changed);
  return declarations.filter((each) => wanted.has(each) || context.has(each.kind));
}

/** Those that lie in the document, by place; those of files that it imports stand where they are imported. */
function inOrder(document: Document, found: readonly Diagnostic[]): readonly DocumentDiagnostic[] {
  return found
    .map((diagnostic) => placed(document, diagnostic))
    .sort((first, second) => first.range.start - second.range.start);
}

function placed(document: Document, diagnostic: Diagnostic): DocumentDiagnostic {
  const { code, severity, message, span, notes = [], labels = [], fixes = [] } = diagnostic;
  const { file, range } = document.locate(span);
  const common = { code, severity, message };
  if (file !== undefined) {
    const notice = { location: { file, range }, message };
    return {
      ...common,
      message: `in \`${file.path}\`: ${message}`,
      range: importOf(document, file.path),
      notes,
      labels: [notice],
      fixes: [],
    };
  }
  return {
    ...common,
    range,
    notes,
    labels: labels
      .map((label) => ({ location: document.locate(label.span), message: label.message }))
      .filter(({ location }) => !isStale(document, location)),
    fixes: fixes.flatMap((fix) => placedFix(document, fix)),
  };
}

/** A piece that has been edited since: nothing is known of its place any more. */
function isStale(document: Document, { file }: Location): boolean {
  return file?.path.startsWith(`${document.source.path}#`) === true;
}

function placedFix(
  document: Document,
  { title, edits }: NonNullable<Diagnostic['fixes']>[number],
): readonly DocumentFix[] {
  const placed = edits.map(({ span, newText }) => ({ location: document.locate(span), newText }));
  if (placed.some(({ location }) => location.file !== undefined)) return [];
  return [{ title, edits: placed.map(({ location, newText }) => ({ range: location.range, newText })) }];
}

/** The import that brought a file in; the beginning of the document if it came through another one. */
function importOf(document: Document, path: string): TextRange {
  const { imports } = document.checked();
  const named = imports.find(
    ({ found, from }) => found?.path === path && from === document.source.path,
  )?.path;
  for (const declaration of document.syntax.declarations) {
    if (declaration.kind !== 'import') continue;
    const { from } = declaration;
    const library = from.kind === 'library' && `${from.text.replaceAll('.', '/')}.opt` === path;
    if (library || from.text === named) return document.rangeOf(from.span);
  }
  return { start: 0, end: 0 };
}
