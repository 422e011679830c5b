/**
 * Circular functions and their inverses in f32 arithmetic. Angles are reduced by multiples of pi / 2 to relative accuracy
 * whatever their size, where WGSL promises an absolute error of 2^-11 and nothing beyond [-pi, pi].
 */
import { arcSine, arcTangent, cosine, sine, tangent } from '../f32_polynomials.js';
import { copySignF32, multiplyHighU32 } from './exact.js';
import { notANumber, polynomial, unaryF32, wgslFunction } from './lowering.js';
import type { WgslHelper } from './lowering.js';

const reducedAngle: WgslHelper = {
  kind: 'value',
  name: 'ReducedAngle',
  text: `struct ReducedAngle {
  angle: f32,
  quadrant: u32,
}`,
  calls: [],
};

/** The first 256 bits of 2 / pi after the binary point, with a word of zeros before them. */
const twoOverPi: WgslHelper = {
  kind: 'value',
  name: 'two_over_pi',
  text: `const two_over_pi = array<u32, 9>(
  0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u
);`,
  calls: [],
};

/** 32 bits of 2 / pi from the binary place \`start - 31\` on. */
const twoOverPiBits = wgslFunction(
  'two_over_pi_bits',
  [['start', 'u32']],
  'u32',
  `  var table = two_over_pi;
  let word = start >> 5u;
  let shift = start & 31u;
  return (table[word] << shift) | select(0u, table[word + 1u] >> (32u - shift), shift != 0u);`,
  [twoOverPi],
);

/**
 * For |x| >= 1, by Payne and Hanek: x is a whole number of 24 bits times 2^e, and of its product with 2 / pi only the bits
 * below 4 matter, so three words of 2 / pi from a place that e says are enough.
 */
const reduceLargeAngle = wgslFunction(
  'reduce_large_angle',
  [['x', 'f32']],
  'ReducedAngle',
  `  let bits = bitcast<u32>(x);
  let m = (bits & 0x007fffffu) | 0x00800000u;
  let start = ((bits >> 23u) & 0xffu) - 120u;
  let w0 = two_over_pi_bits(start);
  let w1 = two_over_pi_bits(start + 32u);
  let w2 = two_over_pi_bits(start + 64u);
  let low1 = m * w1;
  let middle = low1 + multiply_high(m, w2);
  let high = m * w0 + multiply_high(m, w1) + select(0u, 1u, middle < low1);
  let quadrant = (high + 0x20000000u) >> 30u;
  var fraction = (high << 2u) | (middle >> 30u);
  var tail = middle << 2u;
  let below = (fraction & 0x80000000u) != 0u;
  if (below) {
    fraction = ~fraction + select(0u, 1u, tail == 0u);
    tail = ~tail + 1u;
  }
  var places = 0u;
  if (fraction == 0u) {
    fraction = tail;
    tail = 0u;
    places = 32u;
  }
  let zeros = min(countLeadingZeros(fraction), 31u);
  places += zeros;
  let significand = (fraction << zeros) | select(0u, tail >> (32u - zeros), zeros != 0u);
  let scale = bitcast<f32>((127u - 24u - places) << 23u);
  let leading = f32(significand >> 8u);
  let rest = f32(significand & 0xffu) * 0.00390625;
  let size = leading * 1.5707964 + (leading * -4.371139e-8 + rest * 1.5707964);
  let negative = below != ((bits & 0x80000000u) != 0u);
  let angle = select(size, -size, negative) * scale;
  return ReducedAngle(angle, select(quadrant, 0u - quadrant, (bits & 0x80000000u) != 0u));`,
  [reducedAngle, twoOverPiBits, multiplyHighU32],
);

/** x = angle + quadrant pi / 2 with |angle| <= pi / 4 (a little more at the ends), quadrant modulo 4. */
const reduceAngle = wgslFunction(
  'reduce_angle',
  [['x', 'f32']],
  'ReducedAngle',
  `  let magnitude = bitcast<u32>(x) & 0x7fffffffu;
  if (magnitude < 0x3f490fdbu) {
    return ReducedAngle(x, 0u);
  }
  if (magnitude >= 0x7f800000u) {
    return ReducedAngle(not_a_number(), 0u);
  }
  if (magnitude > 0x43480000u) {
    return reduce_large_angle(x);
  }
  let k = round(x * 0.63661975);
  let angle = ((x - k * 1.5708008) - k * -4.4544577e-6) - k * 2.563344e-12;
  return ReducedAngle(angle, bitcast<u32>(i32(k)));`,
  [reducedAngle, reduceLargeAngle, notANumber],
);

const sineOfReduced = wgslFunction(
  'sine_of_reduced',
  [
    ['r', 'f32'],
    ['quadrant', 'u32'],
  ],
  'f32',
  `  let z = r * r;
  let sine = r + r * z * (${polynomial('z', sine)});
  let cosine = 1.0 - (0.5 * z - z * z * (${polynomial('z', cosine)}));
  let value = select(sine, cosine, (quadrant & 1u) != 0u);
  return select(value, -value, (quadrant & 2u) != 0u);`,
);

export const sinF32 = unaryF32(
  'sin_f32',
  `  let reduced = reduce_angle(x);
  return sine_of_reduced(reduced.angle, reduced.quadrant);`,
  [reduceAngle, sineOfReduced],
);

export const cosF32 = unaryF32(
  'cos_f32',
  `  let reduced = reduce_angle(x);
  return sine_of_reduced(reduced.angle, reduced.quadrant + 1u);`,
  [reduceAngle, sineOfReduced],
);

export const tanF32 = unaryF32(
  'tan_f32',
  `  let reduced = reduce_angle(x);
  let r = reduced.angle;
  let z = r * r;
  let t = r + r * z * (${polynomial('z', tangent)});
  if ((reduced.quadrant & 1u) != 0u) {
    return -1.0 / t;
  }
  return t;`,
  [reduceAngle],
);

/** atan(x) - x for 0 <= x <= 1. */
const atanTail = unaryF32(
  'atan_tail_f32',
  `  let z = x * x;
  return x * z * (${polynomial('z', arcTangent)});`,
);

export const atanF32 = unaryF32(
  'atan_f32',
  `  let a = abs(x);
  if (a > 1.0) {
    let t = 1.0 / a;
    return copy_sign_f32(1.5707964 - (t + (atan_tail_f32(t) + 4.371139e-8)), x);
  }
  return copy_sign_f32(a + atan_tail_f32(a), x);`,
  [atanTail, copySignF32],
);

/** Two subnormal operands count as zeros, which a device may make of them anyway. */
export const atan2F32 = wgslFunction(
  'atan2_f32',
  [
    ['y', 'f32'],
    ['x', 'f32'],
  ],
  'f32',
  `  var y_bits = bitcast<u32>(y) & 0x7fffffffu;
  var x_bits = bitcast<u32>(x) & 0x7fffffffu;
  if (y_bits > 0x7f800000u || x_bits > 0x7f800000u) {
    return not_a_number();
  }
  if (max(x_bits, y_bits) < 0x00800000u) {
    x_bits = 0u;
    y_bits = 0u;
  }
  let steep = y_bits > x_bits;
  let large = max(y_bits, x_bits);
  var t = 0.0;
  if (x_bits == y_bits) {
    t = select(1.0, 0.0, x_bits == 0u);
  } else if (large < 0x7f800000u) {
    let scale = select(select(1.0, 0.0625, large > 0x7d800000u), 16777216.0, large < 0x0c800000u);
    t = (abs(select(y, x, steep)) * scale) / (abs(select(x, y, steep)) * scale);
  }
  var angle = t + atan_tail_f32(t);
  if (steep) {
    angle = 1.5707964 - (angle + 4.371139e-8);
  }
  if ((bitcast<u32>(x) & 0x80000000u) != 0u) {
    angle = 3.1415927 - (angle + 8.742278e-8);
  }
  return copy_sign_f32(angle, y);`,
  [notANumber, atanTail, copySignF32],
);

/** asin(x) - x for |x| <= 1/2, given x and its square. */
const asinTail = wgslFunction(
  'asin_tail_f32',
  [
    ['x', 'f32'],
    ['z', 'f32'],
  ],
  'f32',
  `  return x * z * (${polynomial('z', arcSine)});`,
);

export const asinF32 = unaryF32(
  'asin_f32',
  `  let a = abs(x);
  if (a > 1.0) {
    return not_a_number();
  }
  if (a > 0.5) {
    let z = 0.5 * (1.0 - a);
    let s = sqrt(z);
    return copy_sign_f32(1.5707964 - (2.0 * (s + asin_tail_f32(s, z)) + 4.371139e-8), x);
  }
  return x + asin_tail_f32(x, x * x);`,
  [asinTail, copySignF32, notANumber],
);

export const acosF32 = unaryF32(
  'acos_f32',
  `  let a = abs(x);
  if (a > 1.0) {
    return not_a_number();
  }
  if (a > 0.5) {
    let z = 0.5 * (1.0 - a);
    let s = sqrt(z);
    let half = s + asin_tail_f32(s, z);
    return select(2.0 * half, 3.1415927 - (2.0 * half + 8.742278e-8), x < 0.0);
  }
  return 1.5707964 - (x + (asin_tail_f32(x, x * x) + 4.371139e-8));`,
  [asinTail, notANumber],
);
