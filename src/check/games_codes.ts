/** Codes about games and groups of variables: who claims a variable, and what moves it. */
const game = 'param u: real = 1\nparam v: real = 1\noptimizer o() { x <- x - g }\n';

export const games = [
  {
    code: 'AM2650',
    title: 'not a variable',
    explanation:
      'After `over` stand parameters and models, those that an objective is over or that an optimizer moves.',
    example: `${game}let w = u * v\nminimize w over w\nsolve using o() for 3 steps`,
  },
  {
    code: 'AM2651',
    title: 'variable claimed twice',
    explanation:
      'Objectives over different variables are a game, in which every variable belongs to one player.',
    example: `${game}minimize a: u * v over u, v\nmaximize b: u * v over v\nsolve using o() for 3 steps`,
  },
  {
    code: 'AM2652',
    title: 'objective over unclear variables',
    explanation:
      'Of the objectives of a game one may leave out `over`: it gets the variables that no other claims, if there are any.',
    example: `${game}minimize a: u * v over u, v\nmaximize b: u * v\nsolve using o() for 3 steps`,
  },
  {
    code: 'AM2653',
    title: 'player without an optimizer',
    explanation:
      'Every player of a game has some variable that an optimizer moves. A player who is to hold still is not chosen.',
    example: `${game}minimize a: u * v over u\nmaximize b: u * v over v\nsolve using o() over u for 3 steps`,
  },
  {
    code: 'AM2654',
    title: 'variable with two optimizers',
    explanation: 'Each variable is moved by one optimizer of a `solve`.',
    example: `${game}minimize u^2 + v^2\nsolve using o() over u using o() over u, v for 3 steps`,
  },
  {
    code: 'AM2655',
    title: 'aggregated objectives over different variables',
    explanation:
      'An aggregator makes one direction of gradients by the same variables. Objectives over different variables are a game, which takes no aggregator.',
    example: `${game}aggregator s(J: real[m, n]): real[n] = [j in n: sum(i in m: J[i, j])]\nminimize a: u^2 over u\nminimize b: v^2 over v\nsolve using o() on s for 3 steps`,
  },
  {
    code: 'AM2656',
    title: 'no objective over the variable',
    explanation: 'An optimizer moves variables that the chosen objectives are over.',
    example: `${game}minimize u^2 + v^2 over u\nsolve using o() over v for 3 steps`,
  },
  {
    code: 'AM2657',
    title: 'optimizer without variables',
    explanation:
      'A `using` without `over` moves the variables that no other `using` names; there is at most one, and some are left for it.',
    example: `${game}minimize u^2 + v^2\nsolve using o() over u, v using o() for 3 steps`,
  },
  {
    code: 'AM2658',
    title: 'handler in a game or with several optimizers',
    explanation: 'Constraints are handled for one objective that one optimizer minimizes.',
    example: `${game}handler h() { minimize f + sum(eq^2) }\nminimize a: u * v over u\nmaximize b: u * v over v\nsubject to u == v\nsolve using o() by h() for 3 steps`,
  },
  {
    code: 'AM2659',
    title: 'turns without optimizers that take turns',
    explanation:
      '`alternating`, `simultaneous` and `5 times` say how several optimizers of one `solve` share the steps; several turns in a row need optimizers that alternate.',
    example: `${game}minimize u^2 + v^2\nsolve using o() over u 5 times using o() over v for 3 steps`,
  },
] as const;
