/** The objective with the barriers of the parameters that are kept by them, each times its weight at the step. */
import type { ParameterSlot } from '../program.js';
import { prepare } from '../rewrite/passes.js';
import { at } from '../types.js';
import type { ProblemFacts } from './facts.js';
import type { Objective } from './objective.js';
import { scheduleHooks } from './optimizer.js';
import { castTo, tensor } from './tensor.js';
import { type RowsOfView, View } from './view.js';

/** The same objective where no parameter is kept by a barrier. */
export function withBarriers(
  facts: ProblemFacts,
  slots: readonly ParameterSlot[],
  objective: Objective,
  rows: RowsOfView,
  steps: number,
): Objective {
  const added = facts.problem.parameters.flatMap(({ membership }) => membership?.added ?? []);
  if (added.length === 0) return objective;
  const view = new View(facts, { rows, training: true, parameters: 'slots', slots });
  view.hooks = scheduleHooks(view, () => tensor(view.root, view.step()), steps);
  const { root } = view;
  const stored = view.stored({ region: objective.value, inputs: objective.inputs });
  const plain = at(root.builder.inline(objective.value, [...view.parameterNodes().slots, ...stored]), 0);
  const value = added.reduce(
    (sum, each) => root.builder.binary('add', sum, castTo(root, view.tensor(each), 'real').node),
    plain,
  );
  const { region, inputs } = view.close([value]);
  return { value: prepare(region, facts.report), inputs, slots, source: objective.source, plain: objective };
}
