"""PyTorch, eager, one thread: the workloads as its users write them."""
import math

import numpy as np
import torch
import torch.nn.functional as F

from common import main

torch.set_num_threads(1)


def training(parameters, objective, optimizer):
    def call():
        optimizer.zero_grad(set_to_none=True)
        objective().backward()
        optimizer.step()

    def loss():
        with torch.no_grad():
            return objective().item()

    return call, loss, 1


def variables(workload):
    return {name: torch.tensor(value, requires_grad=True) for name, value in workload.parameters().items()}


def adam(parameters, lr):
    return torch.optim.Adam(parameters, lr=lr, fused=True)


def logistic(workload):
    X, y = torch.tensor(workload.array("X")), torch.tensor(workload.array("y"))
    (w,) = variables(workload).values()
    objective = lambda: F.softplus(-y * (X @ w)).mean() + 1e-3 * (w**2).sum()
    return training([w], objective, torch.optim.SGD([w], lr=0.5))


def mlp(workload):
    X, y = torch.tensor(workload.array("X")), torch.tensor(workload.array("y", np.int64))
    W1, b1, W2, b2 = parameters = list(variables(workload).values())
    objective = lambda: F.cross_entropy(torch.tanh(X @ W1 + b1) @ W2 + b2, y)
    return training(parameters, objective, adam(parameters, 1e-2))


def update(workload):
    parameters = list(variables(workload).values())
    gradient = torch.tensor(workload.array("c")).reshape(len(parameters), -1)
    for index, parameter in enumerate(parameters):
        parameter.grad = gradient[index].clone()
    optimizer = adam(parameters, 1e-3)

    def loss():
        with torch.no_grad():
            return sum(float((parameter * parameter.grad).sum()) for parameter in parameters)

    return optimizer.step, loss, 1


def matmul(workload):
    A, B = torch.tensor(workload.array("A")), torch.tensor(workload.array("B"))
    out = torch.empty(1024, 1024)
    return lambda: torch.matmul(A, B, out=out), lambda: out.double().sum(), 1


def cross_entropy(workload):
    y = torch.tensor(workload.array("y", np.int64))
    (logits,) = variables(workload).values()
    return training([logits], lambda: F.cross_entropy(logits, y), torch.optim.SGD([logits], lr=1.0))


def sinkhorn(workload):
    C = torch.tensor(workload.array("C"))
    n, m = C.shape
    log_a, log_b, eps = -math.log(n), -math.log(m), 0.05
    result = {}

    def call():
        f, g = torch.zeros(n), torch.zeros(m)
        for _ in range(200):
            f = eps * (log_a - torch.logsumexp((g[None, :] - C) / eps, 1))
            g = eps * (log_b - torch.logsumexp((f[:, None] - C) / eps, 0))
        result["cost"] = (torch.exp((f[:, None] + g[None, :] - C) / eps) * C).sum()

    return call, lambda: result["cost"], 1


def transformer(workload):
    tokens = torch.tensor(workload.array("tokens", np.int64))
    targets = torch.tensor(workload.array("next", np.int64))
    named = variables(workload)
    names = list(named)
    size = 32
    mask = torch.full((64, 64), -1e9).triu(1)

    def of(block, ending):
        return [named[name] for name in names if name.startswith(f"blocks[{block}].") and name.endswith(ending)]

    def block_parts(block):
        heads = {letter: of(block, f".{letter}") for letter in "QKVO"}
        gains, shifts = of(block, "gain"), of(block, "shift")
        return heads, gains, shifts, of(block, ".W"), of(block, ".b")

    blocks = [block_parts(block) for block in range(4)]

    def objective():
        h = named["look_up.table"][tokens] + named["position"]
        for heads, gains, shifts, W, b in blocks:
            x = F.layer_norm(h, (128,), gains[0], shifts[0])
            q, k, v = (x @ torch.cat(heads[letter], 1) for letter in "QKV")
            q, k, v = (t.view(32, 64, 4, size).transpose(1, 2) for t in (q, k, v))
            weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(size) + mask, -1)
            mixed = (weights @ v).transpose(1, 2).reshape(32, 64, 128) @ torch.cat(heads["O"], 0)
            h = h + mixed
            x = F.layer_norm(h, (128,), gains[1], shifts[1])
            h = h + F.gelu(x @ W[0] + b[0]) @ W[1] + b[1]
        last = F.layer_norm(h, (128,), named["last_norm.gain"], named["last_norm.shift"])
        logits = last @ named["classify.W"] + named["classify.b"]
        return F.cross_entropy(logits.reshape(-1, 64), targets.reshape(-1))

    parameters = list(named.values())
    return training(parameters, objective, adam(parameters, 1e-3))


def scipy_lbfgs(_workload):
    from scipy.optimize import minimize

    def f(x):
        a, b = x[:-1], x[1:]
        r = b - a**2
        gradient = np.zeros_like(x)
        gradient[:-1] = -400 * a * r - 2 * (1 - a)
        gradient[1:] += 200 * r
        return float(np.sum(100 * r**2 + (1 - a) ** 2)), gradient

    start = np.where(np.arange(100) % 2 == 0, -1.2, 1.0)
    options = {"maxcor": 10, "gtol": 1e-9, "ftol": 0, "maxiter": 100000, "maxfun": 1000000}
    result = {}

    def call():
        result["value"] = minimize(f, start, jac=True, method="L-BFGS-B", options=options).fun

    return call, lambda: result["value"], 1


main(
    {
        ("logistic", "eager"): logistic,
        ("mlp", "eager"): mlp,
        ("adam", "eager"): update,
        ("matmul", "eager"): matmul,
        ("cross_entropy", "eager"): cross_entropy,
        ("sinkhorn", "eager"): sinkhorn,
        ("transformer", "eager"): transformer,
        ("lbfgs", "eager"): scipy_lbfgs,
    }
)
