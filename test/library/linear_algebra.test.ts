/** Linear algebra and order statistics through the whole pipeline, and under derivatives. */
import { describe, expect, test } from 'vitest';
import { compileSource } from '../../src/compile.js';
import { list, parameter, report, solveText } from './solve.js';

/** NIST StRD, Longley: six predictors and the total employment of sixteen years, certified to 15 digits. */
const longley = [
  [83.0, 234289, 2356, 1590, 107608, 1947, 60323],
  [88.5, 259426, 2325, 1456, 108632, 1948, 61122],
  [88.2, 258054, 3682, 1616, 109773, 1949, 60171],
  [89.5, 284599, 3351, 1650, 110929, 1950, 61187],
  [96.2, 328975, 2099, 3099, 112075, 1951, 63221],
  [98.1, 346999, 1932, 3594, 113270, 1952, 63639],
  [99.0, 365385, 1870, 3547, 115094, 1953, 64989],
  [100.0, 363112, 3578, 3350, 116219, 1954, 63761],
  [101.2, 397469, 2904, 3048, 117388, 1955, 66019],
  [104.6, 419180, 2822, 2857, 118734, 1956, 67857],
  [108.4, 442769, 2936, 2798, 120445, 1957, 68169],
  [110.8, 444546, 4681, 2637, 121950, 1958, 66513],
  [112.6, 482704, 3813, 2552, 123366, 1959, 68655],
  [114.2, 502601, 3931, 2514, 125368, 1960, 69564],
  [115.7, 518173, 4806, 2572, 127852, 1961, 69331],
  [116.9, 554894, 4007, 2827, 130081, 1962, 70551],
];
const certified = [
  -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
  -0.0511041056535807, 1829.15146461355,
];

const closeTo = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
  });
};

describe('the compiled library', () => {
  test('lstsq reproduces the certified Longley regression to more than eight digits', async () => {
    const outcome = await solveText(`
      data { X: real[16, 7] = ${list(longley.map((row) => [1, ...row.slice(0, 6)]))}
             y: real[16] = ${list(longley.map((row) => row[6] ?? NaN))} }
      param z: real = 0
      minimize z^2
      solve using gradient_descent(0.1) for 1 steps
      report b = lstsq(X, y)`);
    const b = report(outcome, 'b');
    const ratios = certified.map((value, index) => (b[index] ?? NaN) / value);
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(1e-8);
  });

  test('factors multiply to the matrix in f32 too', async () => {
    const outcome = await solveText(`
      precision f32
      param A: real[5, 3] ~ normal(0, 1)
      let d = svd(A), f = qr(A), e = eigh(transpose(A) @ A)
      minimize sum(A^2)
      solve using gradient_descent(0) for 1 steps
      report singular = norm(d.u @ diag(d.s) @ transpose(d.v) - A)
      report orthogonal = norm(f.q @ f.r - A)
      report symmetric = norm(e.vectors @ diag(e.values) @ transpose(e.vectors) - transpose(A) @ A)`);
    for (const name of ['singular', 'orthogonal', 'symmetric']) {
      expect(report(outcome, name)[0]).toBeLessThan(2e-5);
    }
  });
});

describe('derivatives', () => {
  test('the gradient of a log-determinant is the inverse', async () => {
    const outcome = await solveText(`
      param A: real[3, 3] = [[4.0, 1, 0], [1, 3, 1], [0, 1, 2]]
      minimize sum(A^2)
      solve using gradient_descent(0) for 1 steps
      let by_cholesky = logdet(A), by_qr = log(det(A))
      report gap = norm((grad(by_cholesky, A) + transpose(grad(by_cholesky, A))) / 2 - inverse(A))
      report qr_gap = norm(grad(by_qr, A) - transpose(inverse(A)))`);
    expect(report(outcome, 'gap')[0]).toBeLessThan(1e-13);
    expect(report(outcome, 'qr_gap')[0]).toBeLessThan(1e-13);
  });

  test('symmetric functions of a repeated eigenvalue keep their gradient', async () => {
    const outcome = await solveText(`
      param A: real[3, 3] = eye(3)
      let s = sum(exp(eigh(A).values))
      minimize sum(A^2)
      solve using gradient_descent(0) for 1 steps
      report g = grad(s, A)`);
    const e = Math.E;
    closeTo(report(outcome, 'g'), [e, 0, 0, 0, e, 0, 0, 0, e], 1e-12);
  });

  test('the nearest matrix of rank one is found by descent on the nuclear norm of a residual', async () => {
    const outcome = await solveText(`
      param u: real[3] = [1.0, 0.5, 0.2]
      let M = [[2.0, 4, 6], [1, 2, 3], [3, 6, 9]]
      minimize sum((M - outer(u, [1.0, 2, 3]))^2)
      solve using lbfgs() for 60 steps until grad_norm < 1e-9
      report rank_one = spectral_norm(M) - nuclear_norm(M)`);
    closeTo(parameter(outcome, 'u'), [2, 1, 3], 1e-8);
    closeTo(report(outcome, 'rank_one'), [0], 1e-10);
  });
});

describe('refusals', () => {
  const codesOf = async (text: string): Promise<string[]> =>
    (await compileSource({ path: 'problem.opt', text }, {})).diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code }) => code);

  test('a vector has no factors', async () => {
    expect(await codesOf('param w: real[3] = 1\nminimize sum(qr(w).q)')).toContain('AM2201');
  });

  test('an unknown factor is an error', async () => {
    expect(await codesOf('param W: real[3, 3] = 1\nminimize sum(eigh(W).u)')).not.toEqual([]);
  });

  test('a wide matrix is refused once its sizes are known', async () => {
    const text =
      'param W: real[2, 3] = 1\nminimize sum(svd(W).s)\nsolve using gradient_descent() for 5 steps';
    expect(await codesOf(text)).toEqual(['AM5016']);
  });
});
