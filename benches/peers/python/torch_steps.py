"""PyTorch: forward, backward and Adam in one function, compiled whole by `torch.compile`; with its
default settings and with those that take less of Python and try more kernels, whichever is faster."""

import torch
import torch.nn.functional as F
import workloads
from torch.func import grad_and_value
from workloads import BETA1, BETA2, BN_EPSILON, BN_MOMENTUM, EPSILON, RATE, WORKLOADS

OPTIONS = ({}, {"cpp_wrapper": True, "max_autotune": True})


def forward(workload, parameters, statistics, x):
    """The outputs, and the running statistics after them."""
    parameters, moved = iter(parameters), []
    for kind, *number in workload.layers:
        if kind == "dense":
            w, b = next(parameters)
            x = torch.addmm(b, x, w)
        elif kind == "tanh":
            x = torch.tanh(x)
        elif kind == "relu":
            x = torch.relu(x)
        elif kind == "dropout":
            x = F.dropout(x, 1 - number[0])
        elif kind == "bn":
            gamma, beta = next(parameters)
            variance, mean = torch.var_mean(x, 0, correction=0)
            running = statistics[len(moved)]
            unbiased = variance * (len(x) / (len(x) - 1))
            moved.append([s + BN_MOMENTUM * (n - s) for s, n in zip(running, (mean, unbiased))])
            x = (x - mean) * torch.rsqrt(variance + BN_EPSILON) * gamma + beta
    return x, moved


def mean_loss(kind, f, y):
    if kind == "mse":
        return F.mse_loss(f, y)
    if kind == "sum_squares":
        return 0.5 * torch.sum((f - y) ** 2) / len(f)
    return F.cross_entropy(f, y)


def step(workload, x, y, state):
    """One step, in place; returns the loss before it."""
    parameters, m, v, statistics, t, rate = state

    def objective(parameters):
        f, moved = forward(workload, parameters, statistics, x)
        return mean_loss(workload.loss, f, y), moved

    gradients, (loss, moved) = grad_and_value(objective, has_aux=True)(parameters)
    t += 1
    root, factor = torch.sqrt(1 - BETA2**t), rate / (1 - BETA1**t)
    for p, m, v, g in zip(*map(flat, (parameters, m, v, gradients))):
        m.mul_(BETA1).add_(g, alpha=1 - BETA1)
        v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
        p.sub_(factor * m / (v.sqrt() / root + EPSILON))
    for s, now in zip(flat(statistics), flat(moved)):
        s.copy_(now)
    return loss


def flat(pairs):
    return [tensor for pair in pairs for tensor in pair]


def measure(workload, options):
    torch._dynamo.reset()
    torch.manual_seed(1)
    pairs = lambda pairs: [[torch.tensor(a), torch.tensor(b)] for a, b in pairs]
    zeros = lambda pairs: [[torch.zeros_like(a), torch.zeros_like(b)] for a, b in pairs]
    x, y, parameters, statistics = workloads.data(workload)
    x, y, parameters, statistics = torch.tensor(x), torch.tensor(y), pairs(parameters), pairs(statistics)
    m, v, t, rate = zeros(parameters), zeros(parameters), torch.zeros(()), torch.zeros(())
    state = (parameters, m, v, statistics, t, rate)
    start = [tensor.clone() for tensor in flat(parameters + m + v + statistics)]
    compiled = torch.compile(lambda: step(workload, x, y, state), fullgraph=True, options=options)

    def restart(new_rate=RATE):
        for now, before in zip(flat(parameters + m + v + statistics), start):
            now.copy_(before)
        t.zero_()
        rate.fill_(new_rate)

    def run(count):
        for _ in range(count):
            compiled()
        return count

    restart(1e-3)
    assert workloads.learns([compiled().item() for _ in range(100)]), workload.name
    return workloads.seconds(restart, run)


torch.set_num_threads(1)
times = {w.name: min(measure(w, options) for options in OPTIONS) for w in WORKLOADS}
settings = "whole step in torch.compile, the faster of default settings and max_autotune, cpp_wrapper"
workloads.report("PyTorch", torch.__version__, settings, times)
