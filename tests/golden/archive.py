"""Writes TorchScript archives whose bytes are the same on every machine."""

import io
import json
import zipfile
from pathlib import Path


def save(path: Path, scripted, **declared) -> None:
    """Debug entries name the files of the machine the model was made on: they are left out. declared goes to mirrored.json, if there is any."""
    extra = {"mirrored.json": json.dumps({"format": 1, **declared})} if declared else {}
    archive = io.BytesIO(scripted.save_to_buffer(_extra_files=extra))
    with zipfile.ZipFile(archive) as made, zipfile.ZipFile(path, "w") as kept:
        for entry in made.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                kept.writestr(zipfile.ZipInfo(f"{path.stem}/{entry.filename.split('/', 1)[1]}"), made.read(entry))
