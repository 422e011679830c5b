/**
 * The concrete syntax tree as the formatter sees it: parts in the order of the source, all tokens under a node, and
 * the shapes of expressions that are laid out in a way of their own.
 */
import type { CstElement, CstNode, IToken } from 'chevrotain';
import { isToken, nodeOf, nodesOf } from './cst.js';

/** Parts in the order of the source; the grammar groups them by name. */
export function orderedChildren(node: CstNode): CstElement[] {
  const groups = Object.values(node.children);
  // One group is in order already.
  if (groups.length === 1) return groups[0] ?? [];
  return groups.flat().sort((first, second) => startOf(first) - startOf(second));
}

export function startOf(element: CstElement): number {
  return isToken(element) ? element.startOffset : (element.location?.startOffset ?? Number.NaN);
}

/** All tokens under a node, in order. */
export function tokensIn(node: CstNode): IToken[] {
  const found: IToken[] = [];
  collectTokens(node, found);
  return found.sort((first, second) => first.startOffset - second.startOffset);
}

function collectTokens(node: CstNode, found: IToken[]): void {
  for (const elements of Object.values(node.children)) {
    for (const element of elements) {
      if (!isToken(element)) collectTokens(element, found);
      else if (element.image !== '') found.push(element);
    }
  }
}

/** Where a token or node ends; exclusive. */
export function endOfElement(element: CstElement): number {
  return (
    (isToken(element) ? (element.endOffset ?? Number.NaN) : (element.location?.endOffset ?? Number.NaN)) + 1
  );
}

/** The one operand of an expression that has no operator and no prefix. */
export function soleOperand(node: CstNode): CstNode | undefined {
  if (node.name === 'argument') {
    const value = nodeOf(node, 'expression');
    return Object.keys(node.children).length === 1 && value !== undefined ? soleOperand(value) : undefined;
  }
  if (node.name !== 'expression' || node.children['BinaryOperator'] !== undefined) return undefined;
  const operand = nodeOf(node, 'unary');
  return operand?.children['PrefixOperator'] === undefined ? operand : undefined;
}

/** Whether an expression ends in brackets that can break, so that it need not move to the next line as a whole. */
export function breaksInside(node: CstNode): boolean {
  const operand = soleOperand(node);
  if (operand === undefined) return false;
  const last = nodesOf(operand, 'postfix').at(-1);
  if (last !== undefined) return nodeOf(last, 'arguments') !== undefined;
  const atom = nodeOf(operand, 'atom');
  return (
    nodeOf(atom, 'listLiteral') !== undefined ||
    nodeOf(atom, 'recordLiteral') !== undefined ||
    nodeOf(nodeOf(atom, 'extremum'), 'nestedProblem') !== undefined
  );
}

/** `argmin { ... }`, also with a field or index behind it. */
export function isNestedProblem(node: CstNode): boolean {
  const atom = nodeOf(soleOperand(node), 'atom');
  return nodeOf(nodeOf(atom, 'extremum'), 'nestedProblem') !== undefined;
}

/** A comma, or an element of one or two tokens: `-1.5`. */
export function isLiteral(element: CstElement): boolean {
  return isToken(element) || tokensIn(element).length <= 2;
}

/** The conditional that an expression consists of. */
export function soleConditional(node: CstNode): CstNode | undefined {
  const operand = soleOperand(node);
  if (operand === undefined || nodeOf(operand, 'postfix') !== undefined) return undefined;
  return nodeOf(nodeOf(operand, 'atom'), 'conditional');
}
