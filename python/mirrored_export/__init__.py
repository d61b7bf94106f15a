"""Exports a PyTorch module and its loss as the TorchScript archive that Mirrored Influence scores."""

from .archive import Argument, ExportError
from .check import check
from .export import export

__all__ = ["Argument", "ExportError", "check", "export"]
