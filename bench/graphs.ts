/** Graphs of a given size, for compile times. */
import { GraphBuilder } from '../src/ir/builder.js';
import { vjp } from '../src/ir/differentiate/derivatives.js';
import type { Node, Region } from '../src/ir/graph.js';
import { real } from '../src/ir/types.js';

/** A residual network of many narrow layers with its gradient: about 21 nodes a layer. */
export function deepNetwork(layers: number): Region {
  const b = new GraphBuilder();
  const x = b.parameter(real(layers * 72), 'x');
  const X = b.parameter(real(4, 8), 'X');
  let h: Node = X;
  for (let layer = 0; layer < layers; layer += 1) {
    const start = layer * 72;
    const W = b.reshape(b.slice(x, [start], [start + 64]), [8, 8]);
    const c = b.broadcast(b.slice(x, [start + 64], [start + 72]), [4, 8], [1]);
    const product = b.contraction(h, W, { contract: [[1, 0]] });
    h = b.binary('add', h, b.unary('tanh', b.binary('add', product, c)));
  }
  return vjp(b.region([x, X], [b.reduceAll('sum', b.unary('square', h))]), [0]);
}

/** One long chain of elementwise operations: two nodes a link. */
export function chain(links: number): Region {
  const b = new GraphBuilder();
  const x = b.parameter(real(1000), 'x');
  let h: Node = x;
  for (let link = 0; link < links; link += 1) h = b.binary('add', b.unary('sin', h), x);
  return b.region([x], [h]);
}

export function product(n: number): Region {
  const b = new GraphBuilder();
  const [left, right] = [b.parameter(real(n, n), 'a'), b.parameter(real(n, n), 'b')];
  return b.region([left, right], [b.contraction(left, right, { contract: [[1, 0]] })]);
}
