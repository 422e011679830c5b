/** Batching of roots and linear systems: the batch is one more axis of lanes, each solved by itself. */
import type { GraphBuilder } from '../builder.js';
import { GraphBuilder as Builder } from '../builder.js';
import type { Node, Region } from '../graph.js';
import { at } from '../types.js';
import type { BatchContext, BatchInto, Lanes, Of } from './rule.js';
import { inLanes } from './rule.js';

export function batchImplicitRoot(context: BatchContext<Of<'implicit_root'>>): Node {
  const { b, operator, inputs, size, batchInto } = context;
  const residual = inLanesOf(operator.residual, inputs, size, batchInto);
  return b.node({ ...operator, lanes: operator.lanes + 1, residual }, given(b, inputs, size));
}

export function batchLinearSolve(context: BatchContext<Of<'linear_solve'>>): Node {
  const { b, operator, inputs, size, batchInto } = context;
  const apply = inLanesOf(operator.apply, inputs, size, batchInto);
  return b.node({ ...operator, lanes: operator.lanes + 1, apply }, given(b, inputs, size));
}

/** The unknowns are in lanes, whatever the captured values are. */
function given(b: GraphBuilder, inputs: readonly Lanes[], size: number): Node[] {
  return inputs.map((input, index) => (index === 0 ? inLanes(b, input, size) : input.node));
}

function inLanesOf(region: Region, inputs: readonly Lanes[], size: number, batchInto: BatchInto): Region {
  const b = new Builder();
  const parameters = region.parameters.map((node, index): Lanes => {
    const batched = index === 0 || inputs[index]?.batched === true;
    const { dtype, shape } = node.type;
    const name = node.operator.kind === 'parameter' ? node.operator.name : 'value';
    return { node: b.parameter({ dtype, shape: batched ? [size, ...shape] : shape }, name), batched };
  });
  const result = at(batchInto(b, region, parameters, size), 0);
  return b.region(
    parameters.map(({ node }) => node),
    [inLanes(b, result, size)],
  );
}
