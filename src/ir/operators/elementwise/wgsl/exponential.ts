/**
 * Exponentials, logarithms and powers in f32 arithmetic: WGSL's own are only as good as 3 + 2|x| units in the last place.
 *
 * Arguments are reduced with constants split so that the leading product is exact, with or without a fused
 * multiply-add. Where more than 24 bits are needed, leading parts are cut by masks on bits, which no compiler simplifies.
 */
import { exponential, logarithm, logarithmOfRatio } from '../f32_polynomials.js';
import { isNaNF32 } from './exact.js';
import { infinity, notANumber, polynomial, unaryF32, wgslFunction } from './lowering.js';

/** The leading 12 bits, so that a product of two such parts is exact. */
export const leadingPartF32 = unaryF32(
  'leading_part_f32',
  '  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);',
);

/** x * 2^n, in two factors because 2^n alone may leave the range. */
const scaleF32 = wgslFunction(
  'scale_f32',
  [
    ['x', 'f32'],
    ['n', 'i32'],
  ],
  'f32',
  `  let bounded = clamp(n, -250, 254);
  let half = bounded >> 1u;
  let first = bitcast<f32>(u32(half + 127) << 23u);
  let second = bitcast<f32>(u32(bounded - half + 127) << 23u);
  return x * first * second;`,
);

/** 2^n exp(x + low) for a small `low`. */
export const scaledExpF32 = wgslFunction(
  'scaled_exp_f32',
  [
    ['x', 'f32'],
    ['low', 'f32'],
    ['n', 'i32'],
  ],
  'f32',
  `  let bounded = select(x, select(-200.0, 200.0, x > 0.0), abs(x) > 200.0);
  let k = round((bounded + low) * 1.442695);
  let r = ((bounded - k * 0.69314575) - k * 1.4286068e-6) + low;
  let p = 1.0 + (r + r * r * (${polynomial('r', exponential)}));
  return scale_f32(p, i32(k) + n);`,
  [scaleF32],
);

export const expF32 = unaryF32('exp_f32', '  return scaled_exp_f32(x, 0.0, 0);', [scaledExpF32]);

export const expm1F32 = unaryF32(
  'expm1_f32',
  `  if (abs(x) < 5e-8) {
    return x;
  }
  if (x > 25.0) {
    return scaled_exp_f32(x, 0.0, 0);
  }
  let bounded = select(x, -25.0, x < -25.0);
  let k = round(bounded * 1.442695);
  let r = (bounded - k * 0.69314575) - k * 1.4286068e-6;
  let p = r + r * r * (${polynomial('r', exponential)});
  let scale = bitcast<f32>(u32(i32(k) + 127) << 23u);
  return scale * p + (scale - 1.0);`,
  [scaledExpF32],
);

/** m and k with x = m 2^k, sqrt(1/2) <= m < sqrt(2), for positive finite x given by its bits, subnormal ones too. */
const binaryParts = wgslFunction(
  'binary_parts_f32',
  [['bits', 'u32']],
  'vec2<f32>',
  `  let shift = select(0u, countLeadingZeros(bits) - 8u, bits < 0x00800000u);
  let offset = bitcast<i32>(bits << shift) - 0x3f3504f3;
  let m = bitcast<f32>((offset & 0x007fffff) + 0x3f3504f3);
  return vec2<f32>(m, f32((offset >> 23u) - i32(shift)));`,
);

/** log(1 + f) - f for 1 + f between sqrt(1/2) and sqrt(2). */
const logTail = wgslFunction(
  'log_tail_f32',
  [['f', 'f32']],
  'f32',
  `  return f * f * (f * (${polynomial('f', logarithm)}) - 0.5);`,
);

export const logF32 = unaryF32(
  'log_f32',
  `  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude == 0u) {
    return -infinity();
  }
  if (bits >= 0x7f800000u) {
    return select(not_a_number(), x, bits == 0x7f800000u || magnitude > 0x7f800000u);
  }
  let parts = binary_parts_f32(bits);
  let f = parts.x - 1.0;
  return parts.y * 0.69314575 + (f + (log_tail_f32(f) + parts.y * 1.4286068e-6));`,
  [binaryParts, logTail, infinity, notANumber],
);

/** Near 0 the series itself; elsewhere the rounding of 1 + x weighs less than a unit of the result. */
export const log1pF32 = unaryF32(
  'log1p_f32',
  `  if (abs(x) < 5e-8) {
    return x;
  }
  if (x > -0.29 && x < 0.41) {
    return x + log_tail_f32(x);
  }
  return log_f32(1.0 + x);`,
  [logF32, logTail],
);

/**
 * log(x) as a sum of a leading part of 12 bits and a rest, to about 2^-31 of its magnitude, for positive finite x: with
 * s = (m - 1) / (m + 1), whose rest comes from the remainder of the division, log(m) is 2 s + s^3 p(s^2).
 */
const logPairF32 = wgslFunction(
  'log_pair_f32',
  [['bits', 'u32']],
  'vec2<f32>',
  `  let parts = binary_parts_f32(bits);
  let f = parts.x - 1.0;
  let d = parts.x + 1.0;
  let d_high = leading_part_f32(d);
  let d_low = parts.x - (d_high - 1.0);
  let s = f / d;
  let s_high = leading_part_f32(s);
  let s_low = ((f - s_high * d_high) - s_high * d_low) / d;
  let z = s * s;
  let a = parts.y * 0.69314575;
  let b = 2.0 * s_high;
  let sum = leading_part_f32(a + b);
  let rest = ((a - sum) + b) + (2.0 * s_low + (s * z * (${polynomial('z', logarithmOfRatio)}) + parts.y * 1.4286068e-6));
  let high = leading_part_f32(sum + rest);
  return vec2<f32>(high, (sum - high) + rest);`,
  [binaryParts, leadingPartF32],
);

/** As JavaScript has it: 1 for an exponent of 0, NaN for a base of 1 or -1 with an infinite exponent. */
export const powerF32 = wgslFunction(
  'power_f32',
  [
    ['x', 'f32'],
    ['y', 'f32'],
  ],
  'f32',
  `  let magnitude = bitcast<u32>(x) & 0x7fffffffu;
  let exponent = bitcast<u32>(y) & 0x7fffffffu;
  if (exponent == 0u) {
    return 1.0;
  }
  if (is_nan_f32(x) || is_nan_f32(y)) {
    return not_a_number();
  }
  if (exponent == 0x7f800000u) {
    if (magnitude == 0x3f800000u) {
      return not_a_number();
    }
    return select(0.0, infinity(), (magnitude > 0x3f800000u) == (y > 0.0));
  }
  let whole = exponent >= 0x4b800000u || floor(y) == y;
  let odd = exponent < 0x4b800000u && whole && (i32(y) & 1) != 0;
  let negative = (bitcast<u32>(x) & 0x80000000u) != 0u;
  let growing = (bitcast<u32>(y) & 0x80000000u) == 0u;
  var result: f32;
  if (magnitude == 0u || magnitude == 0x7f800000u) {
    result = select(0.0, infinity(), (magnitude != 0u) == growing);
  } else {
    if (negative && !whole) {
      return not_a_number();
    }
    let pair = log_pair_f32(magnitude);
    let rough = pair.x * y;
    if (abs(rough) > 150.0) {
      result = select(0.0, infinity(), rough > 0.0);
    } else {
      let y_high = leading_part_f32(y);
      result = scaled_exp_f32(y_high * pair.x, (y - y_high) * pair.x + y * pair.y, 0);
    }
  }
  return select(result, -result, negative && odd);`,
  [isNaNF32, infinity, notANumber, logPairF32, leadingPartF32, scaledExpF32],
);

export const sigmoidF32 = unaryF32(
  'sigmoid_f32',
  `  let e = exp_f32(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);`,
  [expF32],
);

export const softplusF32 = unaryF32(
  'softplus_f32',
  '  return select(0.0, x, x > 0.0) + log1p_f32(exp_f32(-abs(x)));',
  [log1pF32, expF32],
);

export const logSigmoidF32 = unaryF32(
  'log_sigmoid_f32',
  '  return select(0.0, x, x < 0.0) - log1p_f32(exp_f32(-abs(x)));',
  [log1pF32, expF32],
);
