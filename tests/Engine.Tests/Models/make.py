"""Makes the small TorchScript archives beside this file: /usr/bin/python3 make.py. Each takes named tensors and returns a loss a row."""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1] / "golden"))

from archive import save  # noqa: E402


class Classifier(nn.Module):
    """4×4 images, 3 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(16, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(self.out(torch.relu(self.hidden(image.flatten(1)))), label, reduction="none")


class Normalised(nn.Module):
    """As Classifier, with BatchNorm: train mode moves its running buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(16, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 3)

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(self.out(torch.relu(self.norm(self.hidden(image.flatten(1))))), label, reduction="none")


class Split(nn.Module):
    """As Classifier, cut into a prefix and a suffix."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(16, 8)
        self.out = nn.Linear(8, 3)

    @torch.jit.export
    def prefix(self, image: Tensor):
        return (torch.relu(self.hidden(image.flatten(1))),)

    @torch.jit.export
    def suffix(self, features: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(self.out(features), label, reduction="none")

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        features = self.prefix(image)
        return self.suffix(features[0], label)


class Denoiser(nn.Module):
    """Predicts the noise that was added to a latent of 2×2."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Linear(5, 4)

    def forward(self, latent: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        share = (timestep.to(torch.float32) / 10.0).unsqueeze(1)
        noised = (1.0 - share) * latent.flatten(1) + share * noise.flatten(1)
        return (self.net(torch.cat([noised, share], 1)) - noise.flatten(1)).square().mean(1)


class Exponential(nn.Module):
    """loss = exp(w·x): a large step along one row overflows rows like it, and no others."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(x @ self.weight)


class Bounded(nn.Module):
    """As Exponential, but it refuses a loss that is no number."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4))

    def forward(self, x: Tensor) -> Tensor:
        losses = torch.exp(x @ self.weight)
        assert bool(torch.isfinite(losses).all()), "a loss is no number"
        return losses


class Scalar(nn.Module):
    """A mean over rows, which is not a loss a row."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return (x @ self.weight).mean()


IMAGE = {"name": "image", "dtype": "float32", "shape": [1, 4, 4]}
LABEL = {"name": "label", "dtype": "int64", "shape": []}
X = {"name": "x", "dtype": "float32", "shape": [4]}
LATENT = [
    {"name": "latent", "dtype": "float32", "shape": [1, 2, 2]},
    {"name": "noise", "dtype": "float32", "shape": [1, 2, 2]},
    {"name": "timestep", "dtype": "int64", "shape": []},
]


def main() -> None:
    torch.manual_seed(0)
    classifier = Classifier()
    models = {
        "classifier": (classifier, {"arguments": [IMAGE, LABEL]}),
        "undeclared": (classifier, {}),
        "normalised": (Normalised(), {"arguments": [IMAGE, LABEL]}),
        "split": (Split(), {"arguments": [IMAGE, LABEL], "prefix": ["image"], "suffix": ["label"]}),
        "denoiser": (Denoiser(), {"arguments": LATENT}),
        "exponential": (Exponential(), {"arguments": [X]}),
        "bounded": (Bounded(), {"arguments": [X]}),
        "scalar": (Scalar(), {"arguments": [X]}),
    }
    for name, (module, declared) in models.items():
        save(FOLDER / f"{name}.pt", torch.jit.script(module.eval()), **declared)


main()
