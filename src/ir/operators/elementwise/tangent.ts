/** Words for writing tangent rules shortly: each keeps the tangent in a place that has a transpose rule. */
import type { GraphBuilder } from '../../builder.js';
import type { Node } from '../../graph.js';
import { at } from '../../types.js';
import type { OperandFacts, TangentRule } from './row.js';

/** The derivative is a constant. */
export function scaledBy(factor: number): TangentRule {
  return (b, t) => (factor === 1 ? t : factor === -1 ? b.unary('negate', t) : times(b, t, factor));
}

/** The tangent times a derivative computed from the operand `x` and the output `y` of a unary operator. */
export function times(b: GraphBuilder, node: Node, factor: number): Node {
  return b.binary('multiply', node, b.like(node, factor));
}

export function plus(b: GraphBuilder, node: Node, term: number): Node {
  return b.binary('add', node, b.like(node, term));
}

/** `1 - node` */
export function oneMinus(b: GraphBuilder, node: Node): Node {
  return b.binary('subtract', b.like(node, 1), node);
}

/** The rule of a unary operator whose tangent is t * derivative(x, y). */
export function slope(derivative: (b: GraphBuilder, x: Node, y: Node) => Node): TangentRule {
  return (b, t, x, y) => b.binary('multiply', t, derivative(b, at(x, 0), y));
}

/** The rule of a unary operator whose tangent is t / divisor(x, y). */
export function slopeUnder(divisor: (b: GraphBuilder, x: Node, y: Node) => Node): TangentRule {
  return (b, t, x, y) => b.binary('divide', t, divisor(b, at(x, 0), y));
}

export const anywhere: OperandFacts = { monotonicity: 'none', domain: 'all' };
export const increasing: OperandFacts = { monotonicity: 'increasing', domain: 'all' };
export const decreasing: OperandFacts = { monotonicity: 'decreasing', domain: 'all' };
