/** Dropping parameters that a region does not read. */
import { GraphBuilder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { reachableFrom } from '../traverse.js';

/** For each parameter, whether a result depends on it. */
export function usedParameters(region: Region): boolean[] {
  const reached = new Set(reachableFrom(region.results));
  return region.parameters.map((parameter) => reached.has(parameter));
}

/** The region without the parameters that are not kept; no result may read those. */
export function keepParameters(region: Region, keep: readonly boolean[]): Region {
  if (keep.every((kept) => kept)) return region;
  const b = new GraphBuilder();
  const strangers = new GraphBuilder();
  const kept: Node[] = [];
  const values = region.parameters.map((parameter, index) => {
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'value';
    if (keep[index] !== true) return strangers.parameter(parameter.type, name);
    const copy = b.parameter(parameter.type, name, { span: parameter.span });
    kept.push(copy);
    return copy;
  });
  return b.region(kept, b.inline(region, values));
}
