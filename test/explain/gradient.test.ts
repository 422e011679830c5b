/** Gradients as formulas: well-known ones read as they do in books, and all of them have the values that the oracle gives. */
import { describe, expect, it } from 'vitest';
import { evaluateObjective, evaluateReport } from '../../src/check/evaluate/problem.js';
import { prepareProblem } from '../../src/check/evaluate/prepare.js';
import type { TypedProblem } from '../../src/check/typed.js';
import type { Gradient } from '../../src/explain/gradient/gradient.js';
import { gradientOf } from '../../src/explain/gradient/gradient.js';
import { checkText } from '../check/checking.js';

const given = `dim N = 5
dim D = 3
dim K = 4
data seed 1 {
  X: real[N, D] ~ normal(0, 1)
  r: real[N] ~ normal(0, 1)
  S: real[D, D] ~ normal(0, 1)
  u: real[N] ~ uniform(0, 1)
}
let y = u > 0.5
let side = 2 * y - 1
let label: class(K)[N] = [3, 0, 1, 1, 2]
`;

function checked(text: string): TypedProblem {
  const { problem, diagnostics } = checkText(text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (problem === undefined || errors.length > 0) {
    throw new Error(`${errors.map(({ code, message }) => `${code} ${message}`).join('\n')}\nin\n${text}`);
  }
  return problem;
}

function gradient(text: string): Gradient {
  const problem = checked(given + text);
  const [objective] = problem.objectives;
  if (objective === undefined) throw new Error('no objective');
  return gradientOf(
    problem,
    objective.value,
    problem.parameters.map(({ symbol }) => symbol),
  );
}

function shown(answer: Gradient): readonly string[] {
  if (!answer.ok) return [answer.reason];
  return [...answer.formulas, ...answer.where].map(({ name, text }) => `${name}: ${text}`);
}

const one = 'param w: real[D] = 0\nparam b: real = 0\n';
const many = 'param W: real[D, K] = 0\nparam b: real[K] = 0\nlet logits = X @ W + b\n';

const known: readonly (readonly [string, string, readonly string[]])[] = [
  ['least squares', `${one}minimize sum((X @ w - r)^2) / 2`, ['w: transpose(X) @ (X @ w - r)']],
  [
    'a mean of squares',
    `${one}let residual = X @ w + b - r\nminimize mean(residual^2)`,
    ['w: 2 * transpose(X) @ residual / N', 'b: 2 * sum(residual) / N'],
  ],
  [
    'logistic regression',
    `${one}let z = X @ w\nminimize mean(softplus(z) - y * z) + 1e-3 * sum(w^2)`,
    ['w: 0.002 * w + transpose(X) @ (sigmoid(z) - y) / N'],
  ],
  [
    'margins',
    `${one}let margin = side * (X @ w + b)\nminimize mean(softplus(-margin))`,
    ['w: -transpose(X) @ (sigmoid(-margin) * side) / N', 'b: -sum(sigmoid(-margin) * side) / N'],
  ],
  [
    'softmax regression',
    `${many}minimize mean(cross_entropy(logits, label))`,
    [
      'W: transpose(X) @ d_logits',
      'b: sum(d_logits over N)',
      'd_logits: (softmax(logits) - one_hot(label over N)) / N',
    ],
  ],
  ['a quadratic form', `${one}minimize w @ S @ w / 2`, ['w: (S @ w + transpose(S) @ w) / 2']],
  ['a norm', `${one}minimize norm(w)`, ['w: w / norm(w)']],
  [
    'an outer product',
    `param A: real[D, N] = 0\nminimize sum((S @ A @ r)^2) / 2`,
    ['A: outer(transpose(S) @ (S @ A @ r), r)'],
  ],
  ['entropy', `${one}minimize sum(w * log(w))`, ['w: log(w) + 1']],
  ['the largest', `${one}minimize max(w)`, ['w: real(w == max(w))']],
  [
    'a robust loss',
    `${one}minimize mean(huber(X @ w - r, 2))`,
    [
      'w: transpose(X) @ d_huber(X @ w - r, 2) / N',
      'd_huber(r, delta): if abs(r) <= delta then r else delta * sign(r)',
    ],
  ],
  ['elements', 'param x: real[4] = 1\nminimize x[0] * x[3] + x[2]', ['x: [x[3], 0, 1, x[0]]']],
  [
    'neighbours',
    `${one}minimize sum(i in 0..D - 2: (w[i + 1] - w[i])^2)`,
    [
      'w: [d in D: if d >= 1 then 2 * (w[d] - w[d - 1]) else 0] + [d in D: if d < D - 1 then -2 * (w[d + 1] - w[d]) else 0]',
    ],
  ],
];

describe('the gradient of', () => {
  it.each(known)('%s reads as it is known', (_, text, expected) => {
    expect(shown(gradient(text))).toEqual(expected);
  });
});

const more: readonly (readonly [string, string])[] = [
  [
    'functions of one number',
    `${one}minimize sum(exp(w) + tanh(w) * sin(w) - sqrt(1 + w^2) / 3 + atan(w) + erf(w))`,
  ],
  [
    'a matrix in many places',
    'param A: real[D, D] = 1\nminimize sum((A @ S @ transpose(A) - S)^2) + sum(A^3)',
  ],
  [
    'shared rows',
    'param P: real[N, K] = 1\nminimize mean(n in N: logsumexp(k in K: P[n, k]) - P[n, label[n]])',
  ],
  ['a gather', 'param e: real[K] = 1\nminimize sum(r * e[label]^2)'],
  ['contrast', 'param A: real[N, D] = 1\nminimize info_nce(A, X, 0.5)'],
  ['choices', `${one}minimize sum(i in N: if r[i] > 0 then (X[i] @ w)^2 else exp(b) * r[i])`],
  ['a product and spread', `${one}minimize product(w + 2) + variance(w) + deviation(w * X[0])`],
  [
    'guards',
    `${one}minimize mean(i in N where r[i] > -5: (r[i] - b)^2) + sum(i in D, j in D where i != j: w[i] * w[j]^2)`,
  ],
  ['powers', `${one}minimize sum((w^2 + 1)^(b^2)) + 2^b`],
  ['quotients', `${one}minimize sum(r * (X @ w)) / (1 + sum(w^2)) + b / (1 + exp(-b))`],
  ['the focal loss', `${one}minimize mean(focal(X @ w + b, real(y)))`],
  [
    'a schedule of names',
    `${many}let p = softmax(logits)\nlet q = p^2\nminimize -sum(q * log(p + 1)) + sum(logits * q)`,
  ],
  ['a constant part', `${one}minimize sum(stop(w) * w) + maximum(b, 0) * minimum(b, 1)`],
  ['what is diagonal', 'param A: real[D, D] = 1\nminimize trace(A @ A) + sum(diag(diagonal(A)) * S)'],
];

const names = (text: string): string => text.replace(/\W.*$/, '');

/** The source with each formula as a report, and all names that the formulas use. */
function withReports(text: string, answer: Extract<Gradient, { ok: true }>): string {
  const lines = answer.where.map(({ name, text: formula }) => {
    const called = /^(\w+)\((.*)\)$/.exec(name);
    if (called === null) return `let ${name} = ${formula}`;
    const parameters = (called[2] ?? '').split(', ').map((each) => `${each}: real`);
    return `fn ${called[1]}(${parameters.join(', ')}): real = ${formula}`;
  });
  const reports = answer.formulas.map(
    ({ name, text: formula }) => `report gradient_${names(name)} = ${formula}`,
  );
  return `${given}${[text, ...lines, ...reports].join('\n')}\n`;
}

describe('the formula for the gradient of', () => {
  it.each([...known.map(([name, text]) => [name, text] as const), ...more])('%s has its value', (_, text) => {
    const answer = gradient(text);
    if (!answer.ok) throw new Error(answer.reason);
    const problem = checked(withReports(text, answer));
    const prepared = prepareProblem(problem);
    const sizes = prepared.shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const x = Array.from({ length: total }, (_each, place) => 0.35 + 0.6 * Math.abs(Math.sin(3 * place + 1)));
    const expected = evaluateObjective(prepared, x).gradient;
    let offset = 0;
    problem.parameters.forEach(({ path }, place) => {
      const size = sizes[place] ?? 0;
      const wanted = expected.slice(offset, offset + size);
      offset += size;
      const report = problem.reports.find(({ name }) => name === `gradient_${path}`);
      // Without a formula it does not matter.
      const found = report === undefined ? wanted.map(() => 0) : evaluateReport(prepared, report, x).data;
      expect(found.length, `${path} in ${JSON.stringify(answer.formulas)}`).toBe(wanted.length);
      found.forEach((value, element) => {
        const difference = Math.abs(value - (wanted[element] ?? NaN));
        expect(difference, `${path}[${element}] of ${JSON.stringify(answer)}`).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(value)),
        );
      });
    });
  });
});

describe('what has no formula is said', () => {
  it.each([
    ['param A: real[D, D] = 1\nminimize sum(cholesky(A @ transpose(A)))', /`cholesky` .* has no derivative/],
    [`${one}minimize sum(sort(w))`, /`sort`/],
  ])('%s', (text, reason) => {
    const answer = gradient(text);
    expect(answer.ok ? '' : answer.reason).toMatch(reason);
  });
});
