/** Batching: a region applied to many inputs at once, as one region. */
import { GraphBuilder } from '../builder.js';
import type { Node, Operator, Region } from '../graph.js';
import { nodesOf } from '../traverse.js';
import { at } from '../types.js';
import type { BatchRule, ControlBatchRule, Lanes } from './rule.js';
import { controlTable, operatorTable } from '../operators/table.js';

export interface BatchedRegion {
  readonly region: Region;
  /** Which results have the batch as leading axis; the others are the same in every lane. */
  readonly batched: readonly boolean[];
}

/** The parameters marked in `batched` get a leading axis of `size`. */
export function batchRegion(region: Region, batched: readonly boolean[], size: number): BatchedRegion {
  const b = new GraphBuilder();
  const parameters = region.parameters.map((parameter, index): Lanes => {
    const { dtype, shape } = parameter.type;
    const lanes = batched[index] === true;
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : 'value';
    const type = { dtype, shape: lanes ? [size, ...shape] : shape };
    return { node: b.parameter(type, name, { span: parameter.span }), batched: lanes };
  });
  const results = batchInto(b, region, parameters, size);
  return {
    region: b.region(
      parameters.map(({ node }) => node),
      results.map(({ node }) => node),
    ),
    batched: results.map((result) => result.batched),
  };
}

/** Rebuilds a region's body in a builder, on values of which some are batched. */
export function batchInto(b: GraphBuilder, region: Region, values: readonly Lanes[], size: number): Lanes[] {
  const built = new Map<Node, readonly Lanes[]>();
  region.parameters.forEach((parameter, index) => built.set(parameter, [at(values, index)]));
  const lanesOf = (node: Node): Lanes =>
    node.operator.kind === 'result'
      ? at(built.get(at(node.inputs, 0)) ?? [], node.operator.index)
      : at(built.get(node) ?? [], 0);
  for (const node of nodesOf(region)) {
    if (built.has(node) || node.operator.kind === 'result') continue;
    const inputs = node.inputs.map(lanesOf);
    built.set(
      node,
      b.withSpan(node.span, undefined, () => batchNode(b, node, inputs, size)),
    );
  }
  return region.results.map(lanesOf);
}

function batchNode(b: GraphBuilder, node: Node, inputs: readonly Lanes[], size: number): readonly Lanes[] {
  const { operator } = node;
  if (!inputs.some((input) => input.batched)) {
    const same = b.rebuild(
      node,
      inputs.map((input) => input.node),
    );
    const results = same.results === undefined ? [same] : b.resultsOf(same);
    return results.map((result) => ({ node: result, batched: false }));
  }
  const context = { b, operator, original: node, inputs, size, batchInto };
  if (operator.kind === 'loop' || operator.kind === 'cond') {
    return (controlTable[operator.kind].batch as ControlBatchRule<Operator>)(context);
  }
  if (operator.kind === 'parameter' || operator.kind === 'result') {
    throw new Error(`compiler bug: a batched ${operator.kind}`);
  }
  const rule = operatorTable[operator.kind].batch as BatchRule<Operator>;
  const batched = b.withSpan(node.span, node.label, () => rule(context));
  return [{ node: batched, batched: true }];
}
