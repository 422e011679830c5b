/** Coarse WGSL functions that stand until the accurate ones do. */
import { wgslFunction } from './lowering.js';
import type { WgslFunction, WgslHelper } from './lowering.js';

function ofOne(name: string, body: string, calls: readonly WgslHelper[] = []): WgslFunction {
  return wgslFunction(name, [['x', 'f32']], 'f32', body, calls);
}

export const expm1F32 = ofOne('expm1_f32', '  return select(exp(x) - 1.0, x + 0.5 * x * x, abs(x) < 1e-3);');
export const log1pF32 = ofOne('log1p_f32', '  return select(log(1.0 + x), x - 0.5 * x * x, abs(x) < 1e-3);');
export const sigmoidF32 = ofOne('sigmoid_f32', '  return 1.0 / (1.0 + exp(-x));');
export const softplusF32 = ofOne('softplus_f32', '  return max(x, 0.0) + log1p_f32(exp(-abs(x)));', [
  log1pF32,
]);
export const logSigmoidF32 = ofOne('log_sigmoid_f32', '  return min(x, 0.0) - log1p_f32(exp(-abs(x)));', [
  log1pF32,
]);

export const erfcF32 = ofOne(
  'erfc_f32',
  `  let z = abs(x);
  let t = 1.0 / (1.0 + 0.5 * z);
  let r = t * exp(-z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return select(r, 2.0 - r, x < 0.0);`,
);
export const erfF32 = ofOne('erf_f32', '  return 1.0 - erfc_f32(x);', [erfcF32]);

export const lgammaF32 = ofOne(
  'lgamma_f32',
  `  let y = x + 5.0;
  let z = 1.0 / y;
  let shift = log(x * (x + 1.0) * (x + 2.0) * (x + 3.0) * (x + 4.0));
  return (y - 0.5) * log(y) - y + 0.9189385 + z * (0.083333333 - z * z * 0.0027777778) - shift;`,
);
export const digammaF32 = ofOne(
  'digamma_f32',
  `  let y = x + 4.0;
  let z = 1.0 / (y * y);
  let shift = 1.0 / x + 1.0 / (x + 1.0) + 1.0 / (x + 2.0) + 1.0 / (x + 3.0);
  return log(y) - 0.5 / y - z * (0.083333333 - z * (0.0083333333 - z * 0.003968254)) - shift;`,
);
export const trigammaF32 = ofOne(
  'trigamma_f32',
  `  var y = x;
  var sum = 0.0;
  for (var k = 0; k < 6; k += 1) {
    sum += 1.0 / (y * y);
    y += 1.0;
  }
  let z = 1.0 / (y * y);
  return sum + 1.0 / y + 0.5 * z + z / y * (0.16666667 - z * (0.033333333 - z * 0.023809524));`,
);
