"""A case of Ki-67 pictures: one index with its interval, what it rests on, and what speaks against signing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ki67.cells.pooling import Pooled, pooled
from ki67.cells.scores import CUT_OFFS, CutOffs
from ki67.pictures.batch import counted
from ki67.pictures.cases import CasePictures
from ki67.pictures.markup import Cell, doubted, number, percent, warned
from ki67.pictures.outline import parts_of_pictures
from ki67.pictures.tables import escaped, share
from ki67.pictures.tool import PooledCase, Table
from ki67.score.report import index, spot
from ki67.score.results import FEW, CellResult, category, too_few

CASES = Table("cases.csv", (
    "case", "images", "n_positive", "n_negative", "n_til", "ki67_index", "ki67_low", "ki67_high", "til_score",
    "category_10_20", "category", "hot_spot_index", "warnings",
))  # fmt: skip
CASE_HEADS = ("Ki-67 index", "category", "tumour cells", "pictures", "hot spot", "warnings")
USUAL = CUT_OFFS[1]  # those that the app shows first
SHOWN = 3  # names of pictures that a warning lists


def pooled_case(case: CasePictures[CellResult], cut_offs: CutOffs) -> PooledCase:
    """All of its cells, as one figure."""
    parts = parts_of_pictures(result.inside_mm2 for result in case.results)
    told = CellCase(case.name or "", pooled(case.results), warnings_of(case), parts, cut_offs)
    return PooledCase(told.sentence, told.row, told.cells)


def warnings_of(case: CasePictures[CellResult]) -> list[str]:
    """Everything that a reader of its index should know."""
    doubted_of = sum(bool(result.unfamiliar) for result in case.results)
    return [
        *too_few(pooled(case.results).scores),
        *([f"{counted(len(case.missing), 'picture')} without a result: {listed(case.missing)}"] if case.missing else []),
        *(f"{one} is the same file as {other}" for one, other in case.twins),
        *([f"{counted(doubted_of, 'picture')} with a warning of its own"] if doubted_of else []),
    ]


def listed(names: Sequence[str]) -> str:
    """The first of them."""
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


@dataclass(frozen=True)
class CellCase:
    """What is told of a case, in each of the places where it is."""

    name: str
    found: Pooled
    doubts: Sequence[str]
    parts: Sequence[str]  # that only outlines were looked at, where that is so
    cut_offs: CutOffs

    @property
    def sentence(self) -> str:
        """For a line of the terminal, and over the pictures of the case in the report."""
        scores, (low, high), n = self.found.scores, self.found.interval, self.found.scores.n_tumour
        sure = f" ({percent(low)} to {percent(high)}), {self.categories}" if n else ""
        cells = counted(n, "tumour cell") if n >= FEW else f"{n} of the {FEW} tumour cells asked for"
        spot = "no hot spot" if self.found.hot_spot is None else f"hot spot {percent(self.found.hot_spot)}"
        said = f"Ki-67 {percent(scores.ki67_index)}{sure}; {cells} in {counted(self.found.fields, 'picture')}; {spot}."
        return " ".join([said, *self.parts, *([f"Check: {'; '.join(self.doubts)}."] if self.doubts else [])])

    @property
    def categories(self) -> str:
        """By the usual limits, and by those of the pictures where they are others."""
        limits = dict.fromkeys([USUAL, self.cut_offs])
        return ", ".join(f"{category(self.found.scores, each)} at {each.name}" for each in limits)

    @property
    def row(self) -> Sequence[str]:
        """A line of `cases.csv`."""
        s, spot = self.found.scores, self.found.hot_spot
        counts = [str(n) for n in (self.found.fields, s.n_positive, s.n_negative, s.n_til)]
        shares = [share(value) for value in (s.ki67_index, *self.found.interval, s.til_score)]
        categories = [category(s, USUAL), category(s, self.cut_offs)]
        said = escaped("; ".join([*self.parts, *self.doubts]))
        return [escaped(self.name), *counts, *shares, *categories, "" if spot is None else share(spot), said]

    @property
    def cells(self) -> Sequence[Cell]:
        """A line of the report's first table, under `CASE_HEADS`."""
        n, found = self.found.scores.n_tumour, self.found
        said = f"{n:,}" if n >= FEW else f"{n} of {FEW}"
        return [
            index(found.scores, found.interval), doubted(self.categories, self.doubts), number(n, said),
            number(found.fields, str(found.fields)), spot(found.hot_spot), warned(self.doubts),
        ]  # fmt: skip
