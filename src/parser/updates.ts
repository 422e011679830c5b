/**
 * Finding the names that begin an update (`x <- e`, `out[t] <- e`) before the grammar runs. No other statement
 * begins with a name, so a name marked here is a firm place to recover at, and contextual words need no second
 * look: a word that is updated is a name, never the suffix it could begin.
 *
 * A `<-` inside of an expression stays an operator, for which the syntax tree has an error and a fix. It is inside
 * of one when something before the name on the same line still waits for an operand.
 */
import type { IToken } from 'chevrotain';
import {
  BinaryOperator,
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
  PrefixOperator,
  ReservedWord,
  RightBrace,
  RightBracket,
  RightParenthesis,
  Tilde,
  UpdatedName,
  words,
} from './tokens.js';

const openers = new Set([LeftParenthesis, LeftBracket, LeftBrace]);
const closers = new Set([RightParenthesis, RightBracket, RightBrace]);
const waitingSigns = new Set([Equals, Tilde, LeftParenthesis, LeftBracket, Comma, Colon]);
const waitingWords = new Set(
  (
    ['in', 'then', 'else', 'if', 'using', 'return', 'while', 'until', 'where', 'within', 'assert'] as const
  ).map((text) => words[text]),
);

/** Words that a name follows. */
const namingWords = new Set(
  (['let', 'state', 'model', 'param', 'report', 'dim'] as const).map((text) => words[text]),
);

/** Whether an operand must follow. */
function awaitsOperand(token: IToken): boolean {
  const type = token.tokenType;
  if (waitingSigns.has(type) || waitingWords.has(type)) return true;
  return isOfType(type, BinaryOperator) || isOfType(type, PrefixOperator);
}

/** Marks, in place, the names that are updated. */
export function markUpdates(text: string, tokens: readonly IToken[]): void {
  const open: number[] = [];
  let lastOpened = -1;
  tokens.forEach((token, index) => {
    const type = token.tokenType;
    if (openers.has(type)) open.push(index);
    else if (closers.has(type)) lastOpened = open.pop() ?? -1;
    else if (type === LeftArrow || type === Equals) {
      const inBraces = open.length === 0 || tokens[open.at(-1) ?? 0]?.tokenType === LeftBrace;
      const isIndexed = tokens[index - 1]?.tokenType === RightBracket;
      const place = isIndexed ? lastOpened - 1 : index - 1;
      const name = tokens[place];
      if (name === undefined || !isOfType(name.tokenType, Identifier)) return;
      const begins =
        type === LeftArrow
          ? beginsUpdate(text, tokens, place, index)
          : inBraces && beginsAssignment(text, tokens, place);
      if (begins) {
        name.tokenType = UpdatedName;
        name.tokenTypeIdx = UpdatedName.tokenTypeIdx ?? name.tokenTypeIdx;
      }
    }
  });
}

function beginsUpdate(text: string, tokens: readonly IToken[], place: number, arrow: number): boolean {
  const name = tokens[place];
  const before = tokens[place - 1];
  if (before === undefined || name === undefined) return true;
  // `let x <- e`: the name belongs to the declaration, and the sign is what is wrong.
  if (namingWords.has(before.tokenType)) return isOnNewLine(text, before, name);
  if (!awaitsOperand(before)) return true;
  const sign = tokens[arrow];
  const behind = tokens[arrow + 1];
  const touches = sign !== undefined && behind !== undefined && endOf(sign) === behind.startOffset;
  return !touches && isOnNewLine(text, before, name);
}

/** `x = e` where `x <- e` was meant: on a line of its own, behind something that is complete. */
function beginsAssignment(text: string, tokens: readonly IToken[], place: number): boolean {
  const name = tokens[place];
  const before = tokens[place - 1];
  if (name === undefined) return false;
  if (before === undefined) return true;
  if (awaitsOperand(before) || before.tokenType === LeftBrace) return false;
  if (isOfType(before.tokenType, ReservedWord)) return false;
  return isOnNewLine(text, before, name);
}

function isOnNewLine(text: string, before: IToken, token: IToken): boolean {
  return text.slice(endOf(before), token.startOffset).includes('\n');
}
