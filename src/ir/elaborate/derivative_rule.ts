/**
 * A call of a function that carries its derivative rule: the value of its body, marked with the rule as a region of
 * the arguments. Arguments and value are spread over the same mapped axes, so that sums over lanes are left to the
 * derivative of the spreading.
 */
import type { TypedFunction } from '../../check/typed.js';
import { asTensor } from './call.js';
import type { Context } from './context.js';
import { Environment } from './environment.js';
import { Frame } from './frame.js';
import { castTo, expand, tensor } from './tensor.js';
import { ownShape, type Tensor, unionAxes, type Value } from './value.js';

/** `open` binds the parameters in an environment, and the sizes of the call. */
export function callWithRule(
  context: Context,
  target: TypedFunction,
  values: readonly Value[],
  open: (values: readonly Value[]) => Environment,
): Value {
  const rule = target.derivative;
  if (rule === undefined) throw new Error('compiler bug: a call without a derivative rule');
  const outer = context.frame;
  const evaluate = (): Tensor =>
    asTensor(context.within(open(values), () => context.expression(target.body)));
  const value = castTo(outer, evaluate(), 'real');
  const positions = rule.parts.map(({ parameter }) => target.parameters.indexOf(parameter));
  const given = positions.map((position) => castTo(outer, asTensor(valueAt(values, position)), 'real'));
  const axes = unionAxes([value.axes, ...given.map((each) => each.axes)]);
  const spread = [value, ...given].map((each) => expand(outer, each, axes, ownShape(each)));
  const frame = new Frame(outer);
  const inside = spread.map((node, index) => frame.builder.parameter(node.type, index === 0 ? 'u' : 'x'));
  const bound = [...values];
  positions.forEach((position, index) => {
    const node = inside[index + 1];
    if (node !== undefined) bound[position] = tensor(frame, node, axes);
  });
  context.frame = frame;
  const environment = new Environment(open(bound));
  const [direction] = inside;
  if (direction === undefined) throw new Error('compiler bug: a derivative rule without a direction');
  environment.bind(rule.cotangent, tensor(frame, direction, axes));
  const record = context.within(environment, () => context.expression(rule.body));
  if (record.kind !== 'record') throw new Error('compiler bug: a derivative rule that gives no record');
  const results = rule.parts.map(({ field }, index) => {
    const part = record.fields.get(field);
    if (part === undefined) throw new Error(`compiler bug: a derivative rule without ${field}`);
    return expand(frame, castTo(frame, asTensor(part), 'real'), axes, ownShape(given[index] ?? value));
  });
  context.frame = outer;
  const { outer: captured, inner } = frame.captured();
  const region = frame.close([...inside, ...inner], results);
  const node = outer.builder.node({ kind: 'derivative_rule', rule: region }, [...spread, ...captured]);
  return tensor(outer, node, axes);
}

function valueAt(values: readonly Value[], position: number): Value {
  const value = values[position];
  if (value === undefined) throw new Error('compiler bug: a call without its argument');
  return value;
}
