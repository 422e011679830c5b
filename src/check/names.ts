/** Looking names up: scopes, then the file, then the library, then what the language itself defines. */
import type { Span } from '../parser/source.js';
import { builtins } from './builtins.js';
import { constant, errorExpression, reference } from './convert.js';
import type { Context } from './context.js';
import { resolveDeclared } from './declarations.js';
import { constantDimension, symbolDimension } from './dimension.js';
import type { Entity, FileScope, StaticValue } from './entities.js';
import { libraryEntity } from './imports.js';
import type { Session } from './session.js';
import { printType } from './print_type.js';
import { arrayType, intElement, intScalar, realScalar, shapeOf } from './type_facts.js';
import { frontEntity } from './fronts.js';
import { importFix } from './import_fix.js';
import { definitionNames, importedLibraries } from './library.js';
import { nearest } from '../parser/suggest.js';
import type { TypedExpression } from './typed.js';

function isCallable(entity: Entity): boolean {
  switch (entity.kind) {
    case 'function':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
    case 'model':
    case 'error':
      return true;
    case 'builtin':
      return entity.builtin.kind !== 'constant';
    case 'value':
      return ['function', 'optimizer', 'model', 'error'].includes(entity.symbol.type.kind);
    default:
      return false;
  }
}

export function lookup(context: Context, name: string): Entity | undefined {
  const local = context.scope.find(name);
  return local?.entity ?? lookupInFile(context.session, context.file, name);
}

/** As `lookup`, passing over values: `let norm = norm(g)` calls the function. */
export function lookupCallable(context: Context, name: string): Entity | undefined {
  const local = context.scope.find(name)?.entity;
  if (local !== undefined && isCallable(local)) return local;
  const { session, file } = context;
  const declared = file.declared.get(name);
  if (declared !== undefined && mayBeCalled(declared.declaration.kind)) {
    const entity = resolveDeclared(session, file, declared);
    if (isCallable(entity)) return entity;
  }
  return (
    libraryEntity(session, file, name) ?? builtinEntity(name) ?? local ?? lookupInFile(session, file, name)
  );
}

function mayBeCalled(kind: string): boolean {
  return ['fn', 'module', 'model', 'optimizer', 'schedule', 'set', 'distribution', 'import'].includes(kind);
}

function lookupInFile(session: Session, file: FileScope, name: string): Entity | undefined {
  const declared = file.declared.get(name);
  if (declared !== undefined) return resolveDeclared(session, file, declared);
  const dimension = file.dimensions.get(name);
  if (dimension !== undefined) return { kind: 'dimension', symbol: dimension };
  return frontEntity(session, file, name) ?? libraryEntity(session, file, name) ?? builtinEntity(name);
}

function builtinEntity(name: string): Entity | undefined {
  const builtin = builtins.get(name);
  return builtin === undefined ? undefined : { kind: 'builtin', builtin };
}

export function* visibleNames(context: Context): Iterable<string> {
  yield* context.scope.visibleNames();
  yield* context.file.declared.keys();
  yield* context.file.dimensions.keys();
  yield* context.session.loader.libraryNames().keys();
  yield* builtins.keys();
}

/** Without those whose own value is being read: they would be defined by themselves. */
function* usableNames(context: Context): Iterable<string> {
  for (const name of visibleNames(context)) {
    if (context.file.declared.get(name)?.state !== 'active') yield name;
  }
}

export function unknownName(context: Context, name: string, span: Span): void {
  const library = importedLibraryWith(context, name);
  const near = library === undefined ? nearest(name, usableNames(context)) : undefined;
  context.session.error('AM2001', span, `nothing here is called \`${name}\``, {
    notes: [
      ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
      ...(library === undefined ? [] : [`it is imported: \`import { ${name} } from ${library}\``]),
    ],
    fixes: [
      ...(near === undefined ? [] : [{ title: `write \`${near}\``, edits: [{ span, newText: near }] }]),
      ...(library === undefined ? [] : importFix(context.file.declarations ?? [], name, library)),
    ],
  });
}

/** The library file, as an import names it, that defines a name without being visible everywhere. */
function importedLibraryWith({ session }: Context, name: string): string | undefined {
  for (const path of importedLibraries) {
    const source = session.loader.library(path);
    if (source !== undefined && definitionNames(source).includes(name)) {
      return path.replace(/\.opt$/, '').replace(/\//g, '.');
    }
  }
  return undefined;
}

/** Records what a name means, for editors. */
export function noteUse(session: Session, span: Span, name: string, entity: Entity): void {
  session.occurrences.push({
    span,
    name,
    definition: definitionOf(entity),
    entity,
    description: () => describe(entity),
  });
}

function definitionOf(entity: Entity): Span | undefined {
  switch (entity.kind) {
    case 'value':
    case 'dimension':
      return entity.symbol.span;
    case 'function':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
      return entity.definition.syntax.name.span;
    case 'model':
    case 'static':
    case 'inline':
      return entity.span;
    case 'builtin':
    case 'error':
      return undefined;
    default:
      return entity satisfies never;
  }
}

export function describe(entity: Entity): string {
  switch (entity.kind) {
    case 'value':
      return `${entity.symbol.role} ${entity.symbol.name}: ${printType(entity.symbol.type)}`;
    case 'dimension':
      return `dimension ${entity.symbol.name}`;
    case 'builtin':
      return entity.builtin.signature;
    case 'function':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
      return `${entity.kind} ${entity.definition.syntax.name.name}`;
    case 'model':
      return 'model';
    case 'inline':
      return printType(entity.value.type);
    case 'static':
      return 'compile-time integer';
    case 'error':
      return '';
    default:
      return entity satisfies never;
  }
}

/** What a name stands for where a value is wanted. */
export function valueOf(context: Context, entity: Entity, name: string, span: Span): TypedExpression {
  switch (entity.kind) {
    case 'value':
      return reference(entity.symbol, span);
    case 'inline':
      return { ...entity.value, span };
    case 'static':
      return staticExpression(entity.value, span);
    case 'dimension':
      return {
        kind: 'dimension',
        dimension: symbolDimension(entity.symbol),
        total: false,
        type: intScalar,
        span,
      };
    case 'builtin':
      if (entity.builtin.kind === 'constant') return constant(entity.builtin.value, realScalar, span);
      return notAValue(context, 'a function', name, span, `call it: \`${name}(...)\``);
    case 'function':
      return notAValue(context, 'a function', name, span, `call it: \`${name}(...)\``);
    case 'module':
      return notAValue(
        context,
        'a module',
        name,
        span,
        `make an instance of it: \`model net = ${name}(...)\``,
      );
    case 'optimizer':
      return notAValue(context, 'an optimizer', name, span, `it stands after \`solve using\``);
    case 'schedule':
      return notAValue(context, 'a schedule', name, span, 'call it where an optimizer takes a real');
    case 'set':
      return notAValue(
        context,
        'a set',
        name,
        span,
        `it stands after \`in\` at a parameter, or in \`project(v, ${name})\``,
      );
    case 'distribution':
      return notAValue(
        context,
        'a distribution',
        name,
        span,
        `it stands after \`~\`, or in \`log_prob(${name}(...), y)\``,
      );
    case 'model':
      return notAValue(
        context,
        'a model',
        name,
        span,
        `call it, \`${name}(x)\`, or name one of its parameters`,
      );
    case 'error':
      return errorExpression(span);
    default:
      return entity satisfies never;
  }
}

function notAValue(context: Context, what: string, name: string, span: Span, note: string): TypedExpression {
  context.session.error('AM2004', span, `\`${name}\` is ${what}, and a value is wanted here`, {
    notes: [note],
  });
  return errorExpression(span);
}

export function staticExpression(value: StaticValue, span: Span): TypedExpression {
  if (value.kind === 'int') {
    return { kind: 'dimension', dimension: value.value, total: false, type: intScalar, span };
  }
  const elements = value.elements.map((element) => staticExpression(element, span));
  const inner = elements[0]?.type;
  const dimensions = inner?.kind === 'array' ? inner.shape.dimensions : [];
  const type = arrayType(intElement, shapeOf([constantDimension(elements.length), ...dimensions]));
  return { kind: 'list', elements, type, span };
}
