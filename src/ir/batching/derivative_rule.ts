/** Batching of derivative rules: the value, what it is differentiated by, and the rule's results all get the lanes. */
import { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { BatchContext, Lanes, Of } from './rule.js';
import { inLanes } from './rule.js';

export function batchDerivativeRule(context: BatchContext<Of<'derivative_rule'>>): Node {
  const { b, operator, inputs, size, batchInto } = context;
  const differentiated = 1 + operator.rule.results.length;
  const inner = new GraphBuilder();
  const parameters = operator.rule.parameters.map((node, index): Lanes => {
    const batched = index < differentiated || inputs[index]?.batched === true;
    const { dtype, shape } = node.type;
    const name = node.operator.kind === 'parameter' ? node.operator.name : 'value';
    return { node: inner.parameter({ dtype, shape: batched ? [size, ...shape] : shape }, name), batched };
  });
  const results = batchInto(inner, operator.rule, parameters, size).map((lanes) =>
    inLanes(inner, lanes, size),
  );
  const rule = inner.region(
    parameters.map(({ node }) => node),
    results,
  );
  const given = inputs.map((input, index) => (index < differentiated ? inLanes(b, input, size) : input.node));
  return b.node({ kind: 'derivative_rule', rule }, given);
}
