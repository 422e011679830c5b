/**
 * Elementary functions without branches. Errors, measured against higher precision over their whole range (see the
 * tests): at most 2 units in the last place in double precision and 4 in single precision.
 * The reductions and coefficients of the logarithm are those of FreeBSD's msun (Sun Microsystems, 1993).
 */
import { polynomial } from './machine.js';
import type { Machine, UnaryForm } from './machine.js';

/** ln 2 in two parts: a product of the first with a small whole number is exact. */
const logTwo = {
  f64: { high: 6.9314718036912381649e-1, low: 1.90821492927058770002e-10 },
  f32: { high: 6.9313812256e-1, low: 9.0580006145e-6 },
} as const;

/** (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2: the series, for doubles; fitted (Cephes, Moshier 1989) for singles. */
const exponentialTail = {
  f64: [2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600, 6227020800].map(
    (factorial) => 1 / factorial,
  ),
  f32: [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
} as const;

/** (log(1 + f) - ..) in s = f / (2 + f): coefficients of s^2, s^4, .. */
const logarithmTail = {
  f64: [
    6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
    1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
  ],
  f32: [6.6666662693e-1, 4.0000972152e-1, 2.8498786688e-1, 2.4279078841e-1],
} as const;

/** Beyond these, exp is infinite or 0. */
const exponentialRange = { f64: { low: -746, high: 710 }, f32: { low: -104, high: 89 } } as const;

/** exp(x) = 2^k (1 + p). */
function exponentialParts<Value, Truth>(
  machine: Machine<Value, Truth>,
  x: Value,
): { readonly k: Value; readonly p: Value } {
  const { precision, add, subtract, multiply, constant, nearest, keep } = machine;
  const { high, low } = logTwo[precision];
  const k = keep(nearest(multiply(x, constant(Math.LOG2E))));
  const upper = keep(subtract(x, multiply(k, constant(high))));
  const lower = keep(multiply(k, constant(low)));
  const r = keep(subtract(upper, lower));
  const tail = multiply(multiply(r, r), polynomial(machine, r, exponentialTail[precision]));
  return { k, p: keep(add(upper, subtract(tail, lower))) };
}

/** value * 2^k, also where 2^k alone is no normal number. */
function scaled<Value, Truth>(machine: Machine<Value, Truth>, value: Value, k: Value): Value {
  const { subtract, multiply, constant, nearest, powerOfTwo, keep } = machine;
  const half = keep(nearest(multiply(k, constant(0.5))));
  return multiply(multiply(value, powerOfTwo(half)), powerOfTwo(subtract(k, half)));
}

export const exp: UnaryForm = (machine, x) => {
  const { precision, add, constant, minimum, maximum, keep } = machine;
  const { low, high } = exponentialRange[precision];
  const { k, p } = exponentialParts(machine, keep(minimum(maximum(x, constant(low)), constant(high))));
  return scaled(machine, add(constant(1), p), k);
};

/** Below this, exp(x) - 1 rounds to -1. */
const flat = { f64: -40, f32: -20 } as const;

export const expm1: UnaryForm = (machine, x) => {
  const { precision, add, subtract, constant, minimum, maximum, equal, choose, negate, powerOfTwo, keep } =
    machine;
  const { high } = exponentialRange[precision];
  const { k, p } = exponentialParts(
    machine,
    keep(minimum(maximum(x, constant(flat[precision])), constant(high))),
  );
  const most = precision === 'f64' ? 1000 : 120;
  const rest = subtract(constant(1), powerOfTwo(negate(minimum(k, constant(most)))));
  // Small operands keep their sign and their last bit.
  return choose(equal(x, constant(0)), x, scaled(machine, add(rest, p), k));
};

/** log(2^k (1 + f)) + c. */
function logarithm<Value, Truth>(machine: Machine<Value, Truth>, k: Value, f: Value, c: Value): Value {
  const { precision, add, subtract, multiply, divide, constant, keep } = machine;
  const { high, low } = logTwo[precision];
  const s = keep(divide(f, add(constant(2), f)));
  const z = keep(multiply(s, s));
  const tail = multiply(z, polynomial(machine, z, logarithmTail[precision]));
  const half = keep(multiply(multiply(f, f), constant(0.5)));
  const small = add(multiply(s, add(half, tail)), add(multiply(k, constant(low)), c));
  return subtract(multiply(k, constant(high)), subtract(subtract(half, small), f));
}

/** The result, where x lies in the domain; the ends of the domain are `low` and infinity. */
function onDomain<Value, Truth>(machine: Machine<Value, Truth>, x: Value, low: number, inside: Value): Value {
  const { constant, less, equal, choose } = machine;
  const end = choose(equal(x, constant(low)), constant(-Infinity), constant(NaN));
  // What is not less than infinity and not NaN is infinity: it stands for itself.
  const upper = choose(less(x, constant(Infinity)), inside, x);
  return choose(less(constant(low), x), upper, choose(less(x, constant(Infinity)), end, x));
}

/** The least normal number, and the power that lifts what is smaller. */
const subnormal = {
  f64: { least: 2 ** -1022, lift: 54 },
  f32: { least: 2 ** -126, lift: 24 },
} as const;

export const log: UnaryForm = (machine, x) => {
  const { precision, subtract, multiply, constant, less, choose, split, keep } = machine;
  const { least, lift } = subnormal[precision];
  const small = less(x, constant(least));
  const normal = keep(choose(small, multiply(x, constant(2 ** lift)), x));
  const { exponent, mantissa } = split(normal);
  const k = keep(subtract(exponent, choose(small, constant(lift), constant(0))));
  const f = keep(subtract(mantissa, constant(1)));
  return onDomain(machine, x, 0, logarithm(machine, k, f, constant(0)));
};

export const log1p: UnaryForm = (machine, x) => {
  const { add, subtract, divide, constant, less, equal, choose, split, keep } = machine;
  const u = keep(add(constant(1), x));
  const { exponent, mantissa } = split(u);
  const k = keep(exponent);
  const whole = equal(k, constant(0));
  // What the sum has lost.
  const lost = choose(
    less(constant(1), x),
    subtract(constant(1), subtract(u, x)),
    subtract(x, subtract(u, constant(1))),
  );
  const f = keep(choose(whole, x, subtract(mantissa, constant(1))));
  const c = keep(choose(whole, constant(0), divide(lost, u)));
  return onDomain(machine, x, -1, logarithm(machine, k, f, c));
};

export const tanh: UnaryForm = (machine, x) => {
  const { add, subtract, multiply, divide, constant, absolute, negate, less, choose, keep } = machine;
  const size = keep(absolute(x));
  const near = less(size, constant(1));
  const twice = keep(multiply(size, constant(2)));
  const t = keep(expm1(machine, keep(choose(near, negate(twice), twice))));
  const below = keep(add(t, constant(2)));
  const quotient = keep(divide(choose(near, negate(t), constant(2)), below));
  const result = keep(choose(near, quotient, subtract(constant(1), quotient)));
  return choose(less(x, constant(0)), negate(result), result);
};

/** The error function in single precision: a polynomial near 0, and 1 - exp of one beyond (after N. Juffa). */
export const erfSingle: UnaryForm = (machine, x) => {
  const { add, subtract, multiply, constant, absolute, negate, minimum, less, choose, keep } = machine;
  const t = keep(minimum(absolute(x), constant(4)));
  const s = keep(multiply(x, x));
  const near = add(
    x,
    multiply(
      x,
      polynomial(
        machine,
        s,
        [1.28379166e-1, -3.76125336e-1, 1.12819925e-1, -2.67681349e-2, 4.99119423e-3, -5.96761703e-4],
      ),
    ),
  );
  const power = polynomial(
    machine,
    t,
    [
      -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4,
      -1.7285347e-5,
    ],
  );
  const tail = exp(machine, keep(subtract(multiply(power, t), t)));
  const far = keep(subtract(constant(1), tail));
  const signed = choose(less(x, constant(0)), negate(far), far);
  return choose(less(t, constant(0.927734375)), near, signed);
};
