/**
 * Library files are cut at the heads of their declarations, and a declaration is parsed when a name of it is first
 * wanted: a program that uses three losses does not pay for forty. The cut text keeps its place by blanks around
 * it, so that spans are those of the whole file. Parsed declarations are kept for later checks.
 */
import type { Declaration } from '../parser/ast.js';
import type { Diagnostic } from '../parser/diagnostic.js';
import { parse } from '../parser/parse.js';
import type { SourceFile } from '../parser/source.js';
import type { Declared } from './entities.js';

interface Piece {
  readonly start: number;
  readonly end: number;
}

interface Parsed {
  readonly declarations: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Pieces {
  /** The piece that declares a name. */
  readonly byName: ReadonlyMap<string, Piece>;
  readonly parsed: Map<Piece, Parsed>;
}

const head =
  /^(?:import|dim|hyper|data|param|let|fn|module|model|minimize|maximize|solve|report|precision|optimizer|schedule|aggregator|set|distribution|handler|test)\b/;
const definition = /^(?:fn|module|optimizer|schedule|aggregator|set|distribution|handler)\s+([A-Za-z_]\w*)/;
const known = new WeakMap<SourceFile, Pieces>();

/** Names that a piece declares, read without parsing. */
function namesIn(text: string): readonly string[] {
  const defined = definition.exec(text)?.[1];
  if (defined !== undefined) return [defined];
  if (text.startsWith('import')) {
    const list = /\{([^}]*)\}/.exec(text)?.[1] ?? '';
    return list.split(',').map(
      (item) =>
        item
          .trim()
          .split(/\s+as\s+/)
          .at(-1) ?? '',
    );
  }
  if (text.startsWith('let') || text.startsWith('dim')) {
    return [...text.matchAll(/(?:^(?:let|dim)\s+|,\s*)([A-Za-z_]\w*)\s*[:=]/g)].map(
      (match) => match[1] ?? '',
    );
  }
  return [];
}

function cut(source: SourceFile): Pieces {
  let pieces = known.get(source);
  if (pieces !== undefined) return pieces;
  const byName = new Map<string, Piece>();
  let current: { start: number; head: number } | undefined;
  let documentation: number | undefined;
  const close = (end: number): void => {
    if (current === undefined) return;
    const piece = { start: current.start, end };
    for (const name of namesIn(source.text.slice(current.head, end))) {
      if (name !== '' && !byName.has(name)) byName.set(name, piece);
    }
  };
  for (let offset = 0; offset < source.text.length;) {
    const newline = source.text.indexOf('\n', offset);
    const end = newline === -1 ? source.text.length : newline + 1;
    const line = source.text.slice(offset, end);
    if (line.startsWith('///')) documentation ??= offset;
    else if (head.test(line)) {
      const start = documentation ?? offset;
      close(start);
      current = { start, head: offset };
      documentation = undefined;
    } else if (line.trim() !== '') documentation = undefined;
    offset = end;
  }
  close(source.text.length);
  pieces = { byName, parsed: new Map() };
  known.set(source, pieces);
  return pieces;
}

function parsePiece(source: SourceFile, pieces: Pieces, piece: Piece): Parsed {
  let parsed = pieces.parsed.get(piece);
  if (parsed === undefined) {
    // Blanks with the line breaks in place, so that offsets and line numbers are those of the whole file.
    const before = source.text.slice(0, piece.start).replace(/[^\n]/g, ' ');
    const text = before + source.text.slice(piece.start, piece.end);
    const { file, diagnostics } = parse({ path: source.path, text });
    parsed = { declarations: file.declarations, diagnostics };
    pieces.parsed.set(piece, parsed);
  }
  return parsed;
}

/** The declared names of a library file, each parsed on the first `get`. */
export class LazyDeclarations extends Map<string, Declared> {
  private readonly pieces: Pieces;

  constructor(
    private readonly source: SourceFile,
    private readonly report: (diagnostic: Diagnostic) => void,
  ) {
    super();
    this.pieces = cut(source);
  }

  override has(name: string): boolean {
    return this.pieces.byName.has(name);
  }

  override get(name: string): Declared | undefined {
    const made = super.get(name);
    if (made !== undefined) return made;
    const piece = this.pieces.byName.get(name);
    if (piece === undefined) return undefined;
    const { declarations, diagnostics } = parsePiece(this.source, this.pieces, piece);
    diagnostics.forEach(this.report);
    for (const declaration of declarations) {
      const declared = declaredIn(declaration, name);
      if (declared === undefined) continue;
      this.set(name, declared);
      return declared;
    }
    return undefined;
  }

  override *keys(): MapIterator<string> {
    yield* this.pieces.byName.keys();
  }

  override *values(): MapIterator<Declared> {
    for (const name of this.pieces.byName.keys()) {
      const declared = this.get(name);
      if (declared !== undefined) yield declared;
    }
  }
}

function declaredIn(declaration: Declaration, name: string): Declared | undefined {
  const make = (span: Declared['span'], binding?: Declared['binding']): Declared => ({
    name,
    span,
    declaration,
    binding,
    state: 'new',
    entity: undefined,
  });
  switch (declaration.kind) {
    case 'fn':
    case 'module':
    case 'optimizer':
    case 'schedule':
    case 'set':
    case 'distribution':
    case 'dim':
      return declaration.name.name === name ? make(declaration.name.span) : undefined;
    case 'let': {
      const binding = declaration.bindings.find((each) => each.name.name === name);
      return binding === undefined ? undefined : make(binding.name.span, binding);
    }
    case 'import': {
      const item = declaration.names.find((each) => (each.alias ?? each.name).name === name);
      return item === undefined ? undefined : make((item.alias ?? item.name).span);
    }
    default:
      return undefined;
  }
}
