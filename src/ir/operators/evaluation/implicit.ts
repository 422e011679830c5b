/** Evaluation of linear systems: the loop of products that they become. */
import type { Operator, Region } from '../../graph.js';
import { solveRegion } from '../../rewrite/linear_solve.js';
import type { EvaluationRule } from './rule.js';

type LinearSolve = Extract<Operator, { kind: 'linear_solve' }>;

const regions = new WeakMap<LinearSolve, Region>();

export const evaluateLinearSolve: EvaluationRule<LinearSolve> = (operator, inputs, { run }) => {
  const region = regions.get(operator) ?? solveRegion(operator);
  regions.set(operator, region);
  return run(region, inputs);
};
