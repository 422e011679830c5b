/** What a region costs, counted on its graph: arithmetic operations, those of loops times their turns. */
import type { Node, Region } from './graph.js';
import { nodesOf } from './traverse.js';
import { sizeOf } from './types.js';

export interface Cost {
  /** A multiplication, addition, comparison or elementary function counts as one. */
  readonly operations: number;
  readonly nodes: number;
  /** Contractions and their operations, which usually dominate. */
  readonly contractions: number;
  readonly contractionOperations: number;
}

export function costOf(region: Region): Cost {
  const total = { operations: 0, nodes: 0, contractions: 0, contractionOperations: 0 };
  const add = (cost: Cost, times: number): void => {
    total.operations += cost.operations * times;
    total.nodes += cost.nodes;
    total.contractions += cost.contractions;
    total.contractionOperations += cost.contractionOperations * times;
  };
  for (const node of nodesOf(region)) {
    const { operator } = node;
    if (operator.kind === 'loop') {
      add(costOf(operator.body), operator.max);
      if (operator.condition !== undefined) add(costOf(operator.condition), operator.max);
    } else if (operator.kind === 'cond') {
      const branches = [costOf(operator.then), costOf(operator.otherwise)];
      const [dearest] = branches.sort((a, b) => b.operations - a.operations);
      if (dearest !== undefined) add(dearest, 1);
    }
    const operations = operationsOf(node);
    total.nodes += 1;
    total.operations += operations;
    if (operator.kind === 'contraction') {
      total.contractions += 1;
      total.contractionOperations += operations;
    }
  }
  return total;
}

export function operationsOf(node: Node): number {
  const size = sizeOf(node.type.shape);
  const first = node.inputs[0]?.type.shape ?? [];
  const { operator } = node;
  switch (operator.kind) {
    case 'elementwise':
      return size;
    case 'reduce':
    case 'argreduce':
    case 'cumulative':
      return sizeOf(first);
    case 'contraction':
      return 2 * size * operator.contract.reduce((product, [left]) => product * (first[left] ?? 1), 1);
    case 'scatter_add':
      return sizeOf(node.inputs[2]?.type.shape ?? []);
    case 'uniform':
      // Ten rounds of Philox: two wide products and some bits each.
      return 100 * size;
    case 'argsort':
      return size * Math.ceil(Math.log2(Math.max(2, first.at(-1) ?? 2)));
    case 'cholesky':
      return (size * (first.at(-1) ?? 1)) / 3;
    case 'triangular_solve':
      return size * (first.at(-1) ?? 1);
    case 'qr':
      return 4 * sizeOf(first) * (first.at(-1) ?? 1);
    case 'symmetric_eigen':
    case 'svd':
      // About eight sweeps of Jacobi rotations.
      return 48 * sizeOf(first) * (first.at(-1) ?? 1);
    case 'parameter':
    case 'constant':
    case 'literal':
    case 'cast':
    case 'broadcast':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'slice':
    case 'pad':
    case 'concat':
    case 'iota':
    case 'gather':
    case 'scatter_set':
    case 'loop':
    case 'cond':
    case 'result':
    case 'stop_gradient':
    case 'mask_tangent':
    case 'derivative_rule':
    case 'implicit_root':
    case 'linear_solve':
    case 'host_call':
      return 0;
  }
}
