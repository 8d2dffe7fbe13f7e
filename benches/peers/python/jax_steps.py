"""JAX: 100 steps in one `lax.scan`, compiled by `jit`, so that nothing is left of Python or of the
call into the compiled code."""

import jax
import jax.numpy as jnp
import workloads
from workloads import BETA1, BETA2, BN_EPSILON, BN_MOMENTUM, EPSILON, RATE, WORKLOADS

SCAN = 100


def forward(workload, parameters, statistics, key, x):
    """The outputs, and the running statistics after them."""
    parameters, moved = iter(parameters), []
    for kind, *number in workload.layers:
        if kind == "dense":
            w, b = next(parameters)
            x = x @ w + b
        elif kind == "tanh":
            x = jnp.tanh(x)
        elif kind == "relu":
            x = jax.nn.relu(x)
        elif kind == "dropout":
            keep = number[0]
            x = jnp.where(jax.random.bernoulli(key, keep, x.shape), x / keep, 0)
        elif kind == "bn":
            gamma, beta = next(parameters)
            mean, variance = x.mean(0), x.var(0)
            running = statistics[len(moved)]
            unbiased = variance * (len(x) / (len(x) - 1))
            moved.append(
                tuple(s + BN_MOMENTUM * (n - s) for s, n in zip(running, (mean, unbiased)))
            )
            x = (x - mean) * jax.lax.rsqrt(variance + BN_EPSILON) * gamma + beta
    return x, moved


def mean_loss(kind, f, y):
    if kind == "mse":
        return jnp.mean((f - y) ** 2)
    if kind == "sum_squares":
        return 0.5 * jnp.sum((f - y) ** 2) / len(f)
    return -jnp.sum(y * jax.nn.log_softmax(f)) / len(f)


def steps(workload, x, y):
    """A compiled function that makes [`SCAN`] steps and returns the state and the losses."""

    def objective(parameters, statistics, key):
        f, statistics = forward(workload, parameters, statistics, key, x)
        return mean_loss(workload.loss, f, y), statistics

    def step(state, _):
        parameters, m, v, statistics, t, key, rate = state
        key, now = jax.random.split(key) if workload.name == "W1d" else (key, key)
        graded = jax.value_and_grad(objective, has_aux=True)
        (loss, statistics), g = graded(parameters, statistics, now)
        t = t + 1
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        root, factor = jnp.sqrt(1 - BETA2**t), rate / (1 - BETA1**t)
        update = lambda p, m, v: p - factor * m / (jnp.sqrt(v) / root + EPSILON)
        parameters = jax.tree.map(update, parameters, m, v)
        return (parameters, m, v, statistics, t, key, rate), loss

    return jax.jit(lambda state: jax.lax.scan(step, state, length=SCAN))


def measure(workload):
    array = lambda values: jnp.asarray(values, jnp.float32)
    pairs = lambda pairs: [(array(first), array(second)) for first, second in pairs]
    x, y, parameters, statistics = workloads.data(workload)
    x, y, parameters, statistics = array(x), array(y), pairs(parameters), pairs(statistics)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    start = lambda rate: (
        parameters, zeros, zeros, statistics, jnp.float32(0), jax.random.key(1), jnp.float32(rate)
    )
    compiled = steps(workload, x, y)
    assert workloads.learns(compiled(start(1e-3))[1].tolist()), workload.name
    state = None

    def restart():
        nonlocal state
        state = start(RATE)

    def run(count):
        nonlocal state
        scans = -(-count // SCAN)
        for _ in range(scans):
            state, _ = compiled(state)
        jax.block_until_ready(state)
        return scans * SCAN

    return workloads.seconds(restart, run)


times = {workload.name: measure(workload) for workload in WORKLOADS}
workloads.report("JAX", jax.__version__, f"jit, {SCAN} steps in one lax.scan", times)
