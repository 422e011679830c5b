/**
 * Polynomials of the elementary and special functions for arithmetic in f32, lowest coefficient first. Each is a minimax
 * fit of the relative error of the function that it stands in, at most 2^-25, with its coefficients rounded to f32 one
 * after the other while the rest is fitted anew. They belong to no target language.
 */

/** e^r = 1 + r + r^2 p(r) for |r| <= log(2) / 2. */
export const exponential: readonly number[] = [0.5, 0.16666542, 0.04166646, 0.008366752, 0.0013934801];

/** log(1 + f) = f - f^2 / 2 + f^3 p(f) for sqrt(1/2) <= 1 + f <= sqrt(2). */
export const logarithm: readonly number[] = [
  0.3333333, -0.25000823, 0.20001253, -0.16623327, 0.14201225, -0.13159996, 0.12764892, -0.07638798,
];

/** log((1 + s) / (1 - s)) = 2 s + s^3 p(s^2) for |s| <= 0.1716. */
export const logarithmOfRatio: readonly number[] = [0.6666666, 0.40000972, 0.28498793, 0.24278854];

/** sin(r) = r + r^3 p(r^2) for |r| <= pi / 4. */
export const sine: readonly number[] = [-0.16666655, 0.008332187, -0.00019517897];

/** cos(r) = 1 - r^2 / 2 + r^4 p(r^2) for |r| <= pi / 4. */
export const cosine: readonly number[] = [0.041666646, -0.001388731, 2.4432327e-5];

/** tan(r) = r + r^3 p(r^2) for |r| <= pi / 4. */
export const tangent: readonly number[] = [
  0.3333335, 0.13332672, 0.054059446, 0.02128277, 0.010837704, 8.385941e-5, 0.0043803686,
];

/** atan(x) = x + x^3 p(x^2) for |x| <= 1. */
export const arcTangent: readonly number[] = [
  -0.333333, 0.1999853, -0.14264016, 0.109508805, -0.08399306, 0.05788138, -0.031096961, 0.01086866,
  -0.0017828123,
];

/** asin(x) = x + x^3 p(x^2) for |x| <= 1/2. */
export const arcSine: readonly number[] = [0.16666752, 0.074953064, 0.045469772, 0.024180774, 0.042166412];

/** sinh(x) = x + x^3 p(x^2) for |x| <= 1. */
export const hyperbolicSine: readonly number[] = [0.16666667, 0.0083333105, 0.00019842896, 2.7822132e-6];

/** tanh(x) = x + x^3 p(x^2) for |x| <= 0.7. */
export const hyperbolicTangent: readonly number[] = [
  -0.33333325, 0.13333, -0.053922288, 0.021575911, -0.007891566, 0.0019010007,
];

/** asinh(x) = x + x^3 p(x^2) for |x| <= 1/2. */
export const inverseHyperbolicSine: readonly number[] = [
  -0.16666642, 0.07498573, -0.044373583, 0.028110787, -0.01313166,
];

/** atanh(x) = x + x^3 p(x^2) for |x| <= 0.3. */
export const inverseHyperbolicTangent: readonly number[] = [0.3333328, 0.2000557, 0.14104018, 0.13398598];

/** erf(x) = x + x p(x^2) for |x| <= 1. */
export const errorFunction: readonly number[] = [
  0.12837917, -0.37612626, 0.11283579, -0.026853347, 0.005187162, -0.0007997853, 7.806903e-5,
];

/** erfc(a) = exp(-a^2) p((a - 2) / (a + 2)) / (1 + 2 a) for 0.45 <= a <= 10.3. */
export const scaledErrorFunction: readonly number[] = [
  1.2769784, -0.09276381, -0.16603051, 0.16404983, -0.054213002, -0.008014102, 0.008660746, 0.0011739015,
  -0.001262145, -0.00025785557,
];

/** log(gamma(1 + f)) = f p(f) for |f| <= 1/2. */
export const logGammaNearOne: readonly number[] = [
  -0.5772157, 0.822467, -0.40068513, 0.27058655, -0.20739795, 0.16928847, -0.14380558, 0.12979831,
  -0.11473751, 0.07019396, -0.06638616, 0.1729583, -0.15508696,
];

/** log(gamma(2 + f)) = f p(f) for |f| <= 1/2. */
export const logGammaNearTwo: readonly number[] = [
  0.42278433, 0.32246703, -0.067351475, 0.020581344, -0.0074018333, 0.0028804971, -0.0010884547, 0.0005679176,
  -0.00044326394,
];

/** digamma(1.75 + f) = (1.75 + f - root) p(f) for |f| <= 3/4; the root is the positive one. */
export const digamma: readonly number[] = [
  0.8581832, -0.3262546, 0.15712175, -0.08228732, 0.04476552, -0.02486157, 0.014239881, -0.008094202,
  0.0036614668, -0.0020115857, 0.0026328862, -0.0015496173,
];

/** trigamma(1.75 + f) = p(f) for |f| <= 3/4. */
export const trigamma: readonly number[] = [
  0.76410186, -0.56189245, 0.4001743, -0.27746785, 0.18813798, -0.12514557, 0.08157948, -0.052786395,
  0.03572994, -0.022302432, 0.008310046, -0.0055943644, 0.01116204, -0.006627392,
];

/** log(gamma(x)) = (x - 1/2) log(x) - x + log(2 pi) / 2 + p(1 / x^2) / x for x >= 8. */
export const logGammaTail: readonly number[] = [0.08333324, -0.0027598022];

/** digamma(x) = log(x) - 1 / (2 x) - p(1 / x^2) / x^2 for x >= 2.5. */
export const digammaTail: readonly number[] = [0.08333313, -0.008321849, 0.0037517478, -0.0023457434];

/** trigamma(x) = 1 / x + 1 / (2 x^2) + p(1 / x^2) / x^3 for x >= 2.5. */
export const trigammaTail: readonly number[] = [0.16666548, -0.03325369, 0.022097724, -0.017258497];
