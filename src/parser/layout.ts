/**
 * The layout of every rule of the grammar, as documents. Most rules are their tokens and parts in a row, with the
 * spaces that `needsSpace` gives; the table `layouts` lists those that know more: brackets, chains of operators,
 * blocks, the aligned columns of data.
 */
import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Comment } from './comments.js';
import { attachComments, blankLineBefore } from './comment-places.js';
import type { CommentPlaces } from './comment-places.js';
import { isToken, nodeOf, nodesOf, tokenOf, tokensOf } from './cst.js';
import type { Doc } from './doc.js';
import {
  concat,
  fill,
  group,
  hardline,
  indent,
  join,
  leadingComment,
  line,
  printFlat,
  softline,
  trailingComment,
  unbreakable,
  value as rightSide,
} from './doc.js';
import { tightness } from './precedence.js';
import {
  breaksInside,
  endOfElement,
  isLiteral,
  isNestedProblem,
  orderedChildren,
  soleConditional,
  startOf,
  tokensIn,
} from './cst-order.js';
import { endOf, words } from './tokens.js';

export function layoutFile(text: string, file: CstNode, comments: readonly Comment[]): Doc {
  const tokens = tokensIn(file);
  const layout = new Layout(text, tokens, attachComments(text, tokens, comments));
  return layout.sequence(nodesOf(file, 'declaration'), undefined);
}

const noSpaceBefore = new Set([',', ':', ')', ']', '%', '.']);
const noSpaceAfter = new Set(['(', '[', '.']);
/** Rules that touch what stands before them. */
const touching = new Set(['parameters', 'arguments', 'indices', 'dimensions', 'postfix', 'result']);

type RuleLayout = (layout: Layout, node: CstNode) => Doc;

const layouts: Readonly<Record<string, RuleLayout>> = {
  importDeclaration: (layout, node) => layout.importDeclaration(node),
  dataDeclaration: (layout, node) => layout.dataDeclaration(node),
  binding: (layout, node) => layout.assignment(orderedChildren(node)),
  recordField: (layout, node) => layout.assignment(orderedChildren(node)),
  body: (layout, node) => layout.assignment(orderedChildren(node)),
  hyperDeclaration: (layout, node) => layout.assignment(orderedChildren(node)),
  dimDeclaration: (layout, node) => layout.assignment(orderedChildren(node)),
  modelDeclaration: (layout, node) => layout.assignment(orderedChildren(node)),
  reportDeclaration: (layout, node) => layout.assignment(orderedChildren(node)),
  updateStatement: (layout, node) => layout.assignment(orderedChildren(node)),
  parameter: (layout, node) => layout.assignment(orderedChildren(node)),
  argument: (layout, node) => layout.assignment(orderedChildren(node)),
  objectiveDeclaration: (layout, node) => layout.headed(node),
  returnStatement: (layout, node) => layout.headed(node),
  assertStatement: (layout, node) => layout.headed(node),
  aggregatorDeclaration: (layout, node) => layout.aggregatorDeclaration(node),
  letDeclaration: (layout, node) => layout.bindings(node),
  letStatement: (layout, node) => layout.bindings(node),
  stateStatement: (layout, node) => layout.bindings(node),
  solveDeclaration: (layout, node) => layout.solveDeclaration(node),
  fnDeclaration: (layout, node) => layout.functionDeclaration(node),
  derivativeRule: (layout, node) => layout.derivativeRule(node),
  setDeclaration: (layout, node) => layout.setDeclaration(node),
  distributionDeclaration: (layout, node) => layout.setDeclaration(node),
  handlerBody: (layout, node) => layout.handlerBody(node, false),
  optimizerBody: (layout, node) => layout.handlerBody(node, true),
  handlerObjective: (layout, node) => layout.headed(node),
  constraintDeclaration: (layout, node) => layout.headed(node),
  parameters: (layout, node) => layout.bracketed(node, 'together'),
  recordLiteral: (layout, node) => layout.bracketed(node, 'each', line),
  indices: (layout, node) => layout.bracketed(node, 'together'),
  listLiteral: (layout, node) => layout.listOrArguments(node, 'together'),
  arguments: (layout, node) => layout.listOrArguments(node, 'each'),
  atom: (layout, node) =>
    tokenOf(node, 'LeftParenthesis') ? layout.bracketed(node, 'together') : layout.row(node),
  arrayType: (layout, node) => layout.arrayType(node),
  dimensions: (layout, node) => unbreakable(layout.row(node)),
  conditional: (layout, node) => group(layout.conditional(node)),
  expression: (layout, node) => layout.expression(node, true),
  unary: (layout, node) => layout.unary(node),
  block: (layout, node) => layout.block(node, true),
  nestedProblem: (layout, node) => layout.nestedProblem(node),
  ifStatement: (layout, node) => layout.ifStatement(node),
};

class Layout {
  private readonly starts = new Map<number, IToken>();
  private readonly ends = new Map<number, IToken>();

  constructor(
    private readonly text: string,
    tokens: readonly IToken[],
    private readonly places: CommentPlaces,
  ) {
    for (const token of tokens) {
      this.starts.set(token.startOffset, token);
      this.ends.set(endOf(token), token);
    }
  }

  private needsSpace(before: CstElement, after: CstElement): boolean {
    if (!isToken(after) && touching.has(after.name)) return false;
    if (isToken(before) && before.tokenType === words.fn && isToken(after)) return false;
    const left = this.text.charAt(endOfElement(before) - 1);
    const right = this.text.charAt(startOf(after));
    return !noSpaceAfter.has(left) && !noSpaceBefore.has(right);
  }

  /** The layout of any node or token. */
  doc(element: CstElement): Doc {
    if (isToken(element)) return this.token(element);
    return layouts[element.name]?.(this, element) ?? this.row(element);
  }

  /** A token between its comments. */
  token(token: IToken): Doc {
    return concat([...this.commentsBefore(token), token.image, this.commentBehind(token)]);
  }

  private commentsBefore(token: IToken): Doc[] {
    return this.places.takeLeading(token).map((comment) => leadingComment(comment.text));
  }

  private commentBehind(token: IToken): Doc {
    const comment = this.places.trailing(token);
    if (comment === undefined) return '';
    return trailingComment(comment.text, this.places.isLastOfStatement(token));
  }

  /** All parts on one line. */
  row(node: CstNode): Doc {
    return this.spaced(orderedChildren(node));
  }

  spaced(elements: readonly CstElement[]): Doc {
    const parts: Doc[] = [];
    elements.forEach((element, index) => {
      const before = elements[index - 1];
      if (before !== undefined && this.needsSpace(before, element)) parts.push(' ');
      parts.push(this.doc(element));
    });
    return concat(parts);
  }

  // ------------------------------------------------------------------------------- sequences and blocks

  /**
   * Declarations, statements or columns, each on a line of its own, with the comments between them; at most one
   * blank line stays where there was one. `closer` is the brace behind the last.
   */
  sequence(
    nodes: readonly CstNode[],
    closer: IToken | undefined,
    print: (node: CstNode) => Doc = (node) => this.doc(node),
  ): Doc {
    const parts: Doc[] = [];
    const add = (start: number, doc: Doc): void => {
      if (parts.length > 0) parts.push(hardline);
      if (parts.length > 0 && blankLineBefore(this.text, start)) parts.push(hardline);
      parts.push(doc);
    };
    const addComments = (comments: readonly Comment[]): void => {
      for (const comment of comments) add(comment.span.start, comment.text);
    };
    for (const node of nodes) {
      const first = this.starts.get(startOf(node));
      const last = this.ends.get(endOfElement(node));
      if (first === undefined || last === undefined) continue;
      addComments(this.places.takeLeading(first));
      this.places.endStatement(last);
      add(first.startOffset, print(node));
    }
    addComments(closer === undefined ? this.places.takeRest() : this.places.takeLeading(closer));
    return concat(parts);
  }

  block(node: CstNode, mayBeOneLine: boolean): Doc {
    return this.braces(node, nodesOf(node, 'statement'), undefined, mayBeOneLine);
  }

  nestedProblem(node: CstNode): Doc {
    return this.braces(node, nodesOf(node, 'declaration'), undefined);
  }

  /** Where there is an `else`, no branch stays on one line. */
  ifStatement(node: CstNode): Doc {
    const hasElse = tokenOf(node, 'Else') !== undefined;
    const parts = orderedChildren(node).map((element) =>
      !isToken(element) && element.name === 'block' ? this.block(element, !hasElse) : this.doc(element),
    );
    return join(' ', parts);
  }

  /** `{ ... }` around a sequence; on one line if it is one simple part that was written on one line. */
  private braces(
    node: CstNode,
    parts: readonly CstNode[],
    print: ((part: CstNode) => Doc) | undefined,
    mayBeOneLine = true,
  ): Doc {
    const open = tokenOf(node, 'LeftBrace');
    const close = tokenOf(node, 'RightBrace');
    if (open === undefined || close === undefined) return this.row(node);
    const opening = this.token(open);
    const inside = this.sequence(parts, close, print);
    const closing = this.token(close);
    const isOneLine = !this.text.slice(open.startOffset, endOf(close)).includes('\n');
    if (
      parts.length === 0 &&
      typeof inside !== 'string' &&
      inside.kind === 'concat' &&
      inside.parts.length === 0
    ) {
      return concat([opening, closing]);
    }
    if (mayBeOneLine && isOneLine && parts.length === 1) {
      return group(concat([opening, indent(concat([line, inside])), line, closing]));
    }
    return concat([opening, indent(concat([hardline, inside])), hardline, closing]);
  }

  // --------------------------------------------------------------------------------------- declarations

  importDeclaration(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const open = elements.findIndex((element) => isToken(element) && element.image === '{');
    const close = elements.findIndex((element) => isToken(element) && element.image === '}');
    const names = this.separated(elements.slice(open + 1, close));
    return concat([
      this.spaced(elements.slice(0, open)),
      ' ',
      group(
        concat([
          this.spaced(elements.slice(open, open + 1)),
          indent(concat([line, names])),
          line,
          this.spaced(elements.slice(close, close + 1)),
        ]),
      ),
      ' ',
      this.spaced(elements.slice(close + 1)),
    ]);
  }

  dataDeclaration(node: CstNode): Doc {
    const columns = nodesOf(node, 'dataColumn');
    const open = tokenOf(node, 'LeftBrace');
    const head = orderedChildren(node).filter(
      (element) => open !== undefined && startOf(element) < open.startOffset,
    );
    const widest = Math.max(0, ...columns.map((column) => this.columnHeadWidth(column)));
    const braces = this.braces(node, columns, (column) => this.column(column, widest));
    return concat([this.spaced(head), ' ', braces]);
  }

  handlerBody(node: CstNode, mayBeOneLine: boolean): Doc {
    const parts = orderedChildren(node).filter((element) => !isToken(element)) as readonly CstNode[];
    return this.braces(node, parts, undefined, mayBeOneLine);
  }

  /** A derivative rule stands on a line of its own. */
  functionDeclaration(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const place = elements.findIndex((element) => !isToken(element) && element.name === 'derivativeRule');
    const rule = elements[place];
    if (rule === undefined) return this.row(node);
    return concat([this.spaced(elements.slice(0, place)), hardline, this.doc(rule)]);
  }

  derivativeRule(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const [word, ...rest] = elements;
    return word === undefined ? this.row(node) : concat([this.doc(word), this.spaced(rest)]);
  }

  /** A head, and its operations in braces. */
  setDeclaration(node: CstNode): Doc {
    const open = tokenOf(node, 'LeftBrace');
    const head = orderedChildren(node).filter(
      (element) => open !== undefined && startOf(element) < open.startOffset,
    );
    return concat([
      this.spaced(head),
      ' ',
      this.braces(node, nodesOf(node, 'fnDeclaration'), undefined, false),
    ]);
  }

  /** The width of `name: type` as printed on one line; 0 for a column without a value, which needs no alignment. */
  private columnHeadWidth(column: CstNode): number {
    if (nodeOf(column, 'binding') === undefined) return 0;
    const tokens = orderedChildren(column).flatMap((element) =>
      !isToken(element) && element.name === 'binding' ? [] : isToken(element) ? [element] : tokensIn(element),
    );
    return tokens.some((token) => this.places.trailing(token) !== undefined)
      ? 0
      : this.flatHead(column).length;
  }

  private flatHead(column: CstNode): string {
    return printFlat(new Layout(this.text, [], attachComments(this.text, [], [])).columnHead(column));
  }

  private columnHead(column: CstNode): Doc {
    return this.spaced(
      orderedChildren(column).filter((element) => isToken(element) || element.name !== 'binding'),
    );
  }

  private column(column: CstNode, widest: number): Doc {
    const binding = nodeOf(column, 'binding');
    const head = this.columnHead(column);
    if (binding === undefined) return head;
    const padding = ' '.repeat(Math.max(0, widest - this.columnHeadWidth(column)) + 1);
    return concat([head, this.columnHeadWidth(column) === 0 ? ' ' : padding, this.doc(binding)]);
  }

  bindings(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const head = elements.slice(0, 1);
    const clause = elements.filter((element) => !isToken(element) && element.name === 'onClause');
    const rest = elements.slice(1, elements.length - clause.length);
    return group(
      concat([
        this.spaced(head),
        ' ',
        rest.length > 1 ? indent(this.separated(rest)) : this.separated(rest),
        ...clause.map((element) => concat([' ', this.doc(element)])),
      ]),
    );
  }

  /** The properties of an aggregator go to the next line, together, when the head is too long. */
  aggregatorDeclaration(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const place = elements.findIndex((element) => !isToken(element) && element.name === 'propertyClause');
    const clause = elements[place];
    if (clause === undefined) return this.row(node);
    const head = this.spaced(elements.slice(0, place));
    const properties = indent(concat([line, this.doc(clause)]));
    return concat([group(concat([head, properties])), ' ', this.spaced(elements.slice(place + 1))]);
  }

  /** `solve using ...`, its clauses on the next line together, or each on a line, when it is too long. */
  solveDeclaration(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const clauses = nodesOf(node, 'solveClause');
    const head = this.spaced(elements.slice(0, elements.length - clauses.length));
    if (clauses.length === 0) return head;
    const list = group(
      join(
        line,
        clauses.map((clause) => this.doc(clause)),
      ),
    );
    return group(concat([head, indent(concat([line, list]))]));
  }

  /** A keyword, an expression, and clauses: `minimize e on test`, `assert e within t`. */
  headed(node: CstNode): Doc {
    const elements = orderedChildren(node);
    const place = elements.findIndex((element) => !isToken(element) && element.name === 'expression');
    const value = elements[place];
    if (value === undefined || isToken(value)) return this.row(node);
    const behind = this.clauses(elements.slice(place + 1));
    return group(
      concat([
        this.spaced(elements.slice(0, place)),
        ' ',
        indent(concat([this.expression(value, false), ...behind])),
      ]),
    );
  }

  /** Clauses behind an expression: each begins with a word. */
  private clauses(elements: readonly CstElement[]): Doc[] {
    const clauses: Doc[] = [];
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index];
      if (element === undefined) break;
      const next = elements[index + 1];
      if (isToken(element) && next !== undefined && !isToken(next)) {
        clauses.push(' ', this.spaced([element, next]));
        index += 1;
      } else {
        clauses.push(' ', this.doc(element));
      }
    }
    return clauses;
  }

  /** `head = expression tail`; a long expression goes to the next line unless it can break inside brackets. */
  assignment(elements: readonly CstElement[]): Doc {
    const place = elements.findIndex(
      (element) => isToken(element) && ['=', '~', '<-'].includes(element.image),
    );
    const value = elements[place + 1];
    if (place === -1 || value === undefined) return this.spaced(elements);
    const head = this.spaced(elements.slice(0, place + 1));
    const tail = this.clauses(elements.slice(place + 2));
    if (isToken(value) || value.name !== 'expression') return concat([head, ' ', this.doc(value), ...tail]);
    const content = concat([this.expression(value, false), ...tail]);
    return concat([head, rightSide(content, breaksInside(value))]);
  }

  // ------------------------------------------------------------------------------- brackets and types

  /** Elements and commas, broken at each comma or not at all. */
  private separated(elements: readonly CstElement[]): Doc {
    const parts: Doc[] = [];
    for (const element of elements) {
      if (isToken(element) && element.image === ',') parts.push(this.token(element), line);
      else parts.push(this.doc(element));
    }
    return concat(parts);
  }

  /** Short elements and commas, as many as fit on each line. */
  private filled(elements: readonly CstElement[]): Doc {
    const parts: Doc[] = [];
    for (let index = 0; index < elements.length; index += 2) {
      if (index > 0) parts.push(line);
      parts.push(this.spaced(elements.slice(index, index + 2)));
    }
    return fill(parts);
  }

  /**
   * Brackets around a list. When it is too long for a line its content goes to a line of its own, and if it is too
   * long for that, or `each` says so, every element gets one.
   */
  bracketed(node: CstNode, style: 'together' | 'each', inner: Doc = softline): Doc {
    const elements = orderedChildren(node);
    const open = elements[0];
    const close = elements.at(-1);
    if (open === undefined || close === undefined || !isToken(close)) return this.row(node);
    const content = elements.slice(1, -1);
    if (content.length === 0) return this.row(node);
    const list = this.separated(content);
    return this.inBrackets(this.doc(open), style === 'together' ? group(list) : list, close, inner);
  }

  private inBrackets(open: Doc, content: Doc, close: IToken, inner: Doc = softline): Doc {
    // The comment behind the closer stands outside, or it would break the group for nothing.
    const before = this.commentsBefore(close);
    return concat([
      group(concat([open, indent(concat([inner, content])), inner, ...before, close.image])),
      this.commentBehind(close),
    ]);
  }

  /** `[...]` and `(...)`, both with elements or with binders. */
  listOrArguments(node: CstNode, style: 'together' | 'each'): Doc {
    const elements = orderedChildren(node);
    const open = elements[0];
    const close = elements.at(-1);
    if (open === undefined || close === undefined || !isToken(close)) return this.row(node);
    const content = elements.slice(1, -1);
    if (content.length === 0) return this.row(node);
    const binders = nodeOf(node, 'binders');
    if (binders !== undefined) {
      const body = content.at(-1);
      const head = this.spaced(content.slice(0, -1));
      if (body !== undefined && !isToken(body) && isNestedProblem(body)) {
        return concat([this.doc(open), head, ' ', this.doc(body), this.token(close)]);
      }
      const inside = concat([head, indent(concat([line, body === undefined ? '' : this.doc(body)]))]);
      return this.inBrackets(this.doc(open), group(inside), close);
    }
    const only = content[0];
    if (content.length === 1 && only !== undefined && !isToken(only) && breaksInside(only)) {
      return this.spaced(elements);
    }
    const clauses = content.filter(
      (element) => !isToken(element) && (element.name === 'overClause' || element.name === 'onClause'),
    );
    const elementsOnly = content.slice(0, content.length - clauses.length);
    const isData = elementsOnly.length > 8 && elementsOnly.every(isLiteral);
    const list = isData ? this.filled(elementsOnly) : this.separated(elementsOnly);
    const whole = concat([list, ...clauses.flatMap((clause) => [line, this.doc(clause)])]);
    return this.inBrackets(this.doc(open), style === 'together' ? group(whole) : whole, close);
  }

  arrayType(node: CstNode): Doc {
    return concat(orderedChildren(node).map((element) => this.doc(element)));
  }

  // -------------------------------------------------------------------------------------- expressions

  /** `if a then b else if c then d else e`, broken before each `else`. */
  conditional(node: CstNode): Doc {
    const [ifWord, condition, thenWord, value, elseWord, otherwise] = orderedChildren(node);
    if (!ifWord || !condition || !thenWord || !value || !elseWord || !otherwise) return this.row(node);
    const nested = isToken(otherwise) ? undefined : soleConditional(otherwise);
    return concat([
      this.spaced([ifWord, condition, thenWord]),
      ' ',
      indent(this.doc(value)),
      line,
      this.doc(elseWord),
      ' ',
      nested === undefined ? indent(this.doc(otherwise)) : this.conditional(nested),
    ]);
  }

  /** Operands and operators, broken at the operators that bind least. `inner` indents the lines that follow. */
  expression(node: CstNode, inner: boolean): Doc {
    const operands = nodesOf(node, 'unary');
    const operators = tokensOf(node, 'BinaryOperator');
    const only = operands[0];
    if (operators.length === 0 && only !== undefined) return this.doc(only);
    return this.chain(operands, operators, inner);
  }

  private chain(operands: readonly CstNode[], operators: readonly IToken[], inner: boolean): Doc {
    const first = operands[0];
    if (first === undefined) return '';
    if (operators.length === 0) return this.doc(first);
    const loosest = Math.min(...operators.map((operator) => tightness(operator.image)));
    const parts: Doc[] = [];
    let start = 0;
    operators.forEach((operator, index) => {
      if (tightness(operator.image) !== loosest) return;
      parts.push(this.chain(operands.slice(start, index + 1), operators.slice(start, index), true));
      const isTight = operator.image === '^' || operator.image === '..';
      parts.push(isTight ? softline : line, this.doc(operator), isTight ? '' : ' ');
      start = index + 1;
    });
    const last = this.chain(operands.slice(start), operators.slice(start), true);
    const [head = '', ...rest] = [...parts, last];
    // Tight operators never break: a power is read as one thing.
    if (loosest >= tightness('^')) return concat([head, ...rest.filter((part) => part !== softline)]);
    return group(concat([head, inner ? indent(concat(rest)) : concat(rest)]));
  }

  /** `-x`, `not x`. */
  unary(node: CstNode): Doc {
    const parts: Doc[] = [];
    for (const element of orderedChildren(node)) {
      parts.push(this.doc(element));
      if (isToken(element) && element.image === 'not') parts.push(' ');
    }
    return concat(parts);
  }
}
