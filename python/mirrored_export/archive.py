"""The archive: a TorchScript file whose extra file mirrored.json names the arguments of forward."""

import hashlib
import io
import json
import keyword
import numbers
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import List, Tuple, Union

import torch

EXTRA_FILE = "mirrored.json"
FORMAT = 1
RESERVED = ("self", "torch", "loss")  # names that the generated source uses itself

DTYPES = {
    "bool": torch.bool,
    "uint8": torch.uint8,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "float16": torch.float16,
    "float32": torch.float32,
    "float64": torch.float64,
}


class ExportError(ValueError):
    """The model cannot be exported or failed its check; the message says what was found, what was expected and what to do."""


@dataclass(frozen=True)
class Argument:
    """One named tensor of forward: a mini-batch of it has shape [B, *shape]."""

    name: str
    dtype: str
    shape: Tuple[int, ...]

    def __post_init__(self):
        if not self.name.isidentifier() or keyword.iskeyword(self.name) or self.name.startswith("_") or self.name in RESERVED:
            raise ExportError(f"argument name {self.name!r} cannot be used in Python source; choose an identifier such as 'image'")
        if self.dtype not in DTYPES:
            raise ExportError(f"argument '{self.name}' has dtype {self.dtype!r}; expected one of {', '.join(DTYPES)}")
        if not isinstance(self.shape, tuple) or not all(isinstance(size, numbers.Integral) for size in self.shape):
            raise ExportError(f"argument '{self.name}' has shape {self.shape!r}; expected the sizes of one row as a tuple, such as (12,), or () for a number")
        if any(size < 1 for size in self.shape):
            raise ExportError(f"argument '{self.name}' has shape {list(self.shape)}; every size must be 1 or more, without the batch dimension")

    def __str__(self):
        return f"{self.name} {self.dtype} {['B', *self.shape]}".replace("'", "")


@dataclass(frozen=True)
class Signature:
    """What mirrored.json holds. prefix and suffix name the columns each half takes; both are empty when the model is not split."""

    arguments: Tuple[Argument, ...]
    prefix: Tuple[str, ...] = ()
    suffix: Tuple[str, ...] = ()

    def to_json(self) -> str:
        document = {
            "format": FORMAT,
            "arguments": [{"name": a.name, "dtype": a.dtype, "shape": list(a.shape)} for a in self.arguments],
        }
        if self.prefix:
            document["prefix"] = list(self.prefix)
            document["suffix"] = list(self.suffix)
        return json.dumps(document)

    @staticmethod
    def from_json(text: str) -> "Signature":
        document = json.loads(text)
        return Signature(
            tuple(Argument(a["name"], a["dtype"], tuple(a["shape"])) for a in document["arguments"]),
            tuple(document.get("prefix", ())),
            tuple(document.get("suffix", ())),
        )


def dtype_name(dtype: Union[str, torch.dtype]) -> str:
    return str(dtype).replace("torch.", "") if isinstance(dtype, torch.dtype) else dtype


def write(scripted: torch.jit.ScriptModule, signature: Signature, path: Path) -> None:
    """Writes the archive without the debug records: they hold the paths of the source files, and nothing reads them to run the model."""
    whole, stripped = io.BytesIO(), io.BytesIO()
    torch.jit.save(scripted, whole, _extra_files={EXTRA_FILE: signature.to_json()})
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(stripped, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(entry.filename), source.read(entry))
    path.write_bytes(stripped.getvalue())


def read(path: Path) -> Tuple[torch.jit.ScriptModule, Signature]:
    extra = {EXTRA_FILE: ""}
    try:
        scripted = torch.jit.load(str(path), map_location="cpu", _extra_files=extra)
    except (RuntimeError, ValueError) as error:
        raise ExportError(f"{path} is not a TorchScript archive: {first_line(error)}") from error
    if not extra[EXTRA_FILE]:
        raise ExportError(f"{path} holds no {EXTRA_FILE}; write it with mirrored_export.export")
    text = extra[EXTRA_FILE]
    return scripted, Signature.from_json(text.decode() if isinstance(text, bytes) else text)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def argument_names(method) -> List[str]:
    """Names of the arguments without a default that a scripted module's method takes, self left out."""
    return [a.name for a in method.schema.arguments[1:] if not a.has_default_value()]


def first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
