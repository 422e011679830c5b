/** Functions with a derivative rule of their own: the body is run on numbers, and the tape asks the rule. */
import type { TypedDerivativeRule, TypedFunction } from '../typed.js';
import { arrayOf } from './array.js';
import type { ArrayValue } from './array.js';
import { asArray } from './environment.js';
import type { Environment, Value } from './environment.js';
import { evaluateExpression } from './expression.js';
import type { Scalar } from './scalar.js';
import { TapeNode, valueOf } from './scalar.js';

/** The value of a function's body in a frame where its parameters are bound. */
export function evaluateBody(target: TypedFunction, frame: Environment): Value {
  const rule = target.derivative;
  if (rule === undefined) return evaluateExpression(target.body, frame);
  const given = rule.parts.map(({ parameter }) => asArray(frame.lookup(parameter)));
  const numbers = frame.inner();
  for (const parameter of target.parameters) {
    const value = frame.lookup(parameter);
    if (value.kind === 'array') numbers.bind(parameter, arrayOf(value.shape, value.data.map(valueOf)));
  }
  const result = asArray(evaluateExpression(target.body, numbers));
  const operands = given.flatMap(({ data }) => data);
  if (operands.every((scalar) => typeof scalar === 'number')) return result;
  const data = result.data.map((scalar, index) => {
    const direction = result.data.map((_, other) => (other === index ? 1 : 0));
    const partials = (inputs: readonly Scalar[]): readonly Scalar[] =>
      pulled(rule, frame, given, inputs, arrayOf(result.shape, direction));
    return new TapeNode(valueOf(scalar), operands, partials);
  });
  return arrayOf(result.shape, data);
}

/** The rule at these operands, for one direction: the derivative of one element by each operand. */
function pulled(
  rule: TypedDerivativeRule,
  frame: Environment,
  given: readonly ArrayValue[],
  inputs: readonly Scalar[],
  direction: ArrayValue,
): readonly Scalar[] {
  const inner = frame.inner();
  let offset = 0;
  rule.parts.forEach(({ parameter }, index) => {
    const { shape, data } = given[index] ?? arrayOf([], []);
    inner.bind(parameter, arrayOf(shape, inputs.slice(offset, offset + data.length)));
    offset += data.length;
  });
  inner.bind(rule.cotangent, direction);
  const record = evaluateExpression(rule.body, inner);
  if (record.kind !== 'record') throw new Error('compiler bug: a derivative rule that gives no record');
  return rule.parts.flatMap(({ field }) => asArray(record.fields.get(field) ?? arrayOf([], [])).data);
}
