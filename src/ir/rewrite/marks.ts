/** Drops what only differentiation reads, once nothing will be differentiated any more. */
import type { Node } from '../graph.js';
import { at } from '../types.js';
import { linearSolveAsLoop } from './linear_solve.js';
import type { Rewrite } from './rewrite.js';

export const marks: readonly Rewrite[] = [
  ...(['stop_gradient', 'mask_tangent', 'derivative_rule', 'implicit_root'] as const).map((kind) => ({
    name: `${kind} erased`,
    kind,
    apply: (_b: unknown, node: Node) => at(node.inputs, 0),
  })),
  linearSolveAsLoop,
];
