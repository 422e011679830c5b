/**
 * The projection of all parameters on their sets as one region x -> x', over the whole tables whatever the step
 * samples: applied to the start, and once to what the outermost optimizer made of x.
 */
import type { Node } from '../graph.js';
import type { BoundRegion, ParameterSlot } from '../program.js';
import { at } from '../types.js';
import type { ProblemFacts } from './facts.js';
import { tensorsOf, vectorOf } from './objective.js';
import { castTo, expand } from './tensor.js';
import { View } from './view.js';

/** Undefined when no parameter lies in a set. */
export function projectionOf(facts: ProblemFacts, slots: readonly ParameterSlot[]): BoundRegion | undefined {
  const { parameters } = facts.problem;
  if (parameters.every(({ projection }) => projection === undefined)) return undefined;
  const view = new View(facts, { rows: { kind: 'all' }, training: false, parameters: 'vector', slots });
  const { root } = view;
  const own = tensorsOf(root.builder, view.x(), slots);
  const tensors = parameters.map(({ projection }, index) => {
    if (projection === undefined) return at(own, index);
    return expand(root, castTo(root, view.tensor(projection), 'real'), [], at(slots, index).shape);
  });
  return view.close([vectorOf(root.builder, tensors, slots)]);
}

/** The projection of `x`, in the root of a view that holds the arrays which the sets read. */
export function project(view: View, { region, inputs }: BoundRegion, x: Node): Node {
  const given = inputs.map((input, index) => {
    const parameter = at(region.parameters, index);
    const name = parameter.operator.kind === 'parameter' ? parameter.operator.name : input.kind;
    return input.kind === 'parameters' ? x : view.input(input, parameter.type, name);
  });
  return at(view.root.builder.inline(region, given), 0);
}
