"""Runs the workloads in PyTorch, JAX, burn and candle, each on one core with one thread.

    python3 benches/peers/peers.py                     all four, into benches/record
    python3 benches/peers/peers.py --only jax,burn     these
    python3 benches/peers/peers.py --venvs FOLDER      keeps the virtual environments there

Python peers get a virtual environment each, with the pinned wheels of PyPI; PyTorch's is 5 GB. Rust
peers are built in their own workspace, for this processor. Needs pip, cargo and a C++ compiler (for
torch.compile), and nothing but Python's standard library itself.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = HERE.parent / "record"

# One thread, however a framework is told so; and a C library that keeps freed memory, without which
# burn and candle spend up to half their time on getting pages back from the system.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "2000000000",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def python(peer, venvs):
    """The command for a Python peer, once its virtual environment stands."""
    folder = venvs / peer
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        venv.create(folder, with_pip=True)
    requirements = HERE / "python" / f"{peer}.txt"
    install = [interpreter, "-m", "pip", "install", "--quiet", "--requirement", requirements]
    subprocess.run(install, check=True)
    return [interpreter, HERE / "python" / f"{peer}_steps.py"]


def rust(peer, _venvs):
    """The command for a Rust peer, once it is built."""
    workspace = HERE / "rust"
    build = ["cargo", "build", "--release", "--locked", "--package", f"{peer}-steps"]
    subprocess.run(build, cwd=workspace, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", workspace / "target")
    return [Path(target) / "release" / f"{peer}-steps"]


PEERS = {"torch": python, "jax": python, "burn": rust, "candle": rust}


def one_core():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measure(peer, venvs, runs):
    """What a peer prints: its name, version, settings and the time of each workload. Of several runs
    the fastest counts, workload by workload: a shared machine only ever slows."""
    command = PEERS[peer](peer, venvs)
    results = [run(command) for _ in range(runs)]
    fastest = lambda *workloads: min(workloads, key=lambda workload: workload["us"])
    workloads = map(fastest, *(result["workloads"] for result in results))
    return results[0] | {"workloads": list(workloads)}


def run(command):
    environment = os.environ | ENVIRONMENT
    done = subprocess.run(
        command, env=environment, preexec_fn=one_core, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description="Times the workloads in other frameworks.")
    parser.add_argument("--only", default=",".join(PEERS), help="peers, separated by commas")
    parser.add_argument("--venvs", type=Path, help="folder of the virtual environments")
    parser.add_argument("--out", type=Path, default=RECORD, help="folder of the results")
    parser.add_argument("--runs", type=int, default=3, help="of which the fastest counts")
    arguments = parser.parse_args()
    peers = arguments.only.split(",")
    if arguments.runs < 1:
        parser.error("--runs must be at least 1")
    if unknown := [peer for peer in peers if peer not in PEERS]:
        parser.error(f"no peer is called {unknown[0]}; choose from {', '.join(PEERS)}")
    with tempfile.TemporaryDirectory() as temporary:
        venvs = arguments.venvs or Path(temporary)
        for peer in peers:
            print(f"{peer} …", file=sys.stderr)
            result = json.dumps(measure(peer, venvs.resolve(), arguments.runs), indent=1)
            (arguments.out / f"{peer}.json").write_text(result + "\n")


main()
