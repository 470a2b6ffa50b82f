"""The network of `ki67 cellularity` on real H&E patches: a check during development. Nothing is trained or tuned on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ki67.base.errors import InputError
from ki67.data.breastpathq import LABEL_COLUMNS, read_rows, score_of
from ki67.pictures.header import header
from ki67.tiles.model import CellularityModel
from ki67.tiles.scorer import CellularityScorer

FOLDER, LABELS, NUCLEI = "breastpathq", "train_labels.csv", "cells"
LISTED = 50  # patches that are told one by one


@dataclass(frozen=True)
class Compared:
    """What the network says of a patch, and what a pathologist said, where that is known."""

    name: str
    cellularity: float | None
    label: float | None


def check_patches(folder: Path, model: CellularityModel) -> dict[str, Any]:
    """Every patch in a folder through the command's own way, beside its label."""
    labels = labels_in(folder)
    paths = sorted(path for path in folder.rglob("*.tif") if NUCLEI not in path.relative_to(folder).parts)
    if not paths:
        raise InputError(f"{folder}: no patches in it; expected SLIDE_RID.tif as published")
    with CellularityScorer(model, at_once=1) as scorer:
        results = [scorer.score(path.stem, header(path)).result for path in paths]
    found = [Compared(result.image, result.cellularity, labels.get(result.image)) for result in results]
    return {"images": len(found), "model": model.digest, **against_labels(found), "patches": _listed(found[:LISTED])}


def labels_in(folder: Path) -> dict[str, float]:
    """The scores by `SLIDE_RID`, from the published table where there is one."""
    return {
        f"{slide}_{rid}": score_of(table, line, y)
        for table in sorted(folder.rglob(LABELS))
        for line, (slide, rid, y) in read_rows(table, LABEL_COLUMNS)
    }


def against_labels(found: Sequence[Compared]) -> dict[str, Any]:
    """How far the network is from the labels that are known."""
    errors = [one.cellularity - one.label for one in found if one.cellularity is not None and one.label is not None]
    return {"labelled": len(errors), "mse": sum(error**2 for error in errors) / len(errors) if errors else None}


def _listed(found: Sequence[Compared]) -> dict[str, dict[str, float | None]]:
    return {one.name: {"cellularity": one.cellularity, "label": one.label} for one in found}


def said_of_patches(result: dict[str, Any]) -> list[str]:
    """For the terminal."""
    lines = [f"{FOLDER}: {result['images']} real patches, development figures"]
    for name, one in result["patches"].items():
        found = "no tissue" if one["cellularity"] is None else f"{one['cellularity']:.3f}"
        lines.append(f"  {name:14} {found}" + ("" if one["label"] is None else f", a pathologist {one['label']:.2f}"))
    return lines + ([f"  mean squared error {result['mse']:.4f} over {result['labelled']}"] if result["labelled"] else [])
