/** Walks over the nodes of a region, without recursion: graphs are deeper than the call stack. */
import type { Node, Region } from './graph.js';

/**
 * Every node that the results reach, and every parameter, inputs first. Ids grow with construction, so sorting by id
 * is a topological order, and the order of construction is the most readable one.
 */
export function nodesOf(region: Region): Node[] {
  return reachableFrom([...region.parameters, ...region.results]);
}

/** The roots and everything they are computed from, inputs first. */
export function reachableFrom(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(roots);
  const pending = [...seen];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return [...seen].sort((left, right) => left.id - right.id);
}

/** The closed regions that a node carries: the body and condition of a loop, the branches of a cond. */
export function regionsIn(node: Node): readonly Region[] {
  const { operator } = node;
  if (operator.kind === 'loop') {
    return operator.condition === undefined ? [operator.body] : [operator.body, operator.condition];
  }
  if (operator.kind === 'derivative_rule') return [operator.rule];
  if (operator.kind === 'implicit_root') return [operator.residual];
  if (operator.kind === 'linear_solve') return [operator.apply];
  return operator.kind === 'cond' ? [operator.then, operator.otherwise] : [];
}

/** How many nodes a region holds, those of nested regions included. */
export function countNodes(region: Region): number {
  let count = 0;
  for (const node of nodesOf(region)) {
    count += 1;
    for (const nested of regionsIn(node)) count += countNodes(nested);
  }
  return count;
}
