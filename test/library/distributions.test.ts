/**
 * Distributions: densities and probabilities add up to 1, entropies and divergences agree with sums over a grid,
 * the moments of many draws with the closed forms, and derivatives of draws with differences.
 */
import { describe, expect, it } from 'vitest';
import { evaluateObjective } from '../../src/check/evaluate/problem.js';
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import { runTests } from '../../src/check/evaluate/tests.js';
import { checkSource } from '../../src/front_end.js';
import { report, solveText } from './solve.js';

function checked(text: string) {
  const { problem, diagnostics } = checkSource({ path: 'distributions.opt', text });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (problem === undefined) throw new Error('no problem');
  return problem;
}

function failures(assertions: readonly string[]): readonly string[] {
  const tests = assertions.map((assertion, index) => `test "${index}" { ${assertion} }`);
  const results = runTests(checked(tests.join('\n')));
  expect(results).toHaveLength(assertions.length);
  return assertions.filter((_, index) => results[index]?.passed !== true);
}

interface OnTheLine {
  readonly name: string;
  /** Two of a kind, and where nearly all of the first one lies. */
  readonly pair: readonly [string, string];
  readonly ends: readonly [number, number];
  readonly entropy?: false;
  readonly kl?: false;
  readonly tolerance?: number;
}

const onTheLine: readonly OnTheLine[] = [
  { name: 'normal', pair: ['normal(0.5, 1.5)', 'normal(-1, 2)'], ends: [-14, 15] },
  { name: 'uniform', pair: ['uniform(-1, 2)', 'uniform(-2, 4)'], ends: [-1, 2] },
  { name: 'exponential', pair: ['exponential(2)', 'exponential(0.5)'], ends: [0, 16] },
  { name: 'gumbel', pair: ['gumbel(1, 2)', ''], ends: [-12, 60], kl: false },
  { name: 'laplace', pair: ['laplace(0.5, 1)', 'laplace(-1, 2)'], ends: [-24.5, 25.5] },
  {
    name: 'logistic_distribution',
    pair: ['logistic_distribution(1, 0.8)', ''],
    ends: [-25, 27],
    kl: false,
  },
  { name: 'log_normal', pair: ['log_normal(0, 0.5)', 'log_normal(1, 1)'], ends: [0.001, 30] },
  { name: 'student_t', pair: ['student_t(6, 1, 2)', ''], ends: [-400, 402], entropy: false, kl: false },
  {
    name: 'truncated_normal',
    pair: ['truncated_normal(0, 1, 0.5, 3)', ''],
    ends: [0.5, 3],
    kl: false,
  },
  { name: 'gamma', pair: ['gamma(2.5, 1.5)', 'gamma(1.2, 0.7)'], ends: [0, 30] },
  { name: 'beta', pair: ['beta(2, 3.5)', 'beta(1.5, 1.2)'], ends: [0, 1] },
  {
    name: 'normal_mixture',
    pair: ['normal_mixture([0.0, 1], [-1.0, 2], [0.5, 1])', ''],
    ends: [-10, 12],
    entropy: false,
    kl: false,
  },
];

describe('a density on the line', () => {
  it.each(onTheLine)('of $name adds up, and gives its entropy and divergence', (each) => {
    const [low, high] = each.ends;
    const cells = 6000;
    const width = (high - low) / cells;
    const grid = `let y = [i in ${cells}: ${low} + ${width} * (i + 0.5)]`;
    const [p, q] = each.pair;
    const density = (of: string): string => `log_prob(${of}, y over ${cells})`;
    const over = each.name === 'normal_mixture';
    const log = (of: string): string =>
      over ? `[i in ${cells}: log_prob(${of}, y[i])]` : density(of).replace(` over ${cells}`, '');
    const wanted = [`${grid} assert sum(exp(${log(p)})) * ${width} == 1 within 1e-5`];
    if (each.entropy !== false) {
      wanted.push(
        `${grid} let l = ${log(p)} assert -sum(l * exp(l)) * ${width} == entropy(${p}) within 1e-4`,
      );
    }
    if (each.kl !== false) {
      const sum = `sum((l - ${log(q)}) * exp(l)) * ${width}`;
      wanted.push(`${grid} let l = ${log(p)} assert ${sum} == kl(${p}, ${q}) within 1e-4`);
    }
    expect(failures(wanted)).toEqual([]);
  });
});

describe('probabilities', () => {
  const counted: readonly (readonly [string, string, number])[] = [
    ['bernoulli(0.3)', 'bernoulli(0.6)', 2],
    ['bernoulli_logit(0.3)', 'bernoulli_logit(-1)', 2],
    ['categorical([0.1, -0.5, 1])', 'categorical([1.0, 0.5, 0])', 3],
    ['choice([0.2, 0.3, 0.5])', 'choice([0.5, 0.3, 0.2])', 3],
    ['poisson(3.5)', 'poisson(2)', 60],
  ];
  it.each(counted)('of %s add up, and give its entropy and divergence', (p, q, count) => {
    const all = (of: string): string => `[k in ${count}: log_prob(${of}, k)]`;
    const wanted = [
      `assert sum(exp(${all(p)})) == 1 within 1e-12`,
      `let l = ${all(p)} assert sum((l - ${all(q)}) * exp(l)) == kl(${p}, ${q}) within 1e-12`,
    ];
    if (!p.startsWith('poisson')) {
      wanted.push(`let l = ${all(p)} assert -sum(l * exp(l)) == entropy(${p}) within 1e-12`);
    }
    expect(failures(wanted)).toEqual([]);
  });

  it('of several numbers add up too', () => {
    const cells = 80;
    const square = `let h = 1 / ${cells}`;
    const dirichlet = (of: string): string =>
      `[i in ${cells}, j in ${cells}: if i + j < ${cells} - 1 then log_prob(${of}, [(i + 0.5) * h, (j + 0.5) * h, 1 - (i + j + 1) * h]) else -700]`;
    const a = 'dirichlet([2.0, 3, 2.5])';
    const b = 'dirichlet([3.0, 2, 2])';
    const m = 'multivariate_normal([0.5, -0.5], [[1.0, 0], [0.6, 0.8]])';
    const n = 'multivariate_normal([0.0, 0], [[1.5, 0], [-0.3, 1]])';
    const plane = `let h = 12 / ${cells}`;
    const normal = (of: string): string =>
      `[i in ${cells}, j in ${cells}: log_prob(${of}, [(i + 0.5) * h - 6, (j + 0.5) * h - 6])]`;
    expect(
      failures([
        `${square} assert sum(exp(${dirichlet(a)})) * h^2 == 1 within 2e-3`,
        `${square} let l = ${dirichlet(a)} assert -sum(l * exp(l)) * h^2 == entropy(${a}) within 2e-3`,
        `${square} let l = ${dirichlet(a)} assert sum((l - ${dirichlet(b)}) * exp(l)) * h^2 == kl(${a}, ${b}) within 2e-3`,
        `${plane} assert sum(exp(${normal(m)})) * h^2 == 1 within 1e-4`,
        `${plane} let l = ${normal(m)} assert -sum(l * exp(l)) * h^2 == entropy(${m}) within 1e-3`,
        `${plane} let l = ${normal(m)} assert sum((l - ${normal(n)}) * exp(l)) * h^2 == kl(${m}, ${n}) within 1e-3`,
      ]),
    ).toEqual([]);
  }, 30_000);
});

/** A distribution with the mean and the variance of its draws. */
const moments: readonly (readonly [string, number, number])[] = [
  ['normal(1, 2)', 1, 4],
  ['uniform(-1, 3)', 1, 16 / 12],
  ['bernoulli(0.3)', 0.3, 0.21],
  ['bernoulli_logit(0)', 0.5, 0.25],
  ['exponential(2)', 0.5, 0.25],
  ['gumbel(1, 2)', 1 + 2 * 0.5772156649, (4 * Math.PI ** 2) / 6],
  ['laplace(1, 2)', 1, 8],
  ['logistic_distribution(1, 2)', 1, (4 * Math.PI ** 2) / 3],
  ['log_normal(0, 0.5)', Math.exp(0.125), (Math.exp(0.25) - 1) * Math.exp(0.25)],
  ['student_t(9, 1, 2)', 1, (4 * 9) / 7],
  ['truncated_normal(0, 1, 0, 40)', Math.sqrt(2 / Math.PI), 1 - 2 / Math.PI],
  ['truncated_normal(0, 1, -40, 0)', -Math.sqrt(2 / Math.PI), 1 - 2 / Math.PI],
  ['gamma(0.4, 2)', 0.2, 0.1],
  ['gamma(5, 0.5)', 10, 20],
  ['gamma(900, 1)', 900, 900],
  ['beta(2, 3)', 0.4, 0.04],
  ['poisson(3.5)', 3.5, 3.5],
  ['poisson(40)', 40, 40],
  ['normal_mixture([0.0, 0], [-1.0, 3], [1.0, 2])', 1, 6.5],
];

describe('many draws', () => {
  const count = 20_000;

  it('have the mean and the variance of their distribution', async () => {
    const columns = moments.map(([of], index) => `x${index}: real[N] ~ ${of}`);
    const reports = moments.map((_, index) => `report r${index} = [mean(x${index}), variance(x${index})]`);
    const outcome = await solveText(
      `dim N = ${count}\ndata seed 5 {\n${columns.join('\n')}\n}\nparam w: real = 0\nminimize w^2
       solve using gradient_descent(0.1) for 1 steps\n${reports.join('\n')}`,
    );
    const far = moments.flatMap(([of, mean, variance], index) => {
      const [found = NaN, spread = NaN] = report(outcome, `r${index}`);
      const close = Math.abs(found - mean) < 4.5 * Math.sqrt(variance / count);
      return close && Math.abs(spread / variance - 1) < 0.12 ? [] : [`${of}: ${found}, ${spread}`];
    });
    expect(far).toEqual([]);
  }, 30_000);

  it('of several numbers have their means and covariances', async () => {
    const outcome = await solveText(
      `dim N = ${count}
       data seed 5 {
         d: real[N, 3] ~ dirichlet([1.0, 2, 3])
         c: class(3)[N] ~ categorical(log([0.2, 0.3, 0.5]))
         k: class(3)[N] ~ choice([0.2, 0.3, 0.5])
         m: real[N, 2] ~ multivariate_normal([1.0, 2], [[1.0, 0], [0.9, 0.5]])
       }
       param w: real = 0
       minimize w^2
       solve using gradient_descent(0.1) for 1 steps
       report d = mean(d over N)
       report total = max(n in N: abs(sum(d[n]) - 1))
       report c = [j in 3: mean(n in N: if c[n] == j then 1 else 0)]
       report k = [j in 3: mean(n in N: if k[n] == j then 1 else 0)]
       report together = mean(n in N: (m[n, 0] - 1) * (m[n, 1] - 2))`,
    );
    const near = (name: string, expected: readonly number[], within: number): void => {
      report(outcome, name).forEach((value, index) => {
        expect(Math.abs(value - (expected[index] ?? NaN)), `${name} ${index}`).toBeLessThan(within);
      });
    };
    near('d', [1 / 6, 2 / 6, 3 / 6], 0.006);
    near('total', [0], 1e-12);
    near('c', [0.2, 0.3, 0.5], 0.016);
    near('k', [0.2, 0.3, 0.5], 0.016);
    near('together', [0.9], 0.05);
  });
});

describe('a draw', () => {
  const smooth = [
    'normal(a, b)',
    'uniform(a, a + b)',
    'exponential(b)',
    'gumbel(a, b)',
    'laplace(a, b)',
    'logistic_distribution(a, b)',
    'log_normal(a, b)',
    'truncated_normal(a, b, -0.5, 4)',
    'truncated_normal(a, b, 2.5, 4)',
    'gamma(3, b)',
  ];
  it.each(smooth)('~ %s moves with its parameters as differences say', (of) => {
    const problem = prepareProblem(
      checked(
        `param a: real = 0\nparam b: real = 0\nlet z: real[6] ~ ${of}\nminimize sum(z^2)
         solve using gradient_descent(0.1) for 1 steps`,
      ),
    );
    const at = [0.7, 1.3];
    const { gradient } = evaluateObjective(problem, at);
    at.forEach((_, index) => {
      const value = (step: number): number =>
        evaluateObjective(
          problem,
          at.map((each, other) => (other === index ? each + step : each)),
        ).value;
      const slope = (value(1e-5) - value(-1e-5)) / 2e-5;
      expect(Math.abs((gradient[index] ?? NaN) - slope)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
    });
  });

  it('of a gamma distribution moves with the shape so that its place in the distribution stays', () => {
    // The distribution function by the midpoint rule in t = s^4, which is smooth at 0 for these shapes.
    const cells = 6000;
    const below = (x: string, shape: string): string =>
      `sum(i in ${cells}: exp(log_prob(gamma(${shape}), (${x}) * ((i + 0.5) / ${cells})^4)) * (${x}) * 4 * ((i + 0.5) / ${cells})^3 / ${cells})`;
    const assertions = [
      [0.7, 0.2],
      [0.7, 2.5],
      [2.5, 0.4],
      [2.5, 2],
      [2.5, 7],
      [20, 14],
      [20, 31],
    ].map(([shape, x]) => {
      const change = `(${below(`${x}`, `${shape} + 1e-4`)} - ${below(`${x}`, `${shape} - 1e-4`)}) / 2e-4`;
      return `assert gamma_slope(${x}, ${shape}) == -(${change}) / exp(log_prob(gamma(${shape}), ${x})) within 1e-5`;
    });
    expect(failures(assertions)).toEqual([]);
  }, 30_000);

  it('of classes has by `score` the gradient of the expected reward, on the mean', async () => {
    const outcome = await solveText(
      `param l: real[3] = 0
       dim N = 20000
       data { i: real[N] = [n in N: n] }
       let logits = [n in N, k in 3: l[k] + 0 * i[n]]
       let a ~ categorical(logits)
       let reward = [n in N: if a[n] == 2 then 1.0 else 0]
       maximize mean(score(categorical(logits), a, reward))
       solve using gradient_descent(1) for 1 steps`,
    );
    // One step of length 1 is the gradient of softmax(l)[2] at 0: [-1/9, -1/9, 2/9].
    const [step] = outcome.parameters.map(({ data }) => [...data]);
    [-1 / 9, -1 / 9, 2 / 9].forEach((wanted, index) => {
      expect(Math.abs((step?.[index] ?? NaN) - wanted)).toBeLessThan(0.015);
    });
  });
});
