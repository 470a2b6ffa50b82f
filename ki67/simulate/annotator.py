"""The annotator: which of a field's bodies get a label, by SHIDC's convention and one field's habit."""

from dataclasses import dataclass

import numpy as np

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.situations import SITUATIONS, Growth

TIL_SIZE = 0.8  # a lone lymphocyte is called one where the tumour's nuclei are clearly larger
NEVER = frozenset({Kind.PYKNOTIC, Kind.GHOST, Kind.FLECK, Kind.SMEAR})
NONE = 0


@dataclass(frozen=True)
class Annotator:
    """What is marked in one field: whether stromal nuclei are, and how many of the lymphocytes."""

    growth: Growth
    all_stroma: bool
    plump: bool
    diligence: float

    def label(self, nucleus: Nucleus, unit: float, rng: np.random.Generator) -> int:
        """The label of one body, or 0; every body costs one random number, so that settings change labels and no more."""
        luck = float(rng.random())
        if nucleus.kind in NEVER:
            return NONE
        if nucleus.kind is Kind.LYMPHOCYTE:
            return self._lymphocyte(nucleus, unit, luck)
        if nucleus.kind is Kind.TUMOUR or self.all_stroma or (nucleus.kind is Kind.PLUMP and self.plump):
            return POSITIVE if nucleus.positive else NEGATIVE
        return NONE

    def _lymphocyte(self, nucleus: Nucleus, unit: float, luck: float) -> int:
        """A TIL; a brown one among blue ones is no tumour and no TIL."""
        if nucleus.positive:
            return NONE
        known = self.growth == "infiltrate" or 2 * nucleus.radius < TIL_SIZE * unit
        return TIL if known and luck < self.diligence else NONE


def draw_annotator(growth: Growth, all_stroma: bool, rng: np.random.Generator) -> Annotator:
    """One field's habit: plump nuclei count where the tumour lies singly, beside nests hardly ever."""
    plump = bool(rng.random() < (0.85 if SITUATIONS[growth].spread else 0.1))
    diligence = 0.95 if growth == "infiltrate" else float(rng.beta(3.0, 1.2))
    return Annotator(growth, all_stroma, plump, diligence)
