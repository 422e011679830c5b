/** The outline of a document, and the search for a declaration in many. */
import type { Declaration, Identifier } from '../parser/ast.js';
import type { Document, TextRange } from './document.js';

export type SymbolKind =
  | 'function'
  | 'module'
  | 'model'
  | 'optimizer'
  | 'set'
  | 'constant'
  | 'variable'
  | 'data'
  | 'parameter'
  | 'objective'
  | 'constraint'
  | 'report'
  | 'solve'
  | 'test'
  | 'import'
  | 'dimension';

export interface DocumentSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: SymbolKind;
  readonly range: TextRange;
  /** The name itself. */
  readonly selection: TextRange;
  readonly children: readonly DocumentSymbol[];
}

export function documentSymbols(document: Document): readonly DocumentSymbol[] {
  return document.syntax.declarations.flatMap((declaration) => symbolsOf(document, declaration));
}

/** The declarations of several documents whose names contain the letters of a query in order. */
export function workspaceSymbols(
  documents: readonly Document[],
  query: string,
): readonly { readonly document: Document; readonly symbol: DocumentSymbol }[] {
  const letters = query.toLowerCase();
  return documents.flatMap((document) =>
    documentSymbols(document)
      .flatMap((symbol) => [symbol, ...symbol.children])
      .filter(({ name }) => hasLetters(name.toLowerCase(), letters))
      .map((symbol) => ({ document, symbol })),
  );
}

function hasLetters(name: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function symbolsOf(document: Document, declaration: Declaration): readonly DocumentSymbol[] {
  const range = document.rangeOf(declaration.span);
  const symbol = (
    name: string,
    kind: SymbolKind,
    detail: string,
    place: Identifier | undefined,
    children: readonly DocumentSymbol[] = [],
  ): DocumentSymbol => {
    const selection =
      place === undefined ? { start: range.start, end: range.start } : document.rangeOf(place.span);
    // An outline without a name cannot be shown; a half-typed declaration has none yet.
    return {
      name: name === '' ? '?' : name,
      kind,
      detail,
      range: around(range, selection),
      selection,
      children,
    };
  };
  const own = (kind: SymbolKind, name: Identifier, detail: string = declaration.kind): DocumentSymbol[] => [
    symbol(name.name, kind, detail, name),
  ];
  const part = (
    name: Identifier,
    kind: SymbolKind,
    span: Identifier['span'],
    detail: string,
  ): DocumentSymbol => {
    const selection = document.rangeOf(name.span);
    return {
      name: name.name === '' ? '?' : name.name,
      kind,
      detail,
      range: around(document.rangeOf(span), selection),
      selection,
      children: [],
    };
  };
  switch (declaration.kind) {
    case 'import':
      return declaration.names.map(({ name, alias }) =>
        part(alias ?? name, 'import', (alias ?? name).span, `from ${declaration.from.text}`),
      );
    case 'dim':
      return own('dimension', declaration.name);
    case 'hyper':
      return own('constant', declaration.name, `hyper: ${textOf(declaration.type)}`);
    case 'data': {
      const name = declaration.path === undefined ? 'data' : `data "${declaration.path.text}"`;
      const columns = declaration.columns.map((column) =>
        part(column.name, 'data', column.span, textOf(column.type)),
      );
      return [symbol(name, 'data', '', undefined, columns)];
    }
    case 'param':
      return own('parameter', declaration.name, `param: ${textOf(declaration.type)}`);
    case 'let':
    case 'problem_state':
      return declaration.bindings.map(({ name, span }) =>
        part(name, 'variable', span, declaration.kind === 'let' ? 'let' : 'state'),
      );
    case 'problem_update':
      return [];
    case 'fn':
      return own('function', declaration.name, declaration.aggregator ? 'aggregator' : 'fn');
    case 'schedule':
      return own('function', declaration.name);
    case 'module':
      return own('module', declaration.name);
    case 'model':
      return own('model', declaration.name);
    case 'optimizer':
      return own('optimizer', declaration.name, declaration.isHandler ? 'handler' : 'optimizer');
    case 'set':
    case 'distribution': {
      const operations = declaration.operations.map(({ name, span }) => part(name, 'function', span, 'fn'));
      return [symbol(declaration.name.name, 'set', declaration.kind, declaration.name, operations)];
    }
    case 'objective': {
      const { label, sense } = declaration;
      return [symbol(label?.name ?? sense, 'objective', label === undefined ? '' : sense, label)];
    }
    case 'constraint':
      return [symbol(declaration.label?.name ?? 'subject to', 'constraint', '', declaration.label)];
    case 'solve':
      return [
        symbol(
          'solve',
          'solve',
          declaration.using.map(({ optimizer }) => textOf(optimizer)).join(', '),
          undefined,
        ),
      ];
    case 'process':
      return [symbol('solve', 'solve', `for ${textOf(declaration.count)} steps`, undefined)];
    case 'report':
      return own('report', declaration.name);
    case 'precision':
      return [];
    case 'test':
      return [symbol(declaration.name, 'test', 'test', undefined)];
    default:
      return declaration satisfies never;
  }
}

/** The protocol wants the name inside of the whole, also in a damaged source. */
function around(range: TextRange, selection: TextRange): TextRange {
  return { start: Math.min(range.start, selection.start), end: Math.max(range.end, selection.end) };
}

function textOf({ span: { file, start, end } }: { readonly span: Identifier['span'] }): string {
  return file.text.slice(start, end).replace(/\s+/g, ' ');
}
