/** Games and groups of variables: compiled steps are those of the direct evaluator, and known games behave as theory says. */
import { describe, expect, it } from 'vitest';
import { replaySolve } from '../../../src/check/evaluate/optimizer.js';
import { expectSameSteps as expectSameStepsOnRows } from '../../property/replayed.js';
import { parameter, solveText } from '../../library/solve.js';
import { largestDifference, started, throughBoth } from './compare.js';

async function expectSameSteps(text: string): Promise<void> {
  const { problem, oracle, program } = await throughBoth(text);
  const compiled = started(program);
  let x: readonly number[] | undefined;
  for (const [phase, solve] of problem.solves.entries()) {
    const replay = replaySolve(oracle, solve, {
      steps: 4,
      ...(x === undefined ? {} : { x }),
    });
    compiled.startPhase(phase);
    for (const { x: expected, objective } of replay.history) {
      expect(largestDifference(compiled.parameters, expected)).toBeLessThan(1e-9);
      compiled.step(phase);
      expect(Math.abs((compiled.measures[0] ?? NaN) - objective)).toBeLessThan(1e-9);
    }
    expect(largestDifference(compiled.parameters, replay.x)).toBeLessThan(1e-9);
    ({ x } = replay);
  }
}

const game = `
  param u: real[2] = [0.5, -1]
  param v: real[3] = 0.3
  param w: real = 2
  let pull = sum(u^2) - sum(v^2) + u[0] * v[1] * w + sum(sin(v)) * u[1]
  minimize low: pull + w * u[0] over u
  maximize high: pull - 0.1 * w^2 over v, w`;

/** Asks a field for everything that it may be asked for. */
const curious = `
  optimizer curious(lr: real = 0.05) {
    state m = 0, seen = x
    let half = x - lr * grad(x + 0.1 * m)
    m <- 0.5 * m + hvp(half, g) - 0.3 * vhp(x, m + g)
    seen <- seen + player
    per tensor { m <- m / (1 + norm(m)) }
    x <- x - lr * m * (1 + seen / 10)
  }`;

describe('a game', () => {
  it('steps under one optimizer as the evaluator does', async () => {
    await expectSameSteps(`${game}\nsolve using adam(0.05) for 4 steps`);
    await expectSameSteps(`${game}\n${curious}\nsolve using curious() for 4 steps until grad_norm < 1e-9`);
  });

  it('steps under one optimizer for each player, in turn or at once', async () => {
    const players = 'using momentum(0.05) over u using sam(adam(0.02), rho = 0.1) over v, w';
    await expectSameSteps(`${game}\nsolve ${players} for 4 steps`);
    await expectSameSteps(`${game}\nsolve ${players} simultaneous for 4 steps`);
    await expectSameSteps(`${game}\nsolve ${players} alternating for 4 steps until grad_norm < 1e-9`);
    await expectSameSteps(`${game}
      solve using adam(cosine(0.1)) over u 3 times using gradient_descent(0.02) over w
        using adam(0.02) over v 2 times for 4 steps`);
  });

  it('asks a single player for values, residuals and curvature', async () => {
    await expectSameSteps(`
      param u: real[2] = [0.5, -1]
      param v: real[2] = 0.3
      minimize fit: sum((u^2 - [1.0, 2] - v)^2) over u
      maximize high: -sum((v - u)^4) over v
      solve using levenberg_marquardt() over u using newton_cg() over v for 4 steps`);
    await expectSameSteps(`
      param u: real[2] = [0.5, -1]
      param v: real[2] = 0.3
      minimize low: sum((u - v)^4) over u
      minimize other: sum(v^2) + v[0] * u[1] over v
      solve using line_search() over u using lbfgs() over v simultaneous for 4 steps`);
  });

  it('keeps variables in their sets, and those outside of it where they are', async () => {
    await expectSameSteps(`
      param p: real[3] in simplex = 1 / 3
      param q: real[3] in simplex = [0.5, 0.3, 0.2]
      param z: real = 5
      let A = [[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]
      minimize low: p @ A @ q + z over p
      maximize high: p @ A @ q over q
      solve using gradient_descent(0.3) over p using gradient_descent(0.2) over q
        for 4 steps until kkt < 1e-9`);
  });

  it('samples batches', () => {
    const rowsOf = (step: number): readonly number[] => [step % 7, (step + 2) % 7, (step + 3) % 7];
    expectSameStepsOnRows(
      `data { X: real[N, D] y: real[N] }
      param w: real[D] = 0.5
      param shift: real[N] in ball_inf(0.2) = 0
      let z: real[N] ~ normal(0, 1)
      minimize loss: mean((X @ w - y - shift + 0.1 * z)^2) over w
      maximize attack: mean((X @ w - y - shift)^2) over shift
      solve using adam(0.1) over w using sign_descent(0.1) over shift batch 3 for 4 steps`,
      4,
      rowsOf,
    );
  });

  it('refuses what it has no answer to', async () => {
    await expect(throughBoth(`${game}\nsolve using lbfgs() for 4 steps`)).rejects.toThrow(/no value/);
  });
});

describe('several optimizers for one objective', () => {
  const fit = `
    param u: real[2] = [0.5, -1]
    param v: real[3] = 0.3
    param w: real = 2
    minimize f: sum(u^2) + sum(v^4) + u[0] * v[1] * w + w^2`;

  it('share one gradient, or take turns', async () => {
    await expectSameSteps(
      `${fit}\nsolve using adam(0.1) over u using adamw(0.05, weight_decay = 0.1) for 4 steps`,
    );
    await expectSameSteps(
      `${fit}\nsolve using gradient_descent(0.1) over u using momentum(0.05) over w for 4 steps`,
    );
    await expectSameSteps(`${fit}
      solve using gradient_descent(0.1) over u 2 times using newton_cg() over w, v alternating for 4 steps`);
  });

  it('share an aggregated direction', async () => {
    await expectSameSteps(`${fit}\nminimize h: sum((v - 1)^2) + sum((u - w)^2)
      solve using adam(0.1) over u using momentum(0.05) on upgrad for 4 steps`);
  });
});

describe('phases', () => {
  it('choose objectives by label and variables by `over`', async () => {
    await expectSameSteps(`${game}
      minimize all: sum(u^2) + sum(v^2) + w^2
      solve all using adam(0.1) over u, w for 4 steps
      solve low, high using gradient_descent(0.1) for 4 steps
      solve high using lbfgs() for 4 steps
      solve all using lbfgs() for 4 steps until grad_norm < 1e-12`);
  });

  it('leave the other variables alone', async () => {
    const outcome = await solveText(`
      param a: real = 1
      param b: real = 1
      minimize f: (a - b)^2 + a^2
      solve using lbfgs() over a for 50 steps until grad_norm < 1e-9`);
    expect(outcome.status).toBe('converged');
    expect(parameter(outcome, 'b')).toEqual([1]);
    expect(parameter(outcome, 'a')[0]).toBeCloseTo(0.5, 9);
    expect(outcome.gradNorm).toBeLessThan(1e-9);
  });
});

describe('the bilinear game', () => {
  const bilinear = `
    param u: real = 1
    param v: real = 1
    minimize u * v over u
    maximize u * v over v`;

  it('spirals out under simultaneous descent by the factor sqrt(1 + lr^2) in each step', async () => {
    for (const solve of [
      'solve using gradient_descent(0.1) for 100 steps',
      'solve using gradient_descent(0.1) over u using gradient_descent(0.1) over v simultaneous for 100 steps',
    ]) {
      const outcome = await solveText(`${bilinear}\n${solve}`);
      expect(Math.hypot(...['u', 'v'].flatMap((name) => parameter(outcome, name)))).toBeCloseTo(
        Math.SQRT2 * Math.sqrt(1.01) ** 100,
        10,
      );
    }
  });

  it('keeps its area when the players take turns', async () => {
    // Alternating steps conserve u^2 + v^2 - lr * u * v (Zhang, Wang, Lessard and Grosse, 2022): the map is symplectic.
    const outcome = await solveText(`${bilinear}
      solve using gradient_descent(0.1) over u using gradient_descent(0.1) over v for 1000 steps`);
    const [u = NaN] = parameter(outcome, 'u');
    const [v = NaN] = parameter(outcome, 'v');
    expect(u * u + v * v - 0.1 * u * v).toBeCloseTo(1.9, 9);
  });

  it('has a value for each player in the result, and the norm of its field', async () => {
    const outcome = await solveText(`${bilinear}\nsolve using gradient_descent(0.1) for 3 steps`);
    expect(outcome.objectives.map(({ name }) => name)).toEqual(['over u', 'over v']);
    const [u = NaN] = parameter(outcome, 'u');
    const [v = NaN] = parameter(outcome, 'v');
    expect(outcome.objectives.map(({ value }) => value)).toEqual([u * v, u * v]);
    expect(outcome.gradNorm).toBeCloseTo(Math.hypot(u, v), 12);
  });
});
