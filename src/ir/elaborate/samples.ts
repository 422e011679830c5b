/**
 * Means over fresh draws: a region that reads the step is run in a loop at the steps -1, -2, ..., at which no solve
 * draws, and its results are averaged.
 */
import { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { BoundRegion } from '../program.js';
import { at } from '../types.js';

export function meanOverSteps({ region, inputs }: BoundRegion, count: number): BoundRegion {
  const given = inputs.flatMap((input, index) => (input.kind === 'step' ? [] : [index]));
  const outer = new GraphBuilder();
  const inner = new GraphBuilder();
  const outside = given.map((index) => copied(outer, at(region.parameters, index)));
  const turn = inner.parameter({ dtype: 'int', shape: [] }, 'turn');
  const sums = region.results.map((result, index) => inner.parameter(result.type, `sum_${index}`));
  const inside = new Map(given.map((index) => [index, copied(inner, at(region.parameters, index))]));
  const step = inner.binary('subtract', inner.constant(-1, 'int'), turn);
  const values = inner.inline(
    region,
    inputs.map((_, index) => inside.get(index) ?? step),
  );
  const body = inner.region(
    [turn, ...sums, ...inside.values()],
    values.map((value, index) => inner.binary('add', at(sums, index), value)),
  );
  const totals = outer.loop({
    max: count,
    carries: region.results.map(({ type }) => outer.constant(0, type.dtype, type.shape)),
    invariants: outside,
    body,
    condition: undefined,
  });
  const means = totals.map((total) =>
    outer.binary('divide', total, outer.constant(count, 'real', total.type.shape)),
  );
  return { region: outer.region(outside, means), inputs: given.map((index) => at(inputs, index)) };
}

function copied(builder: GraphBuilder, parameter: Node): Node {
  const { operator, type, span } = parameter;
  return builder.parameter(type, operator.kind === 'parameter' ? operator.name : 'value', { span });
}
