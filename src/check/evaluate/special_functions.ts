/**
 * Special functions of one number, written for the evaluator alone: slow, plain and accurate to about 1e-14, so that
 * they can judge the faster ones of the back ends.
 */

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** erf: the Taylor series with all terms positive (Abramowitz and Stegun 7.1.6) near 0, 1 - erfc elsewhere. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 2) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break;
  }
  return twoOverRootPi * Math.exp(-x * x) * sum;
}

/** erfc: the continued fraction (7.1.14) evaluated from far behind where x > 2, 1 - erf elsewhere. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < -2) return 2 - erfc(-x);
  if (x <= 0.5) return 1 - erf(x);
  if (x > 27.5) return 0;
  let fraction = x;
  for (let n = x < 1 ? 1500 : 400; n >= 1; n -= 1) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** B(2k) / (2k)!, for the asymptotic series of the polygamma functions. */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/** log |gamma(x)|: Stirling's series after shifting the argument above 15; reflection below 0.5. */
export function lgamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  let product = 1;
  let shifted = x;
  while (shifted < 15) {
    product *= shifted;
    shifted += 1;
  }
  let series = 0;
  bernoulli.forEach((value, index) => {
    const k = 2 * (index + 1);
    series += value / (k * (k - 1) * shifted ** (k - 1));
  });
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}

function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k += 1) product *= k;
  return product;
}

/** The derivative of order n + 1 of lgamma: digamma is n = 0, trigamma n = 1. */
export function polygamma(n: number, x: number): number {
  if (x <= 0 && Number.isInteger(x)) return n % 2 === 1 ? Infinity : NaN;
  if (x < 0) {
    if (n === 0) return polygamma(0, 1 - x) - Math.PI / Math.tan(Math.PI * x);
    if (n === 1) return (Math.PI / Math.sin(Math.PI * x)) ** 2 - polygamma(1, 1 - x);
  }
  let shifted = x;
  let sum = 0;
  const sign = n % 2 === 0 ? -1 : 1;
  while (shifted < 20) {
    sum += sign * factorial(n) * shifted ** -(n + 1);
    shifted += 1;
  }
  if (n === 0) {
    sum += Math.log(shifted) - 1 / (2 * shifted);
    bernoulli.forEach((value, index) => {
      const k = 2 * (index + 1);
      sum -= value / (k * shifted ** k);
    });
    return sum;
  }
  sum += sign * (factorial(n - 1) * shifted ** -n + (factorial(n) / 2) * shifted ** -(n + 1));
  bernoulli.forEach((value, index) => {
    const k = 2 * (index + 1);
    sum += sign * value * (factorial(k + n - 1) / factorial(k)) * shifted ** -(k + n);
  });
  return sum;
}

export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
