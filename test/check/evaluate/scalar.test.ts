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
const points: readonly { readonly name: ApplyName; readonly x: readonly number[] }[] = [
  { name: 'negate', x: [0.3] },
  { name: 'add', x: [0.3, -1.2] },
  { name: 'subtract', x: [0.3, -1.2] },
  { name: 'multiply', x: [0.3, -1.2] },
  { name: 'divide', x: [0.3, -1.2] },
  { name: 'power', x: [1.3, 2.5] },
  { name: 'maximum', x: [0.3, -1.2] },
  { name: 'minimum', x: [0.3, -1.2] },
  { name: 'atan2', x: [0.3, -1.2] },
  { name: 'modulo', x: [5.3, -1.2] },
  { name: 'abs', x: [-0.3] },
  { name: 'exp', x: [0.3] },
  { name: 'expm1', x: [0.3] },
  { name: 'log', x: [0.3] },
  { name: 'log1p', x: [0.3] },
  { name: 'sqrt', x: [0.3] },
  { name: 'sin', x: [0.3] },
  { name: 'cos', x: [0.3] },
  { name: 'tan', x: [0.3] },
  { name: 'asin', x: [0.3] },
  { name: 'acos', x: [0.3] },
  { name: 'atan', x: [0.3] },
  { name: 'sinh', x: [0.3] },
  { name: 'cosh', x: [0.3] },
  { name: 'tanh', x: [0.3] },
  { name: 'asinh', x: [0.3] },
  { name: 'acosh', x: [1.3] },
  { name: 'atanh', x: [0.3] },
  { name: 'sigmoid', x: [0.3] },
  { name: 'softplus', x: [0.3] },
  { name: 'erf', x: [0.3] },
  { name: 'erfc', x: [0.3] },
  { name: 'lgamma', x: [1.7] },
  { name: 'digamma', x: [1.7] },
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
  it.each(points)('$name has the derivatives that differences show', ({ name, x }) => {
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
