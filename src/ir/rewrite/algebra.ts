/**
 * Algebraic identities on elementwise operators. Each keeps every value, NaN and infinities included (but for the
 * sign of a zero and the last bit where constants are merged): `x * 0` stays.
 */
import type { GraphBuilder } from '../builder.js';
import type { BinaryElementwise, Node } from '../graph.js';
import { at, sameShape } from '../types.js';
import { eitherOperand, knownValue, operandOf, operands, operatorOf } from './match.js';
import type { Rewrite } from './rewrite.js';

function rule(name: string, apply: (b: GraphBuilder, node: Node) => Node | undefined): Rewrite {
  return { name, kind: 'elementwise', apply };
}

/** `x op value = result(x)`, the constant on either side of a commutative operator. */
function neutral(name: BinaryElementwise, value: number): Rewrite {
  return rule(
    `${name} of ${value}`,
    (_b, node) => eitherOperand(node, name, (operand) => knownValue(operand) === value)?.other,
  );
}

function rightConstant(
  name: BinaryElementwise,
  value: number,
  result: (b: GraphBuilder, left: Node) => Node,
): Rewrite {
  return rule(`${name} by ${value}`, (b, node) => {
    const pair = operands(node, name);
    return pair !== undefined && knownValue(at(pair, 1)) === value ? result(b, at(pair, 0)) : undefined;
  });
}

/** Powers that have an operator of their own or are a few products. */
const simplePowers: ReadonlyMap<number, (b: GraphBuilder, x: Node) => Node> = new Map([
  [0, (b, x) => b.like(x, 1)],
  [1, (_b, x) => x],
  [2, (b, x) => b.unary('square', x)],
  [3, (b, x) => b.binary('multiply', b.unary('square', x), x)],
  [4, (b, x) => b.unary('square', b.unary('square', x))],
  [0.5, (b, x) => b.unary('sqrt', x)],
  [-1, (b, x) => b.unary('reciprocal', x)],
  [-2, (b, x) => b.unary('reciprocal', b.unary('square', x))],
  [-0.5, (b, x) => b.unary('reciprocal', b.unary('sqrt', x))],
]);

const power = rule('power by a constant', (b, node) => {
  const pair = operands(node, 'power');
  if (pair === undefined) return undefined;
  const exponent = knownValue(at(pair, 1));
  return exponent === undefined ? undefined : simplePowers.get(exponent)?.(b, at(pair, 0));
});

const signs: readonly Rewrite[] = [
  rule('double negation', (_b, node) => {
    const inner = operandOf(node, 'negate');
    return inner && operandOf(inner, 'negate');
  }),
  rule('negated difference', (b, node) => {
    const inner = operandOf(node, 'negate');
    const pair = inner && operands(inner, 'subtract');
    return pair && b.binary('subtract', at(pair, 1), at(pair, 0));
  }),
  rule('sum with a negated term', (b, node) => {
    const found = eitherOperand(node, 'add', (operand) => operandOf(operand, 'negate') !== undefined);
    const negated = found && operandOf(found.fitting, 'negate');
    return negated && b.binary('subtract', found.other, negated);
  }),
  rule('difference with a negated term', (b, node) => {
    const pair = operands(node, 'subtract');
    const negated = pair && operandOf(at(pair, 1), 'negate');
    return negated && b.binary('add', at(pair, 0), negated);
  }),
  ...(['multiply', 'divide'] as const).map((name) =>
    rule(`${name} of negated operands`, (b, node) => {
      const pair = operands(node, name);
      if (pair === undefined) return undefined;
      const [left, right] = [operandOf(at(pair, 0), 'negate'), operandOf(at(pair, 1), 'negate')];
      if (left !== undefined && right !== undefined) return b.binary(name, left, right);
      if (left !== undefined) return moveNegation(b, name, left, at(pair, 1));
      return right && moveNegation(b, name, at(pair, 0), right);
    }),
  ),
  ...(['square', 'abs', 'cosh', 'cos'] as const).map((name) =>
    rule(`${name} of a negated operand`, (b, node) => {
      const inner = operandOf(node, name);
      const positive = inner && operandOf(inner, 'negate');
      return positive && b.unary(name, positive);
    }),
  ),
];

/** A constant takes the sign; otherwise it goes outside. */
function moveNegation(b: GraphBuilder, name: 'multiply' | 'divide', left: Node, right: Node): Node {
  const value = knownValue(right);
  if (value !== undefined) return b.binary(name, left, b.like(right, -value));
  return b.unary('negate', b.binary(name, left, right));
}

const products: readonly Rewrite[] = [
  neutral('multiply', 1),
  rightConstant('divide', 1, (_b, left) => left),
  rule('multiply by -1', (b, node) => {
    const found = eitherOperand(node, 'multiply', (operand) => knownValue(operand) === -1);
    return found && b.unary('negate', found.other);
  }),
  rule('multiply a number by itself', (b, node) => {
    const pair = operands(node, 'multiply');
    return pair !== undefined && pair[0] === pair[1] ? b.unary('square', at(pair, 0)) : undefined;
  }),
  rule('merge constant factors', (b, node) => {
    const outer = eitherOperand(node, 'multiply', (operand) => knownValue(operand) !== undefined);
    const inner =
      outer && eitherOperand(outer.other, 'multiply', (operand) => knownValue(operand) !== undefined);
    if (outer === undefined || inner === undefined || node.type.dtype !== 'real') return undefined;
    return b.binary('multiply', inner.other, b.binary('multiply', outer.fitting, inner.fitting));
  }),
  rule('merge constant terms', (b, node) => {
    const outer = eitherOperand(node, 'add', (operand) => knownValue(operand) !== undefined);
    const inner = outer && eitherOperand(outer.other, 'add', (operand) => knownValue(operand) !== undefined);
    if (outer === undefined || inner === undefined || node.type.dtype !== 'int') return undefined;
    return b.binary('add', inner.other, b.binary('add', outer.fitting, inner.fitting));
  }),
  rule('divide 1', (b, node) => {
    const pair = operands(node, 'divide');
    return pair !== undefined && knownValue(at(pair, 0)) === 1
      ? b.unary('reciprocal', at(pair, 1))
      : undefined;
  }),
  rule('multiply by a reciprocal', (b, node) => {
    const found = eitherOperand(
      node,
      'multiply',
      (operand) => operandOf(operand, 'reciprocal') !== undefined,
    );
    const divisor = found && operandOf(found.fitting, 'reciprocal');
    return divisor && b.binary('divide', found.other, divisor);
  }),
];

const sums: readonly Rewrite[] = [
  neutral('add', 0),
  rightConstant('subtract', 0, (_b, left) => left),
  rule('subtract from 0', (b, node) => {
    const pair = operands(node, 'subtract');
    return pair !== undefined && knownValue(at(pair, 0)) === 0 ? b.unary('negate', at(pair, 1)) : undefined;
  }),
  rule('add a number to itself', (b, node) => {
    const pair = operands(node, 'add');
    return pair !== undefined && pair[0] === pair[1]
      ? b.binary('multiply', at(pair, 0), b.like(node, 2))
      : undefined;
  }),
];

const logic: readonly Rewrite[] = [
  neutral('and', 1),
  neutral('or', 0),
  rule('and with false', (b, node) =>
    eitherOperand(node, 'and', (operand) => knownValue(operand) === 0) ? b.like(node, 0) : undefined,
  ),
  rule('or with true', (b, node) =>
    eitherOperand(node, 'or', (operand) => knownValue(operand) === 1) ? b.like(node, 1) : undefined,
  ),
  rule('the same twice', (_b, node) => {
    const pair = operands(node, 'and') ?? operands(node, 'or');
    return pair !== undefined && pair[0] === pair[1] ? pair[0] : undefined;
  }),
  rule('double not', (_b, node) => {
    const inner = operandOf(node, 'not');
    return inner && operandOf(inner, 'not');
  }),
];

function selectRule(
  name: string,
  apply: (b: GraphBuilder, condition: Node, then: Node, otherwise: Node) => Node | undefined,
): Rewrite {
  return rule(name, (b, node) => {
    const parts = operands(node, 'select');
    return parts && apply(b, at(parts, 0), at(parts, 1), at(parts, 2));
  });
}

const selections: readonly Rewrite[] = [
  selectRule('known condition', (_b, condition, then, otherwise) => {
    const value = knownValue(condition);
    return value === undefined ? undefined : value === 0 ? otherwise : then;
  }),
  selectRule('equal branches', (_b, _condition, then, otherwise) => (then === otherwise ? then : undefined)),
  selectRule('negated condition', (b, condition, then, otherwise) => {
    const positive = operandOf(condition, 'not');
    return positive && b.select(positive, otherwise, then);
  }),
  selectRule('condition asked twice', (b, condition, then, otherwise) => {
    const inner = operands(then, 'select');
    if (inner !== undefined && inner[0] === condition) return b.select(condition, at(inner, 1), otherwise);
    const other = operands(otherwise, 'select');
    if (other !== undefined && other[0] === condition) return b.select(condition, then, at(other, 2));
    return undefined;
  }),
];

/** f(broadcast x, broadcast y, constant) is broadcast f(x, y, constant) when both are spread the same way. */
const computeBeforeBroadcast = rule('compute before the broadcast', (b, node) => {
  const spread = node.inputs.find((input) => input.operator.kind === 'broadcast');
  const operator = spread && operatorOf(spread, 'broadcast');
  if (spread === undefined || operator === undefined || node.operator.kind !== 'elementwise')
    return undefined;
  const small = at(spread.inputs, 0).type.shape;
  const sources = node.inputs.map((input): Node | undefined => {
    const value = knownValue(input);
    if (value !== undefined) return b.constant(value, input.type.dtype, small);
    const own = operatorOf(input, 'broadcast');
    const source = input.inputs[0];
    if (own === undefined || source === undefined || !sameShape(source.type.shape, small)) return undefined;
    return sameShape(own.axes, operator.axes) ? source : undefined;
  });
  const { name } = node.operator;
  return sources.every((source) => source !== undefined)
    ? b.broadcast(b.elementwise(name, sources), node.type.shape, operator.axes)
    : undefined;
});

const casts: readonly Rewrite[] = [
  {
    name: 'cast of a cast',
    kind: 'cast',
    apply: (b, node) => {
      const inner = at(node.inputs, 0);
      if (inner.operator.kind !== 'cast') return undefined;
      const source = at(inner.inputs, 0);
      const exact =
        source.type.dtype === 'bool' || (source.type.dtype === 'int' && inner.type.dtype === 'real');
      return exact && inner.type.dtype !== 'bool' ? b.cast(source, node.type.dtype) : undefined;
    },
  },
  {
    name: 'cast before the broadcast',
    kind: 'cast',
    apply: (b, node) => {
      const inner = at(node.inputs, 0);
      const operator = operatorOf(inner, 'broadcast');
      if (operator === undefined) return undefined;
      return b.broadcast(b.cast(at(inner.inputs, 0), node.type.dtype), node.type.shape, operator.axes);
    },
  },
];

export const algebra: readonly Rewrite[] = [
  ...sums,
  ...products,
  power,
  ...signs,
  ...logic,
  ...selections,
  computeBeforeBroadcast,
  ...casts,
];
