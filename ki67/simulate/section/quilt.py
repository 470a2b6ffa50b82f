"""Tissue from swatches: cuts of them laid on a grid, each grown into its neighbours along a border that wanders."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.simulate.noise import Floats
from ki67.simulate.section.anatomy import Anatomy
from ki67.simulate.section.kinds import MAP_UM, Kind
from ki67.simulate.section.swatches import EACH, SIDE_UM, STEPS, Swatch, SwatchOrder, draw_swatch

SPACING_UM = SIDE_UM // 2  # a cut reaches from its knot of the grid to the next ones
SEAM_UM = 9.0  # within which a cut gives way to the next
MARGIN = 4  # pixels of the map that are looked at round a cell
EDGE = 0.09  # softness of the border between kinds, of the difference of their blurred maps


Pixel = TypeVar("Pixel", np.uint8, np.float32)


@lru_cache(maxsize=128)
def kept_swatch(order: SwatchOrder) -> Swatch:
    """A swatch is drawn once in a process."""
    return draw_swatch(order)


@lru_cache(maxsize=2)
def windows(spacing: int, um_per_px: float) -> Floats:
    """How much each of a cell's four knots counts at each of its pixels, (4, spacing, spacing); they sum to one.

    The borders wander the same way in every cell and back to where they began at its rim, so that cells join.
    """
    at = (np.arange(spacing, dtype=np.float32) + np.float32(0.5)) / np.float32(spacing)
    fine = np.sin(10 * np.pi * at + 2) - np.float32(np.sin(2))
    wave = np.float32(0.07) * (np.sin(4 * np.pi * at) + np.float32(0.6) * fine)
    x, y = at[None, :] + wave[:, None], at[:, None] + wave[None, :]
    distance = np.stack([np.hypot(x - column, y - row) for row in (0, 1) for column in (0, 1)])
    near = np.exp(-(distance - distance.min(axis=0)) * np.float32(spacing * um_per_px / SEAM_UM))
    return np.asarray(near / near.sum(axis=0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Quilt:
    """The stain in a section, cell by cell of a grid: what its map says, in tissue of the patient's swatches."""

    anatomy: Anatomy
    seed: int  # of the swatches
    number: int  # of the section, which decides what is cut from where
    um_per_px: float

    @property
    def spacing(self) -> int:
        """Pixels of a cell."""
        return round(SPACING_UM / self.um_per_px)

    @property
    def cells(self) -> int:
        """How many cells lie side by side."""
        return -(-round(len(self.anatomy.kinds) * MAP_UM) // SPACING_UM)

    def cell(self, row: int, column: int) -> Floats:
        """Concentrations (3, spacing, spacing) of a cell; glass holds none."""
        found = np.zeros((3, self.spacing, self.spacing), dtype=np.float32)
        for kind, share in self._shares(row, column).items():
            if kind is not Kind.GLASS:
                found += share * self._texture(kind, row, column)
        return found

    def _shares(self, row: int, column: int) -> dict[Kind, Floats]:
        """How much of each pixel is of each kind: soft where two meet, and rough, because cells do not end on a line."""
        kinds = self.map_around(row, column)
        present = [Kind(kind) for kind in np.unique(kinds)]
        if len(present) == 1:
            return {present[0]: np.ones((self.spacing, self.spacing), dtype=np.float32)}
        blurred = [ndimage.gaussian_filter((kinds == kind).astype(np.float32), 1.0, truncate=2.0) for kind in present]
        enlarged = [self._enlarged(plane) for plane in blurred]
        rough = self._rough(row, column)
        scores = np.stack([plane + rough[number % 2] * (-1) ** (number // 2) for number, plane in enumerate(enlarged)])
        weights = np.exp((scores - scores.max(axis=0)) / np.float32(EDGE))
        weights *= np.stack(enlarged) > 0.02  # nothing of a kind where none is near
        weights /= weights.sum(axis=0)
        return dict(zip(present, weights, strict=True))

    def map_around(self, row: int, column: int) -> NDArray[np.uint8]:
        """The map under a cell, with a margin."""
        return self._around(self.anatomy.kinds, row, column)

    def over_cell(self, plane: Floats, row: int, column: int) -> Floats:
        """A plane of the map, smooth, over the pixels of a cell."""
        return self._enlarged(self._around(plane, row, column))

    def _around(self, plane: NDArray[Pixel], row: int, column: int) -> NDArray[Pixel]:
        reach, side = round(SPACING_UM / MAP_UM), plane.shape[0]
        rows, columns = (np.clip(np.arange(at * reach - MARGIN, (at + 1) * reach + MARGIN), 0, side - 1) for at in (row, column))
        return plane[rows[:, None], columns[None, :]]

    def _enlarged(self, plane: Floats) -> Floats:
        """From the map's pixels to the section's, less the margin."""
        factor = MAP_UM / self.um_per_px
        at = (np.arange(self.spacing, dtype=np.float32) + np.float32(0.5)) / np.float32(factor) + np.float32(MARGIN - 0.5)
        low = np.floor(at).astype(np.intp)
        part = (at - low).astype(np.float32)
        rows = plane[low] * (1 - part)[:, None] + plane[low + 1] * part[:, None]
        return np.asarray(rows[:, low] * (1 - part) + rows[:, low + 1] * part, dtype=np.float32)

    def _rough(self, row: int, column: int) -> Floats:
        """Two planes of noise, cut from the nuclei of a swatch: borders follow cells."""
        noise = self._texture(Kind.LYMPHOCYTES, row, column)[:2] - np.float32(0.25)
        return np.asarray(np.float32(0.35) * noise, dtype=np.float32)

    def _texture(self, kind: Kind, row: int, column: int) -> Floats:
        """What a cell would hold if it were of one kind: its four knots' cuts, each where its window says."""
        side, shares = self.spacing, windows(self.spacing, self.um_per_px)
        found = np.zeros((3, side, side), dtype=np.float32)
        for number, (down, across) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            cut = self._cut(kind, row + down, column + across)
            found += shares[number] * cut[:, (1 - down) * side : (2 - down) * side, (1 - across) * side : (2 - across) * side]
        found *= np.float32(1 / STEPS)
        return found

    def _cut(self, kind: Kind, row: int, column: int) -> Swatch:
        """The swatch laid on a knot, turned and mirrored by chance."""
        rng = np.random.default_rng([self.seed, self.number, kind, row, column])
        grade = self.anatomy.grade if kind is Kind.INVASIVE else 0
        which = int(rng.integers(EACH))
        swatch = kept_swatch(SwatchOrder(self.seed, kind, grade, which, self.um_per_px))
        turned = np.rot90(swatch, int(rng.integers(4)), axes=(1, 2))
        return turned[..., ::-1] if rng.random() < 0.5 else turned
