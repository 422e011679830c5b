/**
 * The words and signs of the language. Three kinds of words: reserved ones, which no program may use as a name
 * (they begin a declaration, a statement, or shape an expression); contextual ones, which mean something only in
 * one place and are ordinary names elsewhere; and names. Two further groups of tokens exist only so that habits
 * from other languages get an answer instead of a riddle: operators spelled differently here, and semicolons.
 */
import { createToken, Lexer } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import { contextualWords, declarationHeads, expressionWords, statementHeads } from './words.js';

// ------------------------------------------------------------------------------------------------ categories

/** Whatever may stand between two operands. */
export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: Lexer.NA });
/** Whatever may stand before an operand. */
export const PrefixOperator = createToken({ name: 'PrefixOperator', pattern: Lexer.NA });
/** A word that no program may use as a name. */
export const ReservedWord = createToken({ name: 'ReservedWord', pattern: Lexer.NA });

// ----------------------------------------------------------------------------------------------------- words

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

/** A name that begins an update, `x <- e`; the lexer never makes one, `updates.ts` marks them. */
export const UpdatedName = createToken({ name: 'UpdatedName', pattern: Lexer.NA });

export type ReservedText =
  | (typeof declarationHeads)[number]
  | (typeof statementHeads)[number]
  | 'and'
  | 'or'
  | 'not'
  | (typeof expressionWords)[number];

export type ContextualText = (typeof contextualWords)[number];

function wordToken(text: string, categories: TokenType[]): TokenType {
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  return createToken({ name, label: text, pattern: text, longer_alt: Identifier, categories });
}

function wordTable<Text extends string>(
  texts: readonly Text[],
  categories: TokenType[],
): Record<Text, TokenType> {
  return Object.fromEntries(texts.map((text) => [text, wordToken(text, categories)])) as Record<
    Text,
    TokenType
  >;
}

/** Reserved and contextual words by their text. */
export const words: Record<ReservedText | ContextualText, TokenType> = {
  ...wordTable(declarationHeads, [ReservedWord]),
  ...wordTable(statementHeads, [ReservedWord]),
  ...wordTable(expressionWords, [ReservedWord]),
  and: wordToken('and', [ReservedWord, BinaryOperator]),
  or: wordToken('or', [ReservedWord, BinaryOperator]),
  not: wordToken('not', [ReservedWord, PrefixOperator]),
  ...wordTable(contextualWords, [Identifier]),
};

// -------------------------------------------------------------------------------------------------- literals

export const NumberToken = createToken({
  name: 'Number',
  pattern: /[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?/,
});
export const StringToken = createToken({ name: 'String', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
/** A string whose line ends first; counts as a string, with a diagnostic. */
export const UnclosedString = createToken({
  name: 'UnclosedString',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: [StringToken],
});

// ----------------------------------------------------------------------------------------------------- signs

function sign(name: string, text: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label: text, pattern: text, categories });
}

export const LeftArrow = sign('LeftArrow', '<-', [BinaryOperator]);
export const Minus = sign('Minus', '-', [BinaryOperator, PrefixOperator]);
export const Range = sign('Range', '..', [BinaryOperator]);
export const Ellipsis = sign('Ellipsis', '...');
export const Equals = sign('Equals', '=');
export const Tilde = sign('Tilde', '~');
export const LeftParenthesis = sign('LeftParenthesis', '(');
export const RightParenthesis = sign('RightParenthesis', ')');
export const LeftBracket = sign('LeftBracket', '[');
export const RightBracket = sign('RightBracket', ']');
export const LeftBrace = sign('LeftBrace', '{');
export const RightBrace = sign('RightBrace', '}');
export const Comma = sign('Comma', ',');
export const Colon = sign('Colon', ':');
export const Dot = sign('Dot', '.');
export const Percent = sign('Percent', '%');

/** Operators of other languages and what they are called here. */
export const foreignOperators: Readonly<Record<string, string>> = {
  '&&': 'and',
  '||': 'or',
  '**': '^',
  '<>': '!=',
  '!': 'not ',
};
const foreignTokens: TokenType[] = [
  sign('ForeignAnd', '&&', [BinaryOperator]),
  sign('ForeignOr', '||', [BinaryOperator]),
  sign('ForeignPower', '**', [BinaryOperator]),
  sign('ForeignUnequal', '<>', [BinaryOperator]),
  sign('ForeignNot', '!', [PrefixOperator]),
];

// ----------------------------------------------------------------------------------- what the grammar ignores

const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\n\f\uFEFF]+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: 'comments' });
const Semicolon = createToken({ name: 'Semicolon', pattern: ';', group: 'semicolons' });

/** In the order the lexer tries them: longer before shorter, words before names. */
export const allTokens: TokenType[] = [
  WhiteSpace,
  Comment,
  ...Object.values(words).sort((a, b) => String(b.PATTERN).length - String(a.PATTERN).length),
  Identifier,
  NumberToken,
  StringToken,
  UnclosedString,
  Ellipsis,
  Range,
  Dot,
  LeftArrow,
  ...foreignTokens.slice(0, 4),
  sign('LessEqual', '<=', [BinaryOperator]),
  sign('GreaterEqual', '>=', [BinaryOperator]),
  sign('EqualEqual', '==', [BinaryOperator]),
  sign('Unequal', '!=', [BinaryOperator]),
  ...foreignTokens.slice(4),
  sign('Less', '<', [BinaryOperator]),
  sign('Greater', '>', [BinaryOperator]),
  Equals,
  Tilde,
  sign('Plus', '+', [BinaryOperator]),
  Minus,
  sign('Star', '*', [BinaryOperator]),
  sign('Slash', '/', [BinaryOperator]),
  sign('Caret', '^', [BinaryOperator]),
  sign('At', '@', [BinaryOperator]),
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Comma,
  Colon,
  Percent,
  Semicolon,
  UpdatedName,
  BinaryOperator,
  PrefixOperator,
  ReservedWord,
];

const lexer = new Lexer(allTokens, {
  positionTracking: 'onlyOffset',
  ensureOptimizations: true,
  skipValidations: true,
});

export interface Tokens {
  readonly tokens: IToken[];
  readonly comments: readonly IToken[];
  readonly semicolons: readonly IToken[];
  /** Runs of characters that begin no token. */
  readonly unknown: readonly { readonly start: number; readonly end: number }[];
}

export function tokenize(text: string): Tokens {
  const { tokens, groups, errors } = lexer.tokenize(text);
  // The parser derives the extent of its nodes from both ends of their tokens; the lexer gives only the first.
  for (const token of tokens) token.endOffset = endOf(token) - 1;
  return {
    tokens,
    comments: groups['comments'] ?? [],
    semicolons: groups['semicolons'] ?? [],
    unknown: errors.map((error) => ({ start: error.offset, end: error.offset + error.length })),
  };
}

/** Whether a token type is another one or of its category. */
export function isOfType(type: TokenType, wanted: TokenType): boolean {
  return type === wanted || (type.CATEGORIES?.includes(wanted) ?? false);
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
