/** Contractions and what follows them: what becomes one kernel, and what must not. */
import { GraphBuilder } from '../../src/ir/builder.js';
import type { Node, Region } from '../../src/ir/graph.js';
import { real } from '../../src/ir/types.js';

/** What is made of the product x w, beside a bias for each column and a matrix like the product. */
function region(
  [rows, depth, columns]: readonly [readonly number[], number, number],
  make: (b: GraphBuilder, parts: Readonly<Record<'product' | 'bias' | 'other', Node>>) => readonly Node[],
): Region {
  const b = new GraphBuilder();
  const x = b.parameter(real(...rows, depth), 'x');
  const w = b.parameter(real(depth, columns), 'w');
  const bias = b.parameter(real(columns), 'bias');
  const other = b.parameter(real(...rows, columns), 'other');
  const product = b.contraction(x, w, { contract: [[rows.length, 0]] });
  const shape = product.type.shape;
  const spread = b.broadcast(bias, shape, [shape.length - 1]);
  return b.region([x, w, bias, other], make(b, { product, bias: spread, other }));
}

const sizes = [[5], 7, 6] as const;

/** Name, region, and how many kernels a device needs for it. */
export const epilogueCases: readonly (readonly [string, Region, number])[] = [
  [
    'a bias and an activation',
    region(sizes, (b, { product, bias }) => [b.unary('tanh', b.binary('add', product, bias))]),
    1,
  ],
  [
    'several outputs, the product among them',
    region(sizes, (b, { product, bias, other }) => [
      product,
      b.binary('multiply', product, other),
      b.binary('subtract', b.unary('exp', product), bias),
    ]),
    1,
  ],
  [
    'rows on several axes, and loops that run over all of them at once',
    region([[2, 3, 4], 5, 6], (b, { product, other }) => [b.binary('multiply', product, other)]),
    1,
  ],
  [
    'rows on several axes, and a bias',
    region([[2, 3, 4], 5, 6], (b, { product, bias, other }) => [
      b.binary('multiply', b.binary('add', product, bias), other),
    ]),
    1,
  ],
  [
    'a transposed product, which is computed in the order of its reader',
    region([[6], 5, 6], (b, { product, other }) => [b.binary('add', b.transpose(product, [1, 0]), other)]),
    1,
  ],
  [
    'no reading of its own and of other elements',
    region([[6], 5, 6], (b, { product }) => [b.binary('add', b.transpose(product, [1, 0]), product)]),
    2,
  ],
  [
    'no sum of rows, which reads the outputs of all columns',
    region(sizes, (b, { product }) => [b.reduce('sum', product, [1])]),
    2,
  ],
  [
    'two products added, of which the later one does it',
    region([[6], 7, 6], (b, { product, other }) => {
      const second = b.contraction(other, other, { contract: [[1, 0]] });
      return [b.binary('add', product, second)];
    }),
    2,
  ],
  [
    'what is computed between the product and its reader',
    region(sizes, (b, { product, other }) => {
      const total = b.broadcast(b.reduce('sum', other, [0]), product.type.shape, [1]);
      return [b.binary('multiply', product, total)];
    }),
    2,
  ],
  [
    'nothing summed at all',
    region([[3], 0, 4], (b, { product, bias }) => [b.binary('add', product, bias)]),
    1,
  ],
  ['no output at all', region([[0], 3, 4], (b, { product, bias }) => [b.binary('add', product, bias)]), 0],
  [
    'one output, and a scalar made of it',
    (() => {
      const b = new GraphBuilder();
      const [x, y] = [b.parameter(real(100), 'x'), b.parameter(real(100), 'y')];
      const dot = b.contraction(x, y, { contract: [[0, 0]] });
      return b.region([x, y], [b.unary('tanh', b.unary('negate', dot))]);
    })(),
    1,
  ],
  [
    'a long sum in parts, and a scalar made of it',
    (() => {
      const b = new GraphBuilder();
      const [x, y] = [b.parameter(real(9000), 'x'), b.parameter(real(9000), 'y')];
      const dot = b.contraction(x, y, { contract: [[0, 0]] });
      return b.region([x, y], [b.unary('exp', b.binary('multiply', dot, b.constant(1e-3)))]);
    })(),
    2,
  ],
  [
    'batches',
    (() => {
      const b = new GraphBuilder();
      const [x, y] = [b.parameter(real(3, 4, 5), 'x'), b.parameter(real(3, 5, 20), 'y')];
      const product = b.contraction(x, y, { batch: [[0, 0]], contract: [[2, 1]] });
      const scale = b.broadcast(b.parameter(real(3), 'scale'), [3, 4, 20], [0]);
      return b.region([x, y, scale.inputs[0]!], [b.binary('multiply', product, scale)]);
    })(),
    1,
  ],
];
