"""The study as a whole: every stage with the time left, then the book, and a profile in a clone of its own."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ki67.base.errors import InputError
from ki67.settings.cellularity import Tissue
from ki67.settings.names import ProfileName, ReleasePart
from ki67.settings.params import PARAMS, settings_of
from ki67.settings.profiles import apply
from ki67.settings.simulation import Simulate
from ki67.settings.slides import Sections
from ki67.study.book import build_book
from ki67.study.costs import WHOLE, cost_of_children, minutes, write_cost
from ki67.study.results import main_results

RUNNING = re.compile(r"Running stage '([^'@]+)@?([^']*)'")  # a stage, and the item of one that runs in parts
PARTS: dict[ReleasePart, tuple[str, ...]] = {  # what can be run for itself: its stages, the last of which needs all of them
    "pathonet": ("simulate", "split", "train", "tune", "classical", "evaluate"),
    "scorer": ("scorer",),
    "backends": ("backends", "backends_compared"),
    "cellularity": ("tissue", "patches", "segment", "boost", "regress", "cellularity"),
    "slides": ("sections", "slides", "patchwise", "clustered", "refine", "slides_compared"),
    "masks": ("masks", "masks_unet", "masks_judged"),
}
FROM_HE = frozenset(PARTS["cellularity"] + PARTS["slides"])
DRAWN = ("split", "patches", "slides")  # all pictures drawn and read: what both halves start from
ALONE = ("energy", "claims")  # one is measured while nothing else runs, the other reads all
MEGABYTES_PER_FIELD = 1.6  # a field as generated, imported and cached, and its share of the frames
MEGABYTES_PER_PATCH = 0.6  # an H&E patch, the same way
MEGABYTES_PER_MEGAPIXEL = 0.5  # of a whole section, the same way
MEGABYTES_BESIDE = 4500  # models (DeepLab on Xception and its optimiser alone 500), checkpoints, the book, room to breathe


def megabytes_needed(fields: Simulate, tissue: Tissue, whole: Sections) -> float:
    """What the study will write at most."""
    pictures = fields.patients * fields.fields_per_patient + fields.test_patients * fields.test_fields_per_patient
    scored = tissue.patients * tissue.slides_per_patient * tissue.patches_per_slide
    tested = tissue.test_patients * tissue.slides_per_patient * tissue.test_patches_per_slide
    patches = scored + tested + tissue.annotated_patients * tissue.annotated_per_patient
    sections = (whole.patients + whole.test_patients) * whole.sections_per_patient
    megapixels = sections * (whole.side_um / whole.um_per_px) ** 2 / 1e6
    small = pictures * MEGABYTES_PER_FIELD + patches * MEGABYTES_PER_PATCH
    return MEGABYTES_BESIDE + small + megapixels * MEGABYTES_PER_MEGAPIXEL


def check_disk(folder: Path) -> None:
    """Refuse to start what would fill the disk an hour later."""
    settings = folder / PARAMS
    fields, tissue, sections = settings_of(Simulate, settings), settings_of(Tissue, settings), settings_of(Sections, settings)
    needed = megabytes_needed(fields, tissue, sections)
    free = shutil.disk_usage(folder).free / 1e6
    if free < needed:
        raise InputError(f"{folder}: {free / 1000:.1f} GB free, the study needs {needed / 1000:.1f} GB; make room first")


def stages_of(folder: Path) -> list[str]:
    """The stages in the order in which dvc.yaml lists them."""
    return list(yaml.safe_load((folder / "dvc.yaml").read_text())["stages"])


def outputs_of(stage: Mapping[str, Any]) -> list[str]:
    """What a stage of dvc.yaml writes: there an output is a name, or a mapping of one name to how DVC keeps it."""
    return [out if isinstance(out, str) else next(iter(out)) for out in stage["outs"]]


@dataclass(frozen=True)
class Remaining:
    """What is left of the minutes that stages took when they were last measured; those side by side count once."""

    minutes: dict[str, dict[str, float]]

    def starts(self, stage: str, item: str) -> float:
        """The minutes from here to the end; the item that starts is not in the next answer, nor is what came before it."""
        stages = list(self.minutes)
        beside = [other for other in stages if (other in FROM_HE) == (stage in FROM_HE)]
        for earlier in stages if stage in ALONE else beside:
            if stages.index(earlier) < stages.index(stage):
                self.minutes[earlier].clear()
        he, fields = (sum(sum(self.minutes[s].values()) for s in half) for half in halves(stages))
        self.minutes[stage].pop(f"{stage}-{item}", None)
        return max(he, fields) + sum(sum(self.minutes[s].values()) for s in ALONE if s in self.minutes)


def halves(stages: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is learnt from H&E tissue, and what from fields of Ki-67: neither reads what the other writes."""
    return [s for s in stages if s in FROM_HE], [s for s in stages if s not in FROM_HE and s not in ALONE]


def repro(folder: Path, *targets: str) -> list[str]:
    """`dvc repro` of what some stages need, or of all with two halves side by side; the stages that ran."""
    remaining = Remaining({stage: minutes(stage, folder) for stage in stages_of(folder)})
    if targets:
        return _repro(folder, remaining, targets)
    ran = _repro(folder, remaining, DRAWN)
    he, fields = halves(list(remaining.minutes))
    with ThreadPoolExecutor() as lanes:
        # One of the two draws no bars: on one terminal they would write over each other.
        beside = lanes.submit(_repro, folder, remaining, ["--single-item", *he], {"TQDM_DISABLE": "1"})
        ran += _repro(folder, remaining, ["--single-item", *fields])
        ran += beside.result()
    return ran + _repro(folder, remaining, [])


def _repro(folder: Path, remaining: Remaining, asked: Sequence[str], quietly: Mapping[str, str] = {}) -> list[str]:
    """One `dvc repro`, saying how much is left; the stages that ran."""
    environment = {**os.environ, "PYTHONPATH": str(folder.resolve()), "PYTHONUNBUFFERED": "1", **quietly}
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", *asked]
    ran = list[str]()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := RUNNING.search(line):
                left = remaining.starts(*found.groups())
                print(f"\n== {' '.join(found.groups())}".rstrip() + f": about {left:.0f} minutes left", flush=True)
                ran.append(found[1])
            elif not line.startswith((">", "Updating", "Generating")) and line.strip():
                print(line, end="", flush=True)
    if process.returncode:
        raise InputError(f"dvc repro stopped at {ran[-1] if ran else 'its start'}: mend what it says above and run this again")
    return ran


def reproduce() -> int:
    """The one command: everything that is not up to date, then the book, then the results; timed where all of it ran."""
    started = time.monotonic()
    check_disk(Path())
    ran = repro(Path())
    built = build_book()
    if set(ran) == set(stages_of(Path())):
        write_cost(cost_of_children(time.monotonic() - started, resumed=False), WHOLE)
    print(main_results(Path("metrics")))
    return built


def clone(profile: ProfileName, folder: Path) -> None:
    """The study as it stands in this work tree, in a clone of its own and in another profile; one that is there is kept."""
    if (folder / ".git").is_dir():
        return
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")[:-1]:
        if Path(name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, folder / name)
    apply(profile, folder / PARAMS)
