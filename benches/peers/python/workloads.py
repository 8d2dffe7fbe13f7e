"""The workloads, and how a peer is timed: the same for every Python peer.

A step is forward, loss, backward and Adam with exact division and square root, in 32-bit floats, on
one batch that stays in memory. Losses are means over the batch. `../peers.py` keeps the process on one
core with one thread.
"""

import json
import math
import random
import statistics
import time
from dataclasses import dataclass

# The smallest time of a block, in seconds, and how many blocks the median is taken of.
BLOCK, ROUNDS = 0.1, 7

# Adam as PyTorch and Keras have it, but with a rate so small that thousands of steps on one batch
# leave no unit dead and no gradient denormal.
RATE, BETA1, BETA2, EPSILON = 1e-6, 0.9, 0.999, 1e-8

# Batch normalization as PyTorch has it.
BN_EPSILON, BN_MOMENTUM = 1e-5, 0.1


@dataclass(frozen=True)
class Workload:
    """A network and its batch. A layer is ("dense", units), ("tanh",), ("relu",), ("dropout", keep)
    or ("bn",)."""

    name: str
    rows: int
    inputs: int
    layers: tuple
    loss: str


def layer(activation, units):
    return (("dense", units), (activation,))


WORKLOADS = (
    Workload("W1", 32, 2, layer("tanh", 50) + (("dense", 1),), "mse"),
    Workload("W1d", 32, 2, layer("tanh", 50) + (("dropout", 0.8), ("bn",), ("dense", 1)), "mse"),
    Workload("W2", 256, 2, 4 * layer("tanh", 50) + (("dense", 1),), "mse"),
    Workload("W3", 64, 784, layer("relu", 128) + layer("relu", 64) + (("dense", 10),), "cross_entropy"),
    Workload("W4", 128, 64, 2 * layer("tanh", 64) + (("dense", 64),), "mse"),
    Workload("W5", 200, 4, layer("tanh", 32) + layer("tanh", 16) + (("dense", 4),), "sum_squares"),
    Workload("W5f", 10_000, 4, layer("tanh", 32) + layer("tanh", 16) + (("dense", 4),), "sum_squares"),
    Workload("W6", 256, 512, 2 * layer("relu", 512) + (("dense", 10),), "cross_entropy"),
)


def data(workload):
    """Inputs and targets as lists of rows; a pair of parameters for each layer that has any (a dense
    layer: weights, inputs x units, Glorot uniform, and biases; bn: scale and shift); the running
    mean and variance of each bn."""
    draw = random.Random(1)
    matrix = lambda rows, columns, limit: [
        [draw.uniform(-limit, limit) for _ in range(columns)] for _ in range(rows)
    ]
    width, parameters, statistics = workload.inputs, [], []
    for kind, *number in workload.layers:
        if kind == "dense":
            units = number[0]
            weights = matrix(width, units, math.sqrt(6 / (width + units)))
            parameters.append((weights, [0.0] * units))
            width = units
        elif kind == "bn":
            parameters.append(([1.0] * width, [0.0] * width))
            statistics.append(([0.0] * width, [1.0] * width))
    inputs = matrix(workload.rows, workload.inputs, 1)
    if workload.loss == "cross_entropy":
        targets = [[float(j == i % width) for j in range(width)] for i in range(workload.rows)]
    else:
        targets = matrix(workload.rows, width, 1)
    return inputs, targets, parameters, statistics


def seconds(restart, run):
    """Seconds of processor time for one step: the median over blocks. `run(n)` makes n steps or a
    few more and returns how many; `restart()` goes back to the first parameters.

    On one core, processor time is what the wall clock would show were the core not shared.
    """
    restart()
    count = run(1)
    while True:
        start = time.process_time()
        count = run(count)
        spent = time.process_time() - start
        if spent > BLOCK / 8:
            break
        count *= 2
    count = math.ceil(1.05 * count * BLOCK / spent)

    def block():
        restart()
        run(count // 50)
        start = time.process_time()
        done = run(count)
        return (time.process_time() - start) / done

    return statistics.median(block() for _ in range(ROUNDS))


def learns(losses):
    """Whether losses over many steps fall: a step that does not train must not be timed."""
    tenth = len(losses) // 10
    return statistics.mean(losses[-tenth:]) < statistics.mean(losses[:tenth])


def report(peer, version, settings, times):
    """Prints what a peer measured."""
    workloads = [{"name": name, "us": round(1e6 * time, 3)} for name, time in times.items()]
    result = {"peer": peer, "version": version, "settings": settings, "workloads": workloads}
    print(json.dumps(result, indent=1))
