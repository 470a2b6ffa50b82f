"""What a set in the BreastPathQ layout holds, who trains, validates and tests in it, and whether it is the published one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.data.breastpathq import (
    POINTS,
    Annotated,
    Scored,
    read_annotated,
    read_nuclei,
    read_patch,
    read_scored,
    read_test,
)
from ki67.data.patches import KINDS
from ki67.data.sedeen import read_points
from ki67.data.source import Source
from ki67.data.split import three_parts, two_parts

BREASTPATHQ = Source("breastpathq", 0.5)
PUBLISHED_SCORED, PUBLISHED_ANNOTATED = 2395, 153  # patches, by Rakhlin 2019, which prints no counts of nuclei
PICTURES_APART = 1


@dataclass(frozen=True)
class Survey:
    """What a dataset holds and what is odd about it; oddities are listed, not refused."""

    scored: tuple[Scored, ...]
    test: tuple[Scored, ...]  # of the set's own; empty where patients to test on are drawn from the scored ones
    annotated: tuple[Annotated, ...]
    nuclei: Counter[str]
    oddities: tuple[str, ...]

    @property
    def um_per_px(self) -> None:
        """Its pictures do not tell."""

    @property
    def published(self) -> Source | None:
        """BreastPathQ, where there are as many patches of either sort as the paper counts, and no test beside them."""
        apart = max(abs(len(self.scored) - PUBLISHED_SCORED), abs(len(self.annotated) - PUBLISHED_ANNOTATED))
        return BREASTPATHQ if apart <= PICTURES_APART and not self.test else None

    def parts(self, share: float, seed: int) -> dict[str, list[Scored]]:
        """Who trains, validates and tests: the share of patients is drawn for each part that the set does not bring."""
        owners = [patch.patient for patch in self.scored]
        chosen = (two_parts if self.test else three_parts)(owners, share, seed)
        drawn = {name: [self.scored[i] for i in indices] for name, indices in chosen.items()}
        return drawn | {"test": list(self.test)} if self.test else drawn

    def lines(self) -> list[str]:
        """How many patches and nuclei of each kind there are, for whoever checks a download."""
        kinds = ", ".join(f"{self.nuclei[kind]} {kind}" for kind in KINDS)
        return [
            _counted("train", self.scored),
            *([_counted("test", self.test)] if self.test else []),
            f"cells: {len(self.annotated)} annotated patches; nuclei: {kinds}",
        ]


def _counted(part: str, patches: Sequence[Scored]) -> str:
    slides, patients = ({getattr(patch, name) for patch in patches} for name in ("slide", "patient"))
    return f"{part}: {len(patches)} scored patches of {len(slides)} slides of {len(patients)} patients"


def survey(root: Path) -> Survey:
    """Read every picture, score and point once; the first file that is wrong is refused by name."""
    scored, test, annotated = read_scored(root), read_test(root), read_annotated(root)
    oddities = _without_score(root / "train", scored)
    if test:
        oddities += _without_score(root / "test", test)
        shared = {patch.patient for patch in scored} & {patch.patient for patch in test}
        oddities += [f"patient {patient} is in train and in test" for patient in sorted(shared)]
    for patch in (*scored, *test):
        read_patch(patch)
    nuclei: Counter[str] = Counter()
    for picture in annotated:
        _, inside = read_nuclei(picture)
        nuclei.update(KINDS[kind] for kind in inside.kind)
        outside = len(read_points(picture.points)) - len(inside)
        oddities += [f"cells/{picture.points.name}: {outside} point(s) outside the picture"] if outside else []
    pictures = {picture.points for picture in annotated}
    lonely = [p for p in sorted((root / "cells").glob(f"*{POINTS}")) if p not in pictures]
    return Survey(scored, test, annotated, nuclei, (*oddities, *(f"cells/{p.name}: points without a picture" for p in lonely)))


def _without_score(folder: Path, scored: Sequence[Scored]) -> list[str]:
    known = {patch.image for patch in scored}
    return [f"{folder.name}/{p.name}: no score" for p in sorted(folder.glob("*.tif")) if p not in known]
