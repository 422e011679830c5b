/** What stands outside a document: the library's definitions, parsed when wanted, names of the language, imported files. */
import { builtins } from '../check/builtins.js';
import type { Builtin } from '../check/builtins.js';
import { LazyDeclarations } from '../check/lazy_library.js';
import { libraryLoader } from '../check/library.js';
import { libraryPath } from '../check/imports.js';
import type { Declaration, Identifier, ImportDeclaration } from '../parser/ast.js';
import { parse } from '../parser/parse.js';
import type { SourceFile } from '../parser/source.js';
import type { Workspace } from './document.js';

/** Declarations that have a name and can be used from another file. */
export type Definition = Extract<
  Declaration,
  { readonly kind: 'fn' | 'module' | 'optimizer' | 'schedule' | 'set' | 'distribution' | 'let' | 'dim' }
>;

/** A definition of another file. */
export interface Outside {
  readonly declaration: Declaration;
  readonly name: Identifier;
  readonly file: SourceFile;
}

const namesOf = new WeakMap<readonly SourceFile[], ReadonlyMap<string, SourceFile>>();

/** The definitions that are visible everywhere, each with its file. */
export function libraryNames({ library }: Workspace): ReadonlyMap<string, SourceFile> {
  let names = namesOf.get(library);
  if (names === undefined) {
    const loader = libraryLoader(library);
    const byName = new Map<string, SourceFile>();
    for (const [name, path] of loader.libraryNames()) {
      const file = loader.library(path);
      if (file !== undefined) byName.set(name, file);
    }
    names = byName;
    namesOf.set(library, names);
  }
  return names;
}

export function isKnownOutside(workspace: Workspace, name: string): boolean {
  return builtins.has(name) || libraryNames(workspace).has(name);
}

export function builtinNamed(name: string): Builtin | undefined {
  return builtins.get(name);
}

const lazy = new WeakMap<SourceFile, LazyDeclarations>();

/** The names that a file of the library declares, and what stands behind each. */
export function declarationsOf(file: SourceFile): LazyDeclarations {
  const known = lazy.get(file) ?? new LazyDeclarations(file, () => undefined);
  lazy.set(file, known);
  return known;
}

function definitionIn(file: SourceFile, name: string): Outside | undefined {
  const declared = declarationsOf(file).get(name);
  if (declared === undefined) return undefined;
  return { declaration: declared.declaration, name: { name, span: declared.span }, file };
}

/** A definition of another file by its name there, or what it imports under that name. */
export function definitionFrom(workspace: Workspace, file: SourceFile, name: string): Outside | undefined {
  const found = file.path.startsWith('std/') ? definitionIn(file, name) : parsedIn(file, name);
  if (found?.declaration.kind === 'import') {
    return importedDefinition(workspace, found.declaration, name, file);
  }
  return found ?? libraryDefinition(workspace, name);
}

export function libraryDefinition(workspace: Workspace, name: string): Outside | undefined {
  const file = libraryNames(workspace).get(name);
  return file === undefined ? undefined : definitionIn(file, name);
}

/** The file that an import names. */
export function fileOfImport(
  workspace: Workspace,
  { from }: ImportDeclaration,
  importer: SourceFile,
): SourceFile | undefined {
  if (from.kind === 'path') return workspace.read?.(from.text, importer);
  const path = libraryPath(from.text);
  return workspace.library.find((file) => file.path === path);
}

/** A file passes a name on at most so many times; a circle of imports ends here. */
const longestChain = 20;

/** What an imported name stands for, through files that import it themselves. */
export function importedDefinition(
  workspace: Workspace,
  declaration: ImportDeclaration,
  name: string,
  importer: SourceFile,
): Outside | undefined {
  let current = { declaration, name, importer };
  for (let links = 0; links < longestChain; links += 1) {
    const item = current.declaration.names.find((each) => (each.alias ?? each.name).name === current.name);
    const file = fileOfImport(workspace, current.declaration, current.importer);
    if (item === undefined || file === undefined) return undefined;
    const found = file.path.startsWith('std/')
      ? definitionIn(file, item.name.name)
      : parsedIn(file, item.name.name);
    if (found === undefined || found.declaration.kind !== 'import') return found;
    current = { declaration: found.declaration, name: item.name.name, importer: file };
  }
  return undefined;
}

const parsed = new WeakMap<SourceFile, readonly Declaration[]>();

function parsedIn(file: SourceFile, name: string): Outside | undefined {
  const declarations = parsed.get(file) ?? parse(file).file.declarations;
  parsed.set(file, declarations);
  for (const declaration of declarations) {
    const found = declaredBy(declaration).find((each) => each.name === name);
    if (found !== undefined) return { declaration, name: found, file };
  }
  return undefined;
}

/** The names that other files can import, or that this one imported. */
function declaredBy(declaration: Declaration): readonly Identifier[] {
  switch (declaration.kind) {
    case 'import':
      return declaration.names.map(({ name, alias }) => alias ?? name);
    case 'let':
      return declaration.bindings.map(({ name }) => name);
    case 'fn':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
    case 'dim':
      return [declaration.name];
    default:
      return [];
  }
}

/** Names that a file offers to others. */
export function importableNames(file: SourceFile): readonly string[] {
  if (file.path.startsWith('std/')) return [...declarationsOf(file).keys()];
  const declarations = parsed.get(file) ?? parse(file).file.declarations;
  parsed.set(file, declarations);
  return declarations
    .flatMap((each) => (each.kind === 'import' ? [] : declaredBy(each)))
    .map(({ name }) => name);
}
