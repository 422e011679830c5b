/** Derivatives as expressions: by several variables, through bindings, of lanes that share a variable. */
import { describe, expect, it } from 'vitest';
import { evaluateObjective } from '../../../src/check/evaluate/problem.js';
import { largestDifference, started, throughBoth } from './compare.js';

const cases: readonly (readonly [string, string, string?])[] = [
  ['a mixed second derivative', 'grad(grad(p^2 * q * r[0], p), q)'],
  [
    'a derivative by a let of a derivative by what the let is made of',
    'grad(grad(s * p^2, p), s)',
    'let s = sin(p) * q',
  ],
  ['a gradient of a gradient through a let', 'grad(s * p^2, p)^2 + grad(s^3, s)', 'let s = sin(p) * q'],
  [
    'a Hessian-vector product of each lane by a shared variable',
    'sum(i in 3: sum(tanh(hvp(r[i]^2 * r[0] * p, r, r))))',
  ],
  [
    'a Hessian-vector product with a direction of each lane',
    'sum(i in 3: sum(tanh(hvp(r[i]^2 * r[0], r, r * r[i] + i))))',
  ],
  ['a Hessian of each lane', 'sum(i in 3: sum(exp(hessian(r[i]^3 * r[0], r))))'],
  ['a gradient of each lane by a shared scalar', 'sum(i in 3: grad(sin(p * r[i]), p)^2)'],
  ['a gradient of each lane by a shared vector', 'sum(i in 3: sum(grad(sin(p * r[i]) * sum(r), r)^2))'],
  [
    'a gradient by a variable of the lane',
    'sum(i in 3: bend(r[i] * p))',
    'fn bend(v: real): real = grad(grad(sin(v) * v^2, v), v)',
  ],
  ['a vector-Jacobian product', 'sum(vjp([i in 3: r[i]^2 * p], r, [1, p, 2])^2)'],
  [
    'a vector-Jacobian product of each lane',
    'sum(i in 3: sum(vjp([j in 2: r[i]^2 * r[j] + p], r, [p, r[i]])^2))',
  ],
  ['a Jacobian-vector product', 'sum(jvp([i in 3: r[i]^2 * p], r, [1, p, 2])^2)'],
  [
    'a Jacobian, wide and tall',
    'sum(jacobian(r * p, r)^3) + sum(jacobian([i in 3, j in 2: r[i]^j * p], p)^2)',
  ],
  [
    'a derivative of a loop',
    'grad(power_of(p, 4), p)',
    'fn power_of(v: real, n: int): real { let y = 1.0 for k in 1..n { y <- y * v + sin(y) } return y }',
  ],
  [
    'a derivative in a loop',
    'newton(p)',
    'fn newton(v: real): real { let y = v for k in 1..3 { y <- y - 0.1 * grad(y^4 + y^2, y) } return y }',
  ],
];

describe('derivatives in expressions', () => {
  it.each(cases)('%s', async (_, expression, more = '') => {
    const { oracle, program } = await throughBoth(`
      param p: real = 0.7
      param q: real = -1.3
      param r: real[3] = [0.4, 1.1, -0.6]
      ${more}
      minimize ${expression}
      solve using gradient_descent(1) for 1 steps`);
    const x = [0.7, -1.3, 0.4, 1.1, -0.6];
    const expected = evaluateObjective(oracle, x);
    const compiled = started(program);
    compiled.startPhase(0);
    compiled.step(0);
    expect(largestDifference([compiled.measures[0] ?? NaN], [expected.value])).toBeLessThan(1e-10);
    const moved = expected.gradient.map((slope, index) => (x[index] ?? NaN) - slope);
    expect(largestDifference(compiled.parameters, moved)).toBeLessThan(1e-9);
  });
});
