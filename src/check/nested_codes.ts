/** Codes about nested problems, `argmin { ... }`, each with a source that provokes it. */

const inner = (solve: string, objective = 'minimize (v - w)^2'): string => `param w: real = 1
let s = argmin {
  param v: real = 0
  ${objective}
  solve using gradient_descent(0.1) ${solve}
}
minimize (s - 2)^2
solve using gradient_descent() for 5 steps`;

export const nestedCodes = [
  {
    code: 'AM2660',
    title: 'incomplete nested problem',
    explanation: 'A nested problem has parameters of its own, one objective and one `solve`.',
    example: 'param w: real = 1\nminimize argmin { param v: real = 0  minimize (v - w)^2 }',
  },
  {
    code: 'AM2661',
    title: 'declaration that has no place in a nested problem',
    explanation:
      'A nested problem holds `param`, `let`, `minimize` or `maximize`, and `solve`. Data, definitions and reports stand in the file; everything there can be read inside.',
    example: inner('for 10 steps', 'report r = 1\n  minimize (v - w)^2'),
  },
  {
    code: 'AM2662',
    title: 'clause that has no place in a nested problem',
    explanation:
      'A nested problem sees the rows, the batch and the seed of the step around it, and says by `for ... steps` how long it runs.',
    example: inner('batch 10 for 10 steps'),
  },
  {
    code: 'AM2663',
    title: 'solution without an implicit derivative',
    explanation:
      'The implicit function theorem differentiates a point where the gradient of a smooth objective of free variables is 0. At a kink there are no second derivatives, and on the boundary of a set the gradient is not 0. Differentiating through the steps (`unrolled`, `truncated 5`) needs neither.',
    example: `param w: real = 1
let s = argmin {
  param v: real in nonneg = 0
  minimize (v - w)^2
  solve using gradient_descent(0.1) for 10 steps implicit
}
minimize (s - 2)^2
solve using gradient_descent() for 5 steps`,
  },
  {
    code: 'AM2664',
    title: 'clause of a nested problem elsewhere',
    explanation:
      '`unrolled`, `truncated`, `implicit`, `warm` and `cold` say how the solution of a nested problem is differentiated and where it starts.',
    example: 'param w: real = 1\nminimize w^2\nsolve using gradient_descent() for 5 steps implicit',
  },
  {
    code: 'AM2665',
    title: 'warm start where nothing lasts',
    explanation:
      'A warm start is a state of the problem: the solution of the last step. It belongs to one nested problem at the level of the file, not to each element of a comprehension nor to each call of a function.',
    example: `param w: real[3] = 1
let s = [i in 3: argmin {
  param v: real = 0
  minimize (v - w[i])^2
  solve using gradient_descent(0.1) for 5 steps warm
}]
minimize sum((s - 2)^2)
solve using gradient_descent() for 5 steps`,
  },
  {
    code: 'AM2666',
    title: 'unknown solver of `implicit`',
    explanation:
      'The linear system of the implicit function theorem is solved by conjugate gradients, `implicit cg(iterations = 50, tolerance = 1e-10)`, or by a Neumann series, `implicit neumann(terms = 20, rate = 0.1)`.',
    example: inner('for 10 steps implicit lu(3)'),
  },
  {
    code: 'AM2667',
    title: 'nested problem of the other sense',
    explanation: '`argmin` holds `minimize`, `argmax` holds `maximize`.',
    example: inner('for 10 steps', 'maximize -(v - w)^2'),
  },
] as const;
