/** numeric.js: the quasi-Newton method of a library in plain JavaScript. */
import { contend, requirePeer } from './javascript.js';

interface Numeric {
  readonly uncmin: (
    f: (x: readonly number[]) => number,
    start: readonly number[],
    tolerance: number,
    gradient: (x: readonly number[]) => number[],
    most: number,
  ) => { readonly f: number };
}

const numeric = requirePeer('numeric') as Numeric;

function value(x: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i += 1) {
    const [a = 0, b = 0] = [x[i], x[i + 1]];
    sum += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
  }
  return sum;
}

function gradient(x: readonly number[]): number[] {
  const g = new Array<number>(x.length).fill(0);
  for (let i = 0; i + 1 < x.length; i += 1) {
    const [a = 0, b = 0] = [x[i], x[i + 1]];
    const r = b - a * a;
    g[i] = (g[i] ?? 0) - 400 * a * r - 2 * (1 - a);
    g[i + 1] = (g[i + 1] ?? 0) + 200 * r;
  }
  return g;
}

await contend(({ about }) => {
  if (about.name !== 'lbfgs') return undefined;
  const start = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? -1.2 : 1));
  const solve = (): number => numeric.uncmin(value, start, 1e-16, gradient, 100_000).f;
  return { call: () => void solve(), loss: solve };
});
