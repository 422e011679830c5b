/** The library's sets: what defines each operation, on random points, and problems whose solutions are known. */
import { describe, expect, it } from 'vitest';
import { distance, parameter, report, solveText } from './solve.js';

const figures = async (
  draws: string,
  reports: Readonly<Record<string, string>>,
): Promise<(name: string) => number> => {
  const outcome = await solveText(`
    dim T = 12
    data seed 3 { ${draws} }
    ${Object.entries(reports)
      .map(([name, value]) => `report ${name} = ${value}`)
      .join('\n')}
    param w: real = 1
    minimize w^2
    solve using gradient_descent() for 1 steps`);
  return (name) => report(outcome, name)[0] ?? NaN;
};

const drawsOf = (shape: string): string =>
  `U: real[T, ${shape}] ~ normal(0, 2)  V: real[T, ${shape}] ~ normal(0, 2)`;

describe('projections on convex sets', () => {
  it.each([
    ['box(-1, 0.5)', '4'],
    ['nonneg', '4'],
    ['simplex(2)', '5'],
    ['ball_l1(1.5)', '5'],
    ['ball_l2(1.5)', '4'],
    ['ball_inf(0.7)', '4'],
    ['monotone', '5'],
    ['halfspace([1.0, 2, -1], 0.5)', '3'],
    ['affine([[1.0, 2, -1]], [0.5])', '3'],
    ['second_order_cone', '4'],
    ['positive_semidefinite', '3, 3'],
    ['nuclear_ball(2)', '4, 3'],
    ['spectral_ball(1)', '4, 3'],
    ['transport([0.5, 0.5], [0.2, 0.3, 0.5], 5000)', '2, 3'],
  ])('on %s end in it, stay there and never part points', async (set, shape) => {
    const of = await figures(drawsOf(shape), {
      inside: `all(k in T: contains(project(U[k], ${set}), ${set}))`,
      moved: `max(k in T: norm(project(project(U[k], ${set}), ${set}) - project(U[k], ${set})))`,
      parted: `max(k in T: norm(project(U[k], ${set}) - project(V[k], ${set})) - norm(U[k] - V[k]))`,
    });
    expect(of('inside')).toBe(1);
    expect(of('moved')).toBeLessThan(1e-6);
    expect(of('parted')).toBeLessThan(1e-6);
  });
});

describe('linear minimization', () => {
  it.each([
    ['box(-1, 0.5)', '4'],
    ['simplex(2)', '5'],
    ['ball_l1(1.5)', '5'],
    ['ball_l2(1.5)', '4'],
    ['ball_inf(0.7)', '4'],
    ['nuclear_ball(2)', '4, 3'],
    ['spectral_ball(1)', '4, 3'],
  ])('over %s is below every other member', async (set, shape) => {
    const of = await figures(drawsOf(shape), {
      inside: `all(k in T: contains(lmo(U[k], ${set}), ${set}))`,
      above: `max(k in T, l in T: sum(U[k] * lmo(U[k], ${set})) - sum(U[k] * project(V[l], ${set})))`,
    });
    expect(of('inside')).toBe(1);
    expect(of('above')).toBeLessThan(1e-9);
  });
});

describe('coordinates', () => {
  it.each([
    ['box(-1, 0.5)', '4'],
    ['nonneg', '4'],
    ['simplex(2)', '5'],
    ['ball_l2(1.5)', '4'],
    ['ball_inf(0.7)', '4'],
    ['unit_sphere(2)', '4'],
    ['monotone', '5'],
    ['positive_definite', '3, 3'],
  ])('of points of %s are mapped back to them', async (set, shape) => {
    const at = `map(U[k] / 4, ${set})`;
    const of = await figures(drawsOf(shape), {
      inside: `all(k in T: contains(${at}, ${set}))`,
      back: `max(k in T: norm(map(coordinates(${at}, ${set}), ${set}) - ${at}))`,
    });
    expect(of('inside')).toBe(1);
    expect(of('back')).toBeLessThan(1e-9);
  });
});

describe('mirrors', () => {
  it.each([
    ['box(-1, 0.5)', '4'],
    ['nonneg', '4'],
    ['simplex(2)', '5'],
  ])('of %s are undone', async (set, shape) => {
    const at = `unmirror(U[k] / 4, ${set})`;
    const of = await figures(drawsOf(shape), {
      inside: `all(k in T: contains(${at}, ${set}))`,
      back: `max(k in T: norm(unmirror(mirror(${at}, ${set}), ${set}) - ${at}))`,
    });
    expect(of('inside')).toBe(1);
    expect(of('back')).toBeLessThan(1e-9);
  });
});

describe('manifolds', () => {
  it.each([
    ['unit_sphere(2)', '4'],
    ['stiefel', '4, 2'],
  ])('on %s steps stay, and tangents lead along', async (set, shape) => {
    const at = `project(U[k], ${set})`;
    const along = `tangent(${at}, V[k], ${set})`;
    const of = await figures(drawsOf(shape), {
      inside: `all(k in T: contains(retract(${at}, ${along}, ${set}), ${set}))`,
      again: `max(k in T: norm(tangent(${at}, ${along}, ${set}) - ${along}))`,
      normal: `max(k in T: abs(sum(${along} * (V[k] - ${along}))))`,
      first: `max(k in T: norm(retract(${at}, 1e-5 * ${along}, ${set}) - ${at} - 1e-5 * ${along}))`,
    });
    expect(of('inside')).toBe(1);
    expect(of('again')).toBeLessThan(1e-9);
    expect(of('normal')).toBeLessThan(1e-9);
    expect(of('first')).toBeLessThan(1e-8);
  });
});

describe('solutions', () => {
  // cvxpy 1.9.3 with Clarabel: the lasso with weight 0.4, whose solution has the sum of absolute values 2.36.
  const lasso = (solve: string, how = ''): string => `
    let A = [[1.0, 0, 0.5], [0, 1, 0.5], [1, 1, 0], [0.5, -1, 2]]
    param x: real[3] in ball_l1(2.36)${how} = 0
    minimize sum((A @ x - [1.0, 2, 0.5, 3])^2) / 2
    solve using ${solve}`;

  it.each([
    ['spectral_projected_gradient() for 200 steps until kkt < 1e-10', '', 1e-9],
    ['projected_gradient() for 500 steps until kkt < 1e-10', '', 1e-9],
    ['fista(0.15) for 500 steps until kkt < 1e-10', '', 1e-9],
    ['frank_wolfe_line_search() for 2000 steps', ' by lmo', 1e-2],
    ['frank_wolfe() for 5000 steps', ' by lmo', 1e-2],
  ])('of the lasso by %s%s', async (solve, how, tolerance) => {
    const x = parameter(await solveText(lasso(solve, how)), 'x');
    expect(distance(x, [0, 0.586666666667, 1.773333333333])).toBeLessThan(tolerance);
  });

  it('of an entropic choice by mirror descent are a softmax', async () => {
    const outcome = await solveText(`
      let c = [0.9, 0.3, 0.5, 0.2]
      param p: real[4] in simplex = 1 / 4
      minimize dot(c, p) + 0.1 * sum(xlogx(p))
      solve using mirror_descent(5) for 200 steps
      report exact = softmax(-10 * c)`);
    expect(distance(parameter(outcome, 'p'), report(outcome, 'exact'))).toBeLessThan(1e-12);
  });

  it('by map and by barrier come near those by projection', async () => {
    const solve = async (how: string, using: string): Promise<number[]> =>
      parameter(
        await solveText(`
          param z: real[3] in nonneg ${how} = 1
          minimize sum((z - [0.5, -0.4, 2.0])^2) + (z[0] + z[1])^2
          solve using ${using}`),
        'z',
      );
    const exact = [0.25, 0, 2];
    const projected = await solve('by projection', 'projected_gradient() for 200 steps');
    expect(distance(projected, exact)).toBeLessThan(1e-9);
    expect(
      distance(await solve('by map', 'lbfgs() for 200 steps until grad_norm < 1e-9'), exact),
    ).toBeLessThan(1e-6);
    // The weight falls over the whole solve, and the last steps move less and less.
    expect(distance(await solve('by barrier', 'lbfgs(careful = true) for 1000 steps'), exact)).toBeLessThan(
      5e-4,
    );
  });

  it('of a portfolio agree with the closed form where no bound is active', async () => {
    const outcome = await solveText(`
      dim A = 10
      data {
        mu: real[A] = [a in A: 0.03 + 0.001 * a]
        Sigma: real[A, A] = [a in A, b in A: if a == b then 0.02 + 0.001 * a else 0.002]
      }
      param p: real[A] in simplex = 1 / A
      maximize dot(mu, p) - 2 * dot(p, Sigma @ p)
      solve using spectral_projected_gradient() for 2000 steps until kkt < 1e-12
      let u = linear_solve(Sigma, mu), v = linear_solve(Sigma, ones(A))
      report exact = (u - (sum(u) - 4) / sum(v) * v) / 4`);
    const exact = report(outcome, 'exact');
    expect(Math.min(...exact)).toBeGreaterThan(0.01);
    expect(distance(parameter(outcome, 'p'), exact)).toBeLessThan(1e-9);
  });
});
