/** Derivatives by a rule that a function carries: the rule is u -> u J, so its transpose by u is dx -> J dx. */
import { pullBack } from './derivatives.js';
import type { Of, Tangent, TangentContext } from './rule.js';

export function derivativeRuleTangent({
  b,
  operator,
  inputs,
  tangents,
  output,
}: TangentContext<Of<'derivative_rule'>>): Tangent {
  const { rule } = operator;
  const moved = tangents.slice(1, 1 + rule.results.length);
  if (moved.every((tangent) => tangent === undefined)) return undefined;
  const values = [b.like(output, 0), ...inputs.slice(1)];
  return pullBack(b, rule, values, [0], moved).pulled[0];
}
