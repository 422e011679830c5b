/** The products that are timed: whole classes of shapes, and those of the networks among the workloads. */
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Region } from '../../src/ir/graph.js';
import { real } from '../../src/ir/types.js';

export interface TimedProduct {
  readonly name: string;
  readonly region: Region;
  readonly flops: number;
}

/** How the operands lie in memory: `n` as they are multiplied, `t` transposed; the left one first. */
type Layout = 'nn' | 'nt' | 'tn' | 'tt';

/** Products of m x k and k x n matrices, `batch` of them. */
function product(
  name: string,
  m: number,
  k: number,
  n: number,
  layout: Layout = 'nn',
  batch = 1,
): TimedProduct {
  const b = new GraphBuilder();
  const [leftTurned, rightTurned] = [layout.startsWith('t'), layout.endsWith('t')];
  const left = b.parameter(leftTurned ? real(batch, k, m) : real(batch, m, k), 'left');
  const right = b.parameter(rightTurned ? real(batch, n, k) : real(batch, k, n), 'right');
  const contract: [number, number][] = [[leftTurned ? 1 : 2, rightTurned ? 2 : 1]];
  return {
    name: `${name}: ${batch === 1 ? '' : `${batch} of `}${m} x ${k} x ${n} ${layout}`,
    region: b.region([left, right], [b.contraction(left, right, { batch: [[0, 0]], contract })]),
    flops: 2 * batch * m * k * n,
  };
}

export const products: readonly TimedProduct[] = [
  ...(['nn', 'nt', 'tn', 'tt'] as const).map((layout) => product('square', 1024, 1024, 1024, layout)),
  product('square', 256, 256, 256),
  product('square', 64, 64, 64),
  product('odd', 253, 251, 255),
  product('deep', 64, 65536, 64, 'tn'),
  product('network, forward', 128, 784, 128),
  product('network, weights', 784, 128, 128, 'tn'),
  product('network, last layer', 128, 128, 10),
  product('network, last layer, back', 128, 10, 128, 'nt'),
  product('network, last weights', 128, 128, 10, 'tn'),
  product('small network, forward', 64, 64, 32),
  product('small network, last layer', 64, 32, 10),
  product('small network, weights', 64, 64, 32, 'tn'),
  product('transformer, linear', 2048, 128, 512),
  product('transformer, back', 2048, 512, 128, 'nt'),
  product('transformer, weights', 128, 2048, 512, 'tn'),
  product('attention, scores', 64, 32, 64, 'nt', 128),
  product('attention, values', 64, 64, 32, 'nn', 128),
  product('matrix and vector', 1024, 1024, 1),
  product('matrix and vector', 1000, 20, 1),
  product('vector and matrix', 1, 1024, 1024),
  product('vector and matrix', 1, 1000, 20),
  product('outer product', 1024, 1, 1024),
  product('many small', 4, 4, 4, 'nn', 4096),
];
