import { describe, expect, it } from 'vitest';
import { declarations, factsOf, factsOfObjective } from './analysing.js';

describe('curvature', () => {
  it.each([
    ['sum(w)', 'affine'],
    ['sum(w^2)', 'convex'],
    ['-sum(w^2)', 'concave'],
    ['dot(w, w)', 'convex'],
    ['w @ w', 'convex'],
    ['sum(w * w)', 'convex'],
    ['v * sum(w)', 'unknown'],
    ['norm(w)', 'convex'],
    ['norm(w)^2', 'convex'],
    ['max(w)', 'convex'],
    ['min(w)', 'concave'],
    ['sum(abs(w - 1))', 'convex'],
    ['logsumexp(w)', 'convex'],
    ['-logsumexp(w)', 'concave'],
    ['sum(exp(w))', 'convex'],
    ['exp(sum(w^2))', 'convex'],
    ['sum(exp(-w^2))', 'unknown'],
    ['log(sum(exp(w)))', 'unknown'],
    ['mean((X @ w - y)^2)', 'convex'],
    ['mean(softplus(-y * (X @ w))) + 1e-3 * sum(w^2)', 'convex'],
    ['mean(cross_entropy(X @ W, c))', 'convex'],
    ['mean(smoothed_cross_entropy(X @ W, c))', 'convex'],
    ['mean(poisson_nll(X @ w, y))', 'convex'],
    ['mean(hinge(y * (X @ w)))', 'convex'],
    ['mean(squared_hinge(y * (X @ w)))', 'convex'],
    ['mean(pinball(y - X @ w, 0.9))', 'convex'],
    ['mean(huber(y - X @ w, 2))', 'convex'],
    ['mean(absolute_error(X @ w, y))', 'convex'],
    ['mean(logistic(y * (X @ w)))', 'convex'],
    ['mean(exponential_loss(y * (X @ w)))', 'convex'],
    ['mean(cauchy(y - X @ w))', 'unknown'],
    ['mean(biweight(y - X @ w))', 'unknown'],
    ['sum(relu(w))', 'convex'],
    ['relu(sum(w^2) - 1)', 'convex'],
    ['relu(1 - sum(w^2))', 'unknown'],
    ['sum(tanh(w))', 'unknown'],
    ['variance(w)', 'convex'],
    ['max(sum(w), v)', 'convex'],
    ['min(sum(w), v)', 'concave'],
    ['1 / softplus(v)', 'unknown'],
    ['1 / exp(v)', 'unknown'],
    ['sum(i in N: abs(X[i] @ w - y[i]))', 'convex'],
    ['sum([i in N: (X[i] @ w - y[i])^2])', 'convex'],
    ['if v > 0 then v^2 else 0', 'convex'],
    ['if v > 0 then 0 else v', 'concave'],
    ['if v > 0 then 1 else 0', 'unknown'],
    ['sum(w) - stop(sum(w))', 'affine'],
  ])('of %s is %s', (expression, curvature) => {
    expect(factsOfObjective(expression).curvature).toBe(curvature);
  });

  it('does not take a product of two elements for a square', () => {
    expect(factsOfObjective('sum(i in 3, j in 3: w[i] * w[j])').curvature).toBe('unknown');
    expect(factsOfObjective('sum(i in 3: w[i] * w[i])').curvature).toBe('convex');
  });

  it('survives a loop whose updates keep it', () => {
    const source = `${declarations}
fn total(a: real[n], turns: int): real {
  let s = 0.0
  for k in 1..turns { s <- s + sum(a^2) }
  return s
}
minimize total(w, 3)`;
    const facts = factsOf(source);
    expect(facts.curvature).toBe('convex');
    expect(facts.range).toBe('at least 0');
  });

  it('is unknown after a loop that mixes curvatures', () => {
    const source = `${declarations}
fn alternating(a: real, turns: int): real {
  let s = a
  for k in 1..turns { s <- 1 - s^2 }
  return s
}
minimize alternating(v, 3)`;
    expect(factsOf(source).curvature).toBe('unknown');
  });

  it('tells whether every local optimum is global, by the sense of the objective', () => {
    expect(factsOfObjective('sum(w^2)').convexProblem).toBe(true);
    expect(factsOf(`${declarations}\nmaximize -sum(w^2)`).convexProblem).toBe(true);
    expect(factsOf(`${declarations}\nmaximize sum(w^2)`).convexProblem).toBe(false);
  });
});

describe('smoothness', () => {
  it.each([
    'sum(w^2)',
    'mean(huber(y - X @ w, 2))',
    'mean(biweight(y - X @ w))',
    'mean(log_cosh(y - X @ w))',
    'mean(pseudo_huber(y - X @ w))',
    'mean(squared_hinge(y * (X @ w)))',
    'sum(relu(w)^2)',
    'sum(abs(w)^3)',
    'norm(w)^2',
    'sum(elu(w))',
    'sum(gelu(w))',
    'sum(silu(w))',
    'mean(cross_entropy(X @ W, c))',
    'sqrt(sum(w^2) + 1e-6)',
    'sum(max(y, 0)) * v',
    'sum(log(max(softplus(w), 1e-12)))',
  ])('is seen in %s', (expression) => {
    expect(factsOfObjective(expression).kink).toBeUndefined();
  });

  it.each([
    ['sum(abs(w))', '`abs`'],
    ['norm(w)', '`norm`'],
    ['max(w)', '`max`'],
    ['sum(relu(w))', '`relu`'],
    ['sum(leaky_relu(w))', '`leaky_relu`'],
    ['sum(elu(w, 2))', '`elu`'],
    ['mean(hinge(y * (X @ w)))', '`hinge`'],
    ['mean(pinball(y - X @ w, 0.9))', '`pinball`'],
    ['mean(epsilon_insensitive(y - X @ w))', '`epsilon_insensitive`'],
    ['sum(clamp(w, -1, 1))', '`clamp`'],
    ['sum(max(w, 0.5))', '`max`'],
    ['sum((relu(w) + 1)^2)', '`relu`'],
    ['sum(sort(w)^2)', '`sort`'],
    ['sqrt(sum(w^2))', '`sqrt`'],
    ['sum(floor(w)) + sum(w)', '`floor`'],
    ['if v > 0 then v else 0', 'the condition of `if`'],
  ])('ends in %s at %s', (expression, what) => {
    expect(factsOfObjective(expression).kink?.what).toBe(what);
  });
});

describe('intervals', () => {
  it.each([
    ['sum(w^2)', 'at least 0'],
    ['sum(exp(w))', 'positive'],
    ['mean(sigmoid(w))', 'between 0 and 1'],
    ['mean(tanh(w))', 'between -1 and 1'],
    ['1 + sum(abs(w))', 'at least 1'],
    ['-norm(w)', 'at most 0'],
    ['sum(softmax(w)^2)', 'between 0 and 3'],
    ['v^3', 'of any sign'],
    ['v^4 + 2', 'at least 2'],
    ['mean(X @ w > y) + v^2', 'at least 0'],
    ['clamp(v, -1, 2)', 'between -1 and 2'],
    ['1 / (1 + v^2)', 'between 0 and 1'],
    ['deviation(w)', 'at least 0'],
    ['max(v, 3)', 'at least 3'],
    ['min(v, 3)', 'at most 3'],
  ])('of %s: %s', (expression, range) => {
    expect(factsOfObjective(expression).range).toBe(range);
  });
});
