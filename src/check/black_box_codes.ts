/** Codes about black boxes: objectives whose values alone are known, and questions at many points. */
export const blackBox = [
  {
    code: 'AM2720',
    title: 'points that are no rows',
    explanation: '`values` and `grads` take an array of points, `real[n, P]`, with one point in each row.',
    example: 'optimizer o() {\n  let v = values(x)\n  x <- x - sum(v) * g\n}',
  },
  {
    code: 'AM2721',
    title: 'what cannot be handed over',
    explanation:
      'An `extern fn` takes numbers, truth values, classes and arrays of them, and gives a real or an array of reals.',
    example: 'extern fn f(x: real): int\nparam w: real = 1\nminimize f(w)\nsolve using spsa() for 3 steps',
  },
  {
    code: 'AM2722',
    title: 'black box where no host is',
    explanation: 'Tests run by themselves: nobody supplies an `extern fn` there.',
    example: 'extern fn f(x: real): real\ntest "of the host" {\n  assert f(1) == 2\n}',
  },
  {
    code: 'AM2723',
    title: 'gradient of a black box',
    explanation:
      'The objective calls an `extern fn`, and the optimizer, an aggregator or the stopping rule asks for its gradient. Optimizers that see values only do without.',
    example:
      'extern fn f(x: real[n]): real\nparam w: real[2] = 1\nminimize f(w)\nsolve using adam() for 3 steps',
  },
] as const;
