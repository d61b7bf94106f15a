#!/usr/bin/env bash
# Throughput beside the Python reference and the bare forward; workers beside bare forwards; peak memory; very many shards.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${PYTHON:=/usr/bin/python3}"

lscpu | sed -n 's/^Model name: *//p'
PYTHONPATH=python "$PYTHON" benchmarks/throughput.py
PYTHONPATH=python "$PYTHON" benchmarks/workers.py
PYTHONPATH=python "$PYTHON" benchmarks/memory.py
scale=artifacts/bin/Scale/release/MirroredInfluence.Scale
"$scale" plan 250000
"$scale" choose 250000 64
"$scale" reduce 2500 100 100
[ ! -e artifacts/bin/Lanes/release/MirroredInfluence.Lanes ] || artifacts/bin/Lanes/release/MirroredInfluence.Lanes 1000 1000000
