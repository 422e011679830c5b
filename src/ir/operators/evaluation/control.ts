/** Evaluation of loops and branches. */
import type { Operator } from '../../graph.js';
import { leadingSlice, scalar, zeros } from '../../tensor.js';
import { at } from '../../types.js';
import type { EvaluationRule } from './rule.js';

type Of<K extends Operator['kind']> = Extract<Operator, { kind: K }>;

export const evaluateLoop: EvaluationRule<Of<'loop'>> = (operator, inputs, { types, run }) => {
  const { max, body, condition } = operator;
  let carries = inputs.slice(0, operator.carries);
  const invariants = inputs.slice(operator.carries, operator.carries + operator.invariants);
  const xs = inputs.slice(operator.carries + operator.invariants);
  const stacked = types.slice(operator.carries).map((type) => zeros(type));
  for (let k = 0; k < max; k += 1) {
    const turn = scalar(k, 'int');
    if (condition !== undefined) {
      const [goOn] = run(condition, [turn, ...carries, ...invariants]);
      if (goOn?.data[0] === 0) break;
    }
    const slices = xs.map((x) => leadingSlice(x, k));
    const results = run(body, [turn, ...carries, ...invariants, ...slices]);
    carries = results.slice(0, operator.carries);
    results
      .slice(operator.carries)
      .forEach((y, index) => at(stacked, index).data.set(y.data, k * y.data.length));
  }
  return [...carries, ...stacked];
};

export const evaluateCond: EvaluationRule<Of<'cond'>> = (operator, inputs, { run }) =>
  run(at(at(inputs, 0).data, 0) === 0 ? operator.otherwise : operator.then, inputs.slice(1));
