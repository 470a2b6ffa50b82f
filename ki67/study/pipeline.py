"""The study as a whole: every stage with the time left, then the book, and a profile in a clone of its own."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from ki67.base.errors import InputError
from ki67.settings.cellularity import Tissue
from ki67.settings.names import ProfileName
from ki67.settings.params import PARAMS, settings_of
from ki67.settings.profiles import apply
from ki67.settings.simulation import Simulate
from ki67.settings.slides import Sections
from ki67.study.book import build_book
from ki67.study.costs import WHOLE, cost_of_children, minutes, write_cost
from ki67.study.results import main_results

RUNNING = re.compile(r"Running stage '([^'@]+)@?([^']*)'")  # a stage, and the item of one that runs in parts
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


def repro(folder: Path, *targets: str) -> list[str]:
    """`dvc repro` in a folder, of all or of what some stages need, saying how much is left; the stages that ran."""
    environment = os.environ | {"PYTHONPATH": str(folder.resolve()), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "dvc", "repro", *targets]
    stages, ran = stages_of(folder), list[str]()
    expected = {stage: minutes(stage, folder) for stage in stages}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := RUNNING.search(line):
                stage, item = found.groups()
                left = sum(sum(expected[later].values()) for later in stages[stages.index(stage) :])
                print(f"\n== {stage} {item}".rstrip() + f": about {left:.0f} minutes left", flush=True)
                expected[stage].pop(f"{stage}-{item}", None)
                ran.append(stage)
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
