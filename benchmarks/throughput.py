"""Rows per CPU-second of one query: `mirrored run` beside the Python reference, run in turn on the same rows with one thread each.

    PYTHONPATH=python /usr/bin/python3 benchmarks/throughput.py [--rounds 5] [--model demo/fashion-cnn.pt]

Ours is the marginal rate: the CPU time, children's included, of a run over COPIES copies of Fashion-MNIST less that over one, so that start-up counts for
neither side. cold = base and ascended losses; warm = another query over the same rows, their base losses cached. Each side uses its own best mini-batch.
Prints a line of JSON per round and the median ratios. CPU time, not wall time, since a shared machine disturbs it less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIES = 8
ROWS = 60_000
MINI_BATCH_ROWS = (32, 128, 256)


def cpu_seconds(command) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))}: status {status}\n{error.decode()}")
    return usage.ru_utime + usage.ru_stime


class Engine:
    def __init__(self, folder: Path, data: Path, model: Path):
        self.folder, self.model, self.count = folder, model, 0
        published = sorted(data.glob("train-*-ubyte.gz"))
        for copy in range(COPIES):  # each a row shorter: equal rows would share their cached base losses
            subprocess.check_call([
                ROOT / "mirrored", "import", f"image={published[0]}", f"label={published[1]}", "--rows", f"{copy}..{ROWS - 1}", "--out", folder / f"copy-{copy}.arrow",
            ], stdout=subprocess.DEVNULL)  # fmt: skip

    def run(self, shards: str, query: int, size: int, cache: str) -> float:
        self.count += 1
        return cpu_seconds([
            ROOT / "mirrored", "run", "--model-uri", self.model, "--train-shards", self.folder / shards, "--train-columns", '{"image":{"scale":0.00392156862745098}}',
            "--test-shards", self.folder / "copy-0.arrow", "--test-rows", str(query), "--compute-lanes", "1", "--compute-cache", self.folder / cache,
            "--score-mini-batch-rows", str(size), "--out", self.folder / f"run-{self.count}",
        ])  # fmt: skip

    def rates(self, size: int) -> dict:
        """Rows per CPU-second, cold and warm."""
        cache = f"cache-{self.count}"
        small, large = ("copy-0.arrow", "copy-*.arrow")
        seconds = [self.run(large, query, size, cache) - self.run(small, query, size, f"small-{cache}") for query in (0, 1)]
        return {name: sum(ROWS - copy for copy in range(1, COPIES)) / taken for name, taken in zip(("cold", "warm"), seconds)}


def python_rates(model: Path, data: Path) -> dict:
    output = subprocess.check_output([
        sys.executable, ROOT / "benchmarks" / "python_reference.py", "--model", model, "--data", data, "--threads", "1", "--repeats", "1",
    ])  # fmt: skip
    found = json.loads(output)
    return {"cold": found["coldRowsPerCpuSecond"], "warm": found["warmRowsPerCpuSecond"], "miniBatchRows": found["miniBatchRows"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", type=Path, default=ROOT / "demo" / "fashion-cnn.pt")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder), options.data, options.model)
        sizes = {size: engine.rates(size)["cold"] for size in MINI_BATCH_ROWS}
        best = max(sizes, key=sizes.get)
        rounds = []
        for _ in range(options.rounds):
            ours, theirs = engine.rates(best), python_rates(options.model, options.data)
            rounds.append({
                "mirrored": {name: round(rate) for name, rate in ours.items()} | {"miniBatchRows": best}, "python": theirs,
                "cold": ours["cold"] / theirs["cold"], "warm": ours["warm"] / theirs["cold"],
            })  # fmt: skip
            print(json.dumps(rounds[-1]), flush=True)
    for name, what in (("cold", "cold against the two-pass loop"), ("warm", "warm against the two-pass loop")):
        print(f"{what}: median {statistics.median(r[name] for r in rounds):.2f}×, {min(r[name] for r in rounds):.2f} to {max(r[name] for r in rounds):.2f}")


if __name__ == "__main__":
    main()
