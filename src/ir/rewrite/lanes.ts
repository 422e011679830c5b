/** What a machine with vectors does as folds over memory, where others have something of their own for it. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, range, sizeOf } from '../types.js';
import { joined, summed } from './adjacent.js';
import { operands, operatorOf } from './match.js';
import type { Rewrite, RewritePass } from './rewrite.js';

/** Everything is summed, so that it can share its loop with others over the same elements. */
const dotAsSum: Rewrite = {
  name: 'dot product as a sum',
  kind: 'contraction',
  apply: (b, node) => {
    const contraction = operatorOf(node, 'contraction');
    const [left, right] = [at(node.inputs, 0), at(node.inputs, 1)];
    if (contraction === undefined) return undefined;
    const pairs = [...contraction.contract].sort((a, c) => a[0] - c[0]);
    const extents = pairs.map(([axis]) => at(left.type.shape, axis));
    if (
      [node, left, right].some(
        ({ type }, operand) => sizeOf(type.shape) !== (operand === 0 ? 1 : sizeOf(extents)),
      )
    ) {
      return undefined;
    }
    const order = pairs.map(([, axis]) => axis);
    const others = range(right.type.shape.length).filter((axis) => !order.includes(axis));
    const factors = [b.reshape(left, extents), b.reshape(b.transpose(right, [...order, ...others]), extents)];
    const product = b.binary('multiply', at(factors, 0), at(factors, 1));
    return b.reshape(b.reduce('sum', product, range(extents.length)), node.type.shape);
  },
};

function sumOf(b: GraphBuilder, vector: Node, shape: readonly number[]): Node {
  return b.reshape(b.reduce('sum', vector, range(vector.type.shape.length)), shape);
}

/** `(rest + sum(a)) + sum(b)` as `rest + sum(a and b)`, where what is summed lies side by side. */
const sumsOfNeighbours: Rewrite = {
  name: 'sums over neighbours as one',
  kind: 'elementwise',
  apply: (b, node) => {
    const [left, right] = operands(node, 'add') ?? [];
    if (left === undefined || right === undefined || sizeOf(node.type.shape) !== 1) return undefined;
    const second = summed(right);
    if (second === undefined) return undefined;
    const first = summed(left);
    if (first !== undefined) {
      const both = joined(b, first, second);
      return both && sumOf(b, both, node.type.shape);
    }
    const [rest, last] = operands(left, 'add') ?? [];
    const before = last && summed(last);
    const both = before && joined(b, before, second);
    return rest && both && b.binary('add', rest, sumOf(b, both, node.type.shape));
  },
};

const concatOfNeighbours: Rewrite = {
  name: 'concatenation of neighbours',
  kind: 'concat',
  apply: (b, node) => {
    if (node.type.shape.length !== 1) return undefined;
    const pieces: Node[] = [];
    for (const piece of node.inputs) {
      const last = pieces.at(-1);
      const both = last && joined(b, last, piece);
      if (both === undefined) pieces.push(piece);
      else pieces[pieces.length - 1] = both;
    }
    return pieces.length < node.inputs.length ? b.concat(pieces, 0) : undefined;
  },
};

export const lanesPass: RewritePass = {
  name: 'lanes',
  rewrites: [dotAsSum, sumsOfNeighbours, concatOfNeighbours],
};
