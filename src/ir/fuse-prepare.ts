/**
 * Two rewrites before scheduling, which only matter for where results are written. The gradient of a vector that was
 * cut into slices arrives as a sum of padded pieces: where the pieces do not overlap the sum is a concatenation, whose
 * pieces are then computed straight into their slices. And a transposed contraction is the contraction of the
 * operands in the other order.
 */
import { GraphBuilder } from './builder.js';
import { countUses } from './fuse-cost.js';
import type { Node, Region } from './graph.js';
import { nodesOf } from './traverse.js';
import { at, range } from './types.js';

interface Piece {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

interface Sum {
  readonly pieces: readonly Piece[];
  readonly others: readonly Node[];
}

export function prepareForScheduling(region: Region): Region {
  const nodes = nodesOf(region);
  if (!nodes.some((node) => isPad(node) || isSwapped(node))) return region;
  const uses = countUses(nodes, region.results);
  const inner = new Set<Node>();
  const sums = new Map<Node, Sum>();
  for (const node of [...nodes].reverse()) {
    if (inner.has(node) || !isVectorSum(node)) continue;
    const sum = collect(node, uses, inner);
    if (sum !== undefined) sums.set(node, sum);
  }
  return rebuild(region, nodes, sums, uses);
}

/** A transpose that only exchanges the free axes of the left operand with those of the right. */
function isSwapped(node: Node): boolean {
  const { operator } = node;
  const product = node.inputs[0];
  if (operator.kind !== 'transpose' || product?.operator.kind !== 'contraction') return false;
  const { batch, contract } = product.operator;
  const rank = product.type.shape.length;
  const left = at(product.inputs, 0).type.shape.length - batch.length - contract.length;
  const swapped = [
    ...range(batch.length),
    ...range(rank - batch.length - left, batch.length + left),
    ...range(left, batch.length),
  ];
  return operator.permutation.every((axis, position) => axis === swapped[position]);
}

/** The contraction in the other order. */
function swap(builder: GraphBuilder, product: Node, lookup: (node: Node) => Node): Node {
  const { operator } = product;
  if (operator.kind !== 'contraction') throw new Error('compiler bug: not a contraction');
  const reversed = (pairs: readonly (readonly [number, number])[]): [number, number][] =>
    pairs.map(([left, right]) => [right, left]);
  return builder.contraction(lookup(at(product.inputs, 1)), lookup(at(product.inputs, 0)), {
    batch: reversed(operator.batch),
    contract: reversed(operator.contract),
  });
}

function isPad(node: Node): boolean {
  const { operator, type } = node;
  return (
    operator.kind === 'pad' &&
    type.shape.length === 1 &&
    type.dtype !== 'bool' &&
    operator.interior[0] === 0 &&
    at(operator.low, 0) >= 0 &&
    at(operator.high, 0) >= 0
  );
}

function isVectorSum(node: Node): boolean {
  const { operator, type } = node;
  return operator.kind === 'elementwise' && operator.name === 'add' && type.shape.length === 1;
}

/** The leaves of a tree of additions: disjoint pads, sorted, and the rest. */
function collect(root: Node, uses: ReadonlyMap<Node, number>, inner: Set<Node>): Sum | undefined {
  const pending = [...root.inputs];
  const leaves: Node[] = [];
  const passed: Node[] = [];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isVectorSum(node) && uses.get(node) === 1) {
      passed.push(node);
      pending.push(...node.inputs);
    } else {
      leaves.push(node);
    }
  }
  const others: Node[] = [];
  const candidates: Piece[] = [];
  for (const leaf of leaves) {
    if (!isPad(leaf) || leaf.operator.kind !== 'pad') {
      others.push(leaf);
      continue;
    }
    const node = at(leaf.inputs, 0);
    const start = at(leaf.operator.low, 0);
    candidates.push({ node, start, end: start + at(node.type.shape, 0) });
  }
  candidates.sort((left, right) => left.start - right.start);
  const disjoint = candidates.every(
    (piece, index) => index === 0 || at(candidates, index - 1).end <= piece.start,
  );
  if (candidates.length < 2 || !disjoint) return undefined;
  passed.forEach((node) => inner.add(node));
  return { pieces: candidates, others };
}

function rebuild(
  region: Region,
  nodes: readonly Node[],
  sums: ReadonlyMap<Node, Sum>,
  uses: ReadonlyMap<Node, number>,
): Region {
  const builder = new GraphBuilder();
  const built = new Map<Node, Node>();
  for (const parameter of region.parameters) {
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'parameter';
    built.set(parameter, builder.parameter(parameter.type, name, { span: parameter.span }));
  }
  const lookup = (node: Node): Node => {
    const copy = built.get(node);
    if (copy === undefined) throw new Error('compiler bug: a region reaches outside its parameters');
    return copy;
  };
  for (const node of nodes) {
    if (built.has(node)) continue;
    const sum = sums.get(node);
    if (isSwapped(node) && uses.get(at(node.inputs, 0)) === 1) {
      built.set(
        node,
        builder.withSpan(node.span, node.label, () => swap(builder, at(node.inputs, 0), lookup)),
      );
      continue;
    }
    if (sum === undefined) {
      built.set(node, builder.rebuild(node, node.inputs.map(lookup)));
      continue;
    }
    const joined = builder.withSpan(node.span, node.label, () => {
      const pieces = withZeros(builder, node, sum.pieces, lookup);
      let total = builder.concat(pieces, 0);
      for (const other of [...sum.others].reverse()) total = builder.binary('add', lookup(other), total);
      return total;
    });
    built.set(node, joined);
  }
  return builder.region(region.parameters.map(lookup), region.results.map(lookup));
}

function withZeros(
  builder: GraphBuilder,
  node: Node,
  pieces: readonly Piece[],
  lookup: (node: Node) => Node,
): Node[] {
  const whole: Node[] = [];
  let end = 0;
  const fill = (until: number): void => {
    if (until > end) whole.push(builder.constant(0, node.type.dtype, [until - end]));
  };
  for (const piece of pieces) {
    fill(piece.start);
    whole.push(lookup(piece.node));
    end = piece.end;
  }
  fill(at(node.type.shape, 0));
  return whole;
}
