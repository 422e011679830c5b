/** What a name in a document finally refers to: through imports into other files, into the library, to a parameter of what is called. */
import type { Builtin } from '../check/builtins.js';
import type { Declaration, Identifier, Parameter } from '../parser/ast.js';
import type { Document, Location } from './document.js';
import { builtinNamed, importedDefinition, libraryDefinition } from './library.js';
import type { Outside } from './library.js';
import type { FileName, PlacedUse } from './names.js';
import { fileNames, meaningOf } from './names.js';
import { memberTarget } from './member_target.js';
import type { MemberStatement } from './member_target.js';
import type { Binding } from './bindings.js';

export type Target =
  | { readonly kind: 'local'; readonly binding: Binding; readonly location: Location | undefined }
  | { readonly kind: 'file'; readonly name: FileName; readonly location: Location }
  | { readonly kind: 'outside'; readonly definition: Outside; readonly location: Location }
  | { readonly kind: 'parameter'; readonly parameter: Parameter; readonly location: Location }
  /** A parameter or a model of a module, named behind a dot: `net.W`. */
  | {
      readonly kind: 'member';
      readonly statement: MemberStatement;
      readonly location: Location;
    }
  /** A name that the language gives in this place. */
  | { readonly kind: 'given'; readonly name: string }
  | { readonly kind: 'builtin'; readonly builtin: Builtin };

export function targetOf(document: Document, placed: PlacedUse): Target | undefined {
  const { use } = placed;
  switch (use.role) {
    case 'argument':
      return use.callee === undefined ? undefined : parameterOf(document, placed, use.callee);
    case 'member':
      return memberTarget(document, placed);
    case 'field':
    case 'column':
    case 'clause':
      return undefined;
    case 'imported':
      return outsideTarget(importedName(document, placed));
    default:
  }
  const meaning = meaningOf(document, placed);
  switch (meaning.kind) {
    case 'local': {
      const { span } = meaning.binding;
      const location = span === undefined ? undefined : document.locate(span);
      return { kind: 'local', binding: meaning.binding, location };
    }
    case 'file': {
      const { declaration, name } = meaning.name;
      if (declaration.kind === 'import') {
        const found = importedDefinition(document.workspace, declaration, name, document.source);
        if (found !== undefined) return outsideTarget(found);
      }
      return { kind: 'file', name: meaning.name, location: { file: undefined, range: meaning.name.range } };
    }
    case 'outside':
      return use.namespace === 'value' ? outsideNamed(document, meaning.name) : undefined;
    default:
      return meaning satisfies never;
  }
}

/** What a `solve front` gives a meaning. */
export const frontNames: readonly string[] = ['front', 'preference'];

/** Forms of the language that look like functions. */
const copies: readonly string[] = ['snapshot', 'ema'];

function outsideNamed(document: Document, name: string): Target | undefined {
  if (frontNames.includes(name) && hasFront(document)) return { kind: 'given', name };
  if (copies.includes(name)) return { kind: 'given', name };
  const found = libraryDefinition(document.workspace, name);
  if (found !== undefined) return outsideTarget(found);
  const builtin = builtinNamed(name);
  return builtin === undefined ? undefined : { kind: 'builtin', builtin };
}

function outsideTarget(definition: Outside | undefined): Target | undefined {
  if (definition === undefined) return undefined;
  const { start, end } = definition.name.span;
  return { kind: 'outside', definition, location: { file: definition.file, range: { start, end } } };
}

/** `linear` of `import { linear as dense }`. */
function importedName(document: Document, { use, piece }: PlacedUse): Outside | undefined {
  for (const declaration of piece.piece.declarations) {
    if (declaration.kind !== 'import') continue;
    const item = declaration.names.find(({ name }) => name === use.name);
    if (item === undefined) continue;
    return importedDefinition(
      document.workspace,
      declaration,
      (item.alias ?? item.name).name,
      document.source,
    );
  }
  return undefined;
}

/** The declaration that a callee refers to, of this file or another one. */
export function calledDeclaration(
  document: Document,
  piece: PlacedUse['piece'],
  callee: Identifier,
): { readonly declaration: Declaration; readonly name: string } | { readonly builtin: Builtin } | undefined {
  const use = {
    name: callee,
    namespace: 'value',
    role: 'call',
    binding: undefined,
    declares: undefined,
  } as const;
  const range = { start: piece.start + callee.span.start, end: piece.start + callee.span.end };
  const target = targetOf(document, { use, piece, range });
  if (target?.kind === 'builtin') return { builtin: target.builtin };
  const declaration =
    target?.kind === 'outside'
      ? target.definition.declaration
      : target?.kind === 'file'
        ? target.name.declaration
        : undefined;
  if (declaration === undefined) return undefined;
  return { declaration, name: callee.name };
}

/** The module that a model is an instance of. */
export function moduleOf(
  document: Document,
  declaration: Declaration,
): Extract<Declaration, { kind: 'module' }> | undefined {
  if (declaration.kind !== 'model') return undefined;
  const { value } = declaration;
  if (value.kind !== 'call' || value.callee.kind !== 'name') return undefined;
  const piece = document.pieces.find((each) => each.piece.declarations.includes(declaration));
  if (piece === undefined) return undefined;
  const found = calledDeclaration(document, piece, value.callee);
  return found !== undefined && 'declaration' in found && found.declaration.kind === 'module'
    ? found.declaration
    : undefined;
}

/** The parameters that a call of a declaration fills. */
export function parametersOf(document: Document, declaration: Declaration): readonly Parameter[] {
  switch (declaration.kind) {
    case 'fn':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
      return declaration.parameters;
    case 'module':
      return declaration.statics;
    case 'model':
      return moduleOf(document, declaration)?.parameters ?? [];
    default:
      return [];
  }
}

function parameterOf(document: Document, placed: PlacedUse, callee: Identifier): Target | undefined {
  const called = calledDeclaration(document, placed.piece, callee);
  if (called === undefined || !('declaration' in called)) return undefined;
  const parameter = parametersOf(document, called.declaration).find(
    ({ name }) => name.name === placed.use.name.name,
  );
  if (parameter === undefined) return undefined;
  return { kind: 'parameter', parameter, location: document.locate(parameter.name.span) };
}

/** The declaration of a name of the file. */
export function declarationNamed(document: Document, name: string): FileName | undefined {
  return fileNames(document).get(`value ${name}`);
}

export function hasFront({ syntax }: Document): boolean {
  return syntax.declarations.some((each) => each.kind === 'solve' && each.front !== undefined);
}
