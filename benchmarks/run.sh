#!/usr/bin/env bash
# Throughput of one query beside the Python reference. Wants an idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${PYTHON:=/usr/bin/python3}"

lscpu | sed -n 's/^Model name: *//p'
PYTHONPATH=python "$PYTHON" benchmarks/throughput.py
