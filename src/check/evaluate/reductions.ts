/** What each reduction means of a plain list of scalars; lists come from binders, whole arrays or axes. */
import type { ReduceName } from '../typed.js';
import type { Scalar } from './scalar.js';
import { add, divide, exp, extremeOf, log, multiply, sqrt, subtract, valueOf } from './scalar.js';

const sum = (scalars: readonly Scalar[]): Scalar => scalars.reduce<Scalar>(add, 0);

/** The mean of nothing is 0. */
const mean = (scalars: readonly Scalar[]): Scalar =>
  scalars.length === 0 ? 0 : divide(sum(scalars), scalars.length);

/** Shifted by the greatest, so that no exponential overflows. */
function logsumexp(scalars: readonly Scalar[]): Scalar {
  const greatest = scalars.map(valueOf).reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(greatest)) return greatest;
  return add(greatest, log(sum(scalars.map((scalar) => exp(subtract(scalar, greatest))))));
}

function variance(scalars: readonly Scalar[]): Scalar {
  const centre = mean(scalars);
  return mean(
    scalars.map((scalar) => {
      const difference = subtract(scalar, centre);
      return multiply(difference, difference);
    }),
  );
}

/** The square root of a sum of squares, with derivative 0 where that is 0. */
const rootOfSquares = (squares: Scalar): Scalar => (valueOf(squares) === 0 ? 0 : sqrt(squares));

/** The first extreme element's position; of nothing, 0. */
function extremePosition(scalars: readonly Scalar[], direction: 1 | -1): number {
  let best = 0;
  scalars.forEach((scalar, index) => {
    if (direction * valueOf(scalar) > direction * valueOf(scalars[best] ?? scalar)) best = index;
  });
  return best;
}

const holds = (scalar: Scalar): boolean => valueOf(scalar) !== 0;

export const reductions: Readonly<Record<ReduceName, (scalars: readonly Scalar[]) => Scalar>> = {
  sum,
  mean,
  product: (scalars) => scalars.reduce<Scalar>(multiply, 1),
  max: (scalars) => extremeOf(scalars, 1),
  min: (scalars) => extremeOf(scalars, -1),
  any: (scalars) => (scalars.some(holds) ? 1 : 0),
  all: (scalars) => (scalars.every(holds) ? 1 : 0),
  logsumexp,
  count: (scalars) => scalars.filter(holds).length,
  norm: (scalars) => rootOfSquares(sum(scalars.map((scalar) => multiply(scalar, scalar)))),
  variance,
  deviation: (scalars) => rootOfSquares(variance(scalars)),
  argmax: (scalars) => extremePosition(scalars, 1),
  argmin: (scalars) => extremePosition(scalars, -1),
};
