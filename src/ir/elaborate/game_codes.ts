/** Codes about games that speak once sizes are known. */
export const gameCodes = [
  {
    code: 'AM5040',
    title: 'value of a game',
    explanation:
      'An optimizer that moves several players sees the field of the game, each variable by the gradient of its own player. There is no one value that a line search could lower.',
    example: `param u: real = 1
param v: real = 1
minimize low: u * v over u
maximize high: u * v over v
solve using line_search() for 3 steps`,
  },
  {
    code: 'AM5041',
    title: 'number of turns out of range',
    explanation:
      'Within a step an optimizer moves 1 to 100 times in a row, once its hyperparameters have values.',
    example: `param u: real = 1
param v: real = 1
minimize low: u * v over u
maximize high: u * v over v
solve using gradient_descent() over u 200 times using gradient_descent() over v for 3 steps`,
  },
  {
    code: 'AM5042',
    title: 'part of an aggregated direction elsewhere',
    explanation:
      'An aggregator makes one direction for all variables at the start of a step. Several optimizers share it, so they do not take turns and do not ask for gradients at other points.',
    example: `param u: real = 1
param v: real = 1
minimize a: (u - v)^2 + u^2
minimize b: (u + 1)^2 + v^2
solve using gradient_descent() over u using gradient_descent() over v alternating on upgrad for 3 steps`,
  },
] as const;
