"""Makes tests/corpus/models/*.pt and ascents.json beside this file: /usr/bin/python3 tests/golden/torch/make.py

The models are a few KB each. ascents.json holds what torch.optim makes of them: the engine's ascent is compared with it. The loop below is
plain PyTorch on the eager modules, so nothing of TorchScript or of the engine has a part in the numbers.
"""

import copy
import itertools
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from archive import save  # noqa: E402

MODELS = HERE.parent.parent / "corpus" / "models"
ROWS = 5


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 5)
        self.out = nn.Linear(5, 3)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self.out(torch.tanh(self.hidden(x))), y, reduction="none")


class Split(Mlp):
    """As Mlp, cut into a prefix and a suffix."""

    @torch.jit.export
    def prefix(self, x: Tensor):
        return (torch.tanh(self.hidden(x)),)

    @torch.jit.export
    def suffix(self, features: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self.out(features), y, reduction="none")

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.suffix(self.prefix(x)[0], y)


class Normalised(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 5)
        self.norm = nn.BatchNorm1d(5)
        self.out = nn.Linear(5, 3)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.5, 1.5)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self.out(torch.tanh(self.norm(self.hidden(x)))), y, reduction="none")


class Tied(nn.Module):
    """One weight in two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4, bias=False)
        self.second.weight = self.first.weight

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self.second(torch.tanh(self.first(x))), y, reduction="none")


class Dropped(nn.Module):
    """Dropout: train mode draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(4, 3)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self.out(self.drop(x)), y, reduction="none")


class Denoiser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(5, 4)

    def forward(self, x: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        share = (timestep.to(torch.float32) / 10.0).unsqueeze(1)
        noised = (1.0 - share) * x + share * noise
        return (self.net(torch.cat([noised, share], 1)) - noise).square().mean(1)


class Scalar(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.weight).mean()


X = {"name": "x", "dtype": "float32", "shape": [4]}
Y = {"name": "y", "dtype": "int64", "shape": []}
NOISE = {"name": "noise", "dtype": "float32", "shape": [4]}
TIMESTEP = {"name": "timestep", "dtype": "int64", "shape": []}


def ascend(base: nn.Module, x: Tensor, y: Tensor, options: dict) -> dict:
    """What the engine must make of the same options, in the words of its run spec."""
    model = copy.deepcopy(base).eval()
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    keywords = {"lr": options["learningRate"], "weight_decay": options["weightDecay"], "maximize": options["direction"] == "ascent"}
    if options["optimizer"] == "sgd":
        keywords["momentum"] = options["momentum"]
    optimizer = kinds[options["optimizer"]](model.parameters(), **keywords)
    x, y = x.repeat(options["repeat"], 1), y.repeat(options["repeat"])
    before = model(x, y).mean().item()
    model.train(options["mode"] == "train")
    for _ in range(options["steps"]):
        optimizer.zero_grad()
        model(x, y).mean().backward()
        optimizer.step()
    model.eval()
    changed = {}
    for name, tensor in model.state_dict().items():
        if not torch.equal(tensor, base.state_dict()[name]) and not (name == "second.weight" and "first.weight" in changed):
            changed[name] = tensor.flatten().tolist()
    return {"lossBefore": before, "lossAfter": model(x, y).mean().item(), "tensors": changed}


def main() -> None:
    torch.manual_seed(0)
    MODELS.mkdir(parents=True, exist_ok=True)
    models = {"mlp": Mlp(), "normalised": Normalised(), "tied": Tied()}
    for name, model in models.items():
        save(MODELS / f"{name}.pt", torch.jit.script(model.eval()), arguments=[X, Y])
    save(MODELS / "split.pt", torch.jit.script(Split().eval()), arguments=[X, Y], prefix=["x"], suffix=["y"])
    save(MODELS / "dropped.pt", torch.jit.script(Dropped().eval()), arguments=[X, Y])
    save(MODELS / "denoiser.pt", torch.jit.script(Denoiser().eval()), arguments=[X, NOISE, TIMESTEP])
    save(MODELS / "scalar.pt", torch.jit.script(Scalar().eval()))
    x, y = torch.randn(ROWS, 4), torch.tensor([0, 1, 2, 0, 1])
    save(MODELS / "traced.pt", torch.jit.trace(models["normalised"].eval(), (x, y)))

    base_losses = {name: model.eval()(x, y).tolist() for name, model in models.items()}
    cases = []
    plain = {"repeat": 1, "mode": "eval", "momentum": 0.0}
    for (optimizer, momentum), direction, decay, steps in itertools.product(
        [("sgd", 0.0), ("sgd", 0.9), ("adam", 0.0), ("adamw", 0.0)], ["ascent", "descent"], [0.0, 0.1], [1, 3]
    ):
        options = {"optimizer": optimizer, "momentum": momentum, "direction": direction, "weightDecay": decay, "steps": steps}
        cases.append({"model": "mlp", "options": {**plain, **options, "learningRate": 0.05}})
    for model, optimizer, steps, mode in itertools.product(["normalised", "tied"], ["sgd", "adam"], [1, 3], ["eval", "train"]):
        if model == "normalised" or mode == "eval":
            options = {"optimizer": optimizer, "direction": "ascent", "weightDecay": 0.0, "steps": steps, "learningRate": 0.05, "mode": mode}
            cases.append({"model": model, "options": {**plain, **options, "repeat": 2}})
    for case in cases:
        case["expected"] = ascend(models[case["model"]], x, y, case["options"])
    document = {"x": x.flatten().tolist(), "y": y.tolist(), "baseLosses": base_losses, "cases": cases}
    text = json.dumps(document).replace('{"model"', '\n{"model"')
    (HERE / "ascents.json").write_text(text + "\n")


main()
