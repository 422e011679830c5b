/** Functions with a derivative rule of their own: steps against the evaluator, and rules against differences. */
import { describe, expect, it } from 'vitest';
import { codesOf } from '../check/checking.js';
import { report, solveText } from '../library/solve.js';
import { expectSameSteps } from './replayed.js';

const data = 'data { X: real[N, D]  y: real[N] }\n';

/** The rule is that of the function, so that derivatives are true ones. */
const honest = `
  fn root(x: real, shift: real): real = sqrt(x^2 + shift)
  derivative(u) = { x = u * x / root_plain(x, shift), shift = u / (2 * root_plain(x, shift)) }
  fn root_plain(x: real, shift: real): real = sqrt(x^2 + shift)
  fn mixed(A: real[n, n], v: real[n], k: real): real[n] {
    return k * (A @ tanh(v))
  } derivative(u) {
    let s = tanh(v), w = transpose(A) @ u
    return { A = [i in n, j in n: k * u[i] * s[j]], v = [i in n: k * w[i] * (1 - s[i]^2)], k = dot(u, A @ s) }
  }`;

/** Rules that are not those of their functions, so that it shows whether they are asked. */
const straight = `
  fn rounded(x: real): real = round(4 * x) / 4
  derivative(u) = u
  fn reversed(x: real[n]): real[n] = x
  derivative(u) = -0.5 * u`;

describe('a derivative rule', () => {
  it('stands in for the derivative of the body, elementwise, in comprehensions and of arrays', () => {
    expectSameSteps(
      `${data}${straight}${honest}
       param w: real[D] = 0.3
       param M: real[D, D] ~ normal(0, 1)
       let p = mixed(M, w, 0.5)
       minimize mean(rounded(X @ w - y)^2) + sum(reversed(p)) + mean(i in N: root(dot(X[i], w), 1 + y[i]^2))
       solve using adam(0.1) for 4 steps`,
      4,
    );
  });

  it('is asked by line searches, products with the Hessian, and inside of loops', () => {
    expectSameSteps(
      `${data}${honest}
       fn repeated(x: real[n], A: real[n, n]): real[n] {
         let z = x
         for k in 1..3 { z <- mixed(A, z, 0.9) + x }
         return z
       }
       param w: real[D] = 0.3
       let A = transpose(X) @ X / 10
       minimize mean((X @ repeated(w, A) - y)^2) + root(dot(w, w), 1)
       solve using newton_cg(most = 4) for 3 steps`,
      3,
    );
  });

  it('agrees with differences where it is the true one, and has derivatives itself', async () => {
    const outcome = await solveText(
      `${honest}
       param a: real = 0.7
       param b: real = 0.4
       let f = root(sin(a) * b, 0.5 + a^2)
       let plain = root_plain(sin(a) * b, 0.5 + a^2)
       minimize f + a^2 + b^2
       solve using gradient_descent(0.1) for 1 steps
       report first = grad(f, a) - grad(plain, a)
       report second = grad(grad(f, a), b) - grad(grad(plain, a), b)
       report third = grad(grad(grad(f, a), a), b) - grad(grad(grad(plain, a), a), b)
       report pushed = jvp(f, a, 2) - 2 * grad(plain, a)
       report bent = hessian(f, a) - hessian(plain, a)`,
    );
    for (const name of ['first', 'second', 'third', 'pushed', 'bent']) {
      expect(Math.abs(report(outcome, name)[0] ?? NaN), name).toBeLessThan(1e-12);
    }
  });
});

it('rules that do not fit are refused', () => {
  const rule = (text: string): string[] =>
    codesOf(`fn f(a: real, b: real[n], k: int): real = a * sum(b) * k ${text}`);
  expect(rule('derivative(u) = { a = u, b = [i in n: u] }')).toEqual([]);
  expect(rule('derivative(u) = { a = u }')).toEqual([]);
  expect(rule('derivative(u) = u')).toEqual(['AM2717']);
  expect(rule('derivative(u) = { b = u }')).toEqual(['AM2717']);
  expect(rule('derivative(u) = { k = u }')).toEqual(['AM2717']);
  expect(codesOf('fn f(a: real): bool = a > 0 derivative(u) = 1')).toEqual(['AM2717']);
});
