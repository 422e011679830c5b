import { describe, expect, it } from 'vitest';
import type { ElementwiseName } from '../../src/ir/graph.js';
import { scalarFunction } from '../../src/ir/operators/elementwise/evaluate.js';
import * as polynomials from '../../src/ir/operators/elementwise/f32_polynomials.js';

const real = (name: ElementwiseName): ((x: number) => number) => scalarFunction(name, ['real']);

type Polynomial = (x: number) => number;

/** The function that a polynomial stands in, that function written with it, and where. */
interface Use {
  readonly exact: (x: number) => number;
  readonly written: (x: number, p: Polynomial) => number;
  readonly from: number;
  readonly to: number;
}

const cubic = (x: number, p: Polynomial): number => x + x ** 3 * p(x * x);
const odd = (name: ElementwiseName, to: number): Use => ({
  exact: real(name),
  written: cubic,
  from: 1e-3,
  to,
});
const root = 1.461632144968362;

const uses: Readonly<Record<keyof typeof polynomials, Use>> = {
  exponential: {
    exact: Math.expm1,
    written: (r, p) => r + r * r * p(r),
    from: -Math.LN2 / 2,
    to: Math.LN2 / 2,
  },
  logarithm: {
    exact: Math.log1p,
    written: (f, p) => f - (f * f) / 2 + f ** 3 * p(f),
    from: Math.SQRT1_2 - 1,
    to: Math.SQRT2 - 1,
  },
  logarithmOfRatio: {
    exact: (s) => 2 * Math.atanh(s),
    written: (s, p) => 2 * s + s ** 3 * p(s * s),
    from: 1e-3,
    to: 0.1716,
  },
  sine: odd('sin', Math.PI / 4),
  cosine: {
    exact: Math.cos,
    written: (r, p) => 1 - (r * r) / 2 + r ** 4 * p(r * r),
    from: 0,
    to: Math.PI / 4,
  },
  tangent: odd('tan', Math.PI / 4),
  arcTangent: odd('atan', 1),
  arcSine: odd('asin', 0.5),
  hyperbolicSine: odd('sinh', 1),
  hyperbolicTangent: odd('tanh', 0.7),
  inverseHyperbolicSine: odd('asinh', 0.5),
  inverseHyperbolicTangent: odd('atanh', 0.3),
  errorFunction: { exact: real('erf'), written: (x, p) => x + x * p(x * x), from: 1e-3, to: 1 },
  scaledErrorFunction: {
    exact: real('erfc'),
    written: (a, p) => (Math.exp(-a * a) * p((a - 2) / (a + 2))) / (1 + 2 * a),
    from: 0.45,
    to: 10.3,
  },
  logGammaNearOne: {
    exact: (f) => real('lgamma')(1 + f),
    written: (f, p) => f * p(f),
    from: -0.5,
    to: 0.5,
  },
  logGammaNearTwo: {
    exact: (f) => real('lgamma')(2 + f),
    written: (f, p) => f * p(f),
    from: -0.5,
    to: 0.5,
  },
  logGammaTail: {
    exact: real('lgamma'),
    written: (x, p) => (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + p(1 / (x * x)) / x,
    from: 8,
    to: 100,
  },
  digamma: {
    exact: (f) => real('digamma')(1.75 + f),
    written: (f, p) => (1.75 + f - root) * p(f),
    from: -0.75,
    to: 0.75,
  },
  digammaTail: {
    exact: real('digamma'),
    written: (x, p) => Math.log(x) - 1 / (2 * x) - p(1 / (x * x)) / (x * x),
    from: 2.5,
    to: 100,
  },
  trigamma: { exact: (f) => real('trigamma')(1.75 + f), written: (f, p) => p(f), from: -0.75, to: 0.75 },
  trigammaTail: {
    exact: real('trigamma'),
    written: (x, p) => 1 / x + 1 / (2 * x * x) + p(1 / (x * x)) / x ** 3,
    from: 2.5,
    to: 100,
  },
};

describe('polynomials for f32', () => {
  it.each(Object.keys(uses) as (keyof typeof polynomials)[])(
    'with coefficients rounded to f32, keep the stated relative error: %s',
    (name) => {
      const coefficients = polynomials[name];
      const p: Polynomial = (x) =>
        coefficients.map(Math.fround).reduceRight((inner, outer) => outer + x * inner, 0);
      const { exact, written, from, to } = uses[name];
      let worst = 0;
      const steps = 4001;
      for (let step = 0; step <= steps; step += 1) {
        const x = from + ((to - from) * step) / steps;
        const value = exact(x);
        if (value !== 0) worst = Math.max(worst, Math.abs(written(x, p) / value - 1));
      }
      expect(worst).toBeLessThan(2 ** -25);
    },
  );
});
