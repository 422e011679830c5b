/**
 * Sums of products become contractions: `sum(k: A[i, k] * B[k, j])`, however the axes were repeated to meet. And
 * contractions of repeated or transposed operands become contractions of the operands themselves.
 */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { at, otherAxes, range } from '../types.js';
import type { Extents, Labelled } from './einsum.js';
import { einsum, underBroadcasts, withLabels } from './einsum.js';
import { operandOf, operands, operatorOf } from './match.js';
import type { Rewrite } from './rewrite.js';

const maximalFactors = 8;

/** The factors of a product, through products, negations and divisions. */
function factorsOf(b: GraphBuilder, node: Node): Node[] {
  const factors: Node[] = [];
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const product = operands(next, 'multiply');
    const negated = operandOf(next, 'negate');
    const quotient = operands(next, 'divide');
    const divisor = quotient?.[1];
    if (factors.length + pending.length > maximalFactors) factors.push(next);
    else if (product !== undefined) pending.push(at(product, 1), at(product, 0));
    else if (negated !== undefined) pending.push(negated, b.like(next, -1));
    else if (quotient !== undefined && divisor?.operator.kind === 'broadcast') {
      pending.push(underDivisor(b, divisor), at(quotient, 0));
    } else factors.push(next);
  }
  return factors;
}

/** 1 / broadcast(x) as broadcast(1 / x). */
function underDivisor(b: GraphBuilder, divisor: Node): Node {
  const spread = operatorOf(divisor, 'broadcast');
  if (spread === undefined) return b.unary('reciprocal', divisor);
  return b.broadcast(b.unary('reciprocal', at(divisor.inputs, 0)), divisor.type.shape, spread.axes);
}

function isSubset(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((label) => whole.includes(label));
}

/** Multiplies a factor into an array that has all its labels. */
function absorb(b: GraphBuilder, whole: Labelled, factor: Labelled, extents: Extents): Labelled {
  return {
    labels: whole.labels,
    node: b.binary('multiply', whole.node, withLabels(b, factor, whole.labels, extents)),
  };
}

/** Gathers the factors on two sides with a free axis between them; undefined if that cannot be. */
function twoSides(
  b: GraphBuilder,
  factors: readonly Labelled[],
  summed: readonly number[],
  extents: Extents,
): readonly [Labelled, Labelled] | undefined {
  const sorted = [...factors].sort((left, right) => right.labels.length - left.labels.length);
  const [first, ...others] = sorted;
  const second = first && others.find((factor) => isContraction(first, factor, summed));
  if (first === undefined || second === undefined) return undefined;
  let [left, right] = [first, second];
  for (const factor of others) {
    if (factor === second) continue;
    if (isSubset(factor.labels, right.labels)) right = absorb(b, right, factor, extents);
    else if (isSubset(factor.labels, left.labels)) left = absorb(b, left, factor, extents);
    else return undefined;
  }
  return [left, right];
}

/** Something is summed over both, and one of them is repeated along a kept axis of the other. */
function isContraction(left: Labelled, right: Labelled, summed: readonly number[]): boolean {
  const shared = summed.some((label) => left.labels.includes(label) && right.labels.includes(label));
  const free = [...left.labels, ...right.labels].some(
    (label) => !summed.includes(label) && left.labels.includes(label) !== right.labels.includes(label),
  );
  return shared && free;
}

const sumOfProducts: Rewrite = {
  name: 'sum of products as a contraction',
  kind: 'reduce',
  apply: (b, node) => {
    const reduce = operatorOf(node, 'reduce');
    const product = at(node.inputs, 0);
    if (reduce === undefined || reduce.monoid !== 'sum' || node.type.dtype !== 'real') return undefined;
    if (product.operator.kind !== 'elementwise') return undefined;
    const labels = range(product.type.shape.length);
    const extents: Extents = new Map(labels.map((label) => [label, at(product.type.shape, label)]));
    const views = factorsOf(b, product).map((factor) => underBroadcasts({ node: factor, labels }));
    const constants = views.filter(
      (view) => view.node.operator.kind === 'constant' || view.labels.length === 0,
    );
    const arrays = views.filter((view) => !constants.includes(view));
    const sides = twoSides(b, arrays, reduce.axes, extents);
    if (sides === undefined) return undefined;
    const output = otherAxes(labels.length, reduce.axes);
    let result = einsum(b, sides[0], sides[1], reduce.axes, output, extents);
    for (const { node: constant } of constants) {
      const value = constant.operator.kind === 'constant' ? constant.operator.value : undefined;
      const factor =
        value === undefined ? b.broadcastScalar(constant, node.type.shape) : b.like(result, value);
      result = b.binary('multiply', result, factor);
    }
    return result;
  },
};

/** Labels of a contraction's operands and output: batch, contracted, and the free ones of either side. */
function labelsOf(
  node: Node,
): { left: Labelled; right: Labelled; summed: number[]; output: number[] } | undefined {
  const contraction = operatorOf(node, 'contraction');
  const [left, right] = node.inputs;
  if (contraction === undefined || left === undefined || right === undefined) return undefined;
  const pairs = [...contraction.batch, ...contraction.contract];
  const leftLabels = range(left.type.shape.length);
  const rightLabels = range(right.type.shape.length, leftLabels.length);
  for (const [leftAxis, rightAxis] of pairs) rightLabels[rightAxis] = leftAxis;
  const paired = pairs.map(([axis]) => axis);
  return {
    left: { node: left, labels: leftLabels },
    right: { node: right, labels: rightLabels },
    summed: contraction.contract.map(([axis]) => axis),
    output: [
      ...contraction.batch.map(([axis]) => axis),
      ...leftLabels.filter((label) => !paired.includes(label)),
      ...rightLabels.filter((label) => !paired.includes(label)),
    ],
  };
}

const operandViews: Rewrite = {
  name: 'contraction of repeated or transposed operands',
  kind: 'contraction',
  apply: (b, node) => {
    const found = labelsOf(node);
    if (found === undefined) return undefined;
    const [left, right] = [underBroadcasts(found.left), underBroadcasts(found.right)];
    if (left.node === found.left.node && right.node === found.right.node) return undefined;
    const shared = found.summed.some((label) => left.labels.includes(label) && right.labels.includes(label));
    if (!shared && found.summed.length > 0) return undefined;
    const extents = new Map<number, number>();
    for (const { node: operand, labels } of [found.left, found.right]) {
      labels.forEach((label, axis) => extents.set(label, at(operand.type.shape, axis)));
    }
    return einsum(b, left, right, found.summed, found.output, extents);
  },
};

/** Where only the two groups of free axes trade places, the operands do instead. */
const swappedOperands: Rewrite = {
  name: 'transpose of a contraction',
  kind: 'transpose',
  apply: (b, node) => {
    const transpose = operatorOf(node, 'transpose');
    const product = at(node.inputs, 0);
    const contraction = operatorOf(product, 'contraction');
    if (transpose === undefined || contraction === undefined) return undefined;
    const batch = contraction.batch.length;
    const pairs = batch + contraction.contract.length;
    const [left, right] = [at(product.inputs, 0), at(product.inputs, 1)];
    const leftFree = left.type.shape.length - pairs;
    const rightFree = right.type.shape.length - pairs;
    const swapped = [...range(batch), ...range(rightFree, batch + leftFree), ...range(leftFree, batch)];
    if (!swapped.every((axis, position) => transpose.permutation[position] === axis)) return undefined;
    const flip = ([first, second]: readonly [number, number]) => [second, first] as const;
    return b.contraction(right, left, {
      batch: contraction.batch.map(flip),
      contract: contraction.contract.map(flip),
    });
  },
};

/** Nothing is summed: each element is one product. */
const singleProducts: Rewrite = {
  name: 'contraction over one element as a product',
  kind: 'contraction',
  apply: (b, node) => {
    const found = labelsOf(node);
    if (found === undefined) return undefined;
    const { left, right, summed, output } = found;
    const extents = new Map<number, number>();
    for (const { node: operand, labels } of [left, right]) {
      labels.forEach((label, axis) => extents.set(label, at(operand.type.shape, axis)));
    }
    if (summed.some((label) => extents.get(label) !== 1)) return undefined;
    const spread = ({ node: operand, labels }: Labelled): Node => {
      const kept = labels.filter((label) => !summed.includes(label));
      const shape = labels.flatMap((label, axis) =>
        summed.includes(label) ? [] : [at(operand.type.shape, axis)],
      );
      return withLabels(b, { node: b.reshape(operand, shape), labels: kept }, output, extents);
    };
    return b.binary('multiply', spread(left), spread(right));
  },
};

const signOutside: Rewrite = {
  name: 'negation out of a contraction',
  kind: 'contraction',
  apply: (b, node) => {
    const [left, right] = [at(node.inputs, 0), at(node.inputs, 1)];
    const [fromLeft, fromRight] = [operandOf(left, 'negate'), operandOf(right, 'negate')];
    if (fromLeft === undefined && fromRight === undefined) return undefined;
    const product = b.node(node.operator, [fromLeft ?? left, fromRight ?? right]);
    return fromLeft !== undefined && fromRight !== undefined ? product : b.unary('negate', product);
  },
};

export const contractionRewrites: readonly Rewrite[] = [
  sumOfProducts,
  singleProducts,
  operandViews,
  swappedOperands,
  signOutside,
];
