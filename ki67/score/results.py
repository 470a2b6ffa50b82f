"""What scoring a picture came to, and the tables of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from ki67.cells.cells import CSV_HEADER
from ki67.cells.pooling import pooled
from ki67.cells.scores import CATEGORIES, CutOffs, Scores
from ki67.cells.uncertainty import ScorerError
from ki67.pictures.batch import counted
from ki67.pictures.outline import said
from ki67.pictures.tables import NOT_DEFINED, escaped, share
from ki67.pictures.tool import Table

SCORES = Table("scores.csv", (
    "image", "n_positive", "n_negative", "n_til", "ki67_index", "ki67_low", "ki67_high", "til_score", "category",
    "hot_spot_index", "um_per_px", "warnings",
))  # fmt: skip
CELLS = Table("cells.csv", tuple(CSV_HEADER))
FEW = 500  # tumour cells: below, an index is coarse


def too_few(scores: Scores) -> list[str]:
    """What speaks against an index of so few cells."""
    n = scores.n_tumour
    if n == 0:
        return ["no tumour cells: the index is not defined"]
    return [f"{counted(n, 'tumour cell')}, fewer than {FEW}"] if n < FEW else []


def category(scores: Scores, cut_offs: CutOffs) -> str:
    """Low, middle or high; words where the index is not defined."""
    place = int(cut_offs.categories([scores.ki67_index])[0])
    return NOT_DEFINED if place < 0 else CATEGORIES[place]


@dataclass(frozen=True)
class CellResult:
    """One scored picture."""

    image: str
    width: int
    height: int
    um_per_px: float
    scores: Scores
    hot_spot: float | None  # None where the picture has too few tumour cells to look for one
    unfamiliar: tuple[str, ...]
    inside_mm2: float | None = None  # of the outline that alone was looked at, where there is one
    error: ScorerError | None = None  # of the network that counted it, where its file tells

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the index."""
        return pooled([self]).interval

    @property
    def warnings(self) -> list[str]:
        """Everything that a reader of the index should know."""
        return [*too_few(self.scores), *self.unfamiliar]

    def category(self, cut_offs: CutOffs) -> str:
        """Low, middle or high; words where the index is not defined."""
        return category(self.scores, cut_offs)

    def row(self, cut_offs: CutOffs) -> Sequence[str]:
        """A line of `scores.csv`."""
        s, (low, high) = self.scores, self.interval
        counts = [str(s.n_positive), str(s.n_negative), str(s.n_til)]
        figures = [share(s.ki67_index), share(low), share(high), share(s.til_score)]
        spot = "" if self.hot_spot is None else share(self.hot_spot)
        part = [] if self.inside_mm2 is None else [said(self.inside_mm2)]
        words = escaped("; ".join([*part, *self.warnings]))
        return [escaped(self.image), *counts, *figures, self.category(cut_offs), spot, f"{self.um_per_px:.6g}", words]
