"""The results in benches/record as Markdown tables.

    python3 benches/peers/table.py              prints them
    python3 benches/peers/table.py --readme     puts them into benches/README.md, between its marks

Reads `step.json` and `step-avx2.json` (written by `cargo bench --bench step -- --json …`), the peers'
results and `compile_time.json`; what is absent is left out. The fastest time of a row is bold.
"""

import json
import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
RECORD, README = BENCHES / "record", BENCHES / "README.md"
BEGIN, END = "<!-- tables: begin -->\n", "<!-- tables: end -->\n"

PEERS = ("jax", "torch", "burn", "candle")


def load(name):
    path = RECORD / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def digits(value):
    """Three significant digits, and never fewer than the whole part has."""
    decimals = next((d for d, least in ((0, 100), (1, 10)) if value >= least), 2)
    return f"{value:.{decimals}f}"


def markdown(titles, rows):
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def bold_least(times):
    """The times as text, the least of them bold."""
    least = min(time for time in times if time is not None)
    text = lambda time: "" if time is None else digits(time)
    return [f"**{text(time)}**" if time == least else text(time) for time in times]


def peers(step):
    """Times of a training step, ours beside all others."""
    by = lambda key, result: {w["name"]: w[key] for w in result["workloads"]}
    columns = {f"unrolled, {step['isa']}": by("ours_us", step)}
    for result in filter(None, map(load, PEERS)):
        columns[f"{result['peer']} {result['version']}"] = by("us", result)
    columns["ndarray, dynamic"] = by("baseline_us", step)
    names = [w["name"] for w in step["workloads"]]
    rows = [[n, *bold_least([column.get(n) for column in columns.values()])] for n in names]
    return markdown(["µs a step", *columns], rows)


def shares(results):
    """Our steps as shares of the FMA peak and as multiples of the baseline, for each set."""
    titles, columns = ["training"], []
    for result in results:
        isa, peak = result["isa"], result["fma_peak_gflops"]
        titles += [f"share of peak, {isa} ({peak:.0f} GFLOP/s)", f"times the baseline, {isa}"]
        columns.append({w["name"]: w for w in result["workloads"]})
    cells = lambda w: [f"{w['share_of_peak']:.2f}", f"{w['speedup']:.1f}"] if w else ["", ""]
    row = lambda name: [name, *(cell for column in columns for cell in cells(column.get(name)))]
    return markdown(titles, [row(name) for name in columns[0]])


def inference(step):
    rows = []
    for i in step["inference"]:
        name = f"{i['name']}, {i['batch']} {'row' if i['batch'] == 1 else 'rows'}"
        times = bold_least([i["ours_ns"], i["baseline_ns"]])
        rows.append([name, *times, f"{i['baseline_ns'] / i['ours_ns']:.1f}"])
    return markdown(["ns a prediction", "unrolled", "ndarray, dynamic", "times"], rows)


def compile_times(results):
    rows = [
        [
            r["name"],
            f"{r['debug_s']:.1f} ({r['debug_processor_s']:.1f})",
            f"{r['release_s']:.1f} ({r['release_processor_s']:.1f})",
            f"{r['expansion_bytes'] / 1000:.0f}",
        ]
        for r in results
    ]
    return markdown(["compiling", "debug, s", "release, s", "expansion, kB"], rows)


def tables():
    step, avx2, compiled = map(load, ("step", "step-avx2", "compile_time"))
    if step:
        yield peers(step)
        yield shares([result for result in (step, avx2) if result])
        yield inference(step)
    if compiled:
        yield compile_times(compiled)


def main():
    text = "\n".join(tables())
    if sys.argv[1:] == ["--readme"]:
        before, rest = README.read_text().split(BEGIN)
        _, after = rest.split(END)
        README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        print(text, end="")


main()
