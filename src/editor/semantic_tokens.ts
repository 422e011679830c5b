/**
 * What each name is, for colours: parameters of the problem, data, dimensions, functions, columns. Words that are keywords
 * only in their place are among them; what the grammar of an editor can tell by itself is not.
 */
import { endOf, Identifier, isOfType, ReservedWord } from '../parser/tokens.js';
import type { Document, TextRange } from './document.js';
import type { PlacedUse } from './names.js';
import { usesOf } from './names.js';
import { targetOf } from './target.js';
import type { Target } from './target.js';
import { lengthOf, pieceTokens } from './tokens_at.js';

export const semanticTokenTypes = [
  'function',
  'class',
  'variable',
  'parameter',
  'property',
  'enumMember',
  'type',
  'label',
  'keyword',
  'namespace',
] as const;
export const semanticTokenModifiers = ['declaration', 'readonly', 'modification', 'defaultLibrary'] as const;

export type SemanticTokenType = (typeof semanticTokenTypes)[number];
export type SemanticTokenModifier = (typeof semanticTokenModifiers)[number];

export interface SemanticToken {
  readonly range: TextRange;
  readonly type: SemanticTokenType;
  readonly modifiers: readonly SemanticTokenModifier[];
}

/** In the order of the text; those of a part of it where `within` is given. */
export function semanticTokens(document: Document, within?: TextRange): readonly SemanticToken[] {
  const isWanted = ({ start, end }: TextRange): boolean =>
    within === undefined || (end > within.start && start < within.end);
  const tokens: SemanticToken[] = [];
  const named = new Set<number>();
  for (const placed of usesOf(document)) {
    named.add(placed.range.start);
    if (!isWanted(placed.range) || placed.range.end <= placed.range.start) continue;
    const token = tokenOf(document, placed);
    if (token !== undefined) tokens.push(token);
  }
  tokens.push(...contextualWords(document, named, isWanted));
  return tokens.sort((first, second) => first.range.start - second.range.start);
}

/** `over`, `batch`, `for`: words that are names elsewhere. */
function contextualWords(
  document: Document,
  named: ReadonlySet<number>,
  isWanted: (range: TextRange) => boolean,
): readonly SemanticToken[] {
  return document.pieces.flatMap((piece, index) =>
    pieceTokens(piece, lengthOf(document, index)).flatMap((token) => {
      const { tokenType } = token;
      if (tokenType === Identifier || !isOfType(tokenType, Identifier) || isOfType(tokenType, ReservedWord))
        return [];
      const range = { start: piece.start + token.startOffset, end: piece.start + endOf(token) };
      if (named.has(range.start) || !isWanted(range)) return [];
      return [{ range, type: 'keyword' as const, modifiers: [] }];
    }),
  );
}

function tokenOf(document: Document, placed: PlacedUse): SemanticToken | undefined {
  const { use, range } = placed;
  const make = (type: SemanticTokenType, ...modifiers: SemanticTokenModifier[]): SemanticToken => ({
    range,
    type,
    modifiers: [
      ...(use.role === 'bind' ? (['declaration'] as const) : []),
      ...(use.role === 'write' ? (['modification'] as const) : []),
      ...modifiers,
    ],
  });
  if (use.namespace !== 'value') return make('label');
  switch (use.role) {
    case 'column':
      return make('enumMember');
    case 'argument':
      return make('parameter');
    case 'member':
    case 'field':
      return make('property');
    case 'clause':
      return make('keyword');
    default:
      return ofTarget(targetOf(document, placed), make);
  }
}

function ofTarget(
  target: Target | undefined,
  make: (type: SemanticTokenType, ...modifiers: SemanticTokenModifier[]) => SemanticToken,
): SemanticToken | undefined {
  switch (target?.kind) {
    case undefined:
      return undefined;
    case 'builtin':
      return target.builtin.kind === 'constant'
        ? make('variable', 'readonly', 'defaultLibrary')
        : make('function', 'defaultLibrary');
    case 'given':
      return make(
        target.name === 'snapshot' || target.name === 'ema' ? 'function' : 'variable',
        'defaultLibrary',
      );
    case 'member':
      return make('property');
    case 'parameter':
      return make('parameter');
    case 'outside':
      return make(typeOfKind(target.definition.declaration.kind), 'defaultLibrary');
    case 'local': {
      const { kind } = target.binding;
      return kind === 'implicit' ? make('variable', 'defaultLibrary') : make(typeOfKind(kind));
    }
    case 'file':
      return target.name.kind === 'hyper' || target.name.kind === 'data'
        ? make('variable', 'readonly')
        : make(typeOfKind(target.name.kind));
    default:
      return target satisfies never;
  }
}

const types: Readonly<Record<string, SemanticTokenType>> = {
  fn: 'function',
  optimizer: 'function',
  schedule: 'function',
  set: 'function',
  distribution: 'function',
  import: 'function',
  module: 'class',
  model: 'class',
  dim: 'type',
  dimension: 'type',
  param: 'property',
  parameter: 'parameter',
};

function typeOfKind(kind: string): SemanticTokenType {
  return types[kind] ?? 'variable';
}
