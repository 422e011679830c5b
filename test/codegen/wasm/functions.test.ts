/** How far elementary functions are from the truth, which is computed here with 200 bits. */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { compileRegion } from '../../../src/codegen/wasm/compile-region.js';
import { GraphBuilder } from '../../../src/ir/builder.js';
import type { UnaryElementwise } from '../../../src/ir/graph.js';
import { compileHelper } from '../../../src/ir/operators/elementwise/evaluate.js';
import { erf } from '../../../src/ir/operators/elementwise/helpers.js';
import { at, range, real } from '../../../src/ir/types.js';
import { generator } from '../../ir/inputs.js';

type Precision = 'f64' | 'f32';

/** Through the compiler, in lanes and, for the last few, one by one. */
function compute(
  name: UnaryElementwise,
  precision: Precision,
  inputs: readonly number[],
  relaxed = false,
): number[] {
  const b = new GraphBuilder();
  const x = b.parameter(real(inputs.length), 'x');
  const region = b.region([x], [b.unary(name, x)]);
  const compiled = compileRegion(region, precision, { vectors: true, relaxed, functions: 'own' });
  at(compiled.inputs, 0).set(inputs);
  compiled.run();
  return Array.from(at(compiled.results, 0));
}

// ---------------------------------------------------------------------------- numbers of 200 bits behind the point

const bits = 200n;
const one = 1n << bits;
const times = (a: bigint, b: bigint): bigint => (a * b) >> bits;
const over = (a: bigint, b: bigint): bigint => (a << bits) / b;

function exact(value: number): bigint {
  const fraction = Math.abs(value) < 2 ** 52 ? 1000 : 0;
  if (fraction === 0) return BigInt(value) << bits;
  // Doubles below 2^52 have no bits beyond 2^-1074; those below 2^-200 are lost here, and not asked for.
  const whole = Math.trunc(value);
  let rest = value - whole;
  let sum = BigInt(whole) << bits;
  for (let shift = bits; rest !== 0 && shift > 0n;) {
    const step = shift > 50n ? 50n : shift;
    rest *= 2 ** Number(step);
    shift -= step;
    const digit = Math.trunc(rest);
    sum += BigInt(digit) << shift;
    rest -= digit;
  }
  return sum;
}

function bigArtanh(z: bigint): bigint {
  if (z < 0n) return -bigArtanh(-z);
  let [sum, power] = [0n, z];
  const square = times(z, z);
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = times(power, square);
  }
  return sum;
}

const logTwo = 2n * bigArtanh(one / 3n);

function bigExp(x: bigint): bigint {
  const k = x >= 0n ? x / logTwo : x / logTwo - 1n;
  const r = x - k * logTwo;
  let [sum, term] = [0n, one];
  for (let n = 1n; term !== 0n; n += 1n) {
    sum += term;
    term = times(term, r) / n;
  }
  return k >= 0n ? sum << k : sum >> -k;
}

function bigLog(x: bigint): bigint {
  let [m, k] = [x, 0n];
  for (; m > (one * 3n) / 2n; m /= 2n) k += 1n;
  for (; m < (one * 3n) / 4n; m *= 2n) k -= 1n;
  return 2n * bigArtanh(over(m - one, m + one)) + k * logTwo;
}

function bigTanh(x: bigint): bigint {
  const [up, down] = [bigExp(x), bigExp(-x)];
  return over(up - down, up + down);
}

/** The distance in units of the last place of the result. */
function distance(found: number, truth: bigint, precision: Precision): number {
  const [digits, least] = precision === 'f64' ? [52, -1074] : [23, -149];
  const size = Math.abs(found);
  let exponent = size === 0 ? least : Math.floor(Math.log2(size));
  if (2 ** exponent > size && size > 0) exponent -= 1;
  const unit = 2 ** Math.max(exponent - digits, least);
  return Math.abs(Number(exact(found) - truth) / 2 ** Number(bits) / unit);
}

const random = generator(11);
const between = (low: number, high: number, count = 700): number[] =>
  range(count).map(() => low + (high - low) * random());
const spread = (low: number, high: number, count = 700): number[] =>
  between(Math.log(low), Math.log(high), count).map(Math.exp);
const both = (values: readonly number[]): number[] => values.flatMap((value) => [value, -value]);

const functions: readonly {
  readonly name: UnaryElementwise;
  readonly truth: (x: bigint) => bigint;
  readonly inputs: readonly number[];
}[] = [
  { name: 'exp', truth: bigExp, inputs: [...between(-60, 85), ...between(-1, 1), ...both(spread(1e-12, 1))] },
  {
    name: 'expm1',
    truth: (x) => bigExp(x) - one,
    inputs: [...between(-30, 60), ...between(-1.2, 1.2), ...both(spread(1e-12, 2))],
  },
  {
    name: 'log',
    truth: bigLog,
    inputs: [...spread(1e-20, 1e20), ...between(0.5, 2), ...between(0.99, 1.01)],
  },
  {
    name: 'log1p',
    truth: (x) => bigLog(one + x),
    inputs: [...spread(1e-12, 1e10), ...between(-0.999, 2), ...spread(1e-12, 0.9).map((x) => -x)],
  },
  {
    name: 'tanh',
    truth: bigTanh,
    inputs: [...between(-20, 20), ...between(-1.5, 1.5), ...both(spread(1e-12, 3))],
  },
];

// Node 20 has them behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

describe.each([
  ['f64', 2, 'apart'],
  ['f32', 4, 'apart'],
  ['f64', 2, 'fused'],
  ['f32', 4, 'fused'],
] as const)('in %s, within %i units of the last place, products and sums %s', (precision, bound, sums) => {
  it.each(functions)('$name', ({ name, truth, inputs }) => {
    const given = inputs.map((x) => (precision === 'f64' ? x : Math.fround(x)));
    let worst = { x: 0, error: 0 };
    compute(name, precision, given, sums === 'fused').forEach((found, index) => {
      const x = at(given, index);
      const error = distance(found, truth(exact(x)), precision);
      if (!(error <= worst.error)) worst = { x, error };
    });
    expect(worst.error, `at ${worst.x}`).toBeLessThan(bound);
  });

  it.each([
    ['exp', [0, -Infinity, Infinity, NaN, 1e4, -1e4], [1, 0, Infinity, NaN, Infinity, 0]],
    ['expm1', [0, -Infinity, Infinity, NaN, 1e4, -1e4], [0, -1, Infinity, NaN, Infinity, -1]],
    ['log', [0, -1, Infinity, NaN, 1, -Infinity], [-Infinity, NaN, Infinity, NaN, 0, NaN]],
    ['log1p', [-1, -2, Infinity, NaN, 0, -Infinity], [-Infinity, NaN, Infinity, NaN, 0, NaN]],
    ['tanh', [0, -Infinity, Infinity, NaN, 1e4, -1e4], [0, -1, 1, NaN, 1, -1]],
    ['erf', [0, -Infinity, Infinity, NaN, 1e4, -1e4], [0, -1, 1, NaN, 1, -1]],
  ] as const)('%s at the ends of its domain', (name, inputs, wanted) => {
    const fused = sums === 'fused';
    expect(compute(name, precision, inputs, fused)).toEqual(wanted);
    expect(compute(name, precision, [...inputs, 0.5], fused).slice(0, -1)).toEqual(wanted);
  });
});

it('the smallest numbers have logarithms and are exponentials', () => {
  const tiny = [5e-324, 1e-310, 2 ** -1022, 1e-300];
  compute('log', 'f64', tiny).forEach((found, index) =>
    expect(found).toBeCloseTo(Math.log(at(tiny, index)), 12),
  );
  const far = [-745, -710, 709.7, 1];
  compute('exp', 'f64', far).forEach((found, index) =>
    expect(found / Math.exp(at(far, index))).toBeCloseTo(1, 13),
  );
});

it('erf in single precision is within 4 units of the last place', () => {
  const truth = compileHelper(erf);
  const inputs = [...between(-4.5, 4.5), ...both(spread(1e-12, 1))].map(Math.fround);
  compute('erf', 'f32', inputs).forEach((found, index) => {
    const x = at(inputs, index);
    expect(distance(found, exact(truth(x)), 'f32'), `at ${x}`).toBeLessThan(4);
  });
});
