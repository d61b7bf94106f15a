"""Rows per CPU-second of one query: `mirrored run` beside the Python reference and beside the bare native forward.

    PYTHONPATH=python /usr/bin/python3 benchmarks/throughput.py [--rounds 5] [--model demo/fashion-cnn.pt]

The three run at the same time on one core, one thread each, so that whatever the machine does to one it does to all: a ratio is of the same seconds. Rates
are taken from a third of our run to its end, when start-up and .NET's compiler are over. cold = base and ascended losses; warm = another query over the
same rows, their base losses cached. The reference makes both passes. Each side uses its own best mini-batch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIES = 16
ROWS = 60_000
MINI_BATCH_ROWS = (32, 64, 128, 256, 512)
WARM_UP_COVERAGE = 0.33
TRY_SECONDS = 3
ON_ONE_CORE = ("taskset", "--cpu-list", "0")


class Loop:
    """A program that prints, for ever, the rows it has done and the CPU seconds they took."""

    def __init__(self, *command, core=ON_ONE_CORE):
        self.process = subprocess.Popen([*core, *map(str, command)], stdout=subprocess.PIPE, text=True)
        self.done = (0, 0.0)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            rows, seconds = line.split()
            self.done = (int(rows), float(seconds))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()


def fastest(loops: dict) -> int:
    """The mini-batch whose loop is the fastest, all of them at once on the one core."""
    while any(loop.done[1] < TRY_SECONDS and loop.process.poll() is None for loop in loops.values()):
        time.sleep(0.1)
    rates = {size: loop.done[0] / loop.done[1] for size, loop in loops.items()}
    for loop in loops.values():
        loop.stop()
    return max(rates, key=rates.get)


def python_loop(options, size: int) -> Loop:
    return Loop(sys.executable, ROOT / "benchmarks" / "python_reference.py", options.model, options.data, size)


def bare_loop(options, size: int, kind: str, core=ON_ONE_CORE) -> Loop:
    return Loop(ROOT / "artifacts/bin/BareForward/release/MirroredInfluence.BareForward", options.model, size, kind, core=core)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Engine:
    def __init__(self, options, folder: Path, size: int):
        self.options, self.folder, self.size, self.count = options, folder, size, 0
        published = sorted(options.data.glob("train-*-ubyte.gz"))
        for copy in range(COPIES):  # each a row shorter: equal rows would share their cached base losses
            subprocess.check_call([
                ROOT / "mirrored", "import", f"image={published[0]}", f"label={published[1]}", "--rows", f"{copy}..{ROWS - 1}", "--out", folder / f"copy-{copy}.arrow",
            ], stdout=subprocess.DEVNULL)  # fmt: skip

    def rates(self, query: int, cache: str, beside: dict) -> dict:
        """Our rows per CPU-second, and those of the loops beside us in the same seconds."""
        self.count += 1
        process = subprocess.Popen([
            *ON_ONE_CORE, ROOT / "mirrored", "run", "--json", "--model-uri", self.options.model, "--train-shards", self.folder / "copy-*.arrow",
            "--train-columns", '{"image":{"scale":0.00392156862745098}}', "--test-shards", self.folder / "copy-0.arrow", "--test-rows", str(query),
            "--compute-lanes", "1", "--compute-cache", self.folder / cache, "--score-mini-batch-rows", str(self.size), "--out", self.folder / f"run-{self.count}",
        ], stdout=subprocess.PIPE)  # fmt: skip
        first = last = None
        for line in process.stdout:
            event = json.loads(line)
            if event.get("phase") == "scoring" and WARM_UP_COVERAGE <= event["coverage"] < 1:
                done = {"mirrored": (event["doneCount"], cpu_seconds(process.pid))} | {name: loop.done for name, loop in beside.items()}
                first, last = first or done, done
        if process.wait():
            sys.exit(f"mirrored run ended with {process.returncode}")
        for loop in beside.values():
            loop.stop()
        return {name: (last[name][0] - first[name][0]) / (last[name][1] - first[name][1]) for name in last}


def read_options(description: str, rounds: int) -> argparse.Namespace:
    """Also has libtorch compute with one thread."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--model", type=Path, default=ROOT / "demo" / "fashion-cnn.pt")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    os.environ["OMP_NUM_THREADS"] = "1"
    return parser.parse_args()


def main() -> None:
    options = read_options(__doc__, rounds=5)
    theirs = fastest({size: python_loop(options, size) for size in MINI_BATCH_ROWS})
    ours = fastest({size: bare_loop(options, size, "cold") for size in MINI_BATCH_ROWS})
    print(f"mini-batches: {ours} rows, the reference {theirs}", flush=True)
    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(options, Path(folder), ours)
        for number in range(options.rounds):
            for query, kind in enumerate(("cold", "warm")):
                rates = engine.rates(query, f"cache-{number}", {"python": python_loop(options, theirs), "bare": bare_loop(options, ours, kind)})
                print(kind, json.dumps({name: round(rate) for name, rate in rates.items()}), flush=True)
                for name, what in (("python", "the two-pass loop"), ("bare", "the bare forward")):
                    ratios.setdefault(f"{kind} against {what}", []).append(rates["mirrored"] / rates[name])
    for name, values in ratios.items():
        print(f"{name}: median {statistics.median(values):.2f}×, {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
