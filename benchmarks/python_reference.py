"""The fair baseline: Forward-INF as one would write it in Python, at its best mini-batch size.

    PYTHONPATH=python /usr/bin/python3 benchmarks/python_reference.py --threads 1

Reads Fashion-MNIST rows from memory-mapped .npy files, as uint8, and scores one query with the demo's model under torch.inference_mode:
cold = losses under the base model and the ascended one, warm = the ascended one alone, the base losses being kept from before. Prints one JSON
object: rows scored per second of wall time, and per second of CPU time, which a busy machine disturbs less.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy
import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "demo"))

from train import read_idx  # noqa: E402

MINI_BATCH_ROWS = (8, 16, 32, 64, 128, 256, 512)


def losses_of(model, images: numpy.ndarray, labels: numpy.ndarray, size: int) -> numpy.ndarray:
    """[N]; images [N,28,28] uint8 and labels [N] int64, both mapped."""
    losses = numpy.empty(len(labels), numpy.float32)
    with torch.inference_mode():
        for start in range(0, len(labels), size):
            part = slice(start, start + size)
            image = torch.from_numpy(images[part]).to(torch.float32).mul_(1 / 255)
            losses[part] = model(image, torch.from_numpy(labels[part])).numpy()
    return losses


def ascend(path: Path, image: torch.Tensor, label: torch.Tensor):
    model = torch.jit.load(str(path)).eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, maximize=True)
    model(image, label).mean().backward()
    optimizer.step()
    return model


def timed(repeats: int, work):
    """Seconds of wall and of CPU time of the fastest repeat."""
    best = (float("inf"), float("inf"))
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    return best


def map_rows(data: Path, folder: Path, rows: int):
    """The first rows as mapped .npy files; past the data set's end it is repeated."""
    mapped = []
    for name, dtype in (("images-idx3", numpy.uint8), ("labels-idx1", numpy.int64)):
        values = read_idx(data / f"train-{name}-ubyte.gz").astype(dtype)
        path = folder / f"{name}.npy"
        numpy.save(path, numpy.concatenate([values] * -(-rows // len(values)))[:rows])
        mapped.append(numpy.load(path, mmap_mode="c"))  # copy on write: torch wants writable memory; nothing is written
    return mapped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "demo" / "fashion-cnn.pt")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--mini-batch-rows", type=int, help="only this size; default: the fastest of " + ", ".join(map(str, MINI_BATCH_ROWS)))
    parser.add_argument("--repeats", type=int, default=3, help="the fastest counts")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        images, labels = map_rows(options.data, Path(folder), options.rows)
        base = torch.jit.load(str(options.model)).eval()
        ascended = ascend(options.model, torch.from_numpy(images[:1]).float() / 255, torch.from_numpy(labels[:1]))

        probe = slice(0, min(options.rows, 8192))
        sizes = [options.mini_batch_rows] if options.mini_batch_rows else MINI_BATCH_ROWS
        rates = {}
        for size in sizes:
            losses_of(base, images[: 4 * size], labels[: 4 * size], size)  # torch compiles on the first calls
            rates[size] = len(labels[probe]) / timed(options.repeats, lambda: losses_of(base, images[probe], labels[probe], size))[1]
        best = max(rates, key=rates.get)

        def cold():
            return losses_of(ascended, images, labels, best) - losses_of(base, images, labels, best)

        kept = losses_of(base, images, labels, best)
        cold_wall, cold_cpu = timed(options.repeats, cold)
        warm_wall, warm_cpu = timed(options.repeats, lambda: losses_of(ascended, images, labels, best) - kept)
    print(
        json.dumps(
            {
                "engine": "python",
                "torch": torch.__version__,
                "threads": options.threads,
                "rows": options.rows,
                "miniBatchRows": best,
                "forwardRowsPerCpuSecond": {str(size): round(rate) for size, rate in rates.items()},
                "coldRowsPerSecond": round(options.rows / cold_wall),
                "warmRowsPerSecond": round(options.rows / warm_wall),
                "coldRowsPerCpuSecond": round(options.rows / cold_cpu),
                "warmRowsPerCpuSecond": round(options.rows / warm_cpu),
            }
        )
    )


if __name__ == "__main__":
    main()
