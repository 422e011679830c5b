/** The optimizers of games against their formulas on a linear field, and what is known of where they lead. */
import { describe, expect, test } from 'vitest';
import { distance, parameter, solveText } from './solve.js';

type Vector = readonly [number, number];
type Matrix = readonly [Vector, Vector];

/** The field (a u + b v, c u + d v) of a game in which both minimize. */
const J: Matrix = [
  [0.7, 1.3],
  [-0.9, 0.4],
];
const game = `
  param u: real = 1
  param v: real = -0.5
  minimize 0.35 * u^2 + 1.3 * u * v over u
  minimize 0.2 * v^2 - 0.9 * u * v over v`;
const start: Vector = [1, -0.5];

const times = ([[a, b], [c, d]]: Matrix, [x, y]: Vector): Vector => [a * x + b * y, c * x + d * y];
const plus = ([a, b]: Vector, [c, d]: Vector, scale = 1): Vector => [a + scale * c, b + scale * d];
const transposed = ([[a, b], [c, d]]: Matrix): Matrix => [
  [a, c],
  [b, d],
];
const field = (z: Vector): Vector => times(J, z);

async function after(optimizer: string, steps: number, text = game): Promise<number[]> {
  const outcome = await solveText(`${text}\nsolve using ${optimizer} for ${steps} steps`);
  return ['u', 'v'].flatMap((name) => parameter(outcome, name));
}

function repeated(steps: number, move: (z: Vector, k: number) => Vector): Vector {
  let z = start;
  for (let k = 0; k < steps; k += 1) z = move(z, k);
  return z;
}

describe('on a linear field', () => {
  const lr = 0.2;
  const formulas: Readonly<Record<string, Vector>> = {
    'two_time_scale(0.2, ratio = 3)': repeated(3, (z) => {
      const [p, q] = field(z);
      return [z[0] - lr * p, z[1] - 3 * lr * q];
    }),
    'extragradient(0.2)': repeated(3, (z) => plus(z, field(plus(z, field(z), -lr)), -lr)),
    'anchored(0.2)': repeated(3, (z, k) => {
      const pulled = plus(z, plus(start, z, -1), 1 / (k + 2));
      return plus(pulled, field(plus(pulled, field(z), -lr)), -lr);
    }),
    'consensus(0.2, gamma = 0.5)': repeated(3, (z) =>
      plus(z, plus(field(z), times(transposed(J), field(z)), 0.5), -lr),
    ),
    // The antisymmetric part of J is (b - c) / 2 times a quarter turn; its transpose turns the field the other way.
    'symplectic(0.2, lambda = 0.8)': repeated(3, (z) => {
      const [p, q] = field(z);
      const half = (J[0][1] - J[1][0]) / 2;
      return plus(z, [p - 0.8 * half * q, q + 0.8 * half * p], -lr);
    }),
    // (I + lr O) step = -lr field, with O the Jacobian without its diagonal, by Cramer's rule.
    'competitive(0.2)': repeated(3, (z) => {
      const [p, q] = field(z);
      const [b, c] = [lr * J[0][1], lr * J[1][0]];
      const determinant = 1 - b * c;
      return plus(z, [(p - b * q) / determinant, (q - c * p) / determinant], -lr);
    }),
  };

  for (const [optimizer, expected] of Object.entries(formulas)) {
    test(`${optimizer} takes the steps of its formula`, async () => {
      expect(distance(await after(optimizer, 3), expected)).toBeLessThan(1e-12);
    });
  }

  test('optimistic expects the last change again', async () => {
    const first = plus(start, field(start), -lr);
    const second = plus(first, plus(plus(field(first), field(first)), field(start), -1), -lr);
    expect(distance(await after('optimistic(0.2)', 2), second)).toBeLessThan(1e-12);
  });
});

describe('on the bilinear game', () => {
  const bilinear = `
    param u: real = 1
    param v: real = 1
    minimize u * v over u
    maximize u * v over v`;
  const away = async (optimizer: string, steps: number): Promise<number> =>
    Math.hypot(...(await after(optimizer, steps, bilinear)));

  test('extragradient shrinks the distance by 1 - lr^2 + lr^4 in two steps', async () => {
    expect(await away('extragradient(0.2)', 100)).toBeCloseTo(Math.SQRT2 * (1 - 0.04 + 0.0016) ** 50, 12);
  });

  test('competitive steps shrink it by 1 / sqrt(1 + lr^2), however long they are', async () => {
    expect(await away('competitive(0.2)', 50)).toBeCloseTo(Math.SQRT2 * 1.04 ** -25, 10);
    expect(await away('competitive(3)', 10)).toBeCloseTo(Math.SQRT2 * 10 ** -5, 10);
  });

  test('the anchored field falls with the number of steps', async () => {
    // Yoon and Ryu, 2021, Theorem 2: |field|^2 <= 260 |start|^2 / (k + 1)^2 for a step of 1/8 and a field of slope 1.
    for (const steps of [20, 100, 400])
      expect((await away('anchored(0.125)', steps)) ** 2).toBeLessThan((260 * 2) / (steps + 1) ** 2);
  });

  test('optimistic, consensus and symplectic steps come in', async () => {
    for (const optimizer of ['optimistic(0.1)', 'consensus(0.1)', 'symplectic(0.1)'])
      expect(await away(optimizer, 2000)).toBeLessThan(1e-3);
  });
});

describe('mirror-prox', () => {
  test('finds the equilibrium of a game whose mixture is known', async () => {
    // A 2 by 2 game without saddle point: p = (d - c) / (a - b - c + d), q = (d - b) / (a - b - c + d), value (ad - bc) / (..).
    const outcome = await solveText(`
      let A = [[3.0, -1], [-2, 4]]
      param p: real[2] in simplex = [0.9, 0.1]
      param q: real[2] in simplex = [0.2, 0.8]
      minimize p @ A @ q over p
      maximize p @ A @ q over q
      solve using mirror_prox(0.2) for 1000 steps
      report gap = duality_gap(A, p, q)`);
    expect(parameter(outcome, 'p')[0]).toBeCloseTo(0.6, 6);
    expect(parameter(outcome, 'q')[0]).toBeCloseTo(0.5, 6);
    expect(outcome.objective).toBeCloseTo(1, 6);
    expect(outcome.reports[0]?.data[0]).toBeLessThan(1e-5);
  });
});
