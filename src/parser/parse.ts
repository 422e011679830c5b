/**
 * The parser's front door: text in, syntax tree and diagnostics out, for any text. Declarations that are nested too
 * deeply are cut out of the tokens, so that the grammar never meets them.
 */
import type { CstNode, IRecognitionException, IToken } from 'chevrotain';
import type { FileSyntax } from './ast.js';
import { buildDeclarations, buildFile } from './build-ast.js';
import { commentsOf } from './comments.js';
import type { Comment } from './comments.js';
import type { BuildContext } from './cst.js';
import type { Diagnostic } from './diagnostic.js';
import { cutDeclarationAround } from './cut.js';
import { maximumNesting, NestingTooDeep, TooManyErrors } from './grammar-base.js';
import { parseTokens } from './grammar.js';
import { syntaxError } from './messages.js';
import type { SourceFile } from './source.js';
import { endOf, tokenize, UnclosedString } from './tokens.js';
import type { Tokens } from './tokens.js';
import { markUpdates } from './updates.js';

export interface ParseResult {
  readonly file: FileSyntax;
  /** In the order of the source. */
  readonly diagnostics: Diagnostic[];
  readonly comments: readonly Comment[];
}

export interface ConcreteResult extends ParseResult {
  readonly cst: CstNode;
}

/** Parses any text. Never throws; what cannot be understood is a diagnostic and a hole in the tree. */
export function parse(source: SourceFile): ParseResult {
  const { file, diagnostics, comments } = parseConcrete(source);
  return { file, diagnostics, comments };
}

/** As `parse`, with the concrete syntax tree, which the formatter prints. */
export function parseConcrete(source: SourceFile): ConcreteResult {
  const lexed = tokenize(source.text);
  const syntactic = lexicalErrors(source, lexed);
  const { cst, errors } = parseWhatFits(source, lexed.tokens, syntactic);
  syntactic.push(...syntaxErrors(source, lexed, errors));
  const context: BuildContext = {
    source,
    comments: lexed.comments,
    diagnostics: [],
    level: 0,
    parenthesised: new WeakSet(),
    silenced: [],
    declarations: buildDeclarations,
  };
  const file = buildFile(context, cst);
  const diagnostics = withoutRepeats(syntactic, context);
  return { file, diagnostics, comments: commentsOf(source, lexed.comments), cst };
}

/** All diagnostics in order, without those that only repeat another at the same place. */
function withoutRepeats(syntactic: readonly Diagnostic[], context: BuildContext): Diagnostic[] {
  const places = new Set(syntactic.map((diagnostic) => diagnostic.span.start));
  const fromTree = context.diagnostics.filter((diagnostic) => !places.has(diagnostic.span.start));
  return [...syntactic, ...fromTree]
    .filter(({ span }) => !context.silenced.some(({ start, end }) => span.start >= start && span.end <= end))
    .sort((first, second) => first.span.start - second.span.start);
}

/** After this many declarations were cut out for their nesting, the rest of the file is not looked at. */
const maximumCuts = 20;

function parseWhatFits(
  source: SourceFile,
  allTokens: IToken[],
  diagnostics: Diagnostic[],
): { cst: CstNode; errors: readonly IRecognitionException[] } {
  markUpdates(source.text, allTokens);
  let tokens = allTokens;
  for (let cuts = 0, lastTry = false; ; cuts += 1) {
    try {
      return parseTokens(source.text, cuts > maximumCuts ? [] : tokens, lastTry);
    } catch (thrown) {
      if (thrown instanceof NestingTooDeep) {
        diagnostics.push(
          tooMuch(source, thrown.token, 'this is nested too deeply', [
            `brackets, conditionals and blocks may nest ${maximumNesting} levels deep`,
          ]),
        );
        tokens = cutDeclarationAround(source.text, tokens, thrown.token);
      } else if (thrown instanceof TooManyErrors) {
        diagnostics.push(
          tooMuch(
            source,
            thrown.token,
            'there are too many errors: the rest of the file is not looked at',
            [],
          ),
        );
        tokens = tokens.slice(0, tokens.indexOf(thrown.token));
        lastTry = true;
      } else {
        throw thrown;
      }
    }
  }
}

function tooMuch(source: SourceFile, token: IToken, message: string, notes: readonly string[]): Diagnostic {
  const span = { file: source, start: token.startOffset, end: endOf(token) };
  return { code: 'AM1031', severity: 'error', span, message, ...(notes.length > 0 ? { notes } : {}) };
}

function lexicalErrors(source: SourceFile, lexed: Tokens): Diagnostic[] {
  const diagnostics: Diagnostic[] = lexed.unknown.map(({ start, end }) => {
    const text = source.text.slice(start, end);
    const shown = text.length > 20 ? `${text.slice(0, 17)}...` : text;
    const isWord = /\p{L}/u.test(text);
    return {
      code: 'AM1001',
      severity: 'error',
      span: { file: source, start, end },
      message: `${JSON.stringify(shown)} is not part of the language`,
      ...(isWord ? { notes: ['names are made of the letters a to z, digits and `_`'] } : {}),
      ...(text.startsWith('#') ? { notes: ['a comment begins with `//`'] } : {}),
    };
  });
  for (const token of lexed.semicolons) {
    const span = { file: source, start: token.startOffset, end: endOf(token) };
    diagnostics.push({
      code: 'AM1005',
      severity: 'error',
      span,
      message: 'nothing ends with a semicolon',
      notes: ['statements are told apart by how they begin'],
      fixes: [{ title: 'remove `;`', edits: [{ span, newText: '' }] }],
    });
  }
  return diagnostics;
}

/** One diagnostic for each place: errors that only follow from an earlier one are left out. */
function syntaxErrors(
  source: SourceFile,
  lexed: Tokens,
  errors: readonly IRecognitionException[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  let skippedTo = -1;
  for (const error of [...errors].sort((a, b) => a.token.startOffset - b.token.startOffset)) {
    const { startOffset } = error.token;
    if (startOffset <= skippedTo) continue;
    const last = error.resyncedTokens.at(-1) ?? error.token;
    skippedTo = Math.max(skippedTo, last.startOffset);
    const before = tokenBefore(lexed.tokens, startOffset);
    // A text without its closing quote has swallowed what comes next.
    if (before?.tokenType === UnclosedString) continue;
    const gap = before === undefined ? startOffset : endOf(before);
    if (lexed.unknown.some((unknown) => unknown.start >= gap && unknown.start < startOffset)) continue;
    found.push(syntaxError(source, before, openerBefore(lexed.tokens, startOffset), error));
  }
  return found;
}

/** The innermost bracket that is open at `offset`. */
function openerBefore(tokens: readonly IToken[], offset: number): IToken | undefined {
  const open: IToken[] = [];
  for (const token of tokens) {
    if (token.startOffset >= offset) break;
    if (token.image === '(' || token.image === '[' || token.image === '{') open.push(token);
    else if (token.image === ')' || token.image === ']' || token.image === '}') open.pop();
  }
  return open.at(-1);
}

/** The last token that begins before `offset`; the end of the file has no offset, and all tokens before it. */
function tokenBefore(tokens: readonly IToken[], offset: number): IToken | undefined {
  if (Number.isNaN(offset)) return tokens.at(-1);
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.startOffset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return tokens[low - 1];
}
