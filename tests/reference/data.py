"""Small seeded data sets with something to learn in them. Each column is a numpy array whose first dimension is the rows."""

from pathlib import Path
from typing import Dict

import numpy

Columns = Dict[str, numpy.ndarray]
FIRST_TEST_ID = 1_000_000


def images(seed: int, rows: int, channels: int, side: int, classes: int, stored: str) -> Columns:
    """A smooth pattern per class, dimmed, plus noise; a tenth of the labels is wrong. stored: uint8 in 0 … 255, else floats around 0."""
    generator = numpy.random.RandomState(seed)
    shared = numpy.random.RandomState(0)
    coarse = shared.randn(classes, channels, 4, 4)
    patterns = numpy.kron(coarse, numpy.ones((1, 1, side // 4, side // 4)))
    labels = generator.randint(0, classes, rows)
    values = patterns[labels] * generator.uniform(0.3, 1, (rows, 1, 1, 1)) + generator.randn(rows, channels, side, side) * 0.5
    wrong = generator.rand(rows) < 0.1
    labels = numpy.where(wrong, generator.randint(0, classes, rows), labels).astype(numpy.int64)
    if stored == "uint8":
        values = numpy.clip(values * 40 + 128, 0, 255)
    return {"image": values.astype(stored), "label": labels}


def vectors(seed: int, rows: int, features: int, classes: int) -> Columns:
    generator = numpy.random.RandomState(seed)
    centres = numpy.random.RandomState(0).randn(classes, features)
    labels = generator.randint(0, classes, rows)
    return {"x": (centres[labels] + generator.randn(rows, features)).astype(numpy.float32), "label": labels.astype(numpy.int64)}


def tokens(seed: int, rows: int, length: int, vocabulary: int) -> Columns:
    """A Markov chain in which each token has four likely successors."""
    generator = numpy.random.RandomState(seed)
    successors = numpy.random.RandomState(0).randint(0, vocabulary, (vocabulary, 4))
    chain = numpy.empty((rows, length), numpy.int32)
    chain[:, 0] = generator.randint(0, vocabulary, rows)
    for position in range(1, length):
        likely = successors[chain[:, position - 1], generator.randint(0, 4, rows)]
        chain[:, position] = numpy.where(generator.rand(rows) < 0.9, likely, generator.randint(0, vocabulary, rows))
    return {"tokens": chain}


def latents(seed: int, rows: int, channels: int, side: int) -> Columns:
    """Blobs at random places, stored as float16 like precomputed latents."""
    generator = numpy.random.RandomState(seed)
    grid = numpy.arange(side)
    centre = generator.uniform(0, side, (rows, channels, 2, 1))
    along, across = (numpy.exp(-((grid - centre[:, :, axis]) ** 2) / side) for axis in (0, 1))
    return {"image": (2 * along[:, :, :, None] * across[:, :, None, :] - 1).astype(numpy.float16)}


def with_ids(columns: Columns, first: int) -> Columns:
    count = len(next(iter(columns.values())))
    return {"id": numpy.arange(first, first + count, dtype=numpy.int64), **columns}


def write(columns: Columns, path: Path) -> None:
    """<path>.npz, and <path>/<column>.npy for readers that want one array at a time."""
    numpy.savez(path.with_suffix(".npz"), **columns)
    path.mkdir(exist_ok=True)
    for name, values in columns.items():
        numpy.save(path / f"{name}.npy", values)
