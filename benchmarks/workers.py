"""Rows a second of one, two and four worker processes with one lane each, beside as many bare forwards.

    PYTHONPATH=python /usr/bin/python3 benchmarks/workers.py [--rounds 3] [--model demo/fashion-cnn.pt]

All of them are started together and stand still (SIGSTOP) but for those whose turn it is, a second at a time, so that a ratio is of the same seconds: the
machine's speed drifts by a factor of two within minutes. A shard counts in the turn in which its part is committed. The bare forwards say what the cores can give.
"""

import os
import random
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from throughput import COPIES, ROOT, Engine, bare_loop, read_options

SHARD_ROWS = 5_000
MINI_BATCH_ROWS = 32
PROCESSES = 4
TURN_SECONDS = 1.0
LINKS = 4
SHARDS = COPIES * LINKS * 12
WARM_UP_COVERAGE, END_COVERAGE = 0.05, 0.95


def let(signal_number: int, processes: list) -> None:
    for process in processes:
        os.kill(process.pid, signal_number)


class Turns:
    def __init__(self, options, folder: Path, out: Path):
        self.out = out
        self.workers = [
            subprocess.Popen([
                ROOT / "mirrored", "work", "--worker", f"{index}/{PROCESSES}", "--model-uri", options.model, "--train-shards", folder / "link-*.arrow",
                "--train-columns", '{"image":{"scale":0.00392156862745098}}', "--test-shards", folder / "copy-0.arrow", "--test-rows", "0", "--compute-lanes", "1",
                "--compute-cache", "none", "--compute-shard-rows", str(SHARD_ROWS), "--score-mini-batch-rows", str(MINI_BATCH_ROWS), "--out", out,
            ], stdout=subprocess.DEVNULL)
            for index in range(PROCESSES)
        ]  # fmt: skip
        self.bare = [bare_loop(options, MINI_BATCH_ROWS, "cold", core=()) for _ in range(PROCESSES)]

    def parts(self) -> int:
        return sum(1 for _ in self.out.glob("parts/*.arrow"))

    def rows(self) -> tuple:
        return self.parts() * SHARD_ROWS, sum(loop.done[0] for loop in self.bare)

    def rates(self, kind: str, count: int) -> float:
        processes = self.workers[:count] if kind == "workers" else [loop.process for loop in self.bare[:count]]
        before, start = self.rows(), time.monotonic()
        let(signal.SIGCONT, processes)
        time.sleep(TURN_SECONDS)
        let(signal.SIGSTOP, processes)
        after, seconds = self.rows(), time.monotonic() - start
        return (after[kind == "bare"] - before[kind == "bare"]) / seconds

    def round(self, order: random.Random) -> dict:
        """Mean rows a second of each kind and count."""
        everybody = self.workers + [loop.process for loop in self.bare]
        while self.parts() < WARM_UP_COVERAGE * SHARDS:
            time.sleep(0.1)
        let(signal.SIGSTOP, everybody)
        turns = [(kind, count) for kind in ("workers", "bare") for count in (1, 2, PROCESSES)]
        rates = {turn: [] for turn in turns}
        while self.parts() < END_COVERAGE * SHARDS:
            for turn in order.sample(turns, len(turns)):
                rates[turn].append(self.rates(*turn))
        for process in everybody:
            process.kill()
            process.wait()
        return {turn: statistics.mean(values) for turn, values in rates.items()}


def main() -> None:
    options = read_options(__doc__, rounds=3)
    ratios = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Engine(options, folder, MINI_BATCH_ROWS)
        for link in range(LINKS):
            for copy in range(COPIES):
                (folder / f"link-{link}-{copy}.arrow").symlink_to(folder / f"copy-{copy}.arrow")
        for number in range(options.rounds):
            rates = Turns(options, folder, folder / f"run-{number}").round(random.Random(number))
            print({f"{count} {kind}": round(rate) for (kind, count), rate in rates.items()}, flush=True)
            for kind in ("workers", "bare"):
                for over, under in ((2, 1), (PROCESSES, 2)):
                    ratios.setdefault(f"{over} {kind} against {under}", []).append(rates[kind, over] / rates[kind, under])
    for what, values in ratios.items():
        print(f"{what}: median {statistics.median(values):.2f}×, {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
