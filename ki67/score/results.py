"""What scoring a picture came to: kept picture by picture, so that a killed run goes on, and put together as tables."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ki67.base.files import write_whole
from ki67.cells.cells import CSV_HEADER, Cells, write_csv
from ki67.cells.scores import CATEGORIES, CutOffs, Scores
from ki67.pictures.inputs import Picture
from ki67.pictures.store import NOT_DEFINED, Store, csv_lines, joined, share

COLUMNS = (
    "image", "n_positive", "n_negative", "n_til", "ki67_index", "ki67_low", "ki67_high", "til_score", "category",
    "hot_spot_index", "um_per_px", "warnings",
)  # fmt: skip
FEW = 500  # tumour cells: below, an index is coarse


@dataclass(frozen=True)
class Result:
    """One scored picture."""

    image: str
    width: int
    height: int
    um_per_px: float
    scores: Scores
    hot_spot: float | None  # None where the picture has too few tumour cells to look for one
    unfamiliar: tuple[str, ...]

    @property
    def warnings(self) -> list[str]:
        """Everything that a reader of the index should know."""
        n = self.scores.n_tumour
        few = [f"{n} tumour cells, fewer than {FEW}"] if 0 < n < FEW else []
        return [*(["no tumour cells: the index is not defined"] if n == 0 else []), *few, *self.unfamiliar]

    def category(self, cut_offs: CutOffs) -> str:
        """Low, middle or high."""
        place = int(cut_offs.categories([self.scores.ki67_index])[0])
        return NOT_DEFINED if place < 0 else CATEGORIES[place]

    def row(self, cut_offs: CutOffs) -> list[str]:
        """A line of `scores.csv`."""
        s, (low, high) = self.scores, self.scores.interval
        counts = [str(s.n_positive), str(s.n_negative), str(s.n_til)]
        figures = [share(s.ki67_index), share(low), share(high), share(s.til_score)]
        spot = "" if self.hot_spot is None else share(self.hot_spot)
        return [self.image, *counts, *figures, self.category(cut_offs), spot, f"{self.um_per_px:.6g}", "; ".join(self.warnings)]


class Kept(Store):
    """The pictures whose cells are counted."""

    def of(self, picture: Picture) -> Result | None:
        """What an earlier run found."""
        try:
            stored = self.stored(picture) or {}
            return Result(**stored | {"scores": Scores(**stored["scores"]), "unfamiliar": tuple(stored["unfamiliar"])})
        except (KeyError, TypeError):
            return None

    def keep(self, picture: Picture, result: Result, cells: Cells, thumbnail: bytes) -> None:
        """Its cells first, then what they came to."""
        write_csv(self.table(picture.name), {picture.name: cells})
        self.store(picture, asdict(result), thumbnail)


def write_tables(results: Sequence[Result], kept: Kept, cut_offs: CutOffs, out: Path) -> None:
    """`cells.csv` and `scores.csv`, each whole or not at all."""
    write_whole(out / "scores.csv", csv_lines([list(COLUMNS), *(result.row(cut_offs) for result in results)]))
    write_whole(out / "cells.csv", joined(CSV_HEADER, [kept.table(result.image) for result in results]))
