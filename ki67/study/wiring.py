"""What dvc.yaml says that a stage reads, and which stage writes it: for whoever runs one out of its turn."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ki67.base.errors import InputError
from ki67.settings.params import missing

PIPELINE = Path("dvc.yaml")
ITEM = "${"  # where the name of an item stands in a path
DATA = "data.dvc"  # what brings the dataset, which no stage writes


def refuse_out_of_turn(stage: str) -> None:
    """One line where a file that a stage reads is not there yet: what it is, and what to run first."""
    stages = _stages()
    for needed in _paths(stages.get(stage, {}), "deps"):
        if ITEM not in needed and not Path(needed).exists():
            raise InputError(f"{needed}: {_mend(needed, stages)}")


def _stages() -> Mapping[str, Mapping[str, Any]]:
    if not PIPELINE.is_file():
        raise InputError(missing(PIPELINE))
    return {name: stage.get("do", stage) for name, stage in yaml.safe_load(PIPELINE.read_text())["stages"].items()}


def _paths(stage: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Paths under `deps` or `outs`; DVC lets options follow a path."""
    return (entry if isinstance(entry, str) else next(iter(entry)) for entry in stage.get(kind, ()))


def _mend(needed: str, stages: Mapping[str, Mapping[str, Any]]) -> str:
    """What brings a file, or what lies in a folder: the stage that writes it, the dataset, or git."""
    for name, stage in stages.items():
        fixed = [out.partition(ITEM)[0] for out in _paths(stage, "outs")]
        if any(out and (out.startswith(needed) or needed.startswith(out)) for out in fixed):
            return f"not there yet; run `dvc repro {name}` first"
    if Path(needed).parts[0] == Path(DATA).stem:
        return f"not there yet; run `dvc repro {DATA}` first"
    return f"missing, and a part of the study; git checkout {needed} brings it back"
