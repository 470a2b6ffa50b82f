"""What a trained network says of every field of a split, kept in one file: all that is judged afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.files import whole_file


@dataclass(frozen=True, eq=False)
class PredictedMasks:
    """The likeliest class of every pixel (0 background, 1 negative, 2 positive), and the part that each field was of."""

    names: tuple[str, ...]
    parts: tuple[str, ...]  # train, validation or test
    classes: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if not len(self.names) == len(self.parts) == len(self.classes):
            raise ValueError(f"lengths disagree: {len(self.names)} names, {len(self.parts)} parts, {len(self.classes)} maps")

    def __len__(self) -> int:
        return len(self.names)

    def of_part(self, part: str) -> "PredictedMasks":
        """The fields of one part alone, in their order."""
        return self._take([place for place, own in enumerate(self.parts) if own == part])

    def _take(self, chosen: Sequence[int]) -> "PredictedMasks":
        names, parts = (tuple(all_[place] for place in chosen) for all_ in (self.names, self.parts))
        return PredictedMasks(names, parts, self.classes[list(chosen)])

    def save(self, path: Path) -> None:
        """One npz, packed because most of a class map is the same as its neighbour; moved into place whole."""
        with whole_file(path, ".partial.npz") as partial:
            np.savez_compressed(partial, names=np.array(self.names), parts=np.array(self.parts), classes=self.classes)

    @classmethod
    def load(cls, path: Path) -> "PredictedMasks":
        """What `save` wrote."""
        if not path.is_file():
            raise InputError(f"{path}: missing; the stage `masks_unet` writes it")
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(stored["names"].tolist()), tuple(stored["parts"].tolist()), stored["classes"])
