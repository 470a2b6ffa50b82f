"""The annotator: which of a field's bodies get a label, by the laboratory's convention and one field's habit."""

from dataclasses import dataclass

import numpy as np

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.simulate.laboratory import Convention
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.situations import SITUATIONS, Growth

TIL_SIZE = 0.8  # a lone lymphocyte is called one where the tumour's nuclei are clearly larger
NEVER = frozenset({Kind.PYKNOTIC, Kind.GHOST, Kind.FLECK, Kind.SMEAR})
BROWN_STROMA = {Kind.PLUMP: 0.75, Kind.SPINDLE: 0.4}  # how often brown is taken for tumour although the shape is not
SMALL_BLUE = 0.2  # how often a lymphocyte is marked as negative where it has no class of its own
NONE = 0


@dataclass(frozen=True)
class Annotator:
    """What is marked in one field: whether stromal nuclei are, whether lymphocytes have a class, and how many of them."""

    growth: Growth
    all_stroma: bool
    plump: bool
    lymphocytes: bool
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
        brown = nucleus.positive and self.growth != "infiltrate"
        return POSITIVE if brown and luck < BROWN_STROMA.get(nucleus.kind, 0.0) else NONE

    def _lymphocyte(self, nucleus: Nucleus, unit: float, luck: float) -> int:
        """A TIL; a brown one among blue ones is no tumour and no TIL."""
        if nucleus.positive:
            return NONE
        if not self.lymphocytes and self.growth != "infiltrate":
            return NEGATIVE if luck < SMALL_BLUE else NONE
        known = self.growth == "infiltrate" or 2 * nucleus.radius < TIL_SIZE * unit
        return TIL if known and luck < self.diligence else NONE


def draw_annotator(growth: Growth, all_stroma: bool, convention: Convention, rng: np.random.Generator) -> Annotator:
    """One field's habit: plump nuclei count where the tumour lies singly, beside nests by convention, among lymphocytes never."""
    beside_nests = 0.0 if growth == "infiltrate" else convention.plump
    plump = bool(rng.random() < (0.85 if SITUATIONS[growth].spread else beside_nests))
    diligence = 0.95 if growth == "infiltrate" else float(rng.beta(3.0, 1.2))
    return Annotator(growth, all_stroma, plump, convention.lymphocytes, diligence)
