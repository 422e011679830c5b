/** The places of a program that completion tells apart, and what can stand at each. */
import { builtins } from '../check/builtins.js';
import { importedLibraries } from '../check/library.js';
import type { Declaration } from '../parser/ast.js';
import { declarationHeads } from '../parser/words.js';
import type { Before, CallContext } from './call_context.js';
import type { CompletionItem, CompletionKind } from './completion.js';
import type { Document } from './document.js';
import { fileOfImport, importableNames, libraryNames } from './library.js';
import { membersOf } from './members.js';
import { fileNames, localsAt } from './names.js';
import type { BindingKind } from './bindings.js';
import { snippets } from './snippets.js';
import { calledDeclaration, frontNames, hasFront, parametersOf } from './target.js';
import { givenHelp, keywordHelp } from './words.js';

export type Place =
  | 'declaration'
  | 'statement'
  | 'expression'
  | 'type'
  | 'dimension'
  | 'imported name'
  | 'library file'
  | 'member'
  | 'column'
  | 'optimizer'
  | 'handler'
  | 'aggregator'
  | 'set'
  | 'keeping'
  | 'distribution'
  | 'split'
  | 'variables'
  | 'precision'
  | 'clause'
  | 'new name';

/** Words behind which an operand must come, so that whatever follows is an expression. */
const awaiting = new Set(
  '= ~ ( [ , : + - * / ^ @ < <= > >= == != <- .. and or not if then else in where until using return minimize maximize assert within proxy while'.split(
    ' ',
  ),
);

const typeWords = ['real', 'int', 'bool', 'class', 'optimizer', 'schedule', 'fn'] as const;

export function placeOf(context: Before, call: CallContext | undefined): Place {
  const { tokens, open } = context;
  const last = tokens.at(-1)?.image ?? '';
  const head = tokens[0]?.image === 'extern' ? 'fn' : (tokens[0]?.image ?? '');
  const bracket = open.length === 0 ? undefined : tokens[open.at(-1) ?? 0]?.image;
  if (tokens.length === 0) return 'declaration';
  if (head === 'import') return importPlace(context, bracket);
  if (last === '.') return 'member';
  if (call !== undefined && ['column', 'columns'].includes(call.callee.image)) return 'column';
  const inSolve = head === 'solve' && open.length === 0;
  if (last === 'using') return 'optimizer';
  if (last === '~') return 'distribution';
  if (last === 'over')
    return head === 'minimize' || head === 'maximize' || inSolve ? 'variables' : 'dimension';
  if (last === 'by') return inSolve ? 'handler' : 'keeping';
  if (last === 'on') return inSolve ? 'aggregator' : 'split';
  if (last === 'precision') return 'precision';
  if (last === 'in' && head === 'param') return 'set';
  if (last === 'in' && bracket !== '{') return 'dimension';
  if (naming.has(last)) return 'new name';
  if (last === ':' && isTypeColon(context, bracket)) return 'type';
  if (bracket === '[' && typeWords.some((word) => word === tokens[(open.at(-1) ?? 0) - 1]?.image))
    return 'dimension';
  if (awaiting.has(last)) return 'expression';
  if (bracket === '{') return 'statement';
  if (bracket !== undefined) return 'expression';
  return 'clause';
}

/** Words that a name of one's own follows. */
const naming = new Set(
  'let param hyper dim model report fn module optimizer schedule aggregator set distribution handler state for'.split(
    ' ',
  ),
);

function importPlace({ tokens }: Before, bracket: string | undefined): Place {
  const from = tokens.findIndex(({ image }) => image === 'from');
  if (bracket === '{') return 'imported name';
  return from === -1 ? 'new name' : 'library file';
}

/** A colon before a type stands behind the name of a parameter, a column or a `let`; other colons before expressions. */
function isTypeColon({ tokens, open }: Before, bracket: string | undefined): boolean {
  const head = tokens[0]?.image ?? '';
  if (bracket === '[') return false;
  if (bracket === '(') {
    const from = open.at(-1) ?? 0;
    const first = tokens.slice(from + 1).map(({ image }) => image);
    return (
      !first.includes('in') &&
      [
        'fn',
        'module',
        'optimizer',
        'schedule',
        'aggregator',
        'set',
        'distribution',
        'handler',
        'extern',
      ].includes(head)
    );
  }
  if (bracket === '{') return true;
  return !['minimize', 'maximize', 'subject'].includes(head);
}

export function candidatesFor(
  document: Document,
  offset: number,
  context: Before,
  place: Place,
  call: CallContext | undefined,
): readonly CompletionItem[] {
  switch (place) {
    case 'new name':
      return [];
    case 'declaration':
      return declarationItems();
    case 'statement':
      return [
        ...keywords(['let', 'state', 'for', 'if', 'return', 'param', 'model', 'assert', 'per'], 1),
        ...valuesInScope(document, offset),
      ];
    case 'imported name':
      return importedNames(document, offset);
    case 'library file':
      return document.workspace.library.map(({ path }) =>
        item(
          path
            .replace(/\.opt$/, '')
            .replaceAll('/', '.')
            .replace(/^std\./, hasDot(context) ? '' : 'std.'),
          'file',
          0,
        ),
      );
    case 'member':
      return membersOf(document, context);
    case 'column':
      return [
        ...columnsOf(document, offset).map((name) => item(name, 'column', 0, 'column of the data file')),
        ...keywords(['all'], 2),
      ];
    case 'type':
      return [...typeWords.map((word) => item(word, 'type', 0)), ...sizes(document, offset)];
    case 'dimension':
      return [
        ...sizes(document, offset),
        ...valuesInScope(document, offset).map((each) => ({ ...each, rank: 3 })),
      ];
    case 'optimizer':
    case 'handler':
      return definitions(document, 'optimizer', place);
    case 'aggregator':
      return definitions(document, 'function', place);
    case 'set':
    case 'distribution':
      return definitions(document, 'set', place);
    case 'keeping':
      return ['projection', 'map', 'mirror', 'barrier', 'retraction'].map((word) => item(word, 'keyword', 0));
    case 'split':
      return named(document, 'split').map((name) => item(name, 'variable', 0, 'split of the data'));
    case 'variables':
      return [...fileNames(document).values()]
        .filter(({ kind }) => kind === 'param' || kind === 'model')
        .map(({ name, kind }) => item(name, kind === 'model' ? 'model' : 'parameter', 0, kind));
    case 'precision':
      return ['f32', 'f64'].map((word) => item(word, 'keyword', 0));
    case 'clause':
      return [...clauses(context), ...declarationItems().map((each) => ({ ...each, rank: each.rank + 2 }))];
    case 'expression':
      return [...argumentNames(document, context, call), ...expressionItems(document, offset)];
    default:
      return place satisfies never;
  }
}

function item(label: string, kind: CompletionKind, rank: number, detail?: string): CompletionItem {
  return detail === undefined ? { label, kind, rank } : { label, kind, rank, detail };
}

function keywords(words: readonly (keyof typeof keywordHelp)[], rank: number): readonly CompletionItem[] {
  return words.map((word) => item(word, 'keyword', rank, keywordHelp[word]));
}

function declarationItems(): readonly CompletionItem[] {
  return [
    ...snippets.map(({ label, detail, text }) => ({
      label,
      kind: 'snippet' as const,
      detail,
      insertText: text,
      snippet: true,
      rank: 0,
    })),
    ...keywords([...declarationHeads, 'test', 'state'], 1),
  ];
}

const clauseWords = {
  solve: [
    'using',
    'batch',
    'for',
    'until',
    'seed',
    'by',
    'on',
    'over',
    'times',
    'alternating',
    'simultaneous',
  ],
  objective: ['over', 'on'],
  report: ['on', 'samples'],
  let: ['on', 'every'],
  param: ['in', 'by'],
  data: ['split', 'seed', 'as'],
  subject: ['to', 'proxy'],
} as const;

function clauses({ tokens }: Before): readonly CompletionItem[] {
  const head = tokens[0]?.image ?? '';
  const key = head === 'minimize' || head === 'maximize' ? 'objective' : head === 'model' ? 'let' : head;
  const own = key in clauseWords ? clauseWords[key as keyof typeof clauseWords] : [];
  return [...keywords(own, 0), ...keywords(['and', 'or', 'then', 'else', 'where', 'over', 'in'], 1)];
}

function hasDot({ tokens }: Before): boolean {
  return tokens.at(-1)?.image === '.';
}

// --------------------------------------------------------------------------------------------------- expressions

const kindOf: Readonly<Partial<Record<BindingKind, CompletionKind>>> = {
  fn: 'function',
  module: 'module',
  model: 'model',
  optimizer: 'optimizer',
  schedule: 'function',
  set: 'set',
  distribution: 'set',
  dim: 'dimension',
  dimension: 'dimension',
  param: 'parameter',
  parameter: 'parameter',
};

function valuesInScope(document: Document, offset: number): readonly CompletionItem[] {
  const locals = localsAt(document, offset).map(({ name, kind }) =>
    item(name, kindOf[kind] ?? 'variable', 0, kind === 'implicit' ? givenHelp[name] : kind),
  );
  const names = [...fileNames(document).values()]
    .filter(({ namespace }) => namespace === 'value')
    .map(({ name, kind }) => item(name, kindOf[kind] ?? 'variable', 1, kind));
  return [...locals, ...names];
}

function expressionItems(document: Document, offset: number): readonly CompletionItem[] {
  const library = [...libraryNames(document.workspace)].map(([name, { path }]) => ({
    ...item(name, 'function', 3, path),
    library: path,
  }));
  const language = [...builtins.values()].map(({ name, signature }) => item(name, 'function', 2, signature));
  const given = [...(hasFront(document) ? frontNames : []), 'snapshot', 'ema'].map((name) =>
    item(name, 'function', 3, givenHelp[name]),
  );
  return [
    ...valuesInScope(document, offset),
    ...language,
    ...library,
    ...given,
    ...keywords(['if', 'not', 'true', 'false', 'argmin', 'argmax'], 4),
  ];
}

function argumentNames(
  document: Document,
  { piece }: Before,
  call: CallContext | undefined,
): readonly CompletionItem[] {
  if (call === undefined || !call.atStart) return [];
  const { callee, names, index } = call;
  const start = callee.startOffset;
  const span = { file: piece.piece.source, start, end: start + callee.image.length };
  const called = calledDeclaration(document, piece, { name: callee.image, span });
  if (called === undefined || !('declaration' in called)) return [];
  // Those that earlier arguments fill by place cannot be named again.
  return parametersOf(document, called.declaration)
    .slice(index - names.length)
    .filter(({ name }) => !names.includes(name.name))
    .map(({ name, type }) => ({
      ...item(`${name.name} =`, 'argument', 0, type.span.file.text.slice(type.span.start, type.span.end)),
      insertText: `${name.name} = `,
    }));
}

function sizes(document: Document, offset: number): readonly CompletionItem[] {
  const locals = localsAt(document, offset).filter(
    ({ kind }) => kind === 'dimension' || kind === 'parameter',
  );
  const files = [...fileNames(document).values()].filter(({ kind }) =>
    ['dim', 'dimension', 'hyper'].includes(kind),
  );
  return [...locals, ...files].map(({ name, kind }) => item(name, 'dimension', 0, kind));
}

function named(document: Document, kind: BindingKind): readonly string[] {
  return [...fileNames(document).values()].filter((each) => each.kind === kind).map(({ name }) => name);
}

// ------------------------------------------------------------------------------------------------- definitions

type DefinitionWord = 'optimizer' | 'handler' | 'aggregator' | 'set' | 'distribution';

/** The heads of definitions in the text of the library, which is not parsed for this. */
const headWord = /^(optimizer|aggregator|set|distribution|handler)\s+([A-Za-z_]\w*)/gm;

function definitions(
  document: Document,
  kind: CompletionKind,
  wanted: DefinitionWord,
): readonly CompletionItem[] {
  const own = document.syntax.declarations.flatMap((declaration) =>
    wordOf(declaration) === wanted && 'name' in declaration && typeof declaration.name !== 'string'
      ? [item(declaration.name.name, kind, 0, 'of this file')]
      : [],
  );
  const imported = named(document, 'import').map((name) => item(name, kind, 1, 'imported'));
  const library = document.workspace.library.flatMap(({ path, text }) =>
    [...text.matchAll(headWord)]
      .filter(([, word]) => word === wanted)
      .map(([, , name = '']) => ({ ...item(name, kind, 2, path), library: path })),
  );
  return [...own, ...imported, ...library];
}

/** The word that a definition begins with. */
function wordOf(declaration: Declaration): string {
  if (declaration.kind === 'fn') return declaration.aggregator ? 'aggregator' : 'fn';
  if (declaration.kind === 'optimizer') return declaration.isHandler ? 'handler' : 'optimizer';
  return declaration.kind;
}

// ------------------------------------------------------------------------------------------- imports and columns

function importedNames(document: Document, offset: number): readonly CompletionItem[] {
  const declaration = document.declarationAt(offset);
  const from =
    declaration?.kind === 'import'
      ? fileOfImport(document.workspace, declaration, document.source)
      : undefined;
  const files =
    from === undefined
      ? document.workspace.library.filter(({ path }) => importedLibraries.includes(path))
      : [from];
  return files.flatMap((file) =>
    importableNames(file).map((name) => ({ ...item(name, 'function', 0, file.path), library: file.path })),
  );
}

function columnsOf(document: Document, offset: number): readonly string[] {
  const declaration = document.declarationAt(offset);
  const path =
    declaration?.kind === 'data'
      ? declaration.path?.text
      : /\bdata\s+"([^"\n]*)"/.exec(pieceText(document, offset))?.[1];
  if (path === undefined) return [];
  return (document.workspace.columns?.(path, document.source) ?? []).filter((name) =>
    /^[A-Za-z_]\w*$/.test(name),
  );
}

function pieceText(document: Document, offset: number): string {
  return document.pieceAt(offset)?.piece.source.text ?? '';
}
