#!/usr/bin/env bash
# Throughput of one query over Fashion-MNIST's 60,000 training rows: one line of JSON per measurement. Wants an idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${PYTHON:=/usr/bin/python3}"

lscpu | sed -n 's/^Model name: *//p'
for threads in 1 $(nproc); do
    PYTHONPATH=python OMP_NUM_THREADS=$threads "$PYTHON" benchmarks/python_reference.py --threads "$threads"
done
