"""Forward-INF in plain torch, independent of the engine: what the engine's numbers are compared with.

    /usr/bin/python3 tests/reference/forward_inf.py cases/cnn/eval-sgd-1.spec.json

reads a run spec whose Arrow files lie beside .npz files of the same name, and writes its losses to <spec>.losses.npz. The steps are those of
the paper, in the order it gives them; nothing is shared, cached or streamed.
"""

import argparse
import fnmatch
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import numpy
import torch

import noise

DEFAULTS = {
    "ascent": {
        "direction": "ascent", "steps": 1, "optimizer": "adam", "learningRate": 5e-3, "momentum": 0.0, "weightDecay": 0.0,
        "mode": "eval", "repeat": 1, "trainable": ["*"], "flatLossEscape": None,
    },
    "score": {"estimator": "forward-inf", "rank": "proponents", "topK": 100, "miniBatchRows": 32, "draws": None},
    "escape": {"argument": None, "threshold": 5e-3, "radius": 3.0, "growth": 1.1, "targetLoss": 1e-2, "attemptsMax": 50},
}  # fmt: skip


@dataclass
class Losses:
    """base [D,N] and ascended [Q,D,N]; D = 1 without draws. Queries are named in order."""

    queries: List[str]
    base: numpy.ndarray
    ascended: numpy.ndarray


class Reference:
    """One run spec, evaluated in one floating-point type; parameters and noise are the same float32 values in any."""

    def __init__(self, spec_path: Path, dtype: torch.dtype = torch.float32):
        self.spec = json.loads(spec_path.read_text())
        self.folder = spec_path.parent
        self.dtype = dtype
        self.seed = self.spec.get("seed", 0)
        self.ascent_options = {**DEFAULTS["ascent"], **self.spec.get("ascent", {})}
        self.score = {**DEFAULTS["score"], **self.spec.get("score", {})}
        self.draws = self.score["draws"]
        if self.draws:
            self.draws = {"timestepArgument": None, "timesteps": 1000, **self.draws}
        extra = {"mirrored.json": ""}
        torch.jit.load(str(self.folder / self.spec["model"]["uri"]), _extra_files=extra)
        self.arguments = json.loads(extra["mirrored.json"])["arguments"]

    def run(self) -> Losses:
        train, test = (self._read(self.spec[part]["shards"]) for part in ("train", "test"))
        base_model = self.model()
        queries = self._queries(test)
        base = self.losses(base_model, train)
        ascended = [self.losses(self.ascend({name: rows[members] for name, rows in test.items()}), train) for members in queries.values()]
        return Losses(list(queries), base, numpy.stack(ascended))

    def model(self) -> torch.jit.ScriptModule:
        return torch.jit.load(str(self.folder / self.spec["model"]["uri"])).to(self.dtype).eval()

    def losses(self, model, rows) -> numpy.ndarray:
        """[D,N], in eval mode, mini-batch by mini-batch."""
        model.eval()
        count, size = len(rows["key"]), self.score["miniBatchRows"]
        found = numpy.empty((self.draw_count, count))
        with torch.no_grad():
            for draw in range(self.draw_count):
                for start in range(0, count, size):
                    part = slice(start, min(start + size, count))
                    found[draw, part] = model(*self._batch(rows, part, draw)).numpy()
        return found if self.dtype == torch.float64 else found.astype(numpy.float32)

    def ascend(self, query) -> torch.jit.ScriptModule:
        escape = self.ascent_options["flatLossEscape"]
        if escape is None or self.mean_loss(self.model(), query) >= {**DEFAULTS["escape"], **escape}["threshold"]:
            return self._ascend(query)
        return self._escape(query, {**DEFAULTS["escape"], **escape})

    def mean_loss(self, model, query) -> float:
        """Over rows and draws, in eval mode."""
        return float(self.losses(model, query).mean())

    def _escape(self, query, escape) -> torch.jit.ScriptModule:
        """The notebook's way out of a flat loss: ascend from a random point on a sphere around the query, ever further away."""
        floats = [a["name"] for a in self.arguments if a["dtype"].startswith("float") and a["name"] in query]
        argument = escape["argument"] or floats[0]
        for attempt in range(escape["attemptsMax"]):
            moved = dict(query)
            moved[argument] = query[argument].copy()
            for row, key in enumerate(query["key"]):
                shape = query[argument].shape[1:]
                direction = noise.normal(self.seed, int(key), attempt, int(numpy.prod(shape)), noise.DIRECTION).astype(numpy.float64)
                step = escape["radius"] * escape["growth"] ** attempt * direction / numpy.linalg.norm(direction)
                moved[argument][row] += step.reshape(shape).astype(query[argument].dtype)
            model = self._ascend(moved)
            if self.mean_loss(model, moved) >= escape["targetLoss"]:
                break
        return model

    def _ascend(self, query) -> torch.jit.ScriptModule:
        model, a = self.model(), self.ascent_options
        trainable = []
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(any(fnmatch.fnmatchcase(name, glob) for glob in a["trainable"]))
            if parameter.requires_grad:
                trainable.append(parameter)
        if a["mode"] == "train":
            model.train()
        elif a["mode"] == "train-owners":
            for module in model.modules():
                if any(p.requires_grad for p in module.parameters(recurse=False)):
                    module.training = True

        named = {"lr": a["learningRate"], "weight_decay": a["weightDecay"], "maximize": a["direction"] == "ascent"}
        if a["optimizer"] == "sgd":
            named["momentum"] = a["momentum"]
        optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[a["optimizer"]](trainable, **named)
        everything = slice(0, len(query["key"]))
        for _ in range(a["steps"]):
            optimizer.zero_grad()
            for draw in range(self.draw_count):
                batch = [torch.cat([tensor] * a["repeat"]) for tensor in self._batch(query, everything, draw)]
                (model(*batch).mean() / self.draw_count).backward()
            optimizer.step()
        return model

    @property
    def draw_count(self) -> int:
        return self.draws["count"] if self.draws else 1

    def _batch(self, rows, part: slice, draw: int) -> List[torch.Tensor]:
        batch = []
        for argument in self.arguments:
            name, shape = argument["name"], tuple(argument["shape"])
            if self.draws and name == self.draws["noiseArgument"]:
                count = int(numpy.prod(shape))
                values = numpy.stack([noise.normal(self.seed, int(key), draw, count).reshape(shape) for key in rows["key"][part]])
            elif self.draws and name == self.draws["timestepArgument"]:
                values = numpy.array([noise.timestep(self.seed, int(key), draw, self.draws["timesteps"]) for key in rows["key"][part]])
            else:
                values = rows[name][part]
            tensor = torch.from_numpy(numpy.ascontiguousarray(values))
            batch.append(tensor.to(self.dtype) if tensor.is_floating_point() else tensor)
        return batch

    def _read(self, shards: List[str]) -> Dict[str, numpy.ndarray]:
        """Columns by argument, and the row keys."""
        files = [numpy.load(self.folder / Path(shard).with_suffix(".npz")) for shard in shards]
        columns = {name: numpy.concatenate([file[name] for file in files]) for name in files[0].files}
        made = {self.draws["noiseArgument"], self.draws["timestepArgument"]} if self.draws else set()
        rows = {}
        for argument in self.arguments:
            name = argument["name"]
            if name in made:
                continue
            column = self.spec["train"].get("columns", {}).get(name, {})
            stored = columns[column.get("column", name)]
            value = stored * numpy.float64(column.get("scale", 1)) + numpy.float64(column.get("offset", 0))
            is_float = argument["dtype"].startswith("float")
            kept = value if is_float and self.dtype == torch.float64 else value.astype(argument["dtype"])
            rows[name] = kept.reshape(-1, *argument["shape"])
        identity = self.spec["train"].get("id")
        rows["key"] = columns[identity].astype(numpy.int64) if identity else numpy.arange(len(stored))
        self.columns = columns
        return rows

    def _queries(self, test) -> Dict[str, numpy.ndarray]:
        """Name → row indexes, in order of first appearance."""
        how = self.spec["test"].get("query", "row")
        if how == "all":
            return {"all": numpy.arange(len(test["key"]))}
        names = [str(value) for value in (test["key"] if how == "row" else self.columns[how])]
        return {name: numpy.array([row for row, other in enumerate(names) if other == name]) for name in dict.fromkeys(names)}


def influence(losses: Losses, estimator: str, direction: str) -> numpy.ndarray:
    """[Q,N]: the estimator of every draw, averaged over draws."""
    after, before = losses.ascended.astype(numpy.float64), losses.base.astype(numpy.float64)
    value = after - before
    if estimator == "skew":
        value = value / (after + before + 1e-3)
    return (value if direction == "ascent" else -value).mean(1).astype(losses.ascended.dtype)


def ranking(values: numpy.ndarray, rank: str, top_k: Optional[int] = None) -> numpy.ndarray:
    """Rows [K] in the total order: better first, then the smaller row; NaN never ranks."""
    better = {"proponents": values, "opponents": -values, "absolute": numpy.abs(values)}[rank]
    order = numpy.lexsort((numpy.arange(len(values)), -better))
    return order[~numpy.isnan(values[order])][:top_k]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--float64", action="store_true", help="evaluate model and ascent in float64")
    options = parser.parse_args()
    torch.set_num_threads(1)
    reference = Reference(options.spec, torch.float64 if options.float64 else torch.float32)
    losses = reference.run()
    values = influence(losses, reference.score["estimator"], reference.ascent_options["direction"])
    out = options.spec.with_name(options.spec.name.replace(".spec.json", "") + ".losses.npz")
    numpy.savez(out, base=losses.base, ascended=losses.ascended, influence=values)
    for name, row in zip(losses.queries, values):
        print(name, *ranking(row, reference.score["rank"], 5))
    print(out)


if __name__ == "__main__":
    main()
