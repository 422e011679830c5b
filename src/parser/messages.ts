/**
 * What the parser says when it does not understand. Chevrotain reports which token it wanted; this file turns that
 * into a sentence about the language: what was expected, what stands there instead, and for the frequent mistakes
 * what to write. Token names never reach a reader.
 */
import { EOF } from 'chevrotain';
import type { IParserErrorMessageProvider, IRecognitionException, IToken, TokenType } from 'chevrotain';
import type { Diagnostic } from './diagnostic.js';
import type { SourceFile, Span } from './source.js';
import { didYouMean } from './suggest.js';
import {
  endOf,
  Identifier,
  isOfType,
  LeftArrow,
  NumberToken,
  Percent,
  ReservedWord,
  StringToken,
} from './tokens.js';
import { declarationHeads } from './words.js';

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
  solveClause: '`using`, `on`, `batch`, `for`, `until` or `seed`',
  processClause: '`until`, `seed` or `{`',
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

function describe(token: IToken): string {
  if (token.tokenType === EOF || token.image === '') return 'the file ends here';
  const image = token.image.length > 30 ? `${token.image.slice(0, 27)}...` : token.image;
  return `found \`${image}\``;
}

/** The place of a token; for the end of the file, the last character before it. */
function spanOf(source: SourceFile, token: IToken, previous: IToken | undefined): Span {
  if (!Number.isNaN(token.startOffset)) return { file: source, start: token.startOffset, end: endOf(token) };
  return previous === undefined ? { file: source, start: 0, end: 0 } : lastCharacter(source, previous);
}

const operandEnds = new Set([')', ']', '}']);

function endsOperand(token: IToken): boolean {
  const type = token.tokenType;
  return operandTypes.some((operand) => isOfType(type, operand)) || operandEnds.has(token.image);
}

const operandTypes = [NumberToken, StringToken, Identifier];

function beginsOperand(token: IToken): boolean {
  return operandTypes.some((operand) => isOfType(token.tokenType, operand));
}

/** What is expected behind a complete expression: there, an operand is one too many. */
const behindExpressions = new Set([
  'a declaration',
  'a statement or `}`',
  '`)`',
  '`,` or `)`',
  '`,` or `]`',
  '`,` or `}`',
]);

const hints: Readonly<Record<string, string>> = {
  'a declaration':
    'a declaration begins with a keyword such as `data`, `param`, `let`, `fn`, `minimize`, `solve` or `report`',
  'a statement or `}`':
    'a statement begins with a keyword such as `let`, `for`, `if` or `return`, or updates a name: `x <- ...`',
};

/** What may begin there, for slips of the hand. */
const keywords: Readonly<Record<string, readonly string[]>> = {
  'a declaration': [...declarationHeads, 'test'],
  'a statement or `}`': ['let', 'state', 'param', 'model', 'for', 'if', 'return', 'per', 'assert'],
};

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly notes?: readonly string[];
}

/** The diagnostic of one parser exception; `previous` is the token before the one that does not fit. */
export function syntaxError(
  source: SourceFile,
  previous: IToken | undefined,
  opener: IToken | undefined,
  error: IRecognitionException,
): Diagnostic {
  const { token } = error;
  const expected = error.message;
  const sameLine =
    previous !== undefined && !source.text.slice(endOf(previous), token.startOffset).includes('\n');
  const isOpen = opener !== undefined && expected.includes(`\`${closerOf[opener.image] ?? ''}\``);
  // What is missing at the end of a line is shown there, not at the beginning of the next.
  const showsEnd = previous !== undefined && !sameLine && !garbage.has(expected);
  return {
    severity: 'error',
    span: showsEnd ? lastCharacter(source, previous) : spanOf(source, token, previous),
    ...explain(expected, token, sameLine ? previous : undefined),
    ...(isOpen ? { labels: [{ span: spanOf(source, opener, previous), message: 'opened here' }] } : {}),
  };
}

/** Where these are expected, it is the token found that is wrong. */
const garbage = new Set([
  'a declaration',
  'a statement or `}`',
  'a declaration or `}`',
  'a column `name: type = expression` or `}`',
]);

const closerOf: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function lastCharacter(source: SourceFile, token: IToken): Span {
  const end = endOf(token);
  return { file: source, start: Math.max(0, end - 1), end };
}

/** `previous` is given when it stands on the same line. */
function explain(expected: string, token: IToken, previous: IToken | undefined): Explanation {
  const found = describe(token);
  if (token.tokenType === Percent) {
    return {
      code: 'AM1014',
      message: 'a percent sign stands only in a `split`',
      notes: ['write the share as a number, for example `0.8`'],
    };
  }
  if (previous !== undefined && expected === 'a name' && isOfType(token.tokenType, ReservedWord)) {
    return {
      code: 'AM1011',
      message: `\`${token.image}\` is a reserved word and cannot be a name`,
      notes: ['choose another name, for example with a suffix'],
    };
  }
  if (expected === 'an expression') return { code: 'AM1012', message: `an expression is missing: ${found}` };
  if (token.tokenType === LeftArrow) {
    return {
      code: 'AM1013',
      message: `expected ${expected}, found \`<-\``,
      notes: ['`<-` updates a name that exists: `x <- ...`; a new name is `let x = ...`'],
    };
  }
  if (
    previous !== undefined &&
    behindExpressions.has(expected) &&
    endsOperand(previous) &&
    beginsOperand(token)
  ) {
    return {
      code: 'AM1015',
      message: `\`${previous.image}\` and \`${token.image}\` stand side by side`,
      notes: ['an operator or a comma is missing between them: a product is written `a * b`'],
    };
  }
  const hint = hints[expected];
  const near = didYouMean(token.image, keywords[expected] ?? []);
  const notes = near.length > 0 ? near : hint === undefined ? [] : [hint];
  return {
    code: 'AM1010',
    message: `expected ${expected}: ${found}`,
    ...(notes.length === 0 ? {} : { notes }),
  };
}
