import { describe, expect, it } from 'vitest';
import type { ApplyName } from '../../../src/check/typed.js';
import {
  backward,
  elementwise,
  extremeOf,
  markVariable,
  valueOf,
} from '../../../src/check/evaluate/scalar.js';

/** Points inside the domain of each differentiable operation, away from kinks. */
const points: readonly (readonly [ApplyName, ...number[]])[] = [
  ['negate', 0.3],
  ['add', 0.3, -1.2],
  ['subtract', 0.3, -1.2],
  ['multiply', 0.3, -1.2],
  ['divide', 0.3, -1.2],
  ['power', 1.3, 2.5],
  ['maximum', 0.3, -1.2],
  ['minimum', 0.3, -1.2],
  ['atan2', 0.3, -1.2],
  ['modulo', 5.3, -1.2],
  ['abs', -0.3],
  ['exp', 0.3],
  ['expm1', 0.3],
  ['log', 0.3],
  ['log1p', 0.3],
  ['sqrt', 0.3],
  ['sin', 0.3],
  ['cos', 0.3],
  ['tan', 0.3],
  ['asin', 0.3],
  ['acos', 0.3],
  ['atan', 0.3],
  ['sinh', 0.3],
  ['cosh', 0.3],
  ['tanh', 0.3],
  ['asinh', 0.3],
  ['acosh', 1.3],
  ['atanh', 0.3],
  ['sigmoid', 0.3],
  ['softplus', 0.3],
  ['erf', 0.3],
  ['erfc', 0.3],
  ['lgamma', 1.7],
  ['digamma', 1.7],
];

function gradient(name: ApplyName, x: readonly number[]): number[] {
  const variables = x.map(markVariable);
  return backward([elementwise(name, ...variables)], [1], variables, false).map(valueOf);
}

function hessian(name: ApplyName, x: readonly number[]): number[][] {
  const variables = x.map(markVariable);
  const first = backward([elementwise(name, ...variables)], [1], variables, true);
  return first.map((slope) => backward([slope], [1], variables, false).map(valueOf));
}

describe('scalars on the tape', () => {
  it.each(points)('%s has the derivatives that differences show', (name, ...x) => {
    const h = 1e-5;
    x.forEach((_, k) => {
      const shifted = (by: number): number[] => x.with(k, (x[k] ?? 0) + by);
      const slope =
        (valueOf(elementwise(name, ...shifted(h))) - valueOf(elementwise(name, ...shifted(-h)))) / (2 * h);
      expect(gradient(name, x)[k]).toBeCloseTo(slope, 7);
      const up = gradient(name, shifted(h));
      const down = gradient(name, shifted(-h));
      hessian(name, x)[k]?.forEach((curvature, j) => {
        expect(curvature).toBeCloseTo(((up[j] ?? 0) - (down[j] ?? 0)) / (2 * h), 6);
      });
    });
  });

  it('splits the derivative of an extreme evenly between ties', () => {
    const variables = [1, 3, 3].map(markVariable);
    expect(backward([extremeOf(variables, 1)], [1], variables, false)).toEqual([0, 0.5, 0.5]);
    expect(gradient('maximum', [2, 2])).toEqual([0.5, 0.5]);
    expect(gradient('abs', [0])).toEqual([0]);
  });

  it('never forms a logarithm for a constant exponent', () => {
    const x = markVariable(-2);
    expect(backward([elementwise('power', x, 3)], [1], [x], false)).toEqual([12]);
  });

  it('treats paths through a barrier as constant', () => {
    const x = markVariable(3);
    const wrapped = markVariable(x);
    const product = elementwise('multiply', x, wrapped);
    expect(backward([product], [1], [x], false, new Set([wrapped]))).toEqual([3]);
    expect(backward([product], [1], [x], false)).toEqual([6]);
  });
});
