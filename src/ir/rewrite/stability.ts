/**
 * Rewrites that keep accuracy and avoid overflow where the text of a formula, read literally, would lose them. They run
 * before differentiation, so derivatives are those of the stable form.
 */
import type { GraphBuilder } from '../builder.js';
import type { ElementwiseName, Node } from '../graph.js';
import { at, otherAxes, sameShape } from '../types.js';
import { besideConstant, knownValue, operandOf, operands, operatorOf } from './match.js';
import type { Rewrite } from './rewrite.js';

/** A rule on one elementwise operator, given its operands. */
function onOperands(
  name: string,
  operator: ElementwiseName,
  apply: (b: GraphBuilder, inputs: readonly Node[], node: Node) => Node | undefined,
): Rewrite {
  return {
    name,
    kind: 'elementwise',
    apply: (b, node) => {
      const inputs = operands(node, operator);
      return inputs && apply(b, inputs, node);
    },
  };
}

/** A rule on log(x), given x. */
function onLog(name: string, apply: (b: GraphBuilder, x: Node) => Node | undefined): Rewrite {
  return onOperands(name, 'log', (b, inputs) => apply(b, at(inputs, 0)));
}

/** The sum of exponentials over some axes. */
function sumOfExponentials(node: Node): { exponent: Node; axes: readonly number[] } | undefined {
  const reduce = operatorOf(node, 'reduce');
  if (reduce === undefined || reduce.monoid !== 'sum') return undefined;
  const exponent = operandOf(at(node.inputs, 0), 'exp');
  return exponent && { exponent, axes: reduce.axes };
}

/** The largest element over the axes, without derivative; 0 where it is infinite, so that nothing becomes NaN. */
function shiftOf(b: GraphBuilder, x: Node, axes: readonly number[]): Node {
  const largest = b.reduce('max', b.stopGradient(x), axes);
  return b.select(b.unary('is_finite', largest), largest, b.like(largest, 0));
}

/** x - its largest element, and that element. */
function shifted(b: GraphBuilder, x: Node, axes: readonly number[]): { moved: Node; shift: Node } {
  const shift = shiftOf(b, x, axes);
  const { shape } = x.type;
  const spread = b.broadcast(shift, shape, otherAxes(shape.length, axes));
  return { moved: b.binary('subtract', x, spread), shift };
}

/** Whether the largest element has already been subtracted. */
function isShifted(exponent: Node): boolean {
  const pair = operands(exponent, 'subtract');
  let node = pair?.[1];
  while (node !== undefined) {
    const { operator } = node;
    if (operator.kind === 'reduce') return operator.monoid === 'max';
    const passes =
      operator.kind === 'broadcast' || operator.kind === 'stop_gradient' || operator.kind === 'reshape';
    if (operator.kind === 'elementwise' && operator.name === 'select') node = node.inputs[1];
    else node = passes ? node.inputs[0] : undefined;
  }
  return false;
}

const logarithms: readonly Rewrite[] = [
  onLog('log(sum(exp(x))) shifted by the largest x', (b, x) => {
    const found = sumOfExponentials(x);
    if (found === undefined || isShifted(found.exponent)) return undefined;
    const { moved, shift } = shifted(b, found.exponent, found.axes);
    const total = b.reduce('sum', b.unary('exp', moved), found.axes);
    return b.binary('add', b.unary('log', total), shift);
  }),
  onLog('log(exp(x)) is x', (_b, x) => operandOf(x, 'exp')),
  onLog('log(sigmoid(x)) is log_sigmoid(x)', (b, x) => {
    const inner = operandOf(x, 'sigmoid');
    return inner && b.unary('log_sigmoid', inner);
  }),
  onLog('log(1 - sigmoid(x)) is log_sigmoid(-x)', (b, x) => {
    const pair = operands(x, 'subtract');
    const inner = pair && knownValue(at(pair, 0)) === 1 ? operandOf(at(pair, 1), 'sigmoid') : undefined;
    return inner && b.unary('log_sigmoid', b.unary('negate', inner));
  }),
  onLog('log(1 + exp(x)) is softplus(x)', (b, x) => {
    const other = besideConstant(x, 'add', 1);
    const exponent = other && operandOf(other, 'exp');
    return exponent && b.unary('softplus', exponent);
  }),
  onLog('log(1 + x) is log1p(x)', (b, x) => {
    const other = besideConstant(x, 'add', 1);
    return other && b.unary('log1p', other);
  }),
  onLog('log(1 - x) is log1p(-x)', (b, x) => {
    const pair = operands(x, 'subtract');
    return pair && knownValue(at(pair, 0)) === 1
      ? b.unary('log1p', b.unary('negate', at(pair, 1)))
      : undefined;
  }),
  onLog('log of a softmax', (b, x) => {
    const pair = operands(x, 'divide');
    const exponent = pair && operandOf(at(pair, 0), 'exp');
    return exponent && b.binary('subtract', exponent, b.unary('log', at(pair, 1)));
  }),
  onLog('log of a scaled sum of exponentials', (b, x) => {
    const pair = operands(x, 'divide') ?? operands(x, 'multiply');
    const factor = pair && knownValue(at(pair, 1));
    if (pair === undefined || factor === undefined || factor <= 0) return undefined;
    if (sumOfExponentials(at(pair, 0)) === undefined) return undefined;
    const name = operands(x, 'divide') === undefined ? 'add' : 'subtract';
    return b.binary(name, b.unary('log', at(pair, 0)), b.like(x, Math.log(factor)));
  }),
  onLog('log before the broadcast', (b, x) => {
    const spread = operatorOf(x, 'broadcast');
    return spread && b.broadcast(b.unary('log', at(x.inputs, 0)), x.type.shape, spread.axes);
  }),
  onLog('log of a reciprocal', (b, x) => {
    const inner = operandOf(x, 'reciprocal');
    const sum = inner && besideConstant(inner, 'add', 1);
    return sum !== undefined && operandOf(sum, 'exp') !== undefined && inner !== undefined
      ? b.unary('negate', b.unary('log', inner))
      : undefined;
  }),
];

const exponentials: readonly Rewrite[] = [
  onOperands('log1p(exp(x)) is softplus(x)', 'log1p', (b, inputs) => {
    const exponent = operandOf(at(inputs, 0), 'exp');
    return exponent && b.unary('softplus', exponent);
  }),
  onOperands('exp(x) - 1 is expm1(x)', 'subtract', (b, inputs) => {
    const exponent = operandOf(at(inputs, 0), 'exp');
    return exponent !== undefined && knownValue(at(inputs, 1)) === 1 ? b.unary('expm1', exponent) : undefined;
  }),
  onOperands('1 / (1 + exp(x)) is sigmoid(-x)', 'reciprocal', (b, inputs) => {
    const other = besideConstant(at(inputs, 0), 'add', 1);
    const exponent = other && operandOf(other, 'exp');
    return exponent && b.unary('sigmoid', b.unary('negate', exponent));
  }),
  onOperands('exp(x) / (1 + exp(x)) is sigmoid(x)', 'divide', (b, inputs) => {
    const exponent = operandOf(at(inputs, 0), 'exp');
    const other = besideConstant(at(inputs, 1), 'add', 1);
    return exponent !== undefined && other === inputs[0] ? b.unary('sigmoid', exponent) : undefined;
  }),
  onOperands('softmax shifted by the largest x', 'divide', (b, inputs, node) => {
    const exponent = operandOf(at(inputs, 0), 'exp');
    const spread = operatorOf(at(inputs, 1), 'broadcast');
    if (exponent === undefined || spread === undefined || isShifted(exponent)) return undefined;
    const total = sumOfExponentials(at(at(inputs, 1).inputs, 0));
    const { shape } = node.type;
    if (total === undefined || total.exponent !== exponent) return undefined;
    if (!sameShape(otherAxes(shape.length, total.axes), spread.axes)) return undefined;
    const raised = b.unary('exp', shifted(b, exponent, total.axes).moved);
    return b.binary('divide', raised, b.broadcast(b.reduce('sum', raised, total.axes), shape, spread.axes));
  }),
];

export const stability: readonly Rewrite[] = [...logarithms, ...exponentials];
