/** The questions to an objective, asked in a view whose storage they read. */
import type { GraphBuilder } from '../builder.js';
import type { Node } from '../graph.js';
import { aggregate } from './aggregation.js';
import { type Objective, ObjectiveQueries } from './objective.js';
import { applySets, tangentOf } from './sets.js';
import { everyVariable, isEvery, type Variables } from './variables.js';
import type { View } from './view.js';

/** As a function of `variables`; the others stand where `base`, a vector of all parameters, has them. */
export function queriesIn(
  view: View,
  objective: Objective,
  variables: Variables = everyVariable(objective.slots),
  base: () => Node = () => view.x(),
): ObjectiveQueries {
  const stored = view
    .stored({ region: objective.value, inputs: objective.inputs })
    .map((node) => ({ node, frame: view.root }));
  const others = isEvery(variables) ? undefined : { node: base(), frame: view.root };
  const tangent = tangentOf(view.facts, variables);
  return new ObjectiveQueries(
    objective,
    variables,
    others,
    stored,
    (jacobian, values) => {
      const { several } = objective;
      if (several === undefined) throw new Error('compiler bug: a Jacobian without an aggregator');
      return aggregate(view, several.aggregation, jacobian, values, several.states);
    },
    tangent && ((frame, y, gradient) => applySets(view, tangent, [y, gradient], frame)),
  );
}

export function normOf(builder: GraphBuilder, vector: Node): Node {
  const squares = builder.reduceAll('sum', builder.unary('square', vector));
  return builder.unary('sqrt', squares);
}
