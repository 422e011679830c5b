/** The codes of distributions, part of the table in `codes.ts`. */
export const distributionCodes = [
  {
    code: 'AM2670',
    title: 'no operation of a distribution',
    explanation:
      'A distribution defines any of `sample()`, `log_prob(y)`, `entropy()`, `kl(...)` of the other parameters, and `possible()`.',
    example: 'distribution point(at: real) {\n  fn samples(): real = at\n}',
  },
  {
    code: 'AM2671',
    title: 'distribution without the operation',
    explanation:
      '`~` asks a distribution for `sample`, and `log_prob`, `entropy` and `kl` for what they are called; this one does not define it.',
    example: 'distribution point(at: real) {\n  fn sample(): real = at\n}\nlet h = entropy(point(0))',
  },
  {
    code: 'AM2672',
    title: 'divergence between different distributions',
    explanation: '`kl` is defined between two of one distribution, in closed form.',
    example: 'let d = kl(normal(0, 1), exponential(1))',
  },
  {
    code: 'AM2673',
    title: 'noise of a wrong shape',
    explanation:
      'A `sample` of numbers draws numbers, or lists whose length is known; one with a run `...` draws noise along that run.',
    example:
      'distribution odd(a: real[..., n]) {\n  fn sample(): real[..., n] {\n    let z: real[n] ~ standard_normal()\n    return a + z\n  }\n}',
  },
  {
    code: 'AM2674',
    title: 'not asked of a distribution',
    explanation: '`log_prob`, `kl` and `score` take a distribution first, written with its parameters.',
    example: 'let d = log_prob(0.5, 1)',
  },
  {
    code: 'AM2675',
    title: 'samples of what is not drawn',
    explanation:
      '`samples = n` behind a report takes the mean over n fresh draws, and this report reads none.',
    example:
      'param w: real = 0\nminimize (w - 1)^2\nsolve using gradient_descent(0.1) for 3 steps\nreport r = w samples = 10',
  },
] as const;
