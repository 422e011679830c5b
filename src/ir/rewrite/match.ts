/** Small questions that rewrite rules ask of a node. */
import type { ElementwiseName, Node, Operator, OperatorKind } from '../graph.js';
import { at } from '../types.js';

/** The operands of an elementwise node of this name. */
export function operands(node: Node, name: ElementwiseName): readonly Node[] | undefined {
  return node.operator.kind === 'elementwise' && node.operator.name === name ? node.inputs : undefined;
}

/** The operand of a unary node of this name. */
export function operandOf(node: Node, name: ElementwiseName): Node | undefined {
  return operands(node, name)?.[0];
}

export function operatorOf<K extends OperatorKind>(
  node: Node,
  kind: K,
): Extract<Operator, { kind: K }> | undefined {
  return node.operator.kind === kind ? (node.operator as Extract<Operator, { kind: K }>) : undefined;
}

/** The value that every element of the node is known to have. */
export function knownValue(node: Node): number | undefined {
  return node.operator.kind === 'constant' ? node.operator.value : undefined;
}

/** Both operands of a commutative node, the one that fits first. */
export function eitherOperand(
  node: Node,
  name: ElementwiseName,
  fits: (operand: Node) => boolean,
): { readonly fitting: Node; readonly other: Node } | undefined {
  const pair = operands(node, name);
  if (pair === undefined) return undefined;
  const [left, right] = [at(pair, 0), at(pair, 1)];
  if (fits(right)) return { fitting: right, other: left };
  return fits(left) ? { fitting: left, other: right } : undefined;
}

/** The other operand of `node + 1`, `1 + node` and the like. */
export function besideConstant(node: Node, name: ElementwiseName, value: number): Node | undefined {
  return eitherOperand(node, name, (operand) => knownValue(operand) === value)?.other;
}
