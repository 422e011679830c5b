/**
 * Scalars of the evaluator: a plain number, or a node of a tape that records how it was computed. Reverse mode walks
 * the tape; its own arithmetic is recorded again when asked, so derivatives of derivatives need nothing else.
 */
import type { ApplyName } from '../typed.js';
import { erf, erfc, lgamma, polygamma, sigmoid, softplus } from './special_functions.js';

export type Scalar = number | TapeNode;

/**
 * Local derivatives of a result with respect to each operand, as scalars so that they can be recorded. `varies` says
 * which operands are on the tape; the derivative of another one is not read.
 */
type Partials = (
  operands: readonly Scalar[],
  result: Scalar,
  varies: readonly boolean[],
) => readonly Scalar[];

let created = 0;

export class TapeNode {
  /** Grows with creation: operands always have smaller numbers than their results. */
  readonly id: number;

  constructor(
    readonly value: number,
    readonly operands: readonly Scalar[],
    readonly partials: Partials,
  ) {
    created += 1;
    this.id = created;
  }
}

export function valueOf(scalar: Scalar): number {
  return typeof scalar === 'number' ? scalar : scalar.value;
}

/** A fresh node equal to `scalar`: a place to differentiate at, that still depends on `scalar` for outer derivatives. */
export function markVariable(scalar: Scalar): TapeNode {
  return new TapeNode(valueOf(scalar), [scalar], () => [1]);
}

interface Operation {
  readonly evaluate: (...values: number[]) => number;
  readonly partials: Partials;
}

function apply(operation: Operation, ...operands: Scalar[]): Scalar {
  const value = operation.evaluate(...operands.map(valueOf));
  return operands.every((operand) => typeof operand === 'number')
    ? value
    : new TapeNode(value, operands, operation.partials);
}

function unary(
  evaluate: (a: number) => number,
  derivative: (a: Scalar, result: Scalar) => Scalar,
): Operation {
  return {
    evaluate: (a) => evaluate(a),
    partials: ([a], result) => [derivative(a as Scalar, result)],
  };
}

function binary(
  evaluate: (a: number, b: number) => number,
  derivatives: (
    a: Scalar,
    b: Scalar,
    result: Scalar,
    varies: readonly boolean[],
  ) => readonly [Scalar, Scalar],
): Operation {
  return {
    evaluate: (a, b) => evaluate(a, b),
    partials: ([a, b], result, varies) => derivatives(a as Scalar, b as Scalar, result, varies),
  };
}

/** Piecewise constant: derivative 0. */
function step(evaluate: (...values: number[]) => number): Operation {
  return { evaluate, partials: (operands) => operands.map(() => 0) };
}

const truth = (condition: boolean): number => (condition ? 1 : 0);

/** Binary maximum and minimum: ties give each operand half. */
const extreme = (pick: (a: number, b: number) => number): Operation =>
  binary(pick, (a, b, result) => {
    if (valueOf(a) === valueOf(b)) return [0.5, 0.5];
    const first = truth(valueOf(a) === valueOf(result));
    return [first, 1 - first];
  });

const square = (a: Scalar): Scalar => multiply(a, a);

/** x^y. With a constant exponent the logarithm is never formed, so negative bases are fine. */
const powerOperation = binary(Math.pow, (a, b, result, varies) => [
  valueOf(b) === 0 ? 0 : multiply(b, power(a, subtract(b, 1))),
  varies[1] === true && valueOf(a) !== 0 ? multiply(result, log(a)) : 0,
]);

function polygammaOperation(order: number): Operation {
  return unary(
    (a) => polygamma(order, a),
    (a) => apply(polygammaOperation(order + 1), a),
  );
}

/** Round half to even, as IEEE 754 does. */
function roundHalfEven(a: number): number {
  const down = Math.floor(a);
  const rest = a - down;
  if (rest !== 0.5) return Math.round(a);
  return down % 2 === 0 ? down : down + 1;
}

/** The remainder with the sign of the divisor. */
function floorModulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

const operations: Readonly<Record<ApplyName, Operation>> = {
  negate: unary(
    (a) => -a,
    () => -1,
  ),
  not: step((a) => truth(a === 0)),
  add: binary(
    (a, b) => a + b,
    () => [1, 1],
  ),
  subtract: binary(
    (a, b) => a - b,
    () => [1, -1],
  ),
  multiply: binary(
    (a, b) => a * b,
    (a, b) => [b, a],
  ),
  divide: binary(
    (a, b) => a / b,
    (_a, b, result) => [divide(1, b), negate(divide(result, b))],
  ),
  power: powerOperation,
  equal: step((a, b) => truth(a === b)),
  not_equal: step((a, b) => truth(a !== b)),
  less: step((a, b) => truth(a < b)),
  less_equal: step((a, b) => truth(a <= b)),
  greater: step((a, b) => truth(a > b)),
  greater_equal: step((a, b) => truth(a >= b)),
  and: step((a, b) => truth(a !== 0 && b !== 0)),
  or: step((a, b) => truth(a !== 0 || b !== 0)),
  maximum: extreme(Math.max),
  minimum: extreme(Math.min),
  atan2: binary(Math.atan2, (a, b) => {
    const squared = add(square(a), square(b));
    return [divide(b, squared), negate(divide(a, squared))];
  }),
  floor_divide: step((a, b) => Math.floor(a / b)),
  modulo: binary(floorModulo, (a, b) => [1, -Math.floor(valueOf(a) / valueOf(b))]),
  abs: unary(Math.abs, (a) => Math.sign(valueOf(a))),
  sign: step((a) => Math.sign(a)),
  floor: step((a) => Math.floor(a)),
  ceil: step((a) => Math.ceil(a)),
  round: step((a) => roundHalfEven(a)),
  exp: unary(Math.exp, (_a, result) => result),
  expm1: unary(Math.expm1, (a) => exp(a)),
  log: unary(Math.log, (a) => divide(1, a)),
  log1p: unary(Math.log1p, (a) => divide(1, add(1, a))),
  sqrt: unary(Math.sqrt, (_a, result) => divide(0.5, result)),
  sin: unary(Math.sin, (a) => elementwise('cos', a)),
  cos: unary(Math.cos, (a) => negate(elementwise('sin', a))),
  tan: unary(Math.tan, (_a, result) => add(1, square(result))),
  asin: unary(Math.asin, (a) => divide(1, sqrt(subtract(1, square(a))))),
  acos: unary(Math.acos, (a) => divide(-1, sqrt(subtract(1, square(a))))),
  atan: unary(Math.atan, (a) => divide(1, add(1, square(a)))),
  sinh: unary(Math.sinh, (a) => elementwise('cosh', a)),
  cosh: unary(Math.cosh, (a) => elementwise('sinh', a)),
  tanh: unary(Math.tanh, (_a, result) => subtract(1, square(result))),
  asinh: unary(Math.asinh, (a) => divide(1, sqrt(add(square(a), 1)))),
  acosh: unary(Math.acosh, (a) => divide(1, sqrt(subtract(square(a), 1)))),
  atanh: unary(Math.atanh, (a) => divide(1, subtract(1, square(a)))),
  sigmoid: unary(sigmoid, (a, result) => multiply(result, elementwise('sigmoid', negate(a)))),
  softplus: unary(softplus, (a) => elementwise('sigmoid', a)),
  erf: unary(erf, (a) => multiply(2 / Math.sqrt(Math.PI), exp(negate(square(a))))),
  erfc: unary(erfc, (a) => multiply(-2 / Math.sqrt(Math.PI), exp(negate(square(a))))),
  lgamma: unary(lgamma, (a) => apply(polygammaOperation(0), a)),
  digamma: polygammaOperation(0),
  is_finite: step((a) => truth(Number.isFinite(a))),
  to_real: unary(
    (a) => a,
    () => 1,
  ),
  to_int: step((a) => Math.trunc(a)),
};

export function elementwise(name: ApplyName, ...operands: Scalar[]): Scalar {
  return apply(operations[name], ...operands);
}

export const negate = (a: Scalar): Scalar => elementwise('negate', a);
export const add = (a: Scalar, b: Scalar): Scalar => elementwise('add', a, b);
export const subtract = (a: Scalar, b: Scalar): Scalar => elementwise('subtract', a, b);
export const multiply = (a: Scalar, b: Scalar): Scalar => elementwise('multiply', a, b);
export const divide = (a: Scalar, b: Scalar): Scalar => elementwise('divide', a, b);
export const power = (a: Scalar, b: Scalar): Scalar => elementwise('power', a, b);
export const exp = (a: Scalar): Scalar => elementwise('exp', a);
export const log = (a: Scalar): Scalar => elementwise('log', a);
export const sqrt = (a: Scalar): Scalar => elementwise('sqrt', a);

/** The greatest (direction 1) or least (-1) of several; the derivative is split evenly between ties. */
export function extremeOf(scalars: readonly Scalar[], direction: 1 | -1): Scalar {
  const values = scalars.map(valueOf);
  const best = values.some(Number.isNaN)
    ? NaN
    : values.reduce((a, b) => (direction * b > direction * a ? b : a), -direction * Infinity);
  if (scalars.every((scalar) => typeof scalar === 'number')) return best;
  const ties = values.filter((value) => value === best).length;
  return new TapeNode(best, scalars, () => values.map((value) => (value === best ? 1 / ties : 0)));
}

/**
 * Derivatives of sum_k weight_k * output_k with respect to each variable. With `record` the result is itself
 * on the tape. Paths through `barriers` count as constant.
 */
export function backward(
  outputs: readonly Scalar[],
  weights: readonly Scalar[],
  variables: readonly TapeNode[],
  record: boolean,
  barriers: ReadonlySet<TapeNode> = new Set(),
): Scalar[] {
  const oldest = variables.reduce((least, variable) => Math.min(least, variable.id), Infinity);
  const targets = new Set(variables);
  const adjoints = new Map<TapeNode, Scalar>();
  const contribute = (scalar: Scalar, amount: Scalar): void => {
    if (typeof scalar === 'number' || scalar.id < oldest || barriers.has(scalar)) return;
    const before = adjoints.get(scalar);
    adjoints.set(scalar, before === undefined ? amount : add(before, amount));
  };
  const order = reachable(outputs, oldest, targets, barriers);
  outputs.forEach((output, k) => contribute(output, record ? (weights[k] ?? 0) : valueOf(weights[k] ?? 0)));
  for (const node of order) {
    const adjoint = adjoints.get(node);
    if (adjoint === undefined || targets.has(node)) continue;
    const varies = node.operands.map((operand) => typeof operand !== 'number');
    const partials = record
      ? node.partials(node.operands, node, varies)
      : node.partials(node.operands.map(valueOf), node.value, varies);
    node.operands.forEach((operand, index) => {
      const partial = partials[index] ?? 0;
      if (partial !== 0) contribute(operand, multiply(adjoint, partial));
    });
  }
  return variables.map((variable) => adjoints.get(variable) ?? 0);
}

/** Nodes that may depend on the variables, latest first. */
function reachable(
  outputs: readonly Scalar[],
  oldest: number,
  targets: ReadonlySet<TapeNode>,
  barriers: ReadonlySet<TapeNode>,
): TapeNode[] {
  const seen = new Set<TapeNode>();
  const pending: Scalar[] = [...outputs];
  while (pending.length > 0) {
    const scalar = pending.pop() as Scalar;
    if (typeof scalar === 'number' || scalar.id < oldest || seen.has(scalar) || barriers.has(scalar))
      continue;
    seen.add(scalar);
    if (!targets.has(scalar)) for (const operand of scalar.operands) pending.push(operand);
  }
  return [...seen].sort((a, b) => b.id - a.id);
}
