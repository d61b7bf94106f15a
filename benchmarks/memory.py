"""Peak memory of a run over 600,000 generated rows and over 6,000,000, each in ten files.

    PYTHONPATH=python /usr/bin/python3 benchmarks/memory.py [--rounds 3]

The model is a small MLP and the cache is off, so that what differs is the number of rows. Peak = the process's largest resident set, mapped pages of
the data included. Prints each round's megabytes and the median ratio.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = 10
FEATURES = 32
CLASSES = 10


def make(folder: Path) -> None:
    """In a process of its own: a process's peak counts from the fork, with what its parent had in memory."""
    import numpy
    import torch
    from mirrored_export import export
    from torch import nn

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, CLASSES))
    export(model, "cross_entropy", folder / "model.pt", {"x": ((FEATURES,), "float32"), "label": ((), "int64")})
    generator = numpy.random.default_rng(0)
    for name, rows in (("small", 60_000), ("large", 600_000)):
        for index in range(FILES):
            numpy.savez(folder / "rows.npz", x=generator.standard_normal((rows, FEATURES), numpy.float32), label=generator.integers(0, CLASSES, rows))
            mirrored("import", folder / "rows.npz", "--out", folder / f"{name}-{index}.arrow")


def mirrored(*arguments) -> float:
    """Megabytes of the largest resident set."""
    process = subprocess.Popen([ROOT / "mirrored", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"mirrored {' '.join(map(str, arguments))}: status {status}\n{error.decode()}")
    return usage.ru_maxrss / 1024


def run(folder: Path, name: str, out: str) -> float:
    return mirrored(
        "run", "--model-uri", folder / "model.pt", "--train-shards", folder / f"{name}-*.arrow", "--test-shards", folder / "small-0.arrow",
        "--test-rows", "0", "--compute-cache", "none", "--out", folder / out,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maker = multiprocessing.Process(target=make, args=(folder,))
        maker.start()
        maker.join()
        for index in range(options.rounds):
            small, large = run(folder, "small", f"small-{index}"), run(folder, "large", f"large-{index}")
            ratios.append(large / small)
            print(f"600,000 rows: {small:.1f} MB, 6,000,000 rows: {large:.1f} MB, {ratios[-1]:.3f}×", flush=True)
    print(f"peak memory, ten times the rows: median {statistics.median(ratios):.3f}×, {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
