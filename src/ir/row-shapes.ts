/**
 * Vectors that are made of arrays with rows, by reshaping: a loop over the rows and one inside of it go through them in the
 * same order, and can be those that made the array.
 */
import type { Node } from './graph.js';
import { sizeOf } from './types.js';

/** What has been found out about nodes. */
export type Rows = Map<Node, readonly number[] | undefined>;

/** The extents of the array of which a vector is made element by element, without those of one element. */
export function rowsBehind(node: Node, known: Rows): readonly number[] | undefined {
  if (node.type.shape.length !== 1) return undefined;
  if (known.has(node)) return known.get(node);
  known.set(node, undefined);
  const answer = find(node, known);
  known.set(node, answer);
  return answer;
}

function find(node: Node, known: Rows): readonly number[] | undefined {
  switch (node.operator.kind) {
    case 'elementwise':
    case 'cast':
    case 'stop_gradient':
      for (const input of node.inputs) {
        const rows = rowsBehind(input, known);
        if (rows !== undefined) return rows;
      }
      return undefined;
    case 'reshape': {
      let inner = node;
      while (inner.operator.kind === 'reshape' && inner.inputs[0] !== undefined) inner = inner.inputs[0];
      // What lies in memory can be read in one run.
      if (inner.operator.kind !== 'elementwise' && inner.operator.kind !== 'cast') return undefined;
      if (inner.type.shape.length === 1) return rowsBehind(inner, known);
      const rows = inner.type.shape.filter((extent) => extent !== 1);
      return rows.length > 1 && sizeOf(rows) > 0 ? rows : undefined;
    }
    default:
      return undefined;
  }
}
