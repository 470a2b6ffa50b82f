"""Making a real dataset the one that the study runs on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ki67.base.errors import InputError
from ki67.base.tables import write_json
from ki67.data import bcs1, breastpathq, patches_survey, sections_survey, shidc
from ki67.data.source import SCALE_MARK, SIMULATED_MARK, Source
from ki67.settings.names import DatasetName

MOST_ODDITIES = 20


class Survey(Protocol):
    """What was found in a dataset, whatever its layout."""

    @property
    def published(self) -> Source | None:
        """The published set, where this is it: its scale is known, and the paper's figures may stand beside its own."""
        ...

    @property
    def um_per_px(self) -> float | None:
        """The scale that its files tell themselves, of data of one's own too; none where pictures do not say."""
        ...

    @property
    def oddities(self) -> tuple[str, ...]:
        """What is odd but no reason to refuse the data."""
        ...

    def lines(self) -> list[str]:
        """What it holds, as lines that are printed once it is in place."""
        ...


@dataclass(frozen=True)
class Dataset:
    """A published layout: its name, the files and folders it consists of, how it is checked, and where oddities are kept."""

    layout: str
    parts: tuple[str, ...]
    extra: tuple[str, ...]  # what some sets have beside these
    survey: Callable[[Path], Survey]
    kept: str


DATASETS: dict[DatasetName, Dataset] = {
    "shidc": Dataset("SHIDC-B-Ki-67", shidc.PARTS, (), shidc.survey, "metrics/dataset.json after the split stage"),
    "breastpathq": Dataset(
        "BreastPathQ",
        breastpathq.PARTS,
        breastpathq.TEST_PARTS,
        patches_survey.survey,
        "metrics/cellularity_dataset.json after the patches stage",
    ),
    "bcs1": Dataset("BCS-1", bcs1.PARTS, bcs1.EXTRA_PARTS, sections_survey.survey, "metrics/slides.json after the slides stage"),
}


def use(path: Path, dataset: DatasetName, um_per_px: float | None = None) -> list[str]:
    """Check first, then copy to `data/<dataset>` and hand the folder to DVC; what was found, as lines to print."""
    if not Path("data.dvc").is_file():
        raise InputError("data.dvc: not here; run this at the top of the study")
    chosen = DATASETS[dataset]
    refuse_links(path, (*chosen.parts, *chosen.extra))
    found = chosen.survey(path)
    is_own = not (found.published or (path / SIMULATED_MARK).is_file())
    kept = kept_scale(path, chosen, is_own, um_per_px, found.um_per_px)
    parts = [part for part in (*chosen.parts, *chosen.extra, SIMULATED_MARK) if (path / part).exists()]
    put_in_place(path, parts, Path("data") / dataset, kept)
    Path("data.dvc").unlink()
    added = subprocess.run([sys.executable, "-m", "dvc", "add", "--quiet", "data"], capture_output=True, text=True)
    if added.returncode:
        raise InputError(f"data: DVC would not take it ({added.stderr.strip().splitlines()[-1]}); git checkout data.dvc")
    ending = "now: make reproduce (and `git checkout data.dvc` to go back to simulated tissue)"
    return [*summary(chosen, found, path, is_own), ending]


def kept_scale(path: Path, dataset: Dataset, is_own: bool, asked: float | None, told: float | None) -> float | None:
    """Data of one's own come with their scale, from the user or the files; what is simulated or published has one already."""
    if is_own and not (asked or told):
        raise InputError(f"{path}: not {dataset.layout} itself, by its counts, so data of your own; give --mpp, its µm per pixel")
    if not is_own and asked:
        raise InputError(f"{path}: the scale of this set is known; leave --mpp out")
    return (asked or told) if is_own else None


def refuse_links(path: Path, parts: Sequence[str]) -> None:
    """A link may lead out of the folder, or in a circle; what is copied has to lie in it."""
    for place, folders, files in (found for part in parts for found in os.walk(path / part)):
        for name in (*folders, *files):
            if Path(place, name).is_symlink():
                raise InputError(f"{Path(place, name)}: is a link; put the file itself there (cp --dereference copies so)")
    for part in parts:
        if (path / part).is_symlink():
            raise InputError(f"{path / part}: is a link; put the folder itself there (cp --dereference copies so)")


def put_in_place(path: Path, parts: Sequence[str], target: Path, um_per_px: float | None) -> None:
    """Copy beside and swap, so that a kill leaves the old dataset or the new one; simulated data keep the mark that says so."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        copy(path, parts, partial)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise InputError(f"{target}: not copied ({error.strerror or error}); make room, and run this again") from error
    if um_per_px is not None:
        write_json({"um_per_px": um_per_px}, partial / SCALE_MARK)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


def copy(path: Path, parts: Sequence[str], target: Path) -> None:
    """Files and folders of one folder into a new one."""
    target.mkdir(parents=True)
    for part in parts:
        if (path / part).is_dir():
            shutil.copytree(path / part, target / part)
        else:
            shutil.copyfile(path / part, target / part)


def summary(dataset: Dataset, found: Survey, path: Path, is_own: bool) -> list[str]:
    """What the dataset holds and what is odd about it."""
    whose = ", own data: nothing is set against the paper's figures" if is_own else ""
    lines = [f"{path}: {dataset.layout} layout{whose}", *found.lines()]
    lines.append(f"{len(found.oddities)} oddities" + (":" if found.oddities else ""))
    lines += [f"  {oddity}" for oddity in found.oddities[:MOST_ODDITIES]]
    if len(found.oddities) > MOST_ODDITIES:
        lines.append(f"  and {len(found.oddities) - MOST_ODDITIES} more, all in {dataset.kept}")
    return lines
