/**
 * What the parser says when it does not understand. Chevrotain reports which token it wanted; this file turns that
 * into a sentence about the language: what was expected, what stands there instead, and for the frequent mistakes
 * what to write. Token names never reach a reader.
 */
import { EOF } from 'chevrotain';
import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from 'chevrotain';
import type { Diagnostic } from './diagnostic.js';
import type { SourceFile, Span } from './source.js';
import { endOf, Identifier, LeftArrow, NumberToken, Percent, ReservedWord, StringToken } from './tokens.js';

/** What a rule is called when none of its alternatives fits. */
const ruleNames: Readonly<Record<string, string>> = {
  file: 'a declaration',
  declaration: 'a declaration',
  importDeclaration: 'a library path such as `std.nn` or a file path in quotes',
  word: 'a name',
  name: 'a name',
  columnName: 'the name of a column',
  dataClause: '`as`, `split`, `seed` or `{`',
  binding: '`=` or `~` and a value',
  body: '`=` and an expression, or a body in braces',
  block: 'a statement',
  statement: 'a statement',
  ifStatement: '`{` or `if`',
  updateStatement: '`<-`',
  solveClause: '`batch`, `for`, `until` or `seed`',
  unit: '`steps` or `epochs`',
  atom: 'an expression',
  argument: 'an argument',
  arguments: 'an argument',
  listLiteral: 'an element of the list',
  type: 'a type',
  arrayType: 'a type',
  dimensions: 'a dimension',
};

/** What to expect where the rule says more than the token. */
const ruleTokens: Readonly<Record<string, string>> = {
  'file EOF': 'a declaration',
  'block RightBrace': 'a statement or `}`',
  'nestedProblem RightBrace': 'a declaration or `}`',
  'dataDeclaration RightBrace': 'a column `name: type = expression` or `}`',
  'dataDeclaration LeftBrace': '`{`',
  'atom RightParenthesis': '`)`',
  'arguments RightParenthesis': '`,` or `)`',
  'parameters RightParenthesis': '`,` or `)`',
  'listLiteral RightBracket': '`,` or `]`',
  'indices RightBracket': '`,` or `]`',
  'dimensions RightBracket': '`,` or `]`',
  'recordLiteral RightBrace': '`,` or `}`',
  'recordType RightBrace': '`,` or `}`',
};

function tokenName(type: TokenType): string {
  if (type === Identifier) return 'a name';
  if (type === NumberToken) return 'a number';
  if (type === StringToken) return 'a text in quotes';
  if (type === EOF) return 'the end of the file';
  return `\`${type.LABEL ?? type.name}\``;
}

/** Gives chevrotain's exceptions the phrase of what was expected as their message; `syntaxError` says the rest. */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) =>
    ruleTokens[`${ruleName} ${expected.name}`] ?? tokenName(expected),
  buildNotAllInputParsedMessage: () => 'a declaration',
  buildNoViableAltMessage: ({ ruleName }) => ruleNames[ruleName] ?? 'something else',
  buildEarlyExitMessage: ({ ruleName }) => ruleNames[ruleName] ?? 'something else',
};

export interface ErrorContext {
  readonly source: SourceFile;
  readonly tokens: readonly IToken[];
}

function describe(token: IToken): string {
  if (token.tokenType === EOF || token.image === '') return 'the file ends here';
  const image = token.image.length > 30 ? `${token.image.slice(0, 27)}...` : token.image;
  return `found \`${image}\``;
}

function spanOf(source: SourceFile, token: IToken, previous: IToken): Span {
  if (Number.isNaN(token.startOffset) || token.tokenType === EOF) {
    const end = Number.isNaN(previous.startOffset) ? source.text.trimEnd().length : endOf(previous);
    return { file: source, start: Math.max(0, end - 1), end };
  }
  return { file: source, start: token.startOffset, end: endOf(token) };
}

const operandEnds = new Set([')', ']', '}']);

function endsOperand(token: IToken): boolean {
  const { tokenType } = token;
  return (
    tokenType === NumberToken ||
    tokenType === StringToken ||
    tokenType === Identifier ||
    (tokenType.CATEGORIES ?? []).includes(Identifier) ||
    operandEnds.has(token.image)
  );
}

function beginsOperand(token: IToken): boolean {
  const { tokenType } = token;
  return tokenType === NumberToken || tokenType === StringToken || tokenType === Identifier;
}

function isReserved(token: IToken): boolean {
  return (token.tokenType.CATEGORIES ?? []).includes(ReservedWord);
}

/** The diagnostic of one parser exception. */
export function syntaxError(context: ErrorContext, error: IRecognitionException): Diagnostic {
  const { source } = context;
  const { token } = error;
  const previous: IToken = (error as { previousToken?: IToken }).previousToken ?? token;
  const span = spanOf(source, token, previous);
  const expected = error.message;
  const base = { severity: 'error' as const, span };
  const sameLine = !source.text.slice(endOf(previous), token.startOffset).includes('\n');

  if (token.tokenType === Percent) {
    return {
      ...base,
      code: 'AM1014',
      message: 'a percent sign stands only in a `split`',
      notes: ['write the share as a number, for example `0.8`'],
    };
  }
  if (isReserved(token) && expected === 'a name') {
    return {
      ...base,
      code: 'AM1011',
      message: `\`${token.image}\` is a reserved word and cannot be a name`,
      notes: ['choose another name, for example with a suffix'],
    };
  }
  if (expected === 'an expression') {
    return {
      ...base,
      code: 'AM1012',
      message: `an expression is missing: ${describe(token)}`,
    };
  }
  if (token.tokenType === LeftArrow) {
    return {
      ...base,
      code: 'AM1013',
      message: `expected ${expected}, found \`<-\``,
      notes: ['`<-` updates a name: `x <- expression`'],
    };
  }
  if (sameLine && endsOperand(previous) && beginsOperand(token)) {
    return {
      ...base,
      code: 'AM1015',
      message: `\`${previous.image}\` and \`${token.image}\` stand side by side: expected ${expected}`,
      notes: ['an operator is never left out: a product is written `a * b`'],
    };
  }
  return { ...base, code: 'AM1010', message: `expected ${expected}: ${describe(token)}` };
}
