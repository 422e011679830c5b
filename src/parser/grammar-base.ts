/**
 * What all parts of the grammar share: the parser's settings, limits on nesting and on errors, names, and the
 * questions about the next two tokens that grammar rules ask before they commit.
 */
import { CstParser } from 'chevrotain';
import type {
  CstNode,
  IParserErrorMessageProvider,
  IRecognitionException,
  IToken,
  ParserMethod,
  TokenType,
} from 'chevrotain';
import { expectations } from './messages.js';
import {
  allTokens,
  Colon,
  Comma,
  endOf,
  Equals,
  Identifier,
  isOfType,
  LeftArrow,
  LeftBrace,
  LeftBracket,
  LeftParenthesis,
  NumberToken,
  PrefixOperator,
  ReservedWord,
  RightBrace,
  StringToken,
  Tilde,
  words,
} from './tokens.js';
import { declarationHeads } from './words.js';

/** How deep brackets, conditionals, types and blocks may nest. */
export const maximumNesting = 200;

/** Thrown out of the parser at the token where the nesting is too deep; `parse.ts` cuts the declaration out. */
export class NestingTooDeep extends Error {
  constructor(readonly token: IToken) {
    super('nesting too deep');
  }
}

/** Words that, where an operand is missing on the same line, were probably meant as a name. */
const misusedAsNames = new Set<TokenType>([...declarationHeads.map((text) => words[text]), words.state]);

const literals = new Set<TokenType>([NumberToken, StringToken]);
const afterMisusedName = new Set<TokenType>([
  Equals,
  Colon,
  Tilde,
  Comma,
  LeftParenthesis,
  LeftBracket,
  LeftArrow,
  LeftBrace,
]);

function beginsOperand(type: TokenType): boolean {
  return (
    literals.has(type) ||
    type === LeftParenthesis ||
    isOfType(type, Identifier) ||
    isOfType(type, PrefixOperator) ||
    type === words.true ||
    type === words.false
  );
}

/** After this many syntax errors the rest of a file is not looked at. */
export const maximumErrors = 250;

/** Thrown out of the parser at the token where errors become too many. */
export class TooManyErrors extends Error {
  constructor(readonly token: IToken) {
    super('too many errors');
  }
}

/**
 * Chevrotain recovers inside of a repetition by recursion, so endless garbage would exhaust the stack. It asks for
 * a message at every error, and here the errors are counted.
 */
class CountedExpectations implements IParserErrorMessageProvider {
  count = 0;
  limit = maximumErrors;

  buildMismatchTokenMessage(options: MismatchOptions): string {
    this.countOne(options.actual);
    return expectations.buildMismatchTokenMessage(options);
  }

  buildNotAllInputParsedMessage(options: RestOptions): string {
    this.countOne(options.firstRedundant);
    return expectations.buildNotAllInputParsedMessage(options);
  }

  buildNoViableAltMessage(options: AlternativeOptions): string {
    this.countOne(options.actual[0]);
    return expectations.buildNoViableAltMessage(options);
  }

  buildEarlyExitMessage(options: ExitOptions): string {
    this.countOne(options.actual[0]);
    return expectations.buildEarlyExitMessage(options);
  }

  private countOne(token: IToken | undefined): void {
    this.count += 1;
    if (this.count > this.limit && token !== undefined) throw new TooManyErrors(token);
  }
}

type MismatchOptions = Parameters<IParserErrorMessageProvider['buildMismatchTokenMessage']>[0];
type RestOptions = Parameters<IParserErrorMessageProvider['buildNotAllInputParsedMessage']>[0];
type AlternativeOptions = Parameters<IParserErrorMessageProvider['buildNoViableAltMessage']>[0];
type ExitOptions = Parameters<IParserErrorMessageProvider['buildEarlyExitMessage']>[0];

export abstract class GrammarBase extends CstParser {
  protected text = '';
  protected nesting = 0;
  private readonly messages: CountedExpectations;
  /** Defined at the end of the chain of classes; a nested problem is made of declarations. */
  declare readonly declaration: ParserMethod<[], CstNode>;

  constructor(skipValidations: boolean) {
    const messages = new CountedExpectations();
    super(allTokens, {
      recoveryEnabled: true,
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 2,
      errorMessageProvider: messages,
      skipValidations,
    });
    this.messages = messages;
  }

  abstract readonly file: ParserMethod<[], CstNode>;

  /** Parses a token list. `lastTry` takes any number of errors. */
  start(
    text: string,
    tokens: IToken[],
    lastTry: boolean,
  ): { cst: CstNode; errors: readonly IRecognitionException[] } {
    this.text = text;
    this.nesting = 0;
    this.messages.count = 0;
    this.messages.limit = lastTry ? Infinity : maximumErrors;
    this.input = tokens;
    const cst = this.file();
    return { cst, errors: this.errors };
  }

  protected readonly word = this.RULE('word', () => {
    this.OR([{ ALT: () => this.CONSUME(Identifier) }, { ALT: () => this.CONSUME(ReservedWord) }]);
  });

  /** The name that a declaration binds. A reserved word is taken too, where only a name can stand. */
  protected readonly name = this.RULE('name', () => {
    this.OR([
      { ALT: () => this.CONSUME(Identifier) },
      { GATE: () => afterMisusedName.has(this.LA(2).tokenType), ALT: () => this.CONSUME(ReservedWord) },
    ]);
  });

  /** Goes one level down; gives the level to go back to, which also repairs what a damaged part left behind. */
  protected enter(): number {
    const depth = this.nesting;
    if (this.RECORDING_PHASE) return depth;
    this.nesting += 1;
    if (this.nesting > maximumNesting) throw new NestingTooDeep(this.LA(1));
    return depth;
  }

  /** `{ ... }`, one level deeper; what is inside says with `another` that a new item begins. */
  protected braced(items: (another: () => void) => void): void {
    const depth = this.enter();
    this.CONSUME(LeftBrace);
    items(() => {
      this.nesting = depth + 1;
    });
    this.CONSUME(RightBrace);
    this.nesting = depth;
  }

  // The gates of the long repetitions look at two tokens, so that what is no declaration (or statement, or column)
  // is skipped up to the next one, instead of being entered and ending the repetition.

  protected beginsDeclaration(): boolean {
    return this.LA(1).tokenType !== words.test || isOfType(this.LA(2).tokenType, StringToken);
  }

  protected beginsStatement(): boolean {
    const type = this.LA(1).tokenType;
    if (type === words.for || type === words.per) return isOfType(this.LA(2).tokenType, Identifier);
    return type !== words.while || beginsOperand(this.LA(2).tokenType);
  }

  /** `solve for` begins a process, unless an objective is called `for`. */
  protected beginsProcess(): boolean {
    const third = this.LA(3).tokenType;
    return this.LA(2).tokenType === words.for && third !== words.using && third !== Comma;
  }

  protected beginsColumn(): boolean {
    return this.LA(2).tokenType === Colon || isOfType(this.LA(1).tokenType, Identifier);
  }

  /** A contextual word before an operand is a clause, not a name: two operands never stand side by side. */
  protected isName(): boolean {
    return this.LA(1).tokenType === Identifier || !literals.has(this.LA(2).tokenType);
  }

  protected isMisusedWord(): boolean {
    const token = this.LA(1);
    if (!misusedAsNames.has(token.tokenType)) return false;
    return !this.text.slice(endOf(this.LA(0)), token.startOffset).includes('\n');
  }
}
