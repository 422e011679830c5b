/** Beginnings of declarations with places to fill in. The extension for VS Code has them from here. */

export interface Snippet {
  readonly label: string;
  readonly detail: string;
  /** `${1:name}` is the first place to fill in, `$0` where the cursor ends. */
  readonly text: string;
}

export const snippets: readonly Snippet[] = [
  {
    label: 'data file',
    detail: 'columns of a table',
    text: 'data "${1:file.csv}" {\n  X: real[${2:N}, ${3:D}] = columns(${4:all except y})\n  y: real[${2:N}] = column(${5:y})\n}\n$0',
  },
  {
    label: 'linear regression',
    detail: 'a whole problem',
    text: 'data "${1:file.csv}" {\n  X: real[N, D] = columns(all except ${2:y})\n  y: real[N] = column(${2:y})\n}\n\nparam w: real[D] = 0\nparam b: real = 0\n\nminimize mean((X @ w + b - y)^2)\nsolve using lbfgs() until grad_norm < 1e-8\n$0',
  },
  { label: 'param array', detail: 'a variable', text: 'param ${1:w}: real[${2:D}] = ${3:0}' },
  {
    label: 'param in set',
    detail: 'a variable in a set',
    text: 'param ${1:p}: real[${2:D}] in ${3:simplex} = ${4:1 / D}',
  },
  {
    label: 'hyper in interval',
    detail: 'a hyperparameter',
    text: 'hyper ${1:rate}: real in ${2:0}..${3:1} = ${4:0.1}',
  },
  {
    label: 'fn block',
    detail: 'a function with a body',
    text: 'fn ${1:f}(${2:x}: real[${3:n}]): real {\n  return $0\n}',
  },
  {
    label: 'module layer',
    detail: 'a layer with parameters',
    text: 'module ${1:layer}(${2:inputs}: int, ${3:outputs}: int)(x: real[..., ${2:inputs}]): real[..., ${3:outputs}] {\n  param W: real[${2:inputs}, ${3:outputs}] = glorot()\n  return x @ W$0\n}',
  },
  {
    label: 'optimizer method',
    detail: 'an optimizer of your own',
    text: 'optimizer ${1:method}(lr: real = 1e-3) {\n  state m = 0\n  m <- 0.9 * m + g\n  x <- x - lr * m$0\n}',
  },
  {
    label: 'solve adam',
    detail: 'minibatches',
    text: 'solve using adamw(lr = ${1:1e-3}) batch ${2:64} for ${3:20} epochs seed ${4:1}',
  },
  {
    label: 'solve lbfgs',
    detail: 'to convergence',
    text: 'solve using lbfgs(memory = ${1:10}) until grad_norm < ${2:1e-8}',
  },
  { label: 'subject to', detail: 'a constraint', text: 'subject to ${1:budget}: ${2:a} <= ${3:b}' },
  {
    label: 'test block',
    detail: 'what `argmin test` runs',
    text: 'test "${1:it holds}" {\n  assert ${2:f(1)} == ${3:1} within 1e-9\n}',
  },
];
