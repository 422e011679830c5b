/** The first pass over a file: which names it declares, and which dimensions its types bind. */
import type { Declaration, Expression, FileSyntax, LetBinding, TypeSyntax } from '../parser/ast.js';
import type { Span } from '../parser/source.js';
import type { Declared, FileScope } from './entities.js';
import { freshDimension } from './session.js';
import type { Session } from './session.js';
import { dimensionExpressions, dimensionNames } from './signature.js';
import { nearest } from '../parser/suggest.js';

interface Name {
  readonly name: string;
  readonly span: Span;
  readonly binding?: LetBinding;
}

/** The names that a declaration brings into the file. */
function namesOf(declaration: Declaration): readonly Name[] {
  switch (declaration.kind) {
    case 'import':
      return declaration.names.map(({ name, alias }) => alias ?? name);
    case 'data':
      return declaration.columns.map(({ name }) => name);
    case 'let':
    case 'problem_state':
      return declaration.bindings.map((binding) => ({ ...binding.name, binding }));
    case 'dim':
    case 'hyper':
    case 'param':
    case 'fn':
    case 'module':
    case 'model':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
      return [declaration.name];
    default:
      return [];
  }
}

function typesOf(declaration: Declaration): readonly TypeSyntax[] {
  if (declaration.kind === 'data') return declaration.columns.map(({ type }) => type);
  return declaration.kind === 'param' ? [declaration.type] : [];
}

export function declareFile(session: Session, syntax: FileSyntax, role: FileScope['role']): FileScope {
  const declared = new Map<string, Declared>();
  for (const declaration of syntax.declarations) {
    for (const { name, span, binding } of namesOf(declaration)) {
      const first = declared.get(name);
      if (first !== undefined) {
        session.error('AM2002', span, `\`${name}\` is declared twice`, {
          labels: [{ span: first.span, message: 'the first time here' }],
          notes: ['every name of a file means one thing'],
        });
        continue;
      }
      declared.set(name, { name, span, declaration, binding, state: 'new', entity: undefined });
    }
  }
  const dimensions = new Map(
    [...boundDimensions(session, syntax, declared)].map(([name, span]) => [
      name,
      freshDimension(name, span, 'file'),
    ]),
  );
  const hasModels = syntax.declarations.some(({ kind }) => kind === 'model');
  const scope = { source: syntax.source, role, declared, dimensions, hasModels };
  return role === 'main' ? { ...scope, declarations: syntax.declarations } : scope;
}

/** Names in the types of data columns and parameters that nothing else declares. Only data says how large they are. */
function boundDimensions(
  session: Session,
  syntax: FileSyntax,
  declared: ReadonlyMap<string, Declared>,
): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  const collect = (kind: Declaration['kind'], add: (name: string, span: Span) => void): void => {
    for (const declaration of syntax.declarations) {
      if (declaration.kind !== kind) continue;
      for (const { name, span } of typesOf(declaration)
        .flatMap(dimensionExpressions)
        .flatMap(namesOfDimension)) {
        if (!declared.has(name) && !found.has(name)) add(name, span);
      }
    }
  };
  collect('data', (name, span) => found.set(name, span));
  const sized = [...found.keys(), ...declared.keys()];
  collect('param', (name, span) => {
    found.set(name, span);
    const near = name.length > 1 ? nearest(name, sized) : undefined;
    session.error('AM2101', span, `nothing says how large \`${name}\` is`, {
      notes: [
        ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
        `no data column has this dimension; declare it by \`dim ${name} = ...\`, or by \`dim ${name}\` for the host to say`,
      ],
    });
  });
  return found;
}

function namesOfDimension(expression: Expression): readonly Name[] {
  return [...dimensionNames(expression)];
}
