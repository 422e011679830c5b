/** Models that people fit every day, each correct as it stands. */

export const everydayPrograms: readonly { readonly name: string; readonly source: string }[] = [
  {
    name: 'a mixture of Gaussians',
    source: `data { x: real[N] }
dim K = 3
param mu: real[K] = [-1, 0, 1]
param log_sigma: real[K] = 0
param weight: real[K] = 0
let log_pi = log_softmax(weight)
let parts = [i in N, k in K: log_pi[k] - log_sigma[k] - ((x[i] - mu[k]) / exp(log_sigma[k]))^2 / 2]
minimize -mean(logsumexp(parts over K))
solve using lbfgs() for 100 steps
report weights = softmax(weight)`,
  },
  {
    name: 'softmax regression by its definition',
    source: `data { X: real[N, D] y: class(K)[N] }
param W: real[D, K] = 0
let p = softmax(X @ W)
minimize -mean(log(pick(p, y)))
solve using adam() for 100 steps
report acc = mean(argmax(p over K) == y)`,
  },
  {
    name: 'logistic regression by its definition',
    source: `data { X: real[N, D] y: class(2)[N] }
param w: real[D] = 0
let p = sigmoid(X @ w)
minimize -mean(y * log(p) + (1 - y) * log(1 - p))
solve using adam() for 100 steps
report precise = precision_score([i in N: if p[i] > 0.5 then 1 else 0], real(y))
report f = roc_auc(p, real(y))`,
  },
  {
    name: 'a network with mean and deviation',
    source: `import { mlp } from std.nn
data { X: real[N, D] y: real[N] }
model net = mlp(inputs = D, hidden = [16], outputs = 2)
let out = net(X)
let mu = [i in N: out[i, 0]]
let s = softplus([i in N: out[i, 1]]) + 1e-6
minimize mean(gaussian_nll(mu, y, s^2))
solve using adam() batch 32 for 10 epochs
report rmse = rmse(mu, y)`,
  },
  {
    name: 'k-means',
    source: `data { X: real[N, 2] }
param c: real[4, 2] ~ normal(0, 1)
let d = [i in N, k in 4: squared_distance(X[i], c[k])]
minimize mean([i in N: min(k in 4: d[i, k])])
solve using adam(0.1) for 100 steps
report sizes = [k in 4: count(i in N: argmin(j in 4: d[i, j]) == k)]`,
  },
  {
    name: 'a support vector machine',
    source: `data { X: real[N, D] y: class(2)[N] }
param w: real[D] = 0
param b: real = 0
minimize mean(hinge((2 * y - 1) * (X @ w + b))) + 1e-2 * sum(w^2)
solve using adam(lr = cosine(0.1)) for 1000 steps`,
  },
  {
    name: 'the lasso',
    source: `data { X: real[N, D] y: real[N] }
param w: real[D] = 0
hyper lambda: real in 0..10 = 0.1
minimize mean((X @ w - y)^2) / 2 + lambda * sum(abs(w))
solve using gradient_descent(0.01) for 1000 steps
report zeros = count(i in D: abs(w[i]) < 1e-3)`,
  },
  {
    name: 'a triplet embedding',
    source: `data { A: real[N, 3] B: real[N, 3] C: real[N, 3] }
param W: real[3, 2] ~ normal(0, 1)
minimize mean(triplet(A @ W, B @ W, C @ W))
solve using adam() for 100 steps`,
  },
  {
    name: 'a cosine embedding',
    source: `data { A: real[N, 3] B: real[N, 3] }
param W: real[3, 2] ~ normal(0, 1)
minimize mean(cosine_distance(A @ W, B @ W))
solve using adam() for 100 steps`,
  },
  {
    name: 'contrastive learning',
    source: `data { A: real[N, 3] B: real[N, 3] }
param W: real[3, 2] ~ normal(0, 1)
param log_tau: real = 0
minimize info_nce(A @ W, B @ W, exp(log_tau))
solve using adam() batch 16 for 100 steps`,
  },
  {
    name: 'points from distances',
    source: `data { D: real[N, N] }
param x: real[N, 2] ~ normal(0, 1)
minimize sum(i in N, j in N where i < j: (norm(x[i] - x[j]) - D[i, j])^2)
solve using adam(0.01) for 100 steps`,
  },
  {
    name: 'enzyme kinetics',
    source: `data { s: real[N] v: real[N] }
param vmax: real = 1
param km: real = 1
minimize mean((vmax * s / (km + s) - v)^2)
solve using levenberg_marquardt() for 100 steps`,
  },
  {
    name: 'a Hill curve with positive constants',
    source: `data { s: real[N] v: real[N] }
param a: real = 0
param b: real = 0
let k = exp(a)
minimize sum((v - s^2 / (k + s^2) * exp(b))^2)
solve using levenberg_marquardt() for 100 steps`,
  },
  {
    name: 'a beta likelihood',
    source: `data { x: real[N] }
param a: real = 0
let alpha = softplus(a)
minimize -mean((alpha - 1) * log(x)) + lgamma(alpha)
solve using lbfgs() for 100 steps`,
  },
  {
    name: 'weights that sum to one',
    source: `data { x: real[N, K] y: real[N] }
param w: real[K] = 1
let p = exp(w) / sum(exp(w))
minimize mean((x @ p - y)^2)
solve using lbfgs() for 100 steps`,
  },
  {
    name: 'a guarded mean of squares',
    source: `data { x: real[N] y: real[N] }
param w: real = 1
minimize mean(i in N where x[i] > 0: (w * x[i] - y[i])^2)
solve using lbfgs() for 100 steps`,
  },
  {
    name: 'a chain of least length',
    source: `param theta: real[20] = 0.1
minimize sum(i in 0..18: sqrt(1 + (theta[i + 1] - theta[i])^2)) + sum(theta^2)
solve using newton_cg() for 100 steps`,
  },
  {
    name: 'a smoothed absolute error',
    source: `data { x: real[N] y: real[N] }
param w: real = 1
hyper eps: real = 1e-3
minimize mean(sqrt((w * x - y)^2 + eps^2))
solve using lbfgs() for 100 steps`,
  },
  {
    name: 'the most even distribution',
    source: `param z: real[5] = [1, 2, 3, 4, 5]
let p = softmax(z)
maximize entropy(p)
solve using adam() for 10 steps`,
  },
  {
    name: 'entropy by its definition',
    source: `param z: real[5] = [1, 2, 3, 4, 5]
let p = softmax(z)
maximize -sum(p * log(p))
solve using adam() for 10 steps`,
  },
  {
    name: 'a transformer over characters',
    source: `import { embedding, transformer_block, linear } from std.nn
data "x.txt" { text: class(V)[L] = characters() }
dim n = 8
dim N = L - n
data { x: class(V)[N, n] = [i in N, j in n: text[i + j]]  y: class(V)[N, n] = [i in N, j in n: text[i + j + 1 - 1]] }
model e = embedding(count = V, width = 16)
model b = transformer_block(width = 16, heads = 2, hidden = 32)
model o = linear(16, V)
minimize mean(cross_entropy(o(b(e(x))), y))
solve using adam() batch 8 for 10 steps`,
  },
  {
    name: 'a policy gradient with a baseline',
    source: `data { x: real[N] r: real[N] }
param w: real = 0
param base: real = 0
let adv = stop(r - base)
minimize mean(-adv * (w * x)) + mean((r - base)^2) + w^2
solve using adam() for 10 steps`,
  },
  {
    name: 'relative errors',
    source: `data { x: real[N] y: real[N] }
param w: real = 0
minimize mean(((w * x - y) / y)^2)
solve using adam() for 10 steps`,
  },
  {
    name: 'a fit with heavy tails',
    source: `data { x: real[N] y: real[N] }
param w: real = 0
param ls: real = 0
minimize mean(student_nll(w * x, y, exp(ls), 4))
solve using lbfgs() for 10 steps`,
  },
  {
    name: 'a factorization of counts',
    source: `data { C: real[N, M] }
param U: real[N, 3] ~ normal(0, 1)
param V: real[3, M] ~ normal(0, 1)
let R = softplus(U) @ softplus(V)
minimize sum(R - C * log(R))
solve using adam() for 10 steps`,
  },
  {
    name: 'segmentation',
    source: `data { X: real[N, 4] m: real[N] }
param w: real[4] = 0
minimize dice(sigmoid(X @ w), m)
solve using adam() for 10 steps`,
  },
  {
    name: 'clamped probabilities',
    source: `data { X: real[N, 4] m: real[N] }
param w: real[4] = 0
let p = clamp(X @ w, 1e-6, 1 - 1e-6)
minimize -mean(m * log(p) + (1 - m) * log(1 - p))
solve using adam() for 10 steps`,
  },
];
