/** Smooth functions of one number with the part of their domain that random programs use, and their images. */
import type { Interval } from './interval.js';
import { interval, symmetric } from './interval.js';
import { erf, lgamma, polygamma, softplus } from '../../src/check/evaluate/special_functions.js';

export interface SmoothFunction {
  readonly name: string;
  readonly domain: Interval;
  readonly image: (a: Interval) => Interval;
}

const anywhere = symmetric(50);

function increasing(name: string, domain: Interval, f: (x: number) => number): SmoothFunction {
  return { name, domain, image: (a) => interval(f(a.low), f(a.high)) };
}

function decreasing(name: string, domain: Interval, f: (x: number) => number): SmoothFunction {
  return { name, domain, image: (a) => interval(f(a.high), f(a.low)) };
}

export const smoothFunctions: readonly SmoothFunction[] = [
  increasing('exp', symmetric(2.5), Math.exp),
  increasing('expm1', symmetric(2.5), Math.expm1),
  increasing('log', interval(0.2, 1e3), Math.log),
  increasing('log1p', interval(-0.7, 1e3), Math.log1p),
  increasing('sqrt', interval(0.1, 1e3), Math.sqrt),
  { name: 'sin', domain: symmetric(4), image: () => symmetric(1) },
  { name: 'cos', domain: symmetric(4), image: () => symmetric(1) },
  increasing('tan', symmetric(1.1), Math.tan),
  increasing('asin', symmetric(0.8), Math.asin),
  decreasing('acos', symmetric(0.8), Math.acos),
  increasing('atan', anywhere, Math.atan),
  increasing('sinh', symmetric(2), Math.sinh),
  {
    name: 'cosh',
    domain: symmetric(2),
    image: (a) => interval(1, Math.cosh(Math.max(Math.abs(a.low), Math.abs(a.high)))),
  },
  increasing('tanh', anywhere, Math.tanh),
  increasing('asinh', anywhere, Math.asinh),
  increasing('acosh', interval(1.3, 50), Math.acosh),
  increasing('atanh', symmetric(0.8), Math.atanh),
  increasing('sigmoid', anywhere, (x) => 1 / (1 + Math.exp(-x))),
  increasing('softplus', anywhere, softplus),
  increasing('erf', symmetric(3), erf),
  decreasing('erfc', symmetric(3), (x) => 1 - erf(x)),
  increasing('lgamma', interval(1.6, 20), lgamma),
  increasing('digamma', interval(0.4, 20), (x) => polygamma(0, x)),
];
