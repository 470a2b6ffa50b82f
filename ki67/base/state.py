"""Unfinished work, kept where DVC does not delete it, under a name made from what it depends on."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

STATE = Path(".ki67")


def hash_of(paths: list[Path]) -> str:
    """One hash over the content of files and folders: Python modules, frames, whatever an unfinished state must match."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def state_folder(stage: str, settings: dict[str, Any], paths: list[Path]) -> Path:
    """Where this very work is left when it is killed and found when it is run again; other settings or files, other folder."""
    return STATE / f"{stage}-{name_of(settings, hash_of(paths))}"


def name_of(*decisive: object) -> str:
    """A short name of all that unfinished work must share with a run that goes on with it."""
    text = json.dumps(decisive, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def publish(folder: Path, target: Path) -> None:
    """Finished work moves to where the pipeline looks, as a whole."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(folder, target)
