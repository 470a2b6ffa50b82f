"""Making a real dataset the one that the study runs on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ki67.cells import LABELS
from ki67.data import shidc
from ki67.errors import InputError
from ki67.params import nearest

DATASETS = {"shidc": shidc.survey}
MOST_ODDITIES = 20


def use(path: Path, dataset: str) -> list[str]:
    """Check first, then copy to `data/<dataset>` and hand the folder to DVC; what was found, as lines to print."""
    if dataset not in DATASETS:
        raise InputError(f"--as {dataset}: no such dataset{nearest(dataset, DATASETS)}")
    if not Path("data.dvc").is_file():
        raise InputError("data.dvc: not here; run this at the top of the study")
    lines = said(DATASETS[dataset](path), path)
    put_in_place(path, Path("data") / dataset)
    Path("data.dvc").unlink()
    added = subprocess.run([sys.executable, "-m", "dvc", "add", "--quiet", "data"], capture_output=True, text=True)
    if added.returncode:
        raise InputError(f"data: DVC would not take it ({added.stderr.strip().splitlines()[-1]}); git checkout data.dvc")
    return [*lines, "now: make reproduce (and `git checkout data.dvc` to go back to simulated tissue)"]


def put_in_place(path: Path, target: Path) -> None:
    """Copy beside and swap, so that a kill leaves the old dataset or the new one."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in shidc.PARTS:
        shutil.copytree(path / part, partial / part)
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)


def said(found: shidc.Survey, path: Path) -> list[str]:
    """What the dataset holds and what is odd about it."""
    lines = [f"{path}: SHIDC-B-Ki-67 layout"]
    for part, samples in found.parts.items():
        positive, negative, til = (found.counts[part][label] for label in LABELS)
        patients = len({sample.patient for sample in samples})
        lines.append(
            f"{part}: {len(samples)} pictures of {patients} patients; {positive} positive, {negative} negative, {til} TIL"
        )
    lines.append(f"{len(found.oddities)} oddities" + (":" if found.oddities else ""))
    lines += [f"  {oddity}" for oddity in found.oddities[:MOST_ODDITIES]]
    if len(found.oddities) > MOST_ODDITIES:
        lines.append(f"  and {len(found.oddities) - MOST_ODDITIES} more, all in metrics/dataset.json after the split stage")
    return lines
