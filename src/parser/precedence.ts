/**
 * Precedence: a flat list of operands and operators becomes a tree, by climbing. The table of operators is here, and
 * so are the errors that only precedence can see: comparisons that chain, operators of other languages.
 */
import type { CstNode, IToken } from 'chevrotain';
import type { BinaryOperator, Expression, UnaryOperator } from './ast.js';
import type { BuildContext } from './cst.js';
import { after, report, textAt, tokensOf, tokenSpan } from './cst.js';
import { joinSpans } from './source.js';
import type { Span } from './source.js';
import { foreignOperators } from './tokens.js';

interface Infix {
  readonly operator: BinaryOperator | '..';
  readonly precedence: number;
  readonly associativity: 'left' | 'right' | 'none';
}

const infix = (
  operator: Infix['operator'],
  precedence: number,
  associativity: Infix['associativity'] = 'left',
): Infix => ({ operator, precedence, associativity });

const comparisonPrecedence = 4;

/** By image. Unary minus stands between `^` and `@`, `not` between comparisons and `and`. */
const infixes: ReadonlyMap<string, Infix> = new Map(
  [
    infix('^', 9, 'right'),
    infix('@', 7),
    infix('*', 6),
    infix('/', 6),
    infix('+', 5.5),
    infix('-', 5.5),
    infix('..', 5, 'none'),
    infix('==', comparisonPrecedence, 'none'),
    infix('!=', comparisonPrecedence, 'none'),
    infix('<', comparisonPrecedence, 'none'),
    infix('<=', comparisonPrecedence, 'none'),
    infix('>', comparisonPrecedence, 'none'),
    infix('>=', comparisonPrecedence, 'none'),
    infix('and', 2),
    infix('or', 1),
  ].map((entry) => [entry.operator, entry] as const),
);

const prefixPrecedence: Readonly<Record<UnaryOperator, number>> = { '-': 8, not: 3 };

/** How tightly a binary operator binds, as a number to compare. */
export function tightness(image: string): number {
  return infixes.get(image)?.precedence ?? 0;
}

/** What stands where an expression is missing. */
export function hole(span: Span): Expression {
  return { kind: 'error', span };
}

type OperandBuilder = (context: BuildContext, node: CstNode, owner: Span) => Expression;

/** The tree of `operand (operator operand)*`, where operands may have prefixes. */
export function climb(
  context: BuildContext,
  operands: readonly CstNode[],
  operators: readonly IToken[],
  owner: Span,
  buildOperand: OperandBuilder,
): Expression {
  return new Climber(context, operands, operators, owner, buildOperand).all();
}

/** Precedence climbing over one flat list `operand (operator operand)*`, where an operand may have prefixes. */
class Climber {
  private operand = 0;
  private operator = 0;

  constructor(
    private readonly context: BuildContext,
    private readonly operands: readonly CstNode[],
    private readonly operators: readonly IToken[],
    private readonly owner: Span,
    private readonly buildOperand: OperandBuilder,
  ) {}

  all(): Expression {
    return this.climb(0);
  }

  private climb(minimum: number): Expression {
    const node = this.operands[this.operand];
    this.operand += 1;
    const prefixes = tokensOf(node, 'PrefixOperator');
    return this.continueWith(this.prefixed(node, prefixes, 0), minimum);
  }

  /** `-` and `not` before an operand take what binds tighter than they do. */
  private prefixed(node: CstNode | undefined, prefixes: readonly IToken[], index: number): Expression {
    const token = prefixes[index];
    if (token === undefined) {
      return node === undefined ? hole(after(this.owner)) : this.buildOperand(this.context, node, this.owner);
    }
    const operator = this.unaryOperator(token);
    let operand = this.prefixed(node, prefixes, index + 1);
    operand = this.continueWith(operand, prefixPrecedence[operator]);
    return {
      kind: 'unary',
      operator,
      operand,
      span: joinSpans(tokenSpan(this.context, token), operand.span),
    };
  }

  /** Takes operators behind `first` as long as they bind at least as tightly as `minimum`. */
  private continueWith(first: Expression, minimum: number): Expression {
    let left = first;
    for (;;) {
      const token = this.operators[this.operator];
      if (token === undefined) return left;
      const entry = this.infixOf(token);
      if (entry.precedence < minimum) return left;
      this.operator += 1;
      const tighter = entry.associativity === 'right' ? entry.precedence : entry.precedence + 0.25;
      left = this.binary(entry, token, left, this.climb(tighter));
    }
  }

  private unaryOperator(token: IToken): UnaryOperator {
    if (token.image === '!') {
      reportForeign(this.context, token, 'not ');
      return 'not';
    }
    return token.image === 'not' ? 'not' : '-';
  }

  private infixOf(token: IToken): Infix {
    const image = foreignOperators[token.image] ?? token.image;
    // `a <-b` is reported where the node is made; it reads as `a < -b`.
    const entry = infixes.get(image === '<-' ? '<' : image);
    if (entry === undefined) throw new Error(`compiler bug: no precedence for ${token.image}`);
    return entry;
  }

  private binary(entry: Infix, token: IToken, left: Expression, rightSide: Expression): Expression {
    const { context } = this;
    const operatorSpan = tokenSpan(context, token);
    let right = rightSide;
    const foreign = foreignOperators[token.image];
    if (foreign !== undefined) reportForeign(context, token, foreign);
    if (token.image === '<-') {
      report(
        context,
        'AM1021',
        operatorSpan,
        '`<-` stands in an expression',
        [
          '`<-` is always one sign, which updates a name',
          'leave a space to compare with a negative: `a < -b`',
        ],
        [{ title: 'write `< -`', edits: [{ span: operatorSpan, newText: '< -' }] }],
      );
      right = { kind: 'unary', operator: '-', operand: right, span: right.span };
    }
    const span = joinSpans(left.span, right.span);
    if (entry.associativity === 'none') this.checkChain(entry, operatorSpan, left, right);
    if (entry.operator === '..') return { kind: 'range', from: left, to: right, span };
    return { kind: 'binary', operator: entry.operator, operatorSpan, left, right, span };
  }

  /** `a < b < c` and `a..b..c` have no meaning. A left side in parentheses is written by its span. */
  private checkChain(entry: Infix, operatorSpan: Span, left: Expression, right: Expression): void {
    if (this.context.parenthesised.has(left)) return;
    if (entry.operator === '..') {
      if (left.kind !== 'range') return;
      report(this.context, 'AM1022', operatorSpan, 'a range has two ends', ['write `a..b`']);
      return;
    }
    if (left.kind !== 'binary' || infixes.get(left.operator)?.precedence !== comparisonPrecedence) return;
    const middle = textAt(left.right.span);
    const written = `${textAt(left.span)} and ${middle} ${entry.operator} ${textAt(right.span)}`;
    const short = written.length <= 60 && !written.includes('\n') ? written : 'a < b and b < c';
    report(
      this.context,
      'AM1020',
      operatorSpan,
      'comparisons do not chain',
      [`join two comparisons by \`and\`: \`${short}\``],
      [
        {
          title: 'join by `and`',
          edits: [{ span: after(left.span), newText: ` and ${middle}` }],
        },
      ],
    );
  }
}

function reportForeign(context: BuildContext, token: IToken, own: string): void {
  const span = tokenSpan(context, token);
  report(
    context,
    'AM1023',
    span,
    `\`${token.image}\` is written \`${own.trim()}\` here`,
    [],
    [{ title: `write \`${own.trim()}\``, edits: [{ span, newText: own }] }],
  );
}
