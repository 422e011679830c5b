/** Derivatives as questions to the tape. Everything is recorded, so the answers can be differentiated again. */
import type { TypedDerivative } from '../typed.js';
import type { ArrayValue } from './array.js';
import { arrayOf } from './array.js';
import type { Scalar } from './scalar.js';
import { add, backward, markVariable, multiply, TapeNode } from './scalar.js';

/** The marked elements of a variable; one that was never marked has derivative 0 everywhere. */
function nodesOf(variable: ArrayValue): TapeNode[] {
  return variable.data.map((scalar) => (scalar instanceof TapeNode ? scalar : markVariable(scalar)));
}

function dot(a: readonly Scalar[], b: readonly Scalar[]): Scalar {
  return a.reduce<Scalar>((sum, scalar, index) => add(sum, multiply(scalar, b[index] ?? 0)), 0);
}

function gradient(value: ArrayValue, variables: readonly TapeNode[], weights: readonly Scalar[]): Scalar[] {
  return backward(value.data, weights, variables, true);
}

/**
 * H v as the gradient of g'v. The direction must count as constant for this derivative and only for this one, so it
 * is wrapped and paths through the wrapping are not followed.
 */
function hessianProduct(value: ArrayValue, variables: readonly TapeNode[], direction: ArrayValue): Scalar[] {
  const wrapped = direction.data.map(markVariable);
  const slope = dot(gradient(value, variables, [1]), wrapped);
  return backward([slope], [1], variables, true, new Set(wrapped));
}

/** J v as the derivative of u -> J'u, which is linear in u, in direction v. */
function forward(value: ArrayValue, variables: readonly TapeNode[], direction: ArrayValue): Scalar[] {
  const weights = value.data.map(() => markVariable(0));
  const pulled = gradient(value, variables, weights);
  return backward([dot(pulled, direction.data)], [1], weights, true);
}

export function differentiate(
  operator: TypedDerivative['operator'],
  value: ArrayValue,
  variable: ArrayValue,
  direction: ArrayValue | undefined,
): ArrayValue {
  const variables = nodesOf(variable);
  const needed = (): ArrayValue => {
    if (direction === undefined) throw new Error(`compiler bug: ${operator} without a direction`);
    return direction;
  };
  switch (operator) {
    case 'gradient':
      return arrayOf(variable.shape, gradient(value, variables, [1]));
    case 'vjp':
      return arrayOf(variable.shape, gradient(value, variables, needed().data));
    case 'jvp':
      return arrayOf(value.shape, forward(value, variables, needed()));
    case 'hvp':
      return arrayOf(variable.shape, hessianProduct(value, variables, needed()));
    case 'jacobian': {
      const rows = value.data.map((scalar) => backward([scalar], [1], variables, true));
      return arrayOf([...value.shape, ...variable.shape], rows.flat());
    }
    case 'hessian': {
      const first = gradient(value, variables, [1]);
      const rows = first.map((scalar) => backward([scalar], [1], variables, true));
      return arrayOf([...variable.shape, ...variable.shape], rows.flat());
    }
  }
}
