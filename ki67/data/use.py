"""Making a real dataset the one that the study runs on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ki67.base.errors import InputError
from ki67.data import breastpathq, shidc
from ki67.data.tables import SIMULATED_MARK
from ki67.settings.names import DatasetName

MOST_ODDITIES = 20


class Survey(Protocol):
    """What was found in a dataset, whatever its layout."""

    @property
    def oddities(self) -> tuple[str, ...]:
        """What is odd but not wrong."""
        ...

    def lines(self) -> list[str]:
        """What it holds, to print."""
        ...


@dataclass(frozen=True)
class Dataset:
    """A published layout: its name, the files and folders it consists of, how it is checked, and where oddities are kept."""

    layout: str
    parts: tuple[str, ...]
    survey: Callable[[Path], Survey]
    kept: str


DATASETS: dict[DatasetName, Dataset] = {
    "shidc": Dataset("SHIDC-B-Ki-67", shidc.PARTS, shidc.survey, "metrics/dataset.json after the split stage"),
    "breastpathq": Dataset(
        "BreastPathQ", breastpathq.PARTS, breastpathq.survey, "metrics/cellularity_dataset.json after the patches stage"
    ),
}


def use(path: Path, dataset: DatasetName) -> list[str]:
    """Check first, then copy to `data/<dataset>` and hand the folder to DVC; what was found, as lines to print."""
    if not Path("data.dvc").is_file():
        raise InputError("data.dvc: not here; run this at the top of the study")
    chosen = DATASETS[dataset]
    lines = said(chosen, chosen.survey(path), path)
    put_in_place(path, chosen.parts, Path("data") / dataset)
    Path("data.dvc").unlink()
    added = subprocess.run([sys.executable, "-m", "dvc", "add", "--quiet", "data"], capture_output=True, text=True)
    if added.returncode:
        raise InputError(f"data: DVC would not take it ({added.stderr.strip().splitlines()[-1]}); git checkout data.dvc")
    return [*lines, "now: make reproduce (and `git checkout data.dvc` to go back to simulated tissue)"]


def put_in_place(path: Path, parts: tuple[str, ...], target: Path) -> None:
    """Copy beside and swap, so that a kill leaves the old dataset or the new one; simulated data keep the mark that says so."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for part in (*parts, *([SIMULATED_MARK] if (path / SIMULATED_MARK).is_file() else [])):
        if (path / part).is_dir():
            shutil.copytree(path / part, partial / part)
        else:
            shutil.copyfile(path / part, partial / part)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


def said(dataset: Dataset, found: Survey, path: Path) -> list[str]:
    """What the dataset holds and what is odd about it."""
    lines = [f"{path}: {dataset.layout} layout", *found.lines()]
    lines.append(f"{len(found.oddities)} oddities" + (":" if found.oddities else ""))
    lines += [f"  {oddity}" for oddity in found.oddities[:MOST_ODDITIES]]
    if len(found.oddities) > MOST_ODDITIES:
        lines.append(f"  and {len(found.oddities) - MOST_ODDITIES} more, all in {dataset.kept}")
    return lines
