/**
 * Renaming a name everywhere. What would change the meaning of the program is refused with the reason: the renamed text is
 * resolved and checked again, and every name must still mean what it meant.
 */
import { ReservedWord, tokenize } from '../parser/tokens.js';
import type { SourceFile } from '../parser/source.js';
import { diagnostics } from './diagnostics.js';
import type { Document, Edit, TextRange, Workspace } from './document.js';
import { applyEdits, openDocument } from './document.js';
import { isKnownOutside } from './library.js';
import type { PlacedUse } from './names.js';
import { fileNames, useAt, usesOf } from './names.js';
import { references } from './references.js';
import { targetOf } from './target.js';

export type RenameResult =
  | {
      readonly ok: true;
      readonly edits: readonly { readonly document: Document; readonly edits: readonly Edit[] }[];
    }
  | { readonly ok: false; readonly reason: string };

export type PrepareResult =
  | { readonly ok: true; readonly range: TextRange; readonly name: string }
  | { readonly ok: false; readonly reason: string };

/** Whether the name at a place can be renamed at all. */
export function prepareRename(document: Document, offset: number): PrepareResult {
  const placed = useAt(document, offset);
  if (placed === undefined) return refuse('there is no name here');
  const { name } = placed.use.name;
  switch (placed.use.role) {
    case 'column':
      return refuse(`\`${name}\` is a column of the data file`);
    case 'field':
      return refuse(`\`${name}\` is a part of a value; only names of declarations can be renamed`);
    case 'clause':
      return refuse(`\`${name}\` is a word of the language`);
    default:
  }
  const target = targetOf(document, placed);
  if (target === undefined && placed.use.role === 'member') {
    return refuse(`\`${name}\` is a part of a value; only names of declarations can be renamed`);
  }
  if (target === undefined) return refuse(`nothing here is called \`${name}\``);
  if (target.kind === 'builtin') return refuse(`\`${name}\` belongs to the language`);
  if (target.kind === 'given' || (target.kind === 'local' && target.location === undefined)) {
    return refuse(`\`${name}\` is a name that the language gives`);
  }
  const file = target.location?.file;
  if (file?.path.startsWith('std/') === true)
    return refuse(`\`${name}\` is defined in the library, in ${file.path}`);
  if (file !== undefined) return refuse(`\`${name}\` is defined in ${file.path}; rename it there`);
  return { ok: true, range: placed.range, name };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

export function rename(
  document: Document,
  offset: number,
  newName: string,
  others: readonly Document[] = [],
): RenameResult {
  const prepared = prepareRename(document, offset);
  if (!prepared.ok) return prepared;
  const unfit = whyNoName(newName);
  if (unfit !== undefined) return refuse(unfit);
  if (newName === prepared.name) return { ok: true, edits: [] };
  const byDocument = new Map<Document, Edit[]>();
  for (const reference of references(document, offset, others)) {
    // Where an import gives another name, the import alone changes.
    const { start, end } = reference.range;
    if (reference.document.text.slice(start, end) !== prepared.name) continue;
    const edits = byDocument.get(reference.document) ?? [];
    edits.push({ range: reference.range, newText: newName });
    byDocument.set(reference.document, edits);
  }
  const renaming = renamingOf(byDocument, prepared.name, newName);
  for (const each of byDocument.keys()) {
    const conflict = conflictOf(each, renaming);
    if (conflict !== undefined) return refuse(conflict);
  }
  return { ok: true, edits: [...byDocument].map(([each, edits]) => ({ document: each, edits })) };
}

/** Why a text cannot be a name; undefined when it can. */
function whyNoName(text: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
    return `${JSON.stringify(text.slice(0, 40))} is not a name: names are made of the letters a to z, digits and \`_\``;
  }
  const [token] = tokenize(text).tokens;
  return token?.tokenType.CATEGORIES?.includes(ReservedWord) === true
    ? `\`${text}\` is a keyword of the language`
    : undefined;
}

/** Files as they will be, and where places in them will lie. */
interface Renaming {
  readonly oldName: string;
  readonly newName: string;
  /** By path. */
  readonly files: ReadonlyMap<
    string,
    { readonly source: SourceFile; readonly moved: (offset: number) => number }
  >;
}

function renamingOf(
  byDocument: ReadonlyMap<Document, readonly Edit[]>,
  oldName: string,
  newName: string,
): Renaming {
  const grown = newName.length - oldName.length;
  const files = [...byDocument].map(([{ source, text }, edits]) => {
    const changed = edits.map(({ range }) => range.start);
    const moved = (offset: number): number => offset + grown * changed.filter((each) => each < offset).length;
    return [source.path, { source: { path: source.path, text: applyEdits(text, edits) }, moved }] as const;
  });
  return { oldName, newName, files: new Map(files) };
}

/** What the new name would clash with in a document that it changes. */
function conflictOf(document: Document, renaming: Renaming): string | undefined {
  const { oldName, newName, files } = renaming;
  const { workspace, source } = document;
  const read: Workspace['read'] = (name, from) => {
    const found = workspace.read?.(name, from);
    return found === undefined ? undefined : (files.get(found.path)?.source ?? found);
  };
  const text = files.get(source.path)?.source.text ?? document.text;
  const after = openDocument({ ...workspace, read }, source.path, text);
  const uses = [...usesOf(document)];
  const renamed = [...usesOf(after)];
  const clash = uses.some((use, index) => {
    const other = renamed[index];
    return other === undefined || !sameDefinition(document, use, after, other, renaming);
  });
  if (uses.length !== renamed.length || clash) {
    const declared = [...fileNames(document).values()].some(({ name }) => name === newName);
    if (declared || uses.some(({ use }) => use.name.name === newName && use.role === 'bind')) {
      return `\`${newName}\` is declared already`;
    }
    return isKnownOutside(document.workspace, newName)
      ? `\`${newName}\` is a name of the library that this file uses`
      : `\`${newName}\` would mean something else in one of the places`;
  }
  const before = new Set(
    diagnostics(document).map(({ code, message }) => `${code} ${message.replaceAll(oldName, newName)}`),
  );
  const fresh = diagnostics(after).find(
    ({ code, message }) => !before.has(`${code} ${message.replaceAll(oldName, newName)}`),
  );
  return fresh === undefined ? undefined : `the file would not be right any more: ${fresh.message}`;
}

function sameDefinition(
  before: Document,
  use: PlacedUse,
  after: Document,
  renamed: PlacedUse,
  { files }: Renaming,
): boolean {
  const movedIn = (path: string, offset: number): number => files.get(path)?.moved(offset) ?? offset;
  if (movedIn(before.source.path, use.range.start) !== renamed.range.start) return false;
  const first = targetOf(before, use);
  const second = targetOf(after, renamed);
  if (first?.kind !== second?.kind) return false;
  if (first === undefined || second === undefined) return true;
  if (first.kind === 'builtin' || second.kind === 'builtin') {
    return first.kind === 'builtin' && second.kind === 'builtin' && first.builtin === second.builtin;
  }
  if (first.kind === 'given' || second.kind === 'given') return true;
  const [from, to] = [first.location, second.location];
  if (from === undefined || to === undefined) return from === to;
  if (from.file?.path !== to.file?.path) return false;
  return movedIn((from.file ?? before.source).path, from.range.start) === to.range.start;
}
