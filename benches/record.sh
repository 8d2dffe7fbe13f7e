#!/bin/sh
# Records our own numbers anew: training and inference on each instruction set, compile times, and the
# tables of README.md. About five minutes on an idle machine. The peers have a command of their own:
# python3 benches/peers/peers.py
set -eu
cd "$(dirname "$0")/.."
cargo bench --bench step -- --json benches/record/step.json
cargo bench --bench step -- --isa avx2 --json benches/record/step-avx2.json
python3 benches/compile_time.py --out benches/record/compile_time.json
python3 benches/peers/table.py --readme
