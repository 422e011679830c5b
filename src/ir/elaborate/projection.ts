/**
 * The projection of all parameters on their sets as one region x -> x', over the whole tables whatever the step
 * samples: applied to the start, and once to what the outermost optimizer made of x.
 */
import type { Node } from '../graph.js';
import type { BoundRegion, ParameterSlot } from '../program.js';
import { at } from '../types.js';
import type { ProblemFacts } from './facts.js';
import { tensorsOf, vectorOf } from './objective.js';
import { normOf } from './queries.js';
import { castTo, expand } from './tensor.js';
import { cut, put, type Variables } from './variables.js';
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

/** How far a step of length 1 along the gradient of the variables, projected, would move them. */
export function stationarityAt(
  view: View,
  x: Node,
  gradient: Node,
  variables: Variables,
  projection: BoundRegion | undefined,
): Node {
  const { builder } = view.root;
  const y = cut(builder, x, variables);
  const beyond = builder.binary('subtract', y, gradient);
  const nearest =
    projection === undefined
      ? beyond
      : cut(builder, project(view, projection, put(builder, x, beyond, variables)), variables);
  return normOf(builder, builder.binary('subtract', y, nearest));
}
