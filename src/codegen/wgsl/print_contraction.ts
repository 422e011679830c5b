/**
 * Prints a contraction: as tiles (print_tiles.ts) or as dot products (print_dots.ts). The share of a thread and the order of every
 * sum are fixed by the shape, so the bits do not depend on the number of workgroups.
 */
import type { Node } from '../../ir/graph.js';
import type { Contraction } from '../../ir/nest.js';
import { chooseShape, partsOf, sizeOfNode, sizeOfProduct, teamsOf } from './contraction_shape.js';
import type { ContractionShape } from './contraction_shape.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { declareProduct } from './operand_text.js';
import { printDots, printParts } from './print_dots.js';
import { printTiles } from './print_tiles.js';

/** Reals for the parts of long dot products. */
export function roomOfContraction(node: Node): number {
  const size = sizeOfNode(node);
  const parts = partsOf(size);
  return parts === 1 ? 0 : size.batch * size.rows * size.columns * parts;
}

/** The functions of a contraction, in order; none where nothing is to be computed. */
export function printContraction(
  contraction: Contraction,
  module: ModuleText,
  chosen?: ContractionShape,
): readonly DeviceFunction[] {
  const size = sizeOfProduct(contraction);
  const outputs = size.batch * size.rows * size.columns;
  if (outputs === 0) return [];
  const { span } = contraction.node;
  const { threads, groups } = module.profile;
  const name = module.fresh('contract');
  const product = declareProduct(contraction, size, name, module);
  const { scratch } = contraction;
  if (scratch !== undefined && groups !== 1 && chosen === undefined) {
    const parts = { count: partsOf(size), sums: scratch };
    const whole = printDots(product, threads, module, parts);
    return [
      { name, lines: whole, work: { kind: 'teams', count: outputs * parts.count }, span },
      {
        name: module.fresh(`${name}_whole`),
        lines: printParts(product, parts, module),
        work: { kind: 'points', count: outputs },
        span,
      },
    ];
  }
  const shape = chosen ?? chooseShape(size, product, module.profile);
  const lines =
    shape.kind === 'dot' ? printDots(product, shape.share, module) : printTiles(product, shape, name, module);
  const work =
    shape.kind === 'dot' && shape.share === 1
      ? ({ kind: 'points', count: outputs } as const)
      : ({ kind: 'teams', count: teamsOf(shape, size, threads) } as const);
  return [{ name, lines, work, span }];
}
