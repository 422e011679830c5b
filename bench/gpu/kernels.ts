/** The classes of kernels, each as the region that makes one, with the work that it cannot do without. */
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Region } from '../../src/ir/graph.js';
import { real } from '../../src/ir/types.js';

export interface KernelClass {
  readonly name: string;
  readonly region: Region;
  readonly flops: number;
  /** What must be read and written once. */
  readonly bytes: number;
  /** It is measured against a plain matrix product, not against a copy. */
  readonly isProduct: boolean;
}

/** @param elements of large arrays; @param side of square matrices */
export function kernelClasses(elements: number, side: number): readonly KernelClass[] {
  const columns = 1024;
  const rows = elements / columns;
  const matrix = real(rows, columns);
  const streaming = (
    name: string,
    operations: number,
    arrays: number,
    build: (b: GraphBuilder) => Region,
  ): KernelClass => ({
    name,
    region: build(new GraphBuilder()),
    flops: operations * elements,
    bytes: arrays * 4 * elements,
    isProduct: false,
  });
  const product = (n: number, m: number, k: number): KernelClass => {
    const b = new GraphBuilder();
    const [left, right] = [b.parameter(real(n, k), 'left'), b.parameter(real(k, m), 'right')];
    return {
      name: `product ${n} x ${k} x ${m}`,
      region: b.region([left, right], [b.contraction(left, right, { contract: [[1, 0]] })]),
      flops: 2 * n * m * k,
      bytes: 4 * (n * k + k * m + n * m),
      isProduct: m > 1,
    };
  };
  return [
    streaming('elementwise, 2 arrays to 1', 3, 3, (b) => {
      const [x, y] = [b.parameter(matrix, 'x'), b.parameter(matrix, 'y')];
      return b.region([x, y], [b.binary('add', b.binary('multiply', x, y), b.binary('subtract', x, y))]);
    }),
    streaming('tanh', 1, 2, (b) => {
      const x = b.parameter(matrix, 'x');
      return b.region([x], [b.unary('tanh', x)]);
    }),
    streaming('sum of rows', 1, 1, (b) => {
      const x = b.parameter(matrix, 'x');
      return b.region([x], [b.reduce('sum', x, [1])]);
    }),
    streaming('sum of columns', 1, 1, (b) => {
      const x = b.parameter(matrix, 'x');
      return b.region([x], [b.reduce('sum', x, [0])]);
    }),
    streaming('sum of all', 1, 1, (b) => {
      const x = b.parameter(matrix, 'x');
      return b.region([x], [b.reduce('sum', x, [0, 1])]);
    }),
    streaming('softmax of rows', 4, 2, (b) => {
      const x = b.parameter(matrix, 'x');
      const spread = (node: ReturnType<GraphBuilder['reduce']>) => b.broadcast(node, [rows, columns], [0]);
      const e = b.unary('exp', b.binary('subtract', x, spread(b.reduce('max', x, [1]))));
      return b.region([x], [b.binary('divide', e, spread(b.reduce('sum', e, [1])))]);
    }),
    streaming('running sum of rows', 1, 2, (b) => {
      const x = b.parameter(matrix, 'x');
      return b.region([x], [b.cumulative('sum', x, 1, { reverse: false })]);
    }),
    product(side, side, side),
    product(side, 1, side),
  ];
}
