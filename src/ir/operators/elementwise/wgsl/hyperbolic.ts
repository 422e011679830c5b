/** Hyperbolic functions and their inverses in f32 arithmetic: a series near 0, exponentials and logarithms elsewhere. */
import {
  hyperbolicSine,
  hyperbolicTangent,
  inverseHyperbolicSine,
  inverseHyperbolicTangent,
} from '../f32_polynomials.js';
import { copySignF32 } from './exact.js';
import { expF32, log1pF32, logF32, scaledExpF32 } from './exponential.js';
import { notANumber, polynomial, unaryF32 } from './lowering.js';

/** x + x^3 p(x^2) */
function oddSeries(coefficients: readonly number[]): string {
  return `    let z = x * x;
    return x + x * z * (${polynomial('z', coefficients)});`;
}

export const sinhF32 = unaryF32(
  'sinh_f32',
  `  let a = abs(x);
  if (a < 1.0) {
${oddSeries(hyperbolicSine)}
  }
  return copy_sign_f32(scaled_exp_f32(a, 0.0, -1) - scaled_exp_f32(-a, 0.0, -1), x);`,
  [scaledExpF32, copySignF32],
);

export const coshF32 = unaryF32(
  'cosh_f32',
  `  let a = abs(x);
  return scaled_exp_f32(a, 0.0, -1) + scaled_exp_f32(-a, 0.0, -1);`,
  [scaledExpF32],
);

export const tanhF32 = unaryF32(
  'tanh_f32',
  `  let a = abs(x);
  if (a < 0.7) {
${oddSeries(hyperbolicTangent)}
  }
  let e = exp_f32(-2.0 * a);
  return copy_sign_f32(1.0 - 2.0 * e / (1.0 + e), x);`,
  [expF32, copySignF32],
);

export const asinhF32 = unaryF32(
  'asinh_f32',
  `  let a = abs(x);
  if (a < 0.5) {
${oddSeries(inverseHyperbolicSine)}
  }
  if (a > 4096.0) {
    return copy_sign_f32(log_f32(a) + 0.6931472, x);
  }
  let z = a * a;
  return copy_sign_f32(log1p_f32(a + z / (1.0 + sqrt(z + 1.0))), x);`,
  [log1pF32, logF32, copySignF32],
);

export const acoshF32 = unaryF32(
  'acosh_f32',
  `  if (x < 1.0) {
    return not_a_number();
  }
  if (x > 4096.0) {
    return log_f32(x) + 0.6931472;
  }
  let t = x - 1.0;
  return log1p_f32(t + sqrt(t * (x + 1.0)));`,
  [log1pF32, logF32, notANumber],
);

export const atanhF32 = unaryF32(
  'atanh_f32',
  `  let a = abs(x);
  if (a < 0.3) {
${oddSeries(inverseHyperbolicTangent)}
  }
  if (a > 1.0) {
    return not_a_number();
  }
  return copy_sign_f32(0.5 * log1p_f32(2.0 * a / (1.0 - a)), x);`,
  [log1pF32, notANumber, copySignF32],
);
