"""The longest run: the study, or a part of it, in the profile `release`, kept in release/ with where it comes from."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import yaml

from ki67.base.hardware import processor
from ki67.base.tables import write_json
from ki67.engine.networks import first_network
from ki67.settings.names import ReleasePart
from ki67.study.costs import costs, minutes_of
from ki67.study.pipeline import PARTS, check_disk, clone, outputs_of, repro, stages_of
from ki67.study.results import main_results

CLONE, KEPT = Path("build/release"), Path("release")
RESULTS = ("metrics", "figures", "measurements")
OF_BOTH_RUNS = ("claims.*",)  # one page sets both beside the papers; a second one here would grow old unread
# Of a part: the first of them is kept beside its results.
NETWORKS: dict[ReleasePart, str] = {"pathonet": "models/tuned", "scorer": "models/scorer/tuned"}


def release() -> int:
    """The whole of it: in a clone under build/release, where it can be killed and run again, then kept in release/.

    The clone stays, so that the same command goes on where it was; `make clean` lets the next one start anew.
    """
    from ki67.bench.equal_f1 import benchmark_study
    from ki67.study.shipping import ship
    from ki67.weights import HERE

    clone("release", CLONE)
    check_disk(CLONE)
    repro(CLONE)
    benchmark_study(CLONE)
    for name in RESULTS:
        shutil.copytree(CLONE / name, KEPT / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OF_BOTH_RUNS))
    write_json(provenance(CLONE, stages_of(CLONE)), KEPT / "provenance.json")
    for part in PARTS:
        keep(part, CLONE, KEPT)
    ship(KEPT / "scorer", CLONE / "frames", HERE)
    print(main_results(KEPT / "metrics"))
    return 0


def release_part(part: ReleasePart) -> int:
    """One chapter of it alone, in the same clone; what the other chapters keep in release/ stays."""
    clone("release", CLONE)
    check_disk(CLONE)
    repro(CLONE, PARTS[part][-1])
    keep(part, CLONE, KEPT)
    print(f"{KEPT}/provenance_{part}.json and the results that it speaks of")
    return 0


def keep(part: ReleasePart, folder: Path, kept: Path) -> None:
    """What the stages of one part wrote, its network where it has one to keep, and its provenance."""
    for path in results_of(PARTS[part], folder):
        target = kept / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target)
    if part in NETWORKS:
        shutil.copytree(first_network(folder / NETWORKS[part]), kept / part, dirs_exist_ok=True)
    write_json(provenance(folder, PARTS[part]), kept / f"provenance_{part}.json")


def results_of(stages: Sequence[str], folder: Path) -> Iterator[Path]:
    """Metrics, figures and measurements that dvc.yaml says these stages write, every item of a matrix."""
    listed = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
    for stage in stages:
        for name in outputs_of(listed[stage]):
            if name.startswith(RESULTS):
                head, item, _ = name.partition("${item.")
                yield from sorted(folder.glob(head + "*" + name.partition("}")[2] if item else name))


def provenance(folder: Path, stages: Sequence[str]) -> dict[str, object]:
    """Where the figures of these stages come from: commit, settings, machine, packages, time."""
    settings = yaml.safe_load((folder / "params.yaml").read_text())  # by the clone's own schema, which may be an older one
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True, cwd=folder)
    return {
        "commit": head.stdout.strip(),
        "parameters": {stage: settings[stage] for stage in stages},
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in ("keras", "tensorflow-cpu", "numpy", "scikit-image")},
        "python": platform.python_version(),
        "wall_s": round(60 * minutes_of(stages, folder)),
        # What had been cut off: its time is that of the last attempt alone.
        "resumed": [name for stage in stages for name, cost in costs(stage, folder).items() if cost.resumed],
    }
