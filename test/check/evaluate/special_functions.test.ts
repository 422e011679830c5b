import { describe, expect, it } from 'vitest';
import { erf, erfc, lgamma, polygamma } from '../../../src/check/evaluate/special_functions.js';

// Figures from Abramowitz and Stegun, and the DLMF.
const known: readonly (readonly [string, number, number])[] = [
  ['erf(0.5)', erf(0.5), 0.5204998778130465],
  ['erf(2)', erf(2), 0.9953222650189527],
  ['erf(-3)', erf(-3), -0.9999779095030014],
  ['erfc(0.75)', erfc(0.75), 0.288844366346485],
  ['erfc(5)', erfc(5), 1.5374597944280349e-12],
  ['erfc(-1)', erfc(-1), 1.842700792949715],
  ['lgamma(0.5)', lgamma(0.5), 0.5723649429247001],
  ['lgamma(10)', lgamma(10), 12.801827480081469],
  ['lgamma(-1.5)', lgamma(-1.5), 0.860047015376481],
  ['digamma(1)', polygamma(0, 1), -0.5772156649015329],
  ['digamma(-0.5)', polygamma(0, -0.5), 0.03648997397857652],
  ['trigamma(1)', polygamma(1, 1), Math.PI ** 2 / 6],
  ['polygamma(2, 1)', polygamma(2, 1), -2.4041138063191885],
];

describe('special functions', () => {
  it.each(known)('%s has its tabulated value', (_name, value, expected) => {
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(2e-14 * Math.abs(expected));
  });
});
