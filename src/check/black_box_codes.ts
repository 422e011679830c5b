/** Codes about black boxes: objectives whose values alone are known, and questions at many points. */
export const blackBox = [
  {
    code: 'AM2720',
    title: 'points that are no rows',
    explanation: '`values` and `grads` take an array of points, `real[n, P]`, with one point in each row.',
    example: 'optimizer o() {\n  let v = values(x)\n  x <- x - sum(v) * g\n}',
  },
] as const;
