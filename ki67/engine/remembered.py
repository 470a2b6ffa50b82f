"""Which precision `ki67 doctor` found best on this machine, remembered for each model."""

import json
from pathlib import Path
from typing import Any

import typer

from ki67.base.files import write_whole
from ki67.engine.names import PRECISIONS, Precision

EXACT: Precision = "float32"  # where nobody measured, nothing is assumed


def place() -> Path:
    """Where it is remembered."""
    return Path(typer.get_app_dir("ki67")) / "doctor.json"


def remembered(digest: str, machine: str) -> Precision:
    """The precision for this model on this machine."""
    found = _all().get(f"{machine}/{digest}")
    return found if found in PRECISIONS else EXACT


def remember(digest: str, machine: str, precision: Precision) -> None:
    """Keep what was found."""
    write_whole(place(), [json.dumps(_all() | {f"{machine}/{digest}": precision}, indent=1) + "\n"])


def _all() -> dict[str, Any]:
    try:
        found = json.loads(place().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
