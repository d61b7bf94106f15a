"""Checks an archive as the engine will use it. Every failure names its likely cause."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Union

import torch

from . import archive
from .archive import DTYPES, Argument, ExportError

ROWS = 4

# Same mini-batch size, so the same kernels in the same order: neighbours cannot change even the rounding of a row that ignores them.
# The slack covers kernels that choose an algorithm by value. A BatchNorm that uses batch statistics moves losses by 1e-2 and more.
NEIGHBOUR_TOLERANCE = 1e-5
# Another mini-batch size may sum in another order: float32 rounding times the depth of the model.
SIZE_TOLERANCE = 1e-3


def check(path: Union[str, Path], rows: Optional[Dict[str, torch.Tensor]] = None) -> str:
    """Loads the archive back and raises ExportError unless the engine can use it; returns what was found, in one line.

    rows  name → [B, *shape] with B ≥ 2, tensors or numpy arrays: real rows; default: seeded random ones (floats normal, integers 0 or 1).
    """
    scripted, signature = archive.read(Path(path))
    names = archive.argument_names(scripted.forward)
    if names != [a.name for a in signature.arguments]:
        raise ExportError(f"forward takes ({', '.join(names)}), {archive.EXTRA_FILE} names ({', '.join(a.name for a in signature.arguments)})")

    batch = in_order(signature.arguments, rows or example_rows(signature.arguments))
    count = len(batch[0])
    scripted.eval()
    losses = _first_losses(scripted, signature.arguments, batch)
    if not torch.isfinite(losses).all():
        raise ExportError(f"losses are {losses.tolist()}; expected finite ones. Pass rows=… when random rows make no sense to the model")
    if not torch.equal(losses, _losses_of(scripted, batch)):
        raise ExportError("two forwards of the same rows in eval mode differ; expected none. Is dropout or noise applied in eval mode?")

    _require_independent_rows(scripted, signature.arguments, batch, losses)
    parameters = _parameters_with_gradient(scripted, batch)
    mode = _require_live_modes(scripted, batch, losses)
    return f"{count} rows, losses float32 [B], independent of neighbours; gradients reach {parameters}; {mode}"


def example_rows(arguments: Sequence[Argument], seed: int = 0, count: int = ROWS) -> Dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {argument.name: _example(argument, generator, count) for argument in arguments}


def _example(argument: Argument, generator: torch.Generator, count: int) -> torch.Tensor:
    shape, dtype = (count, *argument.shape), DTYPES[argument.dtype]
    values = torch.randn(shape, generator=generator) if dtype.is_floating_point else torch.randint(0, 2, shape, generator=generator)
    return values.to(dtype)


def in_order(arguments: Sequence[Argument], rows: Dict[str, torch.Tensor]) -> List[torch.Tensor]:
    """The rows as tensors, in the order of the arguments."""
    batch = []
    for argument in arguments:
        if argument.name not in rows:
            raise ExportError(f"rows lack '{argument.name}'")
        try:
            found = torch.as_tensor(rows[argument.name])
        except (TypeError, ValueError, RuntimeError) as error:
            kind = type(rows[argument.name]).__name__
            raise ExportError(f"rows of '{argument.name}' are {kind}; expected a torch tensor or a numpy array: {archive.first_line(error)}") from error
        if tuple(found.shape[1:]) != argument.shape or found.dtype != DTYPES[argument.dtype]:
            raise ExportError(f"rows of '{argument.name}' are {found.dtype} {list(found.shape)}; expected {argument}")
        batch.append(found)
    return batch


def _first_losses(scripted, arguments: Sequence[Argument], batch: List[torch.Tensor]) -> torch.Tensor:
    try:
        return _losses_of(scripted, batch)
    except ExportError as error:
        narrow = _narrow_argument(scripted, arguments)
        if narrow is not None:
            raise ExportError(f"{error}\n{narrow}") from error
        named = _batched_arguments(scripted, arguments)
        if not named:
            raise
        shapes = "; ".join(f"'{argument.name}' {list(argument.shape)}, expected {list(argument.shape[1:])}" for argument in named)
        raise ExportError(f"{error}\nThe declared shapes seem to include the batch dimension: {shapes}. Declare the shape of one row.") from error


def _narrow_argument(scripted, arguments: Sequence[Argument]) -> Optional[str]:
    """Tells of the argument that forward takes once it has one more dimension, of 1."""
    for suspect in arguments:
        wide = replace(suspect, shape=(*suspect.shape, 1))
        others = [wide if argument is suspect else argument for argument in arguments]
        try:
            shape = _run(scripted, in_order(others, example_rows(others))).shape
        except ExportError:
            continue
        found, expected = (str(["B", *argument.shape]).replace("'", "") for argument in (suspect, wide))
        declare = f"Declare '{wide.name}' as ({wide.shape}, '{wide.dtype}'), or take" if len(shape) == 1 else "Take"
        return f"'{wide.name}' is declared {found}, where the output has {expected}; expected the same. {declare} the last dimension from the module's output with squeeze(-1)."
    return None


def _batched_arguments(scripted, arguments: Sequence[Argument]) -> List[Argument]:
    """The arguments without whose first dimension forward works."""
    shaped = [argument for argument in arguments if argument.shape]
    for suspects in [shaped, *([argument] for argument in shaped)]:
        fewer = [replace(argument, shape=argument.shape[1:]) if argument in suspects else argument for argument in arguments]
        try:
            _losses_of(scripted, in_order(fewer, example_rows(fewer)))
        except ExportError:
            continue
        return suspects
    return []


def _losses_of(scripted, batch: List[torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        return _forward(scripted, batch)


def _run(scripted, batch: List[torch.Tensor]) -> torch.Tensor:
    try:
        with warnings.catch_warnings():
            # A target that is broadcast mixes rows, and is refused for it.
            warnings.filterwarnings("ignore", message="Using a target size")
            return scripted(*batch)
    except (RuntimeError, IndexError, torch.jit.Error) as error:
        reason = [line for line in str(error).splitlines() if line.strip()][-1]
        raise ExportError(f"forward fails on {len(batch[0])} rows of the declared shapes: {reason}") from error


def _forward(scripted, batch: List[torch.Tensor]) -> torch.Tensor:
    losses = _run(scripted, batch)
    if not isinstance(losses, torch.Tensor):
        raise ExportError(f"forward returns {type(losses).__name__}; expected a tensor of losses, float32 [B]")
    if losses.dim() == 0:
        raise ExportError(f"forward returns a scalar; expected a loss per row, float32 [{len(batch[0])}]. Use reduction='none'")
    if losses.dtype != torch.float32:
        raise ExportError(f"forward returns {losses.dtype}; expected float32. End the loss in .float()")
    if losses.shape != (len(batch[0]),):
        raise ExportError(f"forward returns shape {list(losses.shape)} for {len(batch[0])} rows; expected [{len(batch[0])}]. Average within each row, e.g. losses.flatten(1).mean(1)")
    return losses


def _require_independent_rows(scripted, arguments, batch, losses) -> None:
    others = example_rows(arguments, seed=1, count=len(losses))
    # Row 0 stays; its neighbours become its copies (real values, always valid), then strangers.
    copies = [tensor[:1].repeat_interleave(len(losses), 0) for tensor in batch]
    strangers = [torch.cat([tensor[:1], others[argument.name][1:]]) for argument, tensor in zip(arguments, batch)]
    gap = max((losses[0] - _losses_of(scripted, neighbours)[0]).abs().item() for neighbours in (copies, strangers))
    if not gap <= NEIGHBOUR_TOLERANCE * max(1.0, abs(losses[0].item())):
        raise ExportError(
            f"a row's loss changes by {gap:.3g} in eval mode when its neighbours in the mini-batch change; expected 0. "
            f"Something mixes rows: {_suspects(scripted)}"
        )
    alone = _losses_of(scripted, [tensor[:1] for tensor in batch])[0]
    gap = (losses[0] - alone).abs().item()
    if not gap <= SIZE_TOLERANCE * max(1.0, abs(losses[0].item())):
        raise ExportError(f"a row's loss changes by {gap:.3g} when it is alone in its mini-batch; expected rounding only. {_suspects(scripted)}")


def _suspects(scripted) -> str:
    stateless = [
        name
        for name, module in scripted.named_modules()
        if module.original_name.startswith("BatchNorm") and getattr(module, "running_mean", None) is None
    ]
    if stateless:
        return f"'{stateless[0]}' is a BatchNorm without running statistics, so it uses those of the mini-batch; build it with track_running_stats=True"
    return "a BatchNorm called in train mode, a mean over the mini-batch, or a target of shape [B] against an output of shape [B,1]"


def _parameters_with_gradient(scripted, batch) -> str:
    parameters = list(scripted.parameters())
    losses = _forward(scripted, batch)
    if not losses.requires_grad:
        raise ExportError("no gradient reaches any parameter; expected at least one. Is forward under torch.no_grad, is the output detached, or is everything frozen?")
    gradients = torch.autograd.grad(losses.mean(), [p for p in parameters if p.requires_grad], allow_unused=True)
    reached = sum(gradient is not None and bool(gradient.abs().max() > 0) for gradient in gradients)
    if reached == 0:
        raise ExportError("every parameter's gradient is zero on the rows checked; pass rows=… on which the loss is not flat")
    return f"{reached} of {len(parameters)} parameters"


def _require_live_modes(scripted, batch, losses) -> str:
    """Train mode must do something where a module says it does: a traced module keeps the mode it was traced in."""
    moody = [name for name, module in scripted.named_modules() if _depends_on_mode(module)]
    if not moody:
        return "same in train and eval mode"
    scripted.train()
    changed = not torch.equal(losses, _losses_of(scripted, batch))
    scripted.eval()
    if not changed:
        raise ExportError(f"train mode changes no loss, though '{moody[0]}' depends on it; expected another. Was a part traced (torch.jit.trace)? Script it instead")
    return "train mode is live"


def _depends_on_mode(module) -> bool:
    name = module.original_name
    return name.startswith("BatchNorm") or ("Dropout" in name and getattr(module, "p", 0.0) > 0)
