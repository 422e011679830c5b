import { describe, expect, it } from 'vitest';
import { applyFix } from '../../../src/parser/fixes.js';
import { codesOf, declarations, placesOf, warningsOf } from './analysing.js';

const solved = (objective: string, optimizer = 'adam()'): string =>
  `${declarations}\nminimize ${objective} + sum(w^2) + v^2 + sum(W^2)\nsolve using ${optimizer} for 10 steps`;

describe('parameters without a gradient', () => {
  const stranded = (objective: string): readonly string[] =>
    warningsOf(`data { y: real[N] }\nparam a: real = 1\nparam b: real = 1\nminimize (a - 1)^2 + ${objective}
solve using adam() for 9 steps`).flatMap(({ code, message, notes }) =>
      code === 'AM3001' ? [message, ...(notes ?? [])] : [],
    );

  it.each([
    ['stop(b)', 'the derivative of `stop` is 0 wherever it exists'],
    ['mean(y > b)', 'the derivative of `>` is 0 wherever it exists'],
    ['sign(b)', 'the derivative of `sign` is 0 wherever it exists'],
    ['floor(b)', 'the derivative of `floor` is 0 wherever it exists'],
    ['int(b)', 'the derivative of `int` is 0 wherever it exists'],
    ['mean(i in N where y[i] > b: y[i])', 'the derivative of `>` is 0 wherever it exists'],
    ['(if b > 0 then 1 else 2)', 'the derivative of `>` is 0 wherever it exists'],
    ['y[argmax([b, 1])]', 'the derivative of `argmax` is 0 wherever it exists'],
  ])('are told which step cut the way: %s', (objective, note) => {
    expect(stranded(objective)).toContain('`b` gets no gradient');
    expect(stranded(objective)).toContain(note);
  });

  it.each([
    'b^2',
    'b * stop(b)',
    'mean(relu(y - b))',
    'b + stop(round(b) - b)',
    '(if b > 0 then b else 2)',
    'abs(b)',
  ])('do not include one that a derivative reaches: %s', (objective) => {
    expect(stranded(objective)).toEqual([]);
  });

  it('are told apart from those that only a report reads', () => {
    const source = (report: string): string =>
      `param a: real = 1\nparam b: real = 1\nminimize a^2\nsolve using adam() for 9 steps\n${report}`;
    expect(warningsOf(source('report c = b'))[0]?.notes?.[0]).toMatch(/only reports read it/);
    expect(warningsOf(source(''))[0]?.notes?.[0]).toMatch(/nothing uses it/);
  });

  it('name a model once, at its declaration', () => {
    const source = `import { mlp } from std.nn
data { X: real[N, 3] }
model used = mlp(inputs = 3, hidden = [4], outputs = 1)
model idle = mlp(inputs = 3, hidden = [4, 4], outputs = 1)
minimize mean(used(X)^2)
solve using adam() for 9 steps`;
    expect(placesOf(source)).toEqual(['AM3001 idle']);
    expect(warningsOf(source)[0]?.message).toBe('the model `idle` gets no gradient');
  });

  it('are not listed one by one when the objective has no parameters at all', () => {
    expect(codesOf('param a: real = 1\nminimize 3 + sign(a)\nsolve using adam() for 9 steps')).toEqual([
      'AM3002',
    ]);
  });
});

describe('domains', () => {
  it.each([
    ['log(v)', 'AM3003 v'],
    ['mean(log(X @ w))', 'AM3003 X @ w'],
    ['sqrt(v)', 'AM3003 v'],
    ['v^0.5', 'AM3003 v'],
    ['asin(v)', 'AM3003 v'],
    ['atanh(2 * v)', 'AM3003 2 * v'],
    ['acosh(v^2)', 'AM3003 v^2'],
    ['log1p(v)', 'AM3003 v'],
    ['log(relu(v))', 'AM3003 relu(v)'],
    ['log(sum(w^2))', 'AM3003 sum(w^2)'],
    ['sqrt(sum(w^2))', 'AM3004 sum(w^2)'],
    ['sum(w / norm(w))', 'AM3005 norm(w)'],
    ['1 / (w[0] - w[1])', 'AM3005 (w[0] - w[1])'],
    ['sum(w) / sum(abs(w))', 'AM3005 sum(abs(w))'],
  ])('%s may leave its own', (objective, place) => {
    const source = solved(objective);
    expect(placesOf(source)).toEqual([place]);
    for (const fix of warningsOf(source).flatMap(({ fixes }) => fixes ?? [])) {
      expect(codesOf(applyFix(source, fix))).not.toContain(place.slice(0, 6));
    }
  });

  it.each([
    'log(exp(v))',
    'log(softplus(v))',
    'log(sigmoid(v)) + log(1 - sigmoid(v))',
    'log(1 + v^2)',
    'log(max(v, 1e-12))',
    'sum(log(softmax(w)))',
    'log(sum(exp(w)))',
    '(if v > 0 then log(v) else 0)',
    '(if v >= 1 then sqrt(v - 0.5) else 0)',
    '(if abs(v) <= 1 then asin(v) else 0)',
    '(if w[0] > 0 and v > 0 then log(w[0]) + log(v) else 0)',
    '(if not (v > 0) then 0 else log(v))',
    'sum(i in 3 where w[i] > 0: log(w[i]))',
    'sqrt(1 + v^2)',
    'sqrt(mean((X @ w - y)^2))',
    'mean(log(y))',
    'mean(y / X[0, 0])',
    'mean(X @ w / y)',
    '1 / v',
    'mean((y - v / w[0])^2)',
    'sum(w / (1 + abs(w)))',
    'sum(w / nonzero(norm(w)))',
    'sum(w) / (if v == 0 then 1 else v)',
    'sum(w / (norm(w) + 1e-8))',
    'sum(softmax(w) / sum(softmax(w)))',
    'sum(normalize(w))',
    'softplus(v)^0.5',
    'v^3',
    'asin(tanh(v))',
    'acosh(1 + v^2)',
    'entropy(softmax(w))',
    'kl_divergence(softmax(w), [0.2, 0.3, 0.5])',
    'gaussian_nll(v, 1, exp(w[0]))',
    'mean(pseudo_huber(y - X @ w))',
    'dot(w, w)^1.5',
    'mean(gamma_nll(X @ w, y, 2))',
    'sum(log(diagonal(cholesky(outer(w, w) + eye(3)))))',
  ])('%s stays in its own', (objective) => {
    expect(codesOf(solved(objective))).toEqual([]);
  });

  it('in a function of the file are told in its body, once', () => {
    const source = `fn gain(p: real): real = log(p)\n${solved('gain(v) + gain(w[0])')}`;
    expect(placesOf(source)).toEqual(['AM3003 p']);
    expect(codesOf(`fn gain(p: real): real = log(p)\n${solved('gain(exp(v)) + gain(1)')}`)).toEqual([]);
  });

  it('in the library are told at the call, and only when certainly left', () => {
    expect(codesOf(solved('gaussian_nll(v, 1, w[0])'))).toEqual([]);
    expect(placesOf(solved('gaussian_nll(v, 1, -exp(w[0]))'))).toEqual([
      'AM3003 gaussian_nll(v, 1, -exp(w[0]))',
    ]);
  });

  it('come from hyperparameters with their intervals', () => {
    const source = (interval: string): string =>
      `hyper eps: real${interval} = 1e-3\nparam a: real = 1\nminimize log(a^2 + eps)\nsolve using adam() for 9 steps`;
    expect(codesOf(source(''))).toEqual([]);
    expect(codesOf(source(' in 0..1'))).toEqual(['AM3003']);
    expect(codesOf(source(' in 1e-6..1'))).toEqual([]);
  });

  it('matter in reports too, their derivatives do not', () => {
    const report = (value: string): string => `${solved('v^2')}\nreport r = ${value}`;
    expect(codesOf(report('log(v)'))).toEqual(['AM3003']);
    expect(codesOf(report('sqrt(sum(w^2))'))).toEqual([]);
  });

  it('is a remark, not a warning, where a divisor only passes through 0', () => {
    expect(warningsOf(solved('1 / (w[0] - w[1])'))[0]?.severity).toBe('info');
    expect(warningsOf(solved('1 / norm(w)'))[0]?.severity).toBe('warning');
  });
});

describe('smooth methods', () => {
  it.each([
    ['lbfgs()', 'estimates curvature from differences of gradients'],
    ['newton_cg()', 'uses second derivatives'],
    ['levenberg_marquardt()', 'linearises the residuals'],
    ['clip_norm(lbfgs())', 'estimates curvature'],
  ])('%s are warned of a kink', (optimizer, why) => {
    const [warning] = warningsOf(solved('sum(abs(w))', optimizer));
    expect(warning?.code).toBe('AM3006');
    expect(warning?.message).toContain(why);
    expect(warning?.message).toContain('`abs`');
  });

  it.each([
    'adam()',
    'gradient_descent(0.1)',
    'sam(adam())',
    'adabelief()',
    'line_search()',
    'rprop()',
    'yogi()',
  ])('%s is not one of them', (optimizer) => {
    expect(codesOf(solved('sum(abs(w))', optimizer))).toEqual([]);
  });

  it('are not warned where the pieces of a function cannot be looked at', () => {
    const source = `fn loss(r: real): real {
  let out = r^2
  if abs(r) > 1 { out <- 2 * abs(r) - 1 }
  return out
}
${solved('mean(loss(y - X @ w))', 'lbfgs()')}`;
    expect(codesOf(source)).toEqual([]);
  });

  it('take a Huber loss, and a network with a smooth activation but not with relu', () => {
    expect(codesOf(solved('mean(huber(y - X @ w))', 'lbfgs()'))).toEqual([]);
    const network = (activation: string): string => `import { mlp } from std.nn
data { X: real[N, 3] }
model net = mlp(inputs = 3, hidden = [4], outputs = 1, activation = ${activation})
minimize mean(net(X)^2)
solve using lbfgs() for 9 steps`;
    expect(codesOf(network('tanh'))).toEqual([]);
    expect(codesOf(network('gelu'))).toEqual([]);
    expect(warningsOf(network('relu')).map(({ message }) => message)).toEqual([
      '`lbfgs` estimates curvature from differences of gradients, and the objective has a kink from `relu`',
    ]);
  });
});

describe('statistics under batch', () => {
  const batched = (value: string, solve = 'batch 8 '): string =>
    `data { X: real[N, 3] y: real[N] }\nparam w: real[3] = 0\nlet Z = ${value}\nminimize mean((Z @ w - y)^2)
solve using adam() ${solve}for 9 steps`;

  it('are found in a `let`, also through the library', () => {
    expect(placesOf(batched('X - mean(X over N)'))).toEqual(['AM3011 mean(X over N)']);
    expect(placesOf(batched('standardize(X)'))).toEqual(['AM3011 standardize(X)']);
  });

  it('are nothing without `batch`, along other dimensions, or in `data`', () => {
    expect(codesOf(batched('X - mean(X over N)', ''))).toEqual([]);
    expect(codesOf(batched('[i in N, k in 3: X[i, k] - mean(j in 3: X[i, j])]'))).toEqual([]);
    expect(codesOf(batched('X'))).toEqual([]);
  });
});

describe('other remarks', () => {
  it('on an empty mean come only when the guard depends on parameters', () => {
    expect(codesOf(solved('mean(i in N where y[i] > 0: (y[i] - v)^2)'))).toEqual([]);
    expect(codesOf(solved('mean(i in N where y[i] > v: (y[i] - v)^2)'))).toEqual(['AM3007']);
  });

  it('on equality spare ints, classes, zero and data', () => {
    const report = (value: string): string => `${solved('v^2')}\nreport r = ${value}`;
    expect(codesOf(report('mean(X @ w == y)'))).toEqual(['AM3010']);
    expect(codesOf(report('mean(i in N: argmax(k in 4: (X @ W)[i, k]) == c[i])'))).toEqual([]);
    expect(codesOf(report('mean(y == 1)'))).toEqual([]);
    expect(codesOf(report('v == 0'))).toEqual([]);
  });

  it('on bounds follow the sense of the objective', () => {
    const goal = (text: string): string[] =>
      codesOf(`param a: real[3] = 1\n${text}\nsolve using adam() for 9 steps`);
    expect(goal('minimize sum(a)')).toEqual(['AM3009']);
    expect(goal('maximize sum(a^2)')).toEqual(['AM3009']);
    expect(goal('minimize -sum(a^2)')).toEqual(['AM3009']);
    expect(goal('maximize -sum(a^2)')).toEqual([]);
    expect(goal('minimize sum(sqrt(1 + abs(a)))')).toEqual([]);
  });

  it('on a length are silent when there is one, or a condition', () => {
    const solve = (clauses: string): string[] =>
      codesOf(`param a: real = 1\nminimize a^2\nsolve using adam() ${clauses}`);
    expect(solve('')).toEqual(['AM3008']);
    expect(solve('for 5 steps')).toEqual([]);
    expect(solve('until grad_norm < 1e-6')).toEqual([]);
  });
});
