/** Every optimizer of the library, compiled, takes the steps that the direct evaluator takes. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { expectSameSteps as expectAllSteps } from './compare.js';

const steps = 6;

const library = [...readFileSync('std/optimizers.opt', 'utf8').matchAll(/^optimizer (\w+)\(([^)]*)/gm)].map(
  ([, name = '', parameters = '']) => ({ name, wraps: /\w+: optimizer/.test(parameters) }),
);

/** Smooth, not separable, a sum of squares, with tensors of several shapes. */
const problem = (optimizer: string, more = ''): string => `
  param A: real[2, 3] = [i in 2, j in 3: 0.3 * i - 0.2 * j + 0.1]
  param b: real[3] = [1, -1, 0.5]
  param c: real = 2
  minimize sum((b * c - 1)^2) + sum(i in 2: (dot(A[i], b) - c)^2) + sum((A - 0.5)^2)
  solve using ${optimizer} for ${steps} steps ${more}`;

const expectSameSteps = (text: string): Promise<void> => expectAllSteps(text, steps);

describe('optimizers of the library', () => {
  it.each(library.filter(({ wraps }) => !wraps))('$name steps as the evaluator does', async ({ name }) => {
    await expectSameSteps(problem(`${name}()`));
  });

  it.each(library.filter(({ wraps }) => wraps))('$name wraps an optimizer with state', async ({ name }) => {
    await expectSameSteps(problem(`${name}(adam(0.05))`));
  });

  it('wraps wrappers, each with state of its own', async () => {
    await expectSameSteps(problem('sam(clip_norm(lookahead(momentum(0.01), every = 2)))'));
  });

  it('evaluates schedules at the step', async () => {
    await expectSameSteps(problem('adam(cosine(0.1, warmup = 2))'));
  });

  it('stops before the update when the condition holds', async () => {
    await expectSameSteps(problem('gradient_descent(0.05)', 'until value < 4'));
  });
});

describe('optimizers of a user', () => {
  it('may loop over an inner optimizer', async () => {
    await expectSameSteps(`
      optimizer repeated(inner: optimizer, times: int = 3) {
        for k in 1..times { x <- inner(x, grad(x)) }
      }
      ${problem('repeated(adam(0.05))')}`);
  });

  it('may keep state for each tensor', async () => {
    await expectSameSteps(`
      optimizer tensorwise(lr: real = 0.1) {
        per tensor {
          state m = 0
          state scale: real = 1
          m <- 0.9 * m + g
          scale <- scale + norm(g)
          x <- x - lr * m / scale
        }
      }
      ${problem('tensorwise()')}`);
  });

  it('may branch on values, inside loops too', async () => {
    await expectSameSteps(`
      optimizer careful(lr: real = 0.1) {
        state length: real = lr, best: real = inf
        if f < best { best <- f } else { length <- length / 2 }
        let y = x
        for k in 1..5 while value(y) >= best {
          if k > 2 { y <- x - length / k * g } else { y <- x - length * g }
        }
        x <- y
      }
      ${problem('careful()')}`);
  });

  it('may differentiate what they compute', async () => {
    await expectSameSteps(`
      optimizer newton(damping: real = 1) {
        let J = jacobian(residuals(x), x)
        let A = transpose(J) @ J + damping * eye(P)
        let L = cholesky(A)
        x <- x - solve_upper(transpose(L), solve_lower(L, transpose(J) @ residuals(x)))
      }
      ${problem('newton()')}`);
  });
});
