/**
 * Finds the residuals of a least-squares objective: f = sum of squares of the residual vector. Recognised are sums of
 * terms c * sum(r^2), c * r . r with constants c >= 0; each contributes sqrt(c) * r.
 */
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { nodesOf } from '../traverse.js';
import { at, sizeOf } from '../types.js';

interface Term {
  readonly scale: number;
  /** Any shape; its elements are residuals. */
  readonly residual: Node;
}

export function residualRegion(objective: Region): Region | undefined {
  const terms = termsOf(at(objective.results, 0), 1);
  if (terms === undefined) return undefined;
  const builder = new GraphBuilder();
  const built = new Map<Node, Node>();
  for (const parameter of objective.parameters) {
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'p';
    built.set(parameter, builder.parameter(parameter.type, name));
  }
  const lookup = (node: Node): Node => {
    const copy = built.get(node);
    if (copy === undefined) throw new Error('compiler bug: a residual reaches outside the objective');
    return copy;
  };
  const roots: Region = { parameters: objective.parameters, results: terms.map((term) => term.residual) };
  for (const node of nodesOf(roots)) {
    if (!built.has(node)) built.set(node, builder.rebuild(node, node.inputs.map(lookup)));
  }
  const parts = terms.map(({ scale, residual }) => {
    const flat = builder.reshape(lookup(residual), [sizeOf(residual.type.shape)]);
    const factor = builder.constant(Math.sqrt(scale), 'real', flat.type.shape);
    return scale === 1 ? flat : builder.binary('multiply', flat, factor);
  });
  return builder.region(objective.parameters.map(lookup), [builder.concat(parts, 0)]);
}

function constantValue(node: Node): number | undefined {
  return node.operator.kind === 'constant' ? node.operator.value : undefined;
}

function termsOf(node: Node, scale: number): readonly Term[] | undefined {
  if (scale < 0) return undefined;
  const { operator, inputs } = node;
  if (operator.kind === 'reduce' && operator.monoid === 'sum') return squared(at(inputs, 0), scale);
  if (operator.kind === 'contraction') {
    const [left, right] = inputs;
    const dots = node.type.shape.length === 0 && operator.contract.every(([a, b]) => a === b);
    return left !== undefined && left === right && dots ? [{ scale, residual: left }] : undefined;
  }
  if (operator.kind !== 'elementwise') return undefined;
  const [left, right] = inputs;
  if (left === undefined) return undefined;
  if (operator.name === 'square') return [{ scale, residual: left }];
  if (right === undefined) return undefined;
  const [leftValue, rightValue] = [constantValue(left), constantValue(right)];
  switch (operator.name) {
    case 'add': {
      if (leftValue === 0) return termsOf(right, scale);
      if (rightValue === 0) return termsOf(left, scale);
      const [first, second] = [termsOf(left, scale), termsOf(right, scale)];
      return first === undefined || second === undefined ? undefined : [...first, ...second];
    }
    case 'multiply':
      if (leftValue !== undefined) return termsOf(right, scale * leftValue);
      if (rightValue !== undefined) return termsOf(left, scale * rightValue);
      return left === right ? [{ scale, residual: left }] : undefined;
    case 'divide':
      return rightValue === undefined ? undefined : termsOf(left, scale / rightValue);
    default:
      return undefined;
  }
}

/** The elements of a summed array, each a scaled square. */
function squared(node: Node, scale: number): readonly Term[] | undefined {
  const { operator, inputs } = node;
  if (operator.kind === 'reduce' && operator.monoid === 'sum') return squared(at(inputs, 0), scale);
  return termsOf(node, scale);
}
