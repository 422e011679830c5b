/**
 * Access to the concrete syntax tree, tolerant of the holes that recovery leaves: everything may be missing, and
 * nothing here throws. Also the context that the builders of the syntax tree share: the source, where diagnostics
 * go, and how deep the expression under construction is.
 */
import type { CstElement, CstNode, IToken } from 'chevrotain';
import type { Declaration, Expression, Identifier as IdentifierSyntax } from './ast.js';
import type { Diagnostic, Fix } from './diagnostic.js';
import type { SourceFile, Span } from './source.js';
import { endOf } from './tokens.js';

export interface BuildContext {
  readonly source: SourceFile;
  readonly comments: readonly IToken[];
  readonly diagnostics: Diagnostic[];
  /** Upper bound on the depth of the expression tree above the point where building stands. */
  level: number;
  /** Parts that one diagnostic answers as a whole; all others inside of them are dropped. */
  readonly silenced: Span[];
  /** Expressions written in parentheses; their spans include them. */
  readonly parenthesised: WeakSet<Expression>;
  /** The declarations below a node, for problems in expressions. */
  readonly declarations: (context: BuildContext, node: CstNode) => readonly Declaration[];
}

export function report(
  context: BuildContext,
  code: string,
  span: Span,
  message: string,
  notes: readonly string[] = [],
  fixes: readonly Fix[] = [],
): void {
  context.diagnostics.push({
    code,
    severity: 'error',
    message,
    span,
    ...(notes.length > 0 ? { notes } : {}),
    ...(fixes.length > 0 ? { fixes } : {}),
  });
}

export function isToken(element: CstElement): element is IToken {
  return 'tokenType' in element;
}

/** Real tokens under a key, without those that recovery made up. */
export function tokensOf(node: CstNode | undefined, key: string): readonly IToken[] {
  const found: IToken[] = [];
  for (const element of node?.children[key] ?? []) {
    if (isToken(element) && !Number.isNaN(element.startOffset)) found.push(element);
  }
  return found;
}

export function tokenOf(node: CstNode | undefined, key: string): IToken | undefined {
  return tokensOf(node, key)[0];
}

export function nodesOf(node: CstNode | undefined, key: string): readonly CstNode[] {
  return (node?.children[key] ?? []).filter((element): element is CstNode => !isToken(element));
}

export function nodeOf(node: CstNode | undefined, key: string): CstNode | undefined {
  return nodesOf(node, key)[0];
}

/** Whether the node covers any text at all. */
export function isPresent(node: CstNode): boolean {
  return node.location !== undefined && !Number.isNaN(node.location.startOffset);
}

export function tokenSpan(context: BuildContext, token: IToken): Span {
  return { file: context.source, start: token.startOffset, end: endOf(token) };
}

export function nodeSpan(context: BuildContext, node: CstNode): Span {
  const start = node.location?.startOffset ?? Number.NaN;
  const end = node.location?.endOffset ?? Number.NaN;
  if (Number.isNaN(start) || Number.isNaN(end)) return { file: context.source, start: 0, end: 0 };
  return { file: context.source, start, end: end + 1 };
}

/** The empty span just behind `span`: where something is missing. */
export function after(span: Span): Span {
  return { file: span.file, start: span.end, end: span.end };
}

export function textAt(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}

/** A name that recovery left out is the empty name; later stages skip it in silence. */
export function missingName(span: Span): IdentifierSyntax {
  return { name: '', span: after(span) };
}

export function identifierOf(context: BuildContext, token: IToken): IdentifierSyntax {
  return { name: token.image, span: tokenSpan(context, token) };
}

/** The identifier of a `name` or `word` node. */
export function nameOf(context: BuildContext, node: CstNode | undefined, owner: Span): IdentifierSyntax {
  const reserved = tokenOf(node, 'ReservedWord');
  if (reserved !== undefined && node?.name === 'name') {
    const span = tokenSpan(context, reserved);
    report(context, 'AM1011', span, `\`${reserved.image}\` is a reserved word and cannot be a name`, [
      'choose another name, for example with a suffix',
    ]);
    return identifierOf(context, reserved);
  }
  const token = tokenOf(node, 'Identifier') ?? reserved;
  return token === undefined ? missingName(owner) : identifierOf(context, token);
}
