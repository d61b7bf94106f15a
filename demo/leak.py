"""Data leakage (paper §4.2) with the Python reference: do training rows posing as test rows rank first among all 60,000?

    PYTHONPATH=python /usr/bin/python3 demo/leak.py                       # the demo's 20 rows under demo/spec.json
    PYTHONPATH=python /usr/bin/python3 demo/leak.py --random 200 --steps 2 --learning-rate 0.005
"""

import argparse
import sys
from pathlib import Path

import numpy
import torch

DEMO = Path(__file__).resolve().parent
sys.path[:0] = [str(DEMO.parent / "tests" / "reference"), str(DEMO)]

from forward_inf import Reference  # noqa: E402
from train import read_rows  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"), help="folder of the four IDX files")
    parser.add_argument("--random", type=int, help="this many rows, drawn with --seed, instead of leak-rows.txt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()

    torch.set_num_threads(1)
    reference = Reference(DEMO / "spec.json")
    if options.learning_rate:
        reference.ascent_options["learningRate"] = options.learning_rate
    if options.steps:
        reference.ascent_options["steps"] = options.steps
    images, labels = read_rows(options.data, "train")
    rows = {"image": images.numpy(), "label": labels.numpy(), "key": numpy.arange(len(labels))}
    if options.random:
        leaked = sorted(numpy.random.RandomState(options.seed).choice(len(labels), options.random, replace=False).tolist())
    else:
        leaked = [int(line) for line in (DEMO / "leak-rows.txt").read_text().split()]

    base = reference.losses(reference.model(), rows)[0]
    ranks, margins = [], []
    for row in leaked:
        model = reference.ascend({name: values[[row]] for name, values in rows.items()})
        size = numpy.abs(reference.losses(model, rows)[0] - base)
        ranks.append(1 + int((size > size[row]).sum()))
        margins.append(1 - numpy.delete(size, row).max() / size[row])
        print(f"leak-{row}: rank {ranks[-1]}, base loss {base[row]:.4f}, |difference| {size[row]:.4f}, next is {margins[-1]:.1%} behind", flush=True)
    print(f"{sum(rank == 1 for rank in ranks)} of {len(ranks)} rank first; worst rank {max(ranks)}; smallest margin {min(margins):.1%}")


if __name__ == "__main__":
    main()
