"""One split of the data judged: its parts' pixels, and the indices and cells of its test fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from ki67.cells.outcomes import Outcome
from ki67.masks.comparison import Bench, Truth
from ki67.masks.entrants import ByName, benches, classes_of, outcomes
from ki67.masks.fields import PARTS, MaskFields, PartName, SplitName
from ki67.masks.pixels import Maps, PixelCounts, class_maps
from ki67.masks.predicted import PredictedMasks


@dataclass(frozen=True)
class Part:
    """How much of the data stands on one side of a split."""

    fields: int
    patients: int
    share: float


@dataclass(frozen=True, eq=False)
class JudgedSplit:
    """All that is known of one network, which learnt from the training part of a split."""

    split: SplitName
    sides: Mapping[PartName, MaskFields]
    predicted: Mapping[PartName, Maps]
    benches: Mapping[Truth, Bench]
    cells: Mapping[str, Outcome]

    @classmethod
    def of(cls, split: SplitName, fields: MaskFields, found: PredictedMasks, others: Mapping[str, ByName]) -> Self:
        """From the split's predicted masks, and what other methods say of its test fields."""
        sides = {part: fields.part(split, part) for part in PARTS}
        cells = outcomes(sides["test"], found)
        return cls(
            split,
            sides,
            {part: classes_of(found, side.names) for part, side in sides.items()},
            {bench.truth_is: bench for bench in benches(fields, split, cells, others)},
            cells,
        )

    @property
    def parts(self) -> dict[PartName, Part]:
        """The sizes of its sides."""
        total = sum(map(len, self.sides.values()))
        return {part: Part(len(side), len(set(side.patients)), len(side) / total) for part, side in self.sides.items()}

    @property
    def shared_patients(self) -> int:
        """How many patients stand in training and in test."""
        return len(set(self.sides["train"].patients) & set(self.sides["test"].patients))

    def true(self, part: PartName) -> Maps:
        """The masks that were to be learnt, as class maps."""
        return class_maps(self.sides[part].masks)

    def pixels(self, part: PartName) -> PixelCounts:
        """The network's pixels on one part."""
        return PixelCounts.of(self.true(part), self.predicted[part])

    def background(self, part: PartName) -> PixelCounts:
        """Of a network that says background everywhere: what the measure gives for nothing."""
        return PixelCounts.of(self.true(part), np.zeros_like(self.predicted[part]))


def judged_splits(masks: Path, others: Mapping[str, ByName]) -> tuple[JudgedSplit, JudgedSplit]:
    """By picture and by patient, from the folder of the stages `masks` and `masks_unet`.

    The others are asked in the second alone: of the first one's test fields they have learnt.
    """
    fields = MaskFields.load(masks / "fields.npz")

    def judged(split: SplitName, others: Mapping[str, ByName]) -> JudgedSplit:
        return JudgedSplit.of(split, fields, PredictedMasks.load(masks / f"predicted-{split}.npz"), others)

    return judged("picture", {}), judged("patient", others)
