"""Models of the reference cases, all scriptable, all seeded by the caller. Each comes with its split where it has one."""

import math
from typing import List, Tuple

import torch
from torch import nn
from torch.nn import functional


class Mlp(nn.Sequential):
    """[B,F] → logits [B,C]; without hidden units it is logistic regression."""

    def __init__(self, features: int, hidden: List[int], classes: int):
        sizes = [features, *hidden]
        layers: List[nn.Module] = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        super().__init__(*layers, nn.Linear(sizes[-1], classes))


class Cnn(nn.Sequential):
    """[B,C,H,W] → logits. Two convolutions with BatchNorm."""

    def __init__(self, channels: int, width: int, classes: int):
        super().__init__(
            nn.Conv2d(channels, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(8 * width, classes),
        )


class ResidualBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(x)))))
        return functional.relu(y + self.shortcut(x))


class ResNet18(nn.Sequential):
    """The CIFAR variant: 3×3 stem, no stem pooling, 2-2-2-2 blocks of width, 2·width, 4·width, 8·width (width 64 in the papers)."""

    def __init__(self, width: int, classes: int):
        stages: List[nn.Module] = [nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())]
        inputs = width
        for stage in range(4):
            outputs = width * 2**stage
            stages.append(nn.Sequential(ResidualBlock(inputs, outputs, 1 if stage == 0 else 2), ResidualBlock(outputs, outputs, 1)))
            inputs = outputs
        super().__init__(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))

    def split(self) -> Tuple[nn.Module, nn.Module]:
        """Everything up to the last stage, and the rest."""
        parts = list(self)
        return nn.Sequential(*parts[:4]), nn.Sequential(*parts[4:])


class TransformerBlock(nn.Module):
    """Pre-norm, causal."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        rows, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(rows, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]  # [B,heads,T,width/heads]
        weights = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(width // self.heads)
        future = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        weights = weights.masked_fill(future, -float("inf")).softmax(-1)
        x = x + self.project(torch.matmul(weights, v).transpose(1, 2).reshape(rows, length, width))
        return x + self.mlp(self.norm2(x))


class Embedding(nn.Module):
    def __init__(self, vocabulary: int, length: int, width: int):
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.randn(length, width) * 0.02)

    def forward(self, tokens):
        return self.token(tokens) + self.position


class LanguageModel(nn.Sequential):
    """tokens [B,T] → logits [B,T,V]."""

    def __init__(self, vocabulary: int, length: int, width: int, heads: int, blocks: int):
        super().__init__(
            Embedding(vocabulary, length, width),
            *[TransformerBlock(width, heads) for _ in range(blocks)],
            nn.LayerNorm(width),
            nn.Linear(width, vocabulary),
        )

    def split(self) -> Tuple[nn.Module, nn.Module]:
        """Everything up to the last block, and the rest."""
        parts = list(self)
        return nn.Sequential(*parts[:-3]), nn.Sequential(*parts[-3:])


def next_token_loss(logits: torch.Tensor, tokens: torch.Tensor):
    """Mean over positions, per row."""
    return torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none").mean(1)


class ConditionedConv(nn.Module):
    """3×3 convolution, GroupNorm, SiLU, shifted by the time embedding."""

    def __init__(self, inputs: int, outputs: int, time: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.GroupNorm(4, outputs)
        self.time = nn.Linear(time, outputs)

    def forward(self, x, time):
        return functional.silu(self.norm(self.conv(x)) + self.time(time)[:, :, None, None])


class UNetBackbone(nn.Module):
    """Noising, time embedding, the way down, the middle and the first step up."""

    def __init__(self, channels: int, width: int, timesteps: int):
        super().__init__()
        self.width = width
        beta = torch.linspace(1e-4, 0.02, timesteps, dtype=torch.float64) * (1000 / timesteps)
        kept = torch.cumprod(1 - beta, 0).float()
        self.register_buffer("signal", kept.sqrt())
        self.register_buffer("spread", (1 - kept).sqrt())
        self.register_buffer("frequencies", torch.exp(-math.log(10000.0) * torch.arange(width // 2) / (width // 2)))
        self.time = nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2 * width))
        self.down1 = ConditionedConv(channels, width, 2 * width)
        self.down2 = ConditionedConv(width, 2 * width, 2 * width)
        self.middle = ConditionedConv(2 * width, 2 * width, 2 * width)

    def forward(self, image, timestep, noise) -> Tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        noisy = self.signal[timestep][:, None, None, None] * image + self.spread[timestep][:, None, None, None] * noise
        angle = timestep[:, None] * self.frequencies
        time = self.time(torch.cat([angle.sin(), angle.cos()], 1))
        skip = self.down1(noisy, time)
        deep = self.middle(self.down2(functional.avg_pool2d(skip, 2), time), time)
        return functional.interpolate(deep, scale_factor=2.0, mode="nearest"), skip, time


class UNetHead(nn.Module):
    """The last step up, the predicted noise, and the loss: its mean squared error per row."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.up = ConditionedConv(3 * width, width, 2 * width)
        self.out = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, deep, skip, time, noise):
        predicted = self.out(self.up(torch.cat([deep, skip], 1), time))
        return (predicted - noise).square().flatten(1).mean(1)


class UNet(nn.Module):
    """image, timestep [B], noise → losses [B]."""

    def __init__(self, channels: int, width: int, timesteps: int):
        super().__init__()
        self.backbone = UNetBackbone(channels, width, timesteps)
        self.head = UNetHead(channels, width)

    def forward(self, image, timestep, noise):
        deep, skip, time = self.backbone(image, timestep, noise)
        return self.head(deep, skip, time, noise)

    def split(self) -> Tuple[nn.Module, nn.Module]:
        return self.backbone, self.head
