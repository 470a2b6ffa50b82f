"""The network of `ki67 cellularity` on real H&E patches: a check during development. Nothing is trained or tuned on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.errors import InputError
from ki67.data.breastpathq import LABEL_COLUMNS, PARTS, score_of
from ki67.data.rows import read_rows
from ki67.pictures.header import header
from ki67.tiles.model import CellularityModel
from ki67.tiles.scorer import CellularityScorer

FOLDER, LABELS, NUCLEI = "breastpathq", "train_labels.csv", "cells"
LISTED = 50  # patches that are told one by one


@dataclass(frozen=True)
class Compared:
    """What the network says of a patch, and what a pathologist said; nothing where it has no tissue or no label."""

    cellularity: float | None
    label: float | None

    def line(self, name: str) -> str:
        """What the check came to, as lines to print."""
        found = "no tissue" if self.cellularity is None else f"{self.cellularity:.3f}"
        return f"  {name:14} {found}" + ("" if self.label is None else f", a pathologist {self.label:.2f}")


@dataclass(frozen=True)
class Patches:
    """What a folder of real patches says of the network."""

    images: int
    model: str  # its hash
    labelled: int
    mse: float | None
    patches: Mapping[str, Compared]

    def lines(self, name: str) -> list[str]:
        """What the check came to, as lines to print."""
        lines = [f"{name}: {self.images} real patches, development figures"]
        lines += [found.line(patch) for patch, found in self.patches.items()]
        return lines + ([f"  mean squared error {self.mse:.4f} over {self.labelled}"] if self.labelled else [])


def check_patches(folder: Path, model: CellularityModel) -> Patches:
    """Every patch in a folder through the command's own way, beside its label."""
    labels = labels_in(folder)
    paths = sorted(path for path in folder.rglob("*.tif") if NUCLEI not in path.relative_to(folder).parts)
    if not paths:
        raise InputError(f"{folder}: no patches in it; expected SLIDE_RID.tif as published")
    with CellularityScorer(model, at_once=1) as scorer:
        results = [scorer.score(path.stem, header(path)).result for path in paths]
    found = [(result.image, Compared(result.cellularity, labels.get(result.image))) for result in results]
    errors = squared_errors([compared for _, compared in found])
    mse = sum(errors) / len(errors) if errors else None
    return Patches(len(found), model.digest, len(errors), mse, dict(found[:LISTED]))


def labels_in(folder: Path) -> dict[str, float]:
    """The scores by `SLIDE_RID`, from the published table where there is one."""
    return {
        f"{slide}_{rid}": score_of(table, line, y)
        for table in sorted(folder.rglob(LABELS))
        for line, (slide, rid, y) in read_rows(table, LABEL_COLUMNS, PARTS)
    }


def squared_errors(found: Sequence[Compared]) -> list[float]:
    """How far the network is from the labels that are known."""
    return [(p.cellularity - p.label) ** 2 for p in found if p.cellularity is not None and p.label is not None]
