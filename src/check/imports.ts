/** Other files: the library, whose definitions are visible everywhere, and files named by `import`. */
import type { Declaration, FileSyntax, ImportDeclaration } from '../parser/ast.js';
import { parse } from '../parser/parse.js';
import type { SourceFile, Span } from '../parser/source.js';
import { declareFile } from './declare_file.js';
import type { Declared, Entity, FileScope } from './entities.js';
import { resolveDeclared } from './declarations.js';
import { LazyDeclarations } from './lazy_library.js';
import type { Session } from './session.js';
import { didYouMean } from '../parser/suggest.js';

const definitionKinds: readonly Declaration['kind'][] = [
  'fn',
  'module',
  'optimizer',
  'schedule',
  'set',
  'distribution',
];

/** The scope of a file, parsed at most once. A broken library file or import is reported where it is broken. */
export function fileScope(session: Session, source: SourceFile, role: FileScope['role']): FileScope {
  const known = session.files.get(source.path);
  if (known !== undefined) return known;
  if (role === 'library') return openLibrary(session, source);
  const { file, diagnostics } = parse(source);
  for (const diagnostic of diagnostics) session.report(diagnostic);
  return openFile(session, file, role);
}

function openLibrary(session: Session, source: SourceFile): FileScope {
  const declared = new LazyDeclarations(source, (diagnostic) => session.report(diagnostic));
  const scope: FileScope = { source, role: 'library', declared, dimensions: new Map(), hasModels: false };
  session.files.set(source.path, scope);
  return scope;
}

export function openFile(session: Session, syntax: FileSyntax, role: FileScope['role']): FileScope {
  const scope = declareFile(session, syntax, role);
  session.files.set(syntax.source.path, scope);
  return scope;
}

/** A definition of the library that is visible without import. */
export function libraryEntity(session: Session, from: FileScope, name: string): Entity | undefined {
  const library = session.loader.libraryNames().get(name);
  if (library === undefined || library === from.source.path) return undefined;
  const source = session.loader.library(library);
  if (source === undefined) return undefined;
  const file = fileScope(session, source, 'library');
  const declared = file.declared.get(name);
  return declared === undefined ? undefined : resolveDeclared(session, file, declared);
}

/** What an imported name stands for. */
export function resolveImport(session: Session, file: FileScope, declared: Declared): Entity {
  const { declaration } = declared;
  if (declaration.kind !== 'import') throw new Error('compiler bug: not an import');
  const item = declaration.names.find(({ name, alias }) => (alias ?? name).name === declared.name);
  const target = importedFile(session, file, declaration);
  if (target === undefined || item === undefined) return { kind: 'error' };
  const found = target.declared.get(item.name.name);
  if (found === undefined || !isImportable(found)) {
    const names = [...target.declared.values()].filter(isImportable).map(({ name }) => name);
    const what = found === undefined ? 'has no definition' : 'exports only definitions, and not';
    session.error('AM2006', item.name.span, `\`${declaration.from.text}\` ${what} \`${item.name.name}\``, {
      notes: didYouMean(item.name.name, names),
    });
    return { kind: 'error' };
  }
  if (found.state === 'active' && found.declaration.kind === 'import') {
    session.error('AM2007', item.name.span, `\`${item.name.name}\` is imported in a circle`, {
      notes: ['each of the files takes it from the next, and none defines it'],
    });
    return { kind: 'error' };
  }
  return resolveDeclared(session, target, found);
}

function isImportable({ declaration }: { readonly declaration: Declaration }): boolean {
  return definitionKinds.includes(declaration.kind) || declaration.kind === 'import';
}

export function importedFile(
  session: Session,
  file: FileScope,
  declaration: ImportDeclaration,
): FileScope | undefined {
  const { kind, text, span } = declaration.from;
  if (kind === 'library') {
    const path = libraryPath(text);
    const source = session.loader.library(path);
    if (source === undefined) return notFound(session, text, span, 'the library has no such file');
    return fileScope(session, source, 'library');
  }
  const source = session.loader.file(text, file.source);
  if (source === undefined)
    return notFound(session, text, span, 'the path is relative to the file that imports it');
  return fileScope(session, source, 'import');
}

/** `std.nn` is `std/nn.opt`. */
export function libraryPath(dotted: string): string {
  return `${dotted.replace(/\./g, '/')}.opt`;
}

function notFound(session: Session, text: string, span: Span, note: string): undefined {
  session.error('AM2005', span, `\`${text}\` cannot be read`, { notes: [note] });
  return undefined;
}
