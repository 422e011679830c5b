/**
 * Whether implicit derivatives were what they are taken for: at the final point, each nested problem that is differentiated
 * implicitly is measured once, beside the evaluation of the objective.
 */
import type { TypedObjective } from '../../check/typed.js';
import { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import type { BoundRegion, NestedSlot, ParameterSlot, RegionInput } from '../program.js';
import { at } from '../types.js';
import type { ProblemFacts } from './facts.js';
import { type RowsOfView, View } from './view.js';

/** An evaluation with two more results, at its end, for each nested problem that the objectives read. */
export function withNestedChecks(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objectives: readonly TypedObjective[],
  evaluate: BoundRegion,
): { readonly evaluate: BoundRegion; readonly nested: readonly NestedSlot[] } {
  const rows: RowsOfView = { kind: 'split', name: objectives[0]?.split };
  const view = new View(facts, { rows, training: true, parameters: 'vector', slots });
  for (const { value } of objectives) view.tensor(value);
  const checks = view.nestedChecks;
  if (checks.length === 0) return { evaluate, nested: [] };
  const measured = view.close(checks.flatMap(({ norm, distance }) => [norm, distance]));
  const nested = checks.map(({ span }) => ({ name: `nested_${span.start}`, span }));
  return { evaluate: together(evaluate, measured), nested };
}

/** Two regions as one: what both read is read once, the results of the first come first. */
function together(first: BoundRegion, second: BoundRegion): BoundRegion {
  const builder = new GraphBuilder();
  const inputs: RegionInput[] = [];
  const nodes = new Map<string, Node>();
  const opened = ({ region, inputs: own }: BoundRegion): readonly Node[] =>
    own.map((input, index) => {
      const key = JSON.stringify(input);
      const parameter = at(region.parameters, index);
      const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : input.kind;
      const node = nodes.get(key) ?? builder.parameter(parameter.type, name);
      if (!nodes.has(key)) inputs.push(input);
      nodes.set(key, node);
      return node;
    });
  const given = [opened(first), opened(second)] as const;
  const results = [...builder.inline(first.region, given[0]), ...builder.inline(second.region, given[1])];
  return { region: builder.region([...nodes.values()], results), inputs };
}
