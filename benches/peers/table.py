"""One Markdown table of our times beside those of the peers and of the dynamic baseline.

    python3 benches/peers/table.py [FOLDER]            FOLDER is benches/record unless given

Reads `step.json` (ours, written by `cargo bench --bench step -- --json …`) and the peers' results.
The fastest of a row is bold.
"""

import json
import sys
from pathlib import Path

PEERS = ("jax", "torch", "burn", "candle")


def columns(folder):
    """Titles and, for each, the time of every workload in µs."""
    step = json.loads((folder / "step.json").read_text())
    by = lambda key: {w["name"]: w[key] for w in step["workloads"]}
    yield f"unrolled ({step['isa']})", by("ours_us")
    yield "ndarray, dynamic", by("baseline_us")
    for path in (folder / f"{peer}.json" for peer in PEERS):
        if path.exists():
            peer = json.loads(path.read_text())
            title = f"{peer['peer']} {peer['version']}"
            yield title, {w["name"]: w["us"] for w in peer["workloads"]}


def digits(value):
    """Three significant digits, and never fewer than the whole part has."""
    decimals = next((d for d, least in ((0, 100), (1, 10)) if value >= least), 2)
    return f"{value:.{decimals}f}"


def row(name, times):
    fastest = min(time for time in times if time is not None)
    cell = lambda time: "" if time is None else digits(time)
    marked = lambda time: f"**{cell(time)}**" if time == fastest else cell(time)
    return [name, *map(marked, times)]


def main():
    default = Path(__file__).resolve().parent.parent / "record"
    titles, times = zip(*columns(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
    rows = [row(name, [column.get(name) for column in times]) for name in times[0]]
    for cells in (["µs a step", *titles], ["---"] + ["---:"] * len(titles), *rows):
        print("|", " | ".join(cells), "|")


main()
