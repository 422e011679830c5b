/** Tangents of elementwise operators come from their rows; only a few of them are linear and can be transposed. */
import type { GraphBuilder } from '../builder.js';
import type { ElementwiseName, Node } from '../graph.js';
import { elementwiseTable } from '../operators/elementwise/table.js';
import { at } from '../types.js';
import type { Of, Tangent, TangentRule, TransposeRule } from './rule.js';
import { addTangents, orZero } from './rule.js';

export const elementwiseTangent: TangentRule<Of<'elementwise'>> = ({
  b,
  operator,
  inputs,
  tangents,
  output,
}) => {
  if (operator.name === 'select') return selectTangent(b, inputs, tangents);
  const { tangents: rules } = elementwiseTable[operator.name];
  let total: Tangent;
  rules.forEach((rule, index) => {
    const tangent = tangents[index];
    if (rule === undefined || tangent === undefined) return;
    total = addTangents(b, total, rule(b, tangent, inputs, output));
  });
  return total;
};

/** One select for both branches. */
function selectTangent(b: GraphBuilder, inputs: readonly Node[], tangents: readonly Tangent[]): Tangent {
  const [condition, then, otherwise] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
  return b.select(condition, orZero(b, tangents[1], then), orZero(b, tangents[2], otherwise));
}

type LinearRule = (
  b: GraphBuilder,
  cotangent: Node,
  inputs: readonly Node[],
  linear: readonly boolean[],
) => readonly Tangent[];

/** The elementwise operators that tangent rules may apply to a tangent. */
const linearRules: Partial<Readonly<Record<ElementwiseName, LinearRule>>> = {
  negate: (b, cotangent) => [b.unary('negate', cotangent)],
  add: (_b, cotangent) => [cotangent, cotangent],
  subtract: (b, cotangent, _inputs, linear) => [
    cotangent,
    linear[1] === true ? b.unary('negate', cotangent) : undefined,
  ],
  multiply: (b, cotangent, inputs, linear) => {
    const other = at(inputs, linear[0] === true ? 1 : 0);
    const passed = b.binary('multiply', cotangent, other);
    return linear[0] === true ? [passed, undefined] : [undefined, passed];
  },
  divide: (b, cotangent, inputs) => [b.binary('divide', cotangent, at(inputs, 1)), undefined],
  select: (b, cotangent, inputs, linear) => {
    const condition = at(inputs, 0);
    const zero = b.like(cotangent, 0);
    return [
      undefined,
      linear[1] === true ? b.select(condition, cotangent, zero) : undefined,
      linear[2] === true ? b.select(condition, zero, cotangent) : undefined,
    ];
  },
};

export const elementwiseTranspose: TransposeRule<Of<'elementwise'>> = (context) => {
  const { b, operator, inputs, linear, cotangents } = context;
  const rule = linearRules[operator.name];
  const nonlinear =
    rule === undefined ||
    (operator.name === 'multiply' && linear.every((flag) => flag)) ||
    (operator.name === 'divide' && linear[1] === true);
  if (nonlinear) throw new Error(`compiler bug: ${operator.name} is not linear and has no transpose`);
  return rule(b, at(cotangents as readonly Node[], 0), inputs, linear);
};
