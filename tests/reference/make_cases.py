"""Writes the cases that the engine is compared with.

    /usr/bin/python3 tests/reference/make_cases.py --out out/cases

A folder per model: model.pt, train.npz, test.npz (and train/, test/ with an .npy per column), and per case <case>.spec.json with what the reference
finds: <case>.expected.npz with base [D,N], ascended [Q,D,N], id [N], influence, lossDifference [Q,N] and baseLoss [N] (means over draws), and
<case>.expected.json with the queries' names, their top rows and the tolerances (agreement.py). A spec names train.arrow and test.arrow beside it:
import the .npz files there first.
"""

import argparse
import contextlib
import hashlib
import io
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, Optional

import numpy
import torch
from torch.nn import functional

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "python"), str(Path(__file__).resolve().parent)]

import agreement  # noqa: E402
import data  # noqa: E402
import models  # noqa: E402
from forward_inf import Reference, influence, ranking  # noqa: E402
from mirrored_export import export  # noqa: E402


@dataclass(frozen=True)
class Size:
    rows: int
    queries: int
    width: int
    resnet_width: int
    side: int
    training_steps: int


SIZES = {"small": Size(rows=150, queries=2, width=8, resnet_width=4, side=16, training_steps=40),
         "full": Size(rows=1000, queries=2, width=32, resnet_width=64, side=32, training_steps=200)}  # fmt: skip


@dataclass
class Model:
    """A trained model, its data, and the cases run on it."""

    name: str
    module: torch.nn.Module
    loss: object
    arguments: Dict[str, tuple]
    make: Callable[[int, int], data.Columns]  # (seed, rows) → columns
    cases: Dict[str, dict]
    targets: Optional[list] = None
    split: bool = False
    columns: Dict[str, dict] = field(default_factory=dict)
    learning_rate: float = 2e-3


def ascent(optimizer: str, steps: int, learning_rate: float, mode: str = "eval", **more) -> dict:
    return {"optimizer": optimizer, "steps": steps, "learningRate": learning_rate, "mode": mode, "repeat": 1 if mode == "eval" else 2, **more}


def batch_norm_cases(rates: Dict[str, float]) -> Dict[str, dict]:
    return {
        f"{mode}-{optimizer}-{steps}": {"ascent": ascent(optimizer, steps, rates[optimizer], mode), "score": {"rank": "absolute"}}
        for mode in ("eval", "train")
        for optimizer in ("sgd", "adam")
        for steps in (1, 3)
    }


def all_models(size: Size):
    """Each is built when its turn comes, so that its weights depend on its own seed alone."""
    classes = 5
    head_only = {"trainable": ["head.*"]}

    def images(stored, side):
        return lambda seed, rows: data.images(seed, rows, 3, side, classes, stored)

    def labelled(side):
        return {"image": ((3, side, side), "float32"), "label": ((), "int64")}

    yield lambda: Model(
        "cnn", models.Cnn(3, size.width, classes), "cross_entropy", labelled(size.side), images("uint8", size.side), batch_norm_cases({"sgd": 1e-2, "adam": 1e-3}),
        columns={"image": {"scale": 1 / 64, "offset": -2.0}},
    )  # fmt: skip
    # 32 pixels leave 4 × 4 in the last stage. With 2 × 2 a channel's batch statistics come from 8 values, often all but equal, and Adam turns the
    # rounding of gradients that ought to be 0 into whole steps: float32 and float64 then part by as much as the influence itself.
    yield lambda: Model(
        "resnet18", models.ResNet18(size.resnet_width, classes), "cross_entropy", labelled(32), images("float32", 32),
        batch_norm_cases({"sgd": 1e-3, "adam": 1e-3}),
    )  # fmt: skip
    yield lambda: Model(
        "resnet18-split", models.ResNet18(size.resnet_width, classes), "cross_entropy", labelled(size.side), images("float16", size.side),
        {"head-eval-adam-1": {"ascent": ascent("adam", 1, 1e-3, **head_only)},
         "head-owners-sgd-3": {"ascent": ascent("sgd", 3, 1e-2, "train-owners", **head_only)},
         "train-sgd-1": {"ascent": ascent("sgd", 1, 1e-2, "train", **head_only)}},
        split=True,
    )  # fmt: skip
    yield lambda: Model(
        "lm", models.LanguageModel(64, 24, 4 * size.width, 4, 2), models.next_token_loss, {"tokens": ((24,), "int64")},
        lambda seed, rows: data.tokens(seed, rows, 24, 64),
        {"eval-adam-1": {"ascent": ascent("adam", 1, 1e-3)},
         "eval-sgd-3": {"ascent": ascent("sgd", 3, 1e-1, weightDecay=1e-3)},
         "head-adamw-3": {"ascent": ascent("adamw", 3, 1e-3, weightDecay=1e-2, **head_only)}},
        targets=["tokens"], split=True,
    )  # fmt: skip
    draws = {"draws": {"count": 3, "noiseArgument": "noise", "timestepArgument": "timestep", "timesteps": 50}}
    latent = ((4, 8, 8), "float32")
    yield lambda: Model(
        "unet", models.UNet(4, size.width, 50), None, {"image": latent, "timestep": ((), "int64"), "noise": latent},
        lambda seed, rows: data.latents(seed, rows, 4, 8),
        {"eval-adam-3": {"ascent": ascent("adam", 3, 1e-3), "score": {"rank": "absolute", **draws}, "seed": 7},
         "skew-sgd-1": {"ascent": ascent("sgd", 1, 1e-1), "score": {"estimator": "skew", **draws}, "seed": 7},
         "head-adam-1": {"ascent": ascent("adam", 1, 1e-3, **head_only), "score": draws, "seed": 2**63 + 11}},
        targets=["noise"], split=True,
    )  # fmt: skip
    vector = {"x": ((12,), "float32"), "label": ((), "int64")}
    yield lambda: Model(
        "logistic", models.Mlp(12, [], classes), "cross_entropy", vector, lambda seed, rows: data.vectors(seed, rows, 12, classes),
        {"descent-sgd-1": {"ascent": ascent("sgd", 1, 1e-1, direction="descent"), "score": {"rank": "opponents"}},
         "momentum-sgd-3": {"ascent": ascent("sgd", 3, 1e-1, momentum=0.9, weightDecay=1e-3)}},
    )  # fmt: skip
    yield lambda: Model(
        "mlp", models.Mlp(12, [32], classes), "cross_entropy", vector, lambda seed, rows: data.vectors(seed, rows, 12, classes),
        {"all-adam-1": {"ascent": ascent("adam", 1, 5e-3), "test": {"query": "all"}},
         "escape-adam-1": {"ascent": ascent("adam", 1, 5e-3, flatLossEscape={"threshold": 10.0, "targetLoss": 2.0}), "score": {"rank": "absolute"}}},
    )  # fmt: skip


def train(model: Model, rows: data.Columns, steps: int) -> None:
    """Enough steps for losses and running statistics to differ between rows."""
    optimizer = torch.optim.Adam(model.module.parameters(), lr=model.learning_rate)
    tensors = {}
    for name, (_, dtype) in model.arguments.items():
        if name in rows:
            spec = model.columns.get(name, {})
            tensors[name] = torch.from_numpy((rows[name] * spec.get("scale", 1) + spec.get("offset", 0)).astype(dtype))
    count = len(next(iter(tensors.values())))
    model.module.train()
    for _ in range(steps):
        picked = torch.randint(0, count, (32,))
        batch = [tensors[name][picked] if name in tensors else _random(model.arguments[name], len(picked)) for name in model.arguments]
        optimizer.zero_grad()
        _losses(model, batch).mean().backward()
        optimizer.step()
    model.module.eval()


def _random(argument, rows: int) -> torch.Tensor:
    shape, dtype = argument
    return torch.randint(0, 50, (rows,)) if dtype == "int64" else torch.randn(rows, *shape)


def _losses(model: Model, batch) -> torch.Tensor:
    if model.loss is None:
        return model.module(*batch)
    output = model.module(batch[0])
    return functional.cross_entropy(output, batch[1]) if model.loss == "cross_entropy" else model.loss(output, batch[0])


def write_case(folder: Path, name: str, model: Model, case: dict, top_k: int) -> dict:
    spec = {
        "model": {"uri": "model.pt", "sha256": hashlib.sha256((folder / "model.pt").read_bytes()).hexdigest()},
        "train": {"shards": ["train.arrow"], "id": "id", **({"columns": model.columns} if model.columns else {})},
        "test": {"shards": ["test.arrow"], **case.get("test", {})},
        "ascent": case["ascent"],
        "score": {"topK": top_k, "miniBatchRows": 32, "saveLosses": True, **case.get("score", {})},
        "seed": case.get("seed", 0),
    }
    path = folder / f"{name}.spec.json"
    path.write_text(json.dumps(spec, indent=2) + "\n")

    single, double = Reference(path), Reference(path, torch.float64)
    found = {}
    for reference in (single, double):
        losses = reference.run()
        found[reference.dtype] = {
            "base": losses.base,
            "ascended": losses.ascended,
            "influence": influence(losses, single.score["estimator"], single.ascent_options["direction"]),
            "lossDifference": influence(losses, "forward-inf", "ascent"),
            "baseLoss": losses.base.astype(numpy.float64).mean(0).astype(losses.base.dtype),
        }
    kept, exact = found[torch.float32], found[torch.float64]
    top = [ranking(values, single.score["rank"], top_k).tolist() for values in kept["influence"]]
    expected = {
        "queries": [{"name": query, "top": rows} for query, rows in zip(losses.queries, top)],
        "tolerance": {what: agreement.tolerance(kept[what], exact[what]) for what in kept},
        "float32Error": {what: float(numpy.abs(kept[what] - exact[what]).max()) for what in kept},
        "influenceDeviation": float(kept["influence"].std()),
    }
    numpy.savez(folder / f"{name}.expected.npz", id=numpy.load(folder / "train.npz")["id"], **kept)
    (folder / f"{name}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    return expected


def write_model(folder: Path, model: Model, size: Size) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = data.with_ids(model.make(1, size.rows), 0)
    data.write(rows, folder / "train")
    data.write(data.with_ids(model.make(2, size.queries), data.FIRST_TEST_ID), folder / "test")
    train(model, rows, size.training_steps)
    with contextlib.redirect_stdout(io.StringIO()):
        export(
            model.module, model.loss, folder / "model.pt", model.arguments,
            targets=model.targets, split=model.module.split() if model.split else None,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--models", nargs="*", help="only these")
    options = parser.parse_args()
    torch.set_num_threads(1)
    size = SIZES[options.size]
    started = time.perf_counter()
    print(f"{'case':34} {'float32 error':>14} {'tolerance':>10} {'deviation':>10}")
    for build in all_models(size):
        torch.manual_seed(0)
        model = build()
        if options.models and model.name not in options.models:
            continue
        folder = options.out / model.name
        write_model(folder, model, size)
        for name, case in model.cases.items():
            expected = write_case(folder, name, model, case, min(100, size.rows))
            error, allowed = expected["float32Error"]["influence"], expected["tolerance"]["influence"]
            print(f"{model.name + '/' + name:34} {error:14.2e} {allowed:10.2e} {expected['influenceDeviation']:10.2e}", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
