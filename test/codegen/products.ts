/** Products that the tests of every back end compute. */
import fc from 'fast-check';
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Region } from '../../src/ir/graph.js';
import { real } from '../../src/ir/types.js';

/** A product of matrices: its extents, and how its operands lie in memory. */
export interface ProductCase {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batch: number;
  readonly left: boolean;
  readonly right: boolean;
  /** The operands are read in the middle of longer vectors, and backwards along the summed axis. */
  readonly sliced: boolean;
}

/** A product of batches of m x k and k x n matrices, of which either may be stored transposed. */
export function product({ m, k, n, batch, left, right, sliced }: ProductCase): Region {
  const b = new GraphBuilder();
  const shapes = [left ? [batch, k, m] : [batch, m, k], right ? [batch, n, k] : [batch, k, n]];
  const parameters = shapes.map((shape) => {
    const size = shape.reduce((a, c) => a * c, 1);
    return b.parameter(sliced ? real(size + 5) : real(...shape), 'operand');
  });
  const [x, y] = parameters.map((parameter, side) => {
    const shape = shapes[side] ?? [];
    if (!sliced) return parameter;
    const matrix = b.reshape(b.slice(parameter, [3], [parameter.type.shape[0]! - 2]), shape);
    return b.reverse(matrix, [(side === 0 ? left : right) === (side === 0) ? 1 : 2]);
  });
  const contract: [number, number][] = [[left ? 1 : 2, right ? 2 : 1]];
  return b.region(parameters, [b.contraction(x!, y!, { batch: [[0, 0]], contract })]);
}

/** Which operands are stored transposed. */
export const layouts = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** One product without a batch. */
export function matrixProduct(m: number, k: number, n: number, left: boolean, right: boolean): Region {
  return product({ m, k, n, batch: 1, left, right, sliced: false });
}

const extent = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 10, max: 70 }));
/** Sizes, transpositions, batches and strides of all kinds. */
export const productCases = fc.record<ProductCase>({
  m: extent,
  k: extent,
  n: extent,
  batch: fc.integer({ min: 1, max: 3 }),
  left: fc.boolean(),
  right: fc.boolean(),
  sliced: fc.boolean(),
});
