"""Wraps module + loss as forward(named arguments) -> Tensor[B] in TorchScript."""

import difflib
import inspect
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

import torch
from torch import nn

from . import archive
from .archive import Argument, ExportError, Signature
from .check import check, example_rows, in_order

Loss = Union[str, Callable, nn.Module, None]


def export(
    module: nn.Module,
    loss: Loss,
    path: Union[str, Path],
    arguments: Dict[str, Tuple[Sequence[int], Union[str, torch.dtype]]],
    *,
    targets: Optional[Sequence[str]] = None,
    split: Optional[Tuple[nn.Module, nn.Module]] = None,
    rows: Optional[Dict[str, torch.Tensor]] = None,
) -> str:
    """Writes the archive once it is checked, prints what it holds, and returns its SHA-256. A failed check leaves what was at the path.

    The archive's forward takes `arguments` by name and returns loss(module(inputs…), targets…): float32 [B], unreduced.

    module     scriptable; takes the first arguments, as many as its own forward requires.
    loss       a function of torch.nn.functional or its name ("cross_entropy": called with reduction="none", averaged within a row);
               a scriptable function or nn.Module of (output, targets…) → [B]; None when the module itself returns the losses.
    arguments  name → (shape of one row, dtype such as "int64" or torch.int64), the module's first. Names bind to columns of the data.
    targets    the arguments the loss takes; default: those the module does not take. May repeat the module's (a language model's tokens).
    split      (backbone, head) with module = head ∘ backbone, for when only the head is trainable: the engine then runs the backbone
               once for all queries. The backbone returns a tensor or a tuple of tensors, the head's first arguments (without a loss,
               the head takes the targets after them). Checked bit for bit against `module`.
    rows       name → [B, *shape], tensors or numpy arrays: real rows to check with; default: seeded random ones (floats normal, integers 0 or 1).
    """
    path = Path(path)
    if not path.parent.is_dir() or path.is_dir():
        found = "is a folder" if path.is_dir() else f"lies in {path.parent}, which is no folder"
        raise ExportError(f"{path} {found}; expected the path of a file in a folder that is there, such as model.pt")
    declared = [_declare(name, declaration) for name, declaration in arguments.items()]
    names = [argument.name for argument in declared]
    call = _loss_call(loss)
    whole = _script(module, "module")
    inputs, columns = _divide(names, whole, "module", targets if call else [])
    _require_targets(call, columns, inputs)
    scripted = _define(call, {"module": whole}, _forward_source(names, inputs, columns, call))
    signature = Signature(tuple(declared))

    if split is not None:
        backbone, head = _script(split[0], "backbone"), _script(split[1], "head")
        inputs, columns = _divide(names, backbone, "backbone", targets)
        source = _split_source(names, inputs, columns, _feature_names(backbone), call)
        halves = _define(call, {"backbone": backbone, "head": head}, source)
        _require_equal(scripted, halves, in_order(declared, rows or example_rows(declared)))
        scripted, signature = halves, Signature(tuple(declared), tuple(inputs), tuple(columns))

    scripted.eval()
    unchecked = path.with_name(f".{path.name}.unchecked")
    try:
        archive.write(scripted, signature, unchecked)
        facts = check(unchecked, rows)
        unchecked.replace(path)
    finally:
        if unchecked.exists():
            unchecked.unlink()
    digest = archive.sha256(path)
    print(f"{path}: {path.stat().st_size:,} bytes, sha256 {digest}")
    for argument in declared:
        print(f"  argument  {argument}")
    if split is not None:
        print(f"  split     prefix({', '.join(inputs)}) → suffix({', '.join(['features…', *columns])})")
    print(f"  checked   {facts}")
    print(f"next: ./mirrored inspect {shlex.quote(str(path))}")
    return digest


def _declare(name: str, declaration) -> Argument:
    if not isinstance(declaration, (tuple, list)) or len(declaration) != 2:
        raise ExportError(f"argument '{name}' is declared as {declaration!r}; expected (shape of one row, dtype), such as ((1, 28, 28), 'float32')")
    shape, dtype = declaration
    return Argument(name, archive.dtype_name(dtype), tuple(shape) if isinstance(shape, (list, torch.Size)) else shape)


@dataclass(frozen=True)
class _LossCall:
    """How the generated source makes losses of `output` and the targets."""

    callee: str
    targets: Sequence[str]
    keywords: str = ""
    averages: bool = False
    module: Optional[nn.Module] = None
    function: Optional[torch.jit.ScriptFunction] = None


def _loss_call(loss: Loss) -> Optional[_LossCall]:
    if loss is None:
        return None
    if isinstance(loss, nn.Module):
        reduction = getattr(loss, "reduction", "none")
        if reduction != "none":
            kind = type(loss).__name__
            raise ExportError(f"loss {kind} has reduction='{reduction}', so rows lose their own loss; build it as {kind}(reduction='none')")
        return _LossCall("self.loss", _targets_of(loss.forward), module=loss)
    if not isinstance(loss, str) and not callable(loss):
        raise ExportError(f"loss is {type(loss).__name__}; expected a name in torch.nn.functional, a function, an nn.Module or None")

    name = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
    builtin = getattr(nn.functional, name, None)
    if isinstance(loss, str) or loss is builtin:
        if builtin is None or "reduction" not in inspect.signature(builtin).parameters:
            raise ExportError(f"torch.nn.functional has no loss '{name}'; expected one with a reduction, such as {_losses_like(name)}")
        return _LossCall(f"torch.nn.functional.{name}", _targets_of(builtin), ", reduction='none'", averages=True)
    if name == "<lambda>" or not (inspect.isroutine(loss) or isinstance(loss, torch.jit.ScriptFunction)):
        kind = "a lambda" if name == "<lambda>" else f"a {type(loss).__name__}"
        raise ExportError(f"loss is {kind}, whose source TorchScript cannot read; write it as a function with def, or name one of torch.nn.functional")
    try:
        return _LossCall("loss", _targets_of(loss), function=torch.jit.script(loss))
    except Exception as error:  # TorchScript raises kinds of its own; each means that the source is not scriptable
        raise ExportError(f"loss {name} is not scriptable: {archive.first_line(error)}\ntorch.jit.script({name}) shows where.") from error


def _targets_of(loss: Callable) -> List[str]:
    """What the loss must be given besides the output, where Python knows."""
    try:
        parameters = list(inspect.signature(loss).parameters.values())[1:]
    except ValueError:
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _losses_like(name: str) -> str:
    losses = [key for key, value in vars(nn.functional).items() if inspect.isfunction(value) and "reduction" in inspect.signature(value).parameters]
    return " or ".join(f"'{loss}'" for loss in difflib.get_close_matches(name, losses, n=2) or ("cross_entropy", "mse_loss"))


def _script(module: nn.Module, role: str) -> torch.jit.ScriptModule:
    if not isinstance(module, nn.Module):
        raise ExportError(f"{role} is {type(module).__name__}; expected a torch.nn.Module")
    if isinstance(module, torch.jit.TracedModule):
        raise ExportError(f"{role} was made by torch.jit.trace, which bakes in the mode it was traced in; pass the nn.Module itself")
    try:
        return torch.jit.script(module)
    except Exception as error:
        raise ExportError(
            f"{role} {type(module).__name__} is not scriptable: {archive.first_line(error)}\n"
            "TorchScript takes tensors (other arguments need a type) and neither *args, **kwargs nor Python objects; "
            "torch.jit.script(module) shows where."
        ) from error


def _divide(names: List[str], scripted, role: str, targets: Optional[Sequence[str]]) -> Tuple[List[str], List[str]]:
    """The arguments that `scripted` takes, and those that whatever follows it takes."""
    needed = archive.argument_names(scripted.forward)
    takes = f"the {role} takes {len(needed)} ({', '.join(needed)})"
    if len(needed) > len(names):
        raise ExportError(f"{takes}, but {len(names)} arguments are declared: {', '.join(names)}")
    inputs, rest = names[: len(needed)], names[len(needed) :]
    _refuse_slips(inputs, names, needed, takes)
    columns = rest if targets is None else list(targets)
    for name in columns:
        if name not in names:
            raise ExportError(f"targets hold '{name}', which is not declared; declared are {', '.join(names)}")
    for name in rest:
        if name not in columns:
            raise ExportError(f"nothing takes argument '{name}': {takes}, and the loss takes {', '.join(columns) or 'none'}")
    return inputs, columns


def _refuse_slips(inputs: List[str], names: List[str], needed: List[str], takes: str) -> None:
    """Arguments go to the module by position. Names of one's own are fine; some of the module's, or nearly one of them, are a slip."""
    uses_its_names = any(name in needed for name in names)
    for position, (found, expected) in enumerate(zip(inputs, needed), 1):
        if found != expected and (uses_its_names or difflib.get_close_matches(found, [expected], cutoff=0.8)):
            raise ExportError(
                f"argument {position} is '{found}'; expected '{expected}': {takes}, in this order. "
                f"Where the data call it otherwise, rename it in the run: --train-columns {expected}=<column>"
            )


def _require_targets(call: Optional[_LossCall], columns: List[str], inputs: List[str]) -> None:
    if call is not None and len(columns) < len(call.targets):
        raise ExportError(
            f"the loss takes {len(call.targets)} besides the output ({', '.join(call.targets)}), but {len(columns)} arguments are left for it: "
            f"the module takes {', '.join(inputs)}. Declare them after the module's, such as 'label': ((), 'int64'), or name them in targets=[…]"
        )


def _feature_names(backbone: torch.jit.ScriptModule) -> List[str]:
    """The backbone's outputs; a lone tensor is one feature, named without a number."""
    returned = backbone.forward.schema.returns[0].type
    kinds = [returned] if returned.kind() != "TupleType" else returned.elements()
    if any(kind.kind() != "TensorType" for kind in kinds):
        raise ExportError(f"the backbone returns {returned}; expected a tensor or a tuple of tensors (annotate it as Tuple[torch.Tensor, …])")
    return ["_feature"] if returned.kind() != "TupleType" else [f"_feature{index}" for index in range(len(kinds))]


def _forward_source(names, inputs, columns, call: Optional[_LossCall]) -> str:
    return f"def forward({_parameters(names)}) -> torch.Tensor:\n" + _losses_source(f"self.module({', '.join(inputs)})", columns, call)


def _split_source(names, inputs, columns, features, call: Optional[_LossCall]) -> str:
    is_tuple = features != ["_feature"]
    types = ", ".join(["torch.Tensor"] * len(features))
    backbone = f"self.backbone({', '.join(inputs)})"
    head = f"self.head({', '.join(features if call else features + columns)})"
    indexed = [f"_features[{index}]" for index in range(len(features))]
    return (
        f"def prefix({_parameters(inputs)}) -> Tuple[{types}]:\n"
        f"    return {backbone if is_tuple else f'({backbone},)'}\n"
        f"def suffix({_parameters(features + columns)}) -> torch.Tensor:\n{_losses_source(head, columns, call)}"
        f"def forward({_parameters(names)}) -> torch.Tensor:\n"
        f"    _features = self.prefix({', '.join(inputs)})\n"
        f"    return self.suffix({', '.join(indexed + columns)})\n"
    )


def _losses_source(output: str, columns, call: Optional[_LossCall]) -> str:
    if call is None:
        return f"    return {output}\n"
    losses = f"    _output = {output}\n    _losses = {call.callee}({', '.join(['_output', *columns])}{call.keywords})\n"
    average = "    if _losses.dim() > 1:\n        _losses = _losses.flatten(1).mean(1)\n" if call.averages else ""
    return losses + average + "    return _losses\n"


def _parameters(names: Sequence[str]) -> str:
    return ", ".join(["self", *(f"{name}: torch.Tensor" for name in names)])


def _define(call: Optional[_LossCall], parts: Dict[str, nn.Module], source: str) -> torch.jit.ScriptModule:
    """A module with the methods of the source: TorchScript takes argument names from there and knows no **kwargs."""
    # TorchScript shares a class's methods between its instances, so each export gets a class of its own.
    class Exported(nn.Module):
        pass

    holder = Exported()
    for name, part in parts.items():
        holder.add_module(name, part)
    if call is not None and call.module is not None:
        holder.add_module("loss", _script(call.module, "loss"))
    loss = call.function if call is not None else None  # noqa: F841 - the source finds it by this name
    scripted = torch.jit.script(holder)
    try:
        scripted.define(source)
    except RuntimeError as error:
        raise ExportError(f"module and loss do not fit together: {archive.first_line(error)}\nGenerated was:\n{source}") from error
    return scripted


def _require_equal(whole, halves, batch: List[torch.Tensor]) -> None:
    device = next(whole.parameters(), torch.empty(0)).device
    with torch.no_grad():
        expected, found = (scripted.eval()(*(tensor.to(device) for tensor in batch)) for scripted in (whole, halves))
    if not torch.equal(expected, found):
        gap = (expected - found).abs().max().item() if expected.shape == found.shape else f"shapes {list(expected.shape)}, {list(found.shape)}"
        raise ExportError(f"head(backbone(…)) is not the module: losses differ by up to {gap}; expected equal bits. Split the module at a layer boundary.")
