"""What a declaration costs the compiler: build time and size of the expansion.

    python3 benches/compile_time.py                    measures and prints a table
    python3 benches/compile_time.py --out FILE         … and writes the numbers as JSON
    python3 benches/compile_time.py --only W1,W3       these networks

For every network a scratch crate outside this workspace depends on it by path, declares the network,
trains it by one step and predicts. Dependencies are built beforehand; then the crate alone is built
three times, not incrementally, and the median counts, less that of a crate with an empty `main`. Both
the wall clock and the processor time are given: the compiler uses several cores, and a busy machine
stretches the wall clock alone.

The expansion is what `rustc -Zunpretty=expanded` prints, less that of the empty crate. The flag is not
stable; `RUSTC_BOOTSTRAP=1` lets the pinned compiler take it for this measurement.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Name, layers, loss, and the seconds that a release build may take beyond the empty crate.
NETWORKS = (
    ("W1", "2 -> tanh(50) -> 1", "mse", None),
    ("W1d", "2 -> tanh(50) -> dropout(keep = 0.8) -> bn -> 1", "mse", None),
    ("W2", "2 -> tanh(50) -> tanh(50) -> tanh(50) -> tanh(50) -> 1", "mse", None),
    ("W3", "784 -> relu(128) -> relu(64) -> 10", "cross_entropy", 2),
    ("W4", "64 -> tanh(64) -> tanh(64) -> 64", "mse", None),
    ("W5", "4 -> tanh(32) -> tanh(16) -> 4", "sum_squares", None),
    ("W6", "512 -> relu(512) -> relu(512) -> 10", "cross_entropy", None),
    ("wide", "784 -> relu(512) -> relu(512) -> 10", "cross_entropy", 3),
    ("100 layers", "8 -> " + "tanh(32) -> tanh(24) -> " * 50 + "4", "mse", 20),
)

MANIFEST = """\
[package]
name = "scratch"
version = "0.0.0"
edition = "2024"

[dependencies]
unrolled = {{ path = "{root}" }}

[workspace]
"""

EMPTY = "fn main() {}\n"

PROGRAM = """\
use unrolled::network;
use unrolled::network::{{Draw, Network}};
use unrolled::optim::{{Adam, Optimizer, Step}};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

network! {{ pub struct Scratch<f32> = {layers}; loss = {loss}; }}

fn main() -> Result<(), unrolled::error::Error> {{
    let mut network = Scratch::init(Default::default(), 1);
    let (x, y) = (vec![[0.5; Scratch::INPUTS]; 32], vec![[0.5; Scratch::TARGETS]; 32]);
    let (isa, adam) = (Isa::detect()?, Adam::default());
    let mut state = adam.prepare(Scratch::TENSORS)?;
    let mut gradient = vec![0.0; Scratch::PARAMETERS];
    let mut workspace = Workspace::new();
    let loss = network.gradient(isa, &x, &y, Draw::default(), &mut workspace, &mut gradient)?;
    let step = Step {{ isa, rate: 0.001, scale: 1.0 / 32.0 }};
    adam.step(&mut state, step, network.parameters_mut(), &gradient)?;
    println!("{{loss}} {{:?}}", network.forward(&[x[0]]));
    Ok(())
}}
"""

PROFILES = {"debug": [], "release": ["--release"]}


class Scratch:
    """A crate in a temporary folder."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "src").mkdir()
        (folder / "Cargo.toml").write_text(MANIFEST.format(root=ROOT))
        # The same versions as this workspace, and nothing asked of the network.
        (folder / "Cargo.lock").write_text((ROOT / "Cargo.lock").read_text())
        (folder / "rust-toolchain.toml").write_text((ROOT / "rust-toolchain.toml").read_text())

    def write(self, program):
        (self.folder / "src" / "main.rs").write_text(program)

    def cargo(self, *arguments, target="target", **environment):
        """Runs cargo and returns what it prints; its complaints are shown only if it fails."""
        environment = os.environ | {"CARGO_INCREMENTAL": "0"} | environment
        environment["CARGO_TARGET_DIR"] = str(self.folder / target)
        command = ["cargo", "--quiet", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, encoding="utf-8"
        )
        if done.returncode != 0:
            sys.exit(done.stderr)
        return done.stdout

    def seconds(self, program, profile):
        """Wall clock and processor time of one build, dependencies apart."""
        self.write(program)
        wall, processor = time.perf_counter(), processor_time()
        self.cargo("build", *PROFILES[profile])
        return time.perf_counter() - wall, processor_time() - processor

    def build(self, program, profile):
        """The medians of three builds."""
        builds = [self.seconds(f"// {i}\n{program}", profile) for i in range(3)]
        return [statistics.median(times) for times in zip(*builds)]

    def expanded(self, program):
        """Bytes of the expanded source."""
        self.write(program)
        # A target folder of its own: the variable makes cargo build the dependencies anew.
        arguments = ("rustc", "--", "-Zunpretty=expanded")
        text = self.cargo(*arguments, target="expanded", RUSTC_BOOTSTRAP="1")
        return len(text.encode())


def processor_time():
    """Of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(networks):
    with tempfile.TemporaryDirectory() as folder:
        scratch = Scratch(Path(folder))
        for profile in PROFILES:
            scratch.seconds(EMPTY, profile)
        empty = {profile: scratch.build(EMPTY, profile) for profile in PROFILES}
        expanded = scratch.expanded(EMPTY)
        for name, layers, loss, limit in networks:
            program = PROGRAM.format(layers=layers, loss=loss)
            result = {"name": name, "layers": layers if len(layers) < 80 else layers[:76] + " …"}
            for profile in PROFILES:
                built = scratch.build(program, profile)
                wall, processor = (with_ - without for with_, without in zip(built, empty[profile]))
                result[f"{profile}_s"] = round(wall, 2)
                result[f"{profile}_processor_s"] = round(processor, 2)
            result["expansion_bytes"] = scratch.expanded(program) - expanded
            result["release_limit_s"] = limit
            yield result


def line(result):
    limit = result["release_limit_s"]
    # On an idle machine a build takes no longer than either.
    reached = min(result["release_s"], result["release_processor_s"])
    verdict = "" if limit is None else "met" if reached <= limit else "missed"
    goal = "" if limit is None else f"≤ {limit} s {verdict}"
    return (
        f"{result['name']:<11} {result['debug_s']:>7.2f} ({result['debug_processor_s']:>6.2f})"
        f" {result['release_s']:>9.2f} ({result['release_processor_s']:>6.2f})"
        f" {result['expansion_bytes'] / 1000:>12.1f} kB  {goal}"
    )


def main():
    parser = argparse.ArgumentParser(description="Measures what declarations cost the compiler.")
    parser.add_argument("--only", help="names of networks, separated by commas")
    parser.add_argument("--out", type=Path, help="where the numbers go as JSON")
    arguments = parser.parse_args()
    names = [name for name, *_ in NETWORKS]
    only = arguments.only.split(",") if arguments.only else names
    if unknown := [name for name in only if name not in names]:
        parser.error(f"no network is called {unknown[0]}; choose from {', '.join(names)}")
    print("seconds beyond an empty crate (processor seconds)")
    print(f"{'':<11} {'debug':>16} {'release':>18} {'expansion':>15}")
    results = []
    for result in measure([network for network in NETWORKS if network[0] in only]):
        print(line(result), flush=True)
        results.append(result)
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


main()
