/**
 * WGSL functions whose results are exact, or those of one rounding: tests of bits, extremes, division that follows the
 * floor, remainders, casts. NaN is found by its bits, because a device's compiler may assume that there is none.
 */
import { notANumber, wgslFunction } from './lowering.js';

export const isNaNF32 = wgslFunction(
  'is_nan_f32',
  [['x', 'f32']],
  'bool',
  '  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;',
);

export const copySignF32 = wgslFunction(
  'copy_sign_f32',
  [
    ['magnitude', 'f32'],
    ['sign', 'f32'],
  ],
  'f32',
  `  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));`,
);

export const isFiniteF32 = wgslFunction(
  'is_finite_f32',
  [['x', 'f32']],
  'bool',
  '  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;',
);

/** NaN where either operand is, unlike the builtin. The sign of a zero is not specified. */
function extreme(name: string, builtinName: string) {
  return wgslFunction(
    name,
    [
      ['x', 'f32'],
      ['y', 'f32'],
    ],
    'f32',
    `  return select(select(${builtinName}(x, y), y, is_nan_f32(y)), x, is_nan_f32(x));`,
    [isNaNF32],
  );
}

export const maximumF32 = extreme('maximum_f32', 'max');
export const minimumF32 = extreme('minimum_f32', 'min');

/** NaN and zeros are their own signs. */
export const signF32 = wgslFunction(
  'sign_f32',
  [['x', 'f32']],
  'f32',
  `  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  let one = bitcast<f32>((bits & 0x80000000u) | 0x3f800000u);
  return select(one, x, magnitude == 0u || magnitude > 0x7f800000u);`,
);

/** Quotients by 0 are 0, as JavaScript's are once they are stored as an int. */
export const floorDivideI32 = wgslFunction(
  'floor_divide_i32',
  [
    ['x', 'i32'],
    ['y', 'i32'],
  ],
  'i32',
  `  if (y == 0) {
    return 0;
  }
  let q = x / y;
  return select(q, q - 1, q * y != x && (x < 0) != (y < 0));`,
);

export const moduloI32 = wgslFunction(
  'modulo_i32',
  [
    ['x', 'i32'],
    ['y', 'i32'],
  ],
  'i32',
  `  if (y == 0) {
    return 0;
  }
  let rest = x % y;
  return select(rest, rest + y, rest != 0 && (rest < 0) != (y < 0));`,
);

/**
 * The remainder with the sign of the divisor. The magnitude is the exact one of long division on the 24-bit significands, eight
 * bits a turn: x - y * trunc(x / y), the builtin, is far off once the quotient is large.
 */
export const moduloF32 = wgslFunction(
  'modulo_f32',
  [
    ['x', 'f32'],
    ['y', 'f32'],
  ],
  'f32',
  `  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a >= 0x7f800000u || b > 0x7f800000u || b == 0u) {
    return not_a_number();
  }
  var rest = abs(x);
  if (a >= b) {
    let a_exponent = max(a >> 23u, 1u);
    let b_exponent = max(b >> 23u, 1u);
    let divisor = (b & 0x007fffffu) | select(0u, 0x00800000u, b >= 0x00800000u);
    var significand = ((a & 0x007fffffu) | select(0u, 0x00800000u, a >= 0x00800000u)) % divisor;
    var turns = a_exponent - b_exponent;
    while (turns >= 8u) {
      significand = (significand << 8u) % divisor;
      turns -= 8u;
    }
    significand = (significand << turns) % divisor;
    if (significand == 0u) {
      return bitcast<f32>(bitcast<u32>(x) & 0x80000000u);
    }
    let shift = min(countLeadingZeros(significand) - 8u, b_exponent - 1u);
    let shifted = significand << shift;
    rest = bitcast<f32>(select(shifted, (shifted & 0x007fffffu) | ((b_exponent - shift) << 23u), shifted >= 0x00800000u));
  }
  let signed_rest = copy_sign_f32(rest, x);
  let apart = ((bitcast<u32>(x) ^ bitcast<u32>(y)) & 0x80000000u) != 0u;
  return select(signed_rest, signed_rest + y, apart && (bitcast<u32>(rest) & 0x7fffffffu) != 0u);`,
  [notANumber, copySignF32],
);

/** floor(x / y), from the exact remainder, because a quotient that is one unit off would be a whole one off. */
export const floorDivideF32 = wgslFunction(
  'floor_divide_f32',
  [
    ['x', 'f32'],
    ['y', 'f32'],
  ],
  'f32',
  `  let q = floor(x / y);
  if (abs(q) < 4194304.0 && y != 0.0 && is_finite_f32(x) && is_finite_f32(y)) {
    return round(x / y - modulo_f32(x, y) / y);
  }
  return q;`,
  [isFiniteF32, moduloF32],
);

/** Truncates; beyond the range of i32 the nearest end of it; NaN gives 0. */
export const truncateF32 = wgslFunction(
  'truncate_f32',
  [['x', 'f32']],
  'i32',
  `  if (is_nan_f32(x)) {
    return 0;
  }
  if (x >= 2147483648.0) {
    return 2147483647;
  }
  return i32(max(x, -2147483648.0));`,
  [isNaNF32],
);

/** The high word of a product of two words; WGSL has no 64-bit integers. */
export const multiplyHighU32 = wgslFunction(
  'multiply_high',
  [
    ['a', 'u32'],
    ['b', 'u32'],
  ],
  'u32',
  `  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let first = a_high * b_low + ((a_low * b_low) >> 16u);
  let second = a_low * b_high + (first & 0xffffu);
  return a_high * b_high + (first >> 16u) + (second >> 16u);`,
);
