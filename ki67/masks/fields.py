"""The chapter's data in one file: pictures, masks, labels, and both ways of saying who trains, validates and tests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.cells.cells import Cells
from ki67.cells.scores import score

SplitName = Literal["picture", "patient"]  # by picture as published, or each patient on one side alone
PartName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)
PARTS: tuple[PartName, ...] = get_args(PartName)


@dataclass(frozen=True, eq=False)
class MaskFields:
    """Fields as the network sees them, and their masks as it is taught them; `cells` are the labels, in the same frame."""

    names: tuple[str, ...]
    patients: tuple[str, ...]
    images: NDArray[np.uint8]  # (n, 256, 256, 3)
    masks: NDArray[np.uint8]  # (n, 256, 256) of the greys in `names.GREYS`
    cells: tuple[Cells, ...]
    split_by_picture: tuple[PartName, ...]
    split_by_patient: tuple[PartName, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def annotated(self) -> NDArray[np.int64]:
        """Positive and negative labels of each field, (n, 2): the truth that the masks do not hold."""
        counts = [score(cells) for cells in self.cells]
        return np.array([(count.n_positive, count.n_negative) for count in counts], np.int64).reshape(-1, 2)

    def split(self, by: SplitName) -> tuple[PartName, ...]:
        """On which side each field stands."""
        return self.split_by_picture if by == "picture" else self.split_by_patient

    def part(self, by: SplitName, part: PartName) -> Self:
        """The fields of one side."""
        return self.take([place for place, side in enumerate(self.split(by)) if side == part])

    def take(self, chosen: Sequence[int]) -> Self:
        """The chosen fields, in the order given."""
        picked = {name: tuple(getattr(self, name)[i] for i in chosen) for name in TUPLES}
        return replace(self, images=self.images[list(chosen)], masks=self.masks[list(chosen)], **picked)

    def save(self, path: Path) -> None:
        """One uncompressed file, in place when it is whole; the same fields give the same bytes."""
        with whole_file(path) as partial, partial.open("wb") as stream:
            np.savez(
                stream, names=self.names, patients=self.patients, images=self.images, masks=self.masks,
                split_by_picture=self.split_by_picture, split_by_patient=self.split_by_patient,
                counts=[len(cells) for cells in self.cells],
                xy=np.concatenate([cells.xy for cells in self.cells]),
                label=np.concatenate([cells.label for cells in self.cells]),
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        if not path.is_file():
            raise InputError(f"{path}: missing; run `ki67 stage masks` at the top of the study, which writes it")
        with np.load(path, allow_pickle=False) as kept:
            cuts = np.cumsum(kept["counts"])[:-1]
            pairs = zip(np.split(kept["xy"], cuts), np.split(kept["label"], cuts), strict=True)
            return cls(
                tuple(kept["names"].tolist()), tuple(kept["patients"].tolist()), kept["images"], kept["masks"],
                tuple(Cells.of_points(xy, label, "network") for xy, label in pairs),
                tuple(kept["split_by_picture"].tolist()), tuple(kept["split_by_patient"].tolist()),
            )  # fmt: skip


TUPLES = ("names", "patients", "cells", "split_by_picture", "split_by_patient")
