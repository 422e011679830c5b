/** The codes of the analysis (AM3xxx): legal but suspicious programs, each with a source that provokes its warning. */
interface Entry<Code extends string> {
  readonly code: Code;
  readonly title: string;
  readonly explanation: string;
  readonly example: string;
}

function entry<Code extends string>(
  code: Code,
  title: string,
  explanation: string,
  example: string,
): Entry<Code> {
  return { code, title, explanation, example };
}

export const analysisCodes = [
  entry(
    'AM3001',
    'parameter without a gradient',
    'No objective depends on the parameter by a way that a derivative can go, so it keeps its start. Either nothing uses it, or every way is cut: by `stop`, by a comparison, by `argmax`, `sign`, `floor` or a cast to int, whose derivatives are 0.',
    'param w: real = 1\nparam unused: real = 1\nminimize (w - 2)^2\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3002',
    'objective without parameters',
    'The gradient of the objective is 0 everywhere: it depends on no parameter, or only through steps whose derivative is 0. Use a smooth stand-in, such as a sigmoid of the margin for the share of positive margins.',
    'data { y: real[N] = [i in 5: i] }\nparam w: real = 1\nminimize mean(w * y > 1)\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3003',
    'argument may leave the domain',
    'A logarithm, root, fractional power or inverse function is taken of something that depends on parameters and cannot be shown to stay where the function is defined. The optimizer tries every value it is not kept from; outside the domain the result is NaN.',
    'param w: real = 1\nminimize log(w) + w^2\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3004',
    'derivative infinite at zero',
    'A square root has an infinite slope at 0. The chain rule multiplies it by 0 there, which is NaN. `norm` has the derivative 0 at 0; a small constant under the root helps as well.',
    'param w: real[3] = 0\nminimize sqrt(sum(w^2))\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3005',
    'divisor may be zero',
    'The divisor depends on parameters and cannot be shown to stay away from 0.',
    'param w: real[3] = 1\nminimize sum(w / norm(w)) + sum(w^2)\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3006',
    'smooth method on a kink',
    'The optimizer uses second derivatives, residuals or slopes along a line, which assume a smooth objective, and the objective has a kink: `abs`, `relu`, `max`, a hinge. The method may stall there. Huber-like functions, whose pieces meet with equal slopes, are smooth.',
    'param w: real[3] = 1\nminimize sum(abs(w - 1))\nsolve using lbfgs() for 10 steps',
  ),
  entry(
    'AM3007',
    'mean of nothing',
    'A mean whose guard lets nothing through is 0, and so is its gradient. The guard depends on parameters, so this may happen in the middle of a run.',
    'data { y: real[N] = [i in 5: i] }\nparam w: real = 1\nminimize mean(i in N where y[i] > w: (y[i] - w)^2) + w^2\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3008',
    'no length given',
    'A `solve` without `for` and without `until` takes 1000 steps.',
    'param w: real = 1\nminimize w^2\nsolve using adam()',
  ),
  entry(
    'AM3009',
    'objective without a bound',
    'A linear function of free parameters has no minimum; a concave function has none inside its domain, and a convex function no maximum.',
    'param w: real[3] = 1\nminimize sum(w)\nsolve using adam() for 10 steps',
  ),
  entry(
    'AM3010',
    'equality of computed reals',
    'Two ways to compute the same number differ in the last digits. Compare the difference with a tolerance.',
    'data { y: real[N] = [i in 5: i] }\nparam w: real = 1\nminimize mean((w - y)^2)\nsolve using adam() for 10 steps\nreport hits = mean(w * y == y)',
  ),
  entry(
    'AM3011',
    'statistic of a batch',
    'Under `batch` the rows are those of one batch, so a mean over the rows in a `let` changes from step to step. In `data` it is taken once over all training rows.',
    'data { X: real[N, 2] = [i in 50, j in 2: i + j] }\nparam w: real[2] = 0\nlet Z = X - mean(X over N)\nminimize mean((Z @ w - 1)^2)\nsolve using adam() batch 10 for 10 steps',
  ),
] as const;

export type AnalysisCode = (typeof analysisCodes)[number]['code'];
