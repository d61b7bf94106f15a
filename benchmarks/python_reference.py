"""The fair baseline: Forward-INF as one would write it in Python.

    PYTHONPATH=python /usr/bin/python3 benchmarks/python_reference.py demo/fashion-cnn.pt <Fashion-MNIST's folder> <mini-batch rows>

Scores Fashion-MNIST for one query under torch.inference_mode, with one thread: losses under the base model and the ascended one, over rows read as uint8
from memory-mapped .npy files. Goes round for ever; prints the rows done and the CPU seconds they took.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "demo"))

from train import read_idx  # noqa: E402

ROWS_A_PART = 8192


def losses_of(model, images: numpy.ndarray, labels: numpy.ndarray, size: int) -> numpy.ndarray:
    """[N]; images [N,28,28] uint8 and labels [N] int64, both mapped."""
    losses = numpy.empty(len(labels), numpy.float32)
    with torch.inference_mode():
        for start in range(0, len(labels), size):
            part = slice(start, start + size)
            image = torch.from_numpy(images[part]).to(torch.float32).mul_(1 / 255)
            losses[part] = model(image, torch.from_numpy(labels[part])).numpy()
    return losses


def ascend(path: str, image: torch.Tensor, label: torch.Tensor):
    model = torch.jit.load(path).eval()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, maximize=True)
    model(image, label).mean().backward()
    optimizer.step()
    return model


def map_rows(data: Path, folder: Path):
    mapped = []
    for name, dtype in (("images-idx3", numpy.uint8), ("labels-idx1", numpy.int64)):
        path = folder / f"{name}.npy"
        numpy.save(path, read_idx(data / f"train-{name}-ubyte.gz").astype(dtype))
        mapped.append(numpy.load(path, mmap_mode="c"))  # copy on write: torch wants writable memory; nothing is written
    return mapped


def main() -> None:
    path, data, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        images, labels = map_rows(data, Path(folder))
    base = torch.jit.load(path).eval()
    ascended = ascend(path, torch.from_numpy(images[:1]).float() / 255, torch.from_numpy(labels[:1]))
    for model in (base, ascended):
        losses_of(model, images[: 4 * size], labels[: 4 * size], size)  # torch compiles on the first calls

    rows, start = 0, time.process_time()
    while True:
        for first in range(0, len(labels), ROWS_A_PART):
            part = slice(first, first + ROWS_A_PART)
            losses_of(ascended, images[part], labels[part], size) - losses_of(base, images[part], labels[part], size)
            rows += len(labels[part])
            print(rows, time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
