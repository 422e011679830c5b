"""JAX with optax, compiled, one thread: a call per step, or many steps in one compiled loop."""
import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
import optax

from common import main

STEPS_INSIDE = 50


def training(parameters, objective, optimizer, variant):
    state = {"now": (parameters, optimizer.init(parameters))}

    def step(carry):
        values, inner = carry
        updates, inner = optimizer.update(jax.grad(objective)(values), inner, values)
        return optax.apply_updates(values, updates), inner

    if variant == "loop":
        advance = lambda carry: jax.lax.fori_loop(0, STEPS_INSIDE, lambda _, now: step(now), carry)
    else:
        advance = step
    compiled = jax.jit(advance, donate_argnums=0)
    value = jax.jit(objective)

    def call():
        state["now"] = jax.block_until_ready(compiled(state["now"]))

    return call, lambda: value(state["now"][0]), STEPS_INSIDE if variant == "loop" else 1


def variables(workload):
    return {name: jnp.asarray(value) for name, value in workload.parameters().items()}


def cross(logits, labels):
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, labels))


def logistic(workload, variant):
    X, y = jnp.asarray(workload.array("X")), jnp.asarray(workload.array("y"))
    objective = lambda p: jnp.mean(jax.nn.softplus(-y * (X @ p["w"]))) + 1e-3 * jnp.sum(p["w"] ** 2)
    return training(variables(workload), objective, optax.sgd(0.5), variant)


def mlp(workload, variant):
    X, y = jnp.asarray(workload.array("X")), jnp.asarray(workload.array("y", np.int32))

    def objective(p):
        W1, b1, W2, b2 = p
        return cross(jnp.tanh(X @ W1 + b1) @ W2 + b2, y)

    return training(tuple(variables(workload).values()), objective, optax.adam(1e-2), variant)


def update(workload, _variant):
    parameters = list(variables(workload).values())
    gradients = list(jnp.asarray(workload.array("c")).reshape(len(parameters), -1))
    optimizer = optax.adam(1e-3)
    state = {"now": (parameters, optimizer.init(parameters))}

    def step(carry, gradient):
        updates, inner = optimizer.update(gradient, carry[1])
        return optax.apply_updates(carry[0], updates), inner

    compiled = jax.jit(step, donate_argnums=0)

    def call():
        state["now"] = jax.block_until_ready(compiled(state["now"], gradients))

    return call, lambda: sum(float(jnp.sum(x * c)) for x, c in zip(state["now"][0], gradients)), 1


def matmul(workload, _variant):
    A, B = jnp.asarray(workload.array("A")), jnp.asarray(workload.array("B"))
    product, result = jax.jit(jnp.matmul), {}

    def call():
        result["value"] = jax.block_until_ready(product(A, B))

    return call, lambda: np.asarray(result["value"], np.float64).sum(), 1


def cross_entropy(workload, variant):
    y = jnp.asarray(workload.array("y", np.int32))
    objective = lambda p: cross(p["logits"], y)
    return training(variables(workload), objective, optax.sgd(1.0), variant)


def sinkhorn(workload, _variant):
    C = jnp.asarray(workload.array("C"))
    n, m = C.shape
    eps, result = 0.05, {}

    @jax.jit
    def cost(C):
        def turn(_, potentials):
            f, g = potentials
            f = eps * (-jnp.log(n) - jax.nn.logsumexp((g[None, :] - C) / eps, axis=1))
            g = eps * (-jnp.log(m) - jax.nn.logsumexp((f[:, None] - C) / eps, axis=0))
            return f, g

        f, g = jax.lax.fori_loop(0, 200, turn, (jnp.zeros(n), jnp.zeros(m)))
        return jnp.sum(jnp.exp((f[:, None] + g[None, :] - C) / eps) * C)

    def call():
        result["cost"] = jax.block_until_ready(cost(C))

    return call, lambda: result["cost"], 1


contenders = {}
for build in (logistic, mlp, update, matmul, cross_entropy, sinkhorn):
    name = "adam" if build is update else build.__name__
    contenders[name, "call"] = lambda workload, build=build: build(workload, "call")
    if build in (logistic, mlp):
        contenders[name, "loop"] = lambda workload, build=build: build(workload, "loop")

main(contenders)
