"""Trains the demo's CNN on Fashion-MNIST and exports it as demo/fashion-cnn.pt.

    PYTHONPATH=python /usr/bin/python3 demo/train.py

One thread and a fixed seed: the same machine and torch version give the same weights; others give an accuracy within about 0.3 points.
"""

import argparse
import gzip
from pathlib import Path

import numpy
import torch
from torch import nn

from mirrored_export import export

EPOCHS = 8
LABEL_SMOOTHING = 0.05  # else many training rows reach a loss of exactly 0, whose gradient says nothing (paper §4.2, flat-loss escape)
MINI_BATCH_ROWS = 128
SEED = 0


class FashionCnn(nn.Module):
    """[B,28,28] in 0 … 1 → logits [B,10]. 0.32 M multiply-adds and 24 thousand parameters an image.

    The features are normalised before the head, so that a row's own ascent moves it more than it moves rows with larger features:
    without it a row leaked into the test set often ranks behind its class's most active images (demo/README.md).
    """

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=5, stride=2, padding=2),  # [B,16,14,14]
            nn.ReLU(),
            nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),  # [B,32,7,7]
            nn.ReLU(),
            nn.Flatten(),
            nn.LayerNorm(32 * 7 * 7),
        )
        self.head = nn.Linear(32 * 7 * 7, 10)

    def forward(self, image):
        return self.head(self.features(image.unsqueeze(1)))


def read_idx(path: Path) -> numpy.ndarray:
    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = numpy.frombuffer(content, ">i4", dimensions, offset=4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_rows(data: Path, part: str):
    """Images [N,28,28] float32 in 0 … 1 and labels [N] int64."""
    images = read_idx(data / f"{part}-images-idx3-ubyte.gz").astype(numpy.float32) / numpy.float32(255)
    labels = read_idx(data / f"{part}-labels-idx1-ubyte.gz").astype(numpy.int64)
    return torch.from_numpy(images), torch.from_numpy(labels)


def train(images: torch.Tensor, labels: torch.Tensor) -> nn.Module:
    torch.manual_seed(SEED)
    model = FashionCnn()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = len(images) // MINI_BATCH_ROWS * EPOCHS
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(images))
        for rows in order[: len(images) // MINI_BATCH_ROWS * MINI_BATCH_ROWS].split(MINI_BATCH_ROWS):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[rows]), labels[rows], label_smoothing=LABEL_SMOOTHING).backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}/{EPOCHS}", flush=True)
    return model.eval()


def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.inference_mode():
        predicted = torch.cat([model(part).argmax(1) for part in images.split(1000)])
    return (predicted == labels).double().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"), help="folder of the four IDX files")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fashion-cnn.pt")
    options = parser.parse_args()

    torch.set_num_threads(1)
    images, labels = read_rows(options.data, "train")
    model = train(images, labels)
    for part in ("train", "t10k"):
        print(f"{part} accuracy {accuracy(model, *read_rows(options.data, part)):.4f}")
    export(
        model,
        "cross_entropy",
        options.out,
        {"image": ((28, 28), "float32"), "label": ((), "int64")},
        rows={"image": images[:4], "label": labels[:4]},
    )


if __name__ == "__main__":
    main()
