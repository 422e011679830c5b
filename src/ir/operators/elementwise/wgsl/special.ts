/** The error functions and the gamma family in f32 arithmetic. */
import {
  digamma,
  digammaTail,
  errorFunction,
  logGammaNearOne,
  logGammaNearTwo,
  logGammaTail,
  scaledErrorFunction,
  trigamma,
  trigammaTail,
} from '../f32_polynomials.js';
import { copySignF32 } from './exact.js';
import { leadingPartF32, logF32, scaledExpF32 } from './exponential.js';
import { infinity, notANumber, polynomial, unaryF32 } from './lowering.js';
import { sinF32, tanF32 } from './trigonometric.js';

/** erf(x) - x for |x| <= 1. */
const erfTail = unaryF32(
  'erf_tail_f32',
  `  let z = x * x;
  return x * (${polynomial('z', errorFunction)});`,
);

/** erfc(x) for x >= 0.45. The square in the exponential is exact: the leading part's, and the rest apart. */
const erfcLarge = unaryF32(
  'erfc_large_f32',
  `  let a = select(x, 12.0, x > 12.0);
  let high = leading_part_f32(a);
  let e = scaled_exp_f32(-high * high, (high - a) * (a + high), 0);
  let t = (a - 2.0) / (a + 2.0);
  return e * (${polynomial('t', scaledErrorFunction)}) / (1.0 + 2.0 * a);`,
  [leadingPartF32, scaledExpF32],
);

export const erfF32 = unaryF32(
  'erf_f32',
  `  let a = abs(x);
  if (a > 1.0) {
    return copy_sign_f32(1.0 - erfc_large_f32(a), x);
  }
  return x + erf_tail_f32(x);`,
  [erfTail, erfcLarge, copySignF32],
);

export const erfcF32 = unaryF32(
  'erfc_f32',
  `  let a = abs(x);
  if (a < 0.5) {
    return 1.0 - (x + erf_tail_f32(x));
  }
  let r = erfc_large_f32(a);
  return select(r, 2.0 - r, x < 0.0);`,
  [erfTail, erfcLarge],
);

/** For x > 0: steps down to [0.5, 2.5], where the zeros at 1 and 2 are factors; Stirling's series from 8 on. */
const lgammaPositive = unaryF32(
  'lgamma_positive_f32',
  `  if (x >= 8.0) {
    let z = 1.0 / x;
    let w = z * z;
    return (x - 0.5) * (log_f32(x) - 1.0) + (0.41893853 + z * (${polynomial('w', logGammaTail)}));
  }
  if (x < 0.5) {
    return x * (${polynomial('x', logGammaNearOne)}) - log_f32(x);
  }
  if (x < 1.5) {
    let f = x - 1.0;
    return f * (${polynomial('f', logGammaNearOne)});
  }
  var y = x;
  var product = 1.0;
  while (y > 2.5) {
    y -= 1.0;
    product *= y;
  }
  let f = y - 2.0;
  return f * (${polynomial('f', logGammaNearTwo)}) + log_f32(product);`,
  [logF32],
);

export const lgammaF32 = unaryF32(
  'lgamma_f32',
  `  if (!(x <= 0.0)) {
    return lgamma_positive_f32(x);
  }
  if (x == floor(x)) {
    return infinity();
  }
  let rest = x - round(x);
  let sine = abs(sin_f32(3.1415927 * rest));
  return (1.1447299 - log_f32(sine)) - (log_f32(-x) + lgamma_positive_f32(-x));`,
  [lgammaPositive, logF32, sinF32, infinity],
);

/**
 * Below 1 a step up, between 1 and 2.5 the positive root is a factor, beyond it an expansion at infinity; reflection below 0.
 * The root's low bits multiply the polynomial: `(y - a) - b` with constants is what compilers turn into `y - (a + b)`.
 */
export const digammaF32 = unaryF32(
  'digamma_f32',
  `  var y = x;
  var shift = 0.0;
  if (y <= 0.0) {
    if (y == floor(y)) {
      return not_a_number();
    }
    let rest = y - round(y);
    let a = abs(rest);
    let t = tan_f32(3.1415927 * min(a, 0.5 - a));
    shift = -3.1415927 * copy_sign_f32(select(1.0 / t, t, a > 0.25), rest);
    y = 1.0 - y;
  }
  if (y < 1.0) {
    shift -= 1.0 / y;
    y += 1.0;
  }
  if (y >= 2.5) {
    let inverse = 1.0 / y;
    let z = inverse * inverse;
    return shift + (log_f32(y) - (0.5 * inverse + z * (${polynomial('z', digammaTail)})));
  }
  let f = y - 1.75;
  let p = ${polynomial('f', digamma)};
  return shift + ((y - 1.4616321) * p - 1.243815e-8 * p);`,
  [logF32, tanF32, copySignF32, notANumber],
);

/** Below 1 a step up; two expansions as for digamma; reflection below 0. */
export const trigammaF32 = unaryF32(
  'trigamma_f32',
  `  var y = x;
  var shift = 0.0;
  var sign = 1.0;
  if (y <= 0.0) {
    if (y == floor(y)) {
      return infinity();
    }
    let ratio = 3.1415927 / sin_f32(3.1415927 * (y - round(y)));
    shift = ratio * ratio;
    y = 1.0 - y;
    sign = -1.0;
  }
  var sum = 0.0;
  if (y < 1.0) {
    let inverse = 1.0 / y;
    sum = inverse * inverse;
    y += 1.0;
  }
  if (y >= 2.5) {
    let inverse = 1.0 / y;
    let z = inverse * inverse;
    return shift + sign * (sum + (inverse + (0.5 * z + z * inverse * (${polynomial('z', trigammaTail)}))));
  }
  let f = y - 1.75;
  return shift + sign * (sum + (${polynomial('f', trigamma)}));`,
  [infinity, sinF32],
);
