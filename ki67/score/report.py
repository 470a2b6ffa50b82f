"""A picture's line in the report for people: its index, what the index rests on, and what speaks against trusting it."""

import math
from collections.abc import Sequence
from pathlib import Path

from ki67.cells.cells import QUPATH_CLASSES
from ki67.cells.scores import CutOffs, Scores
from ki67.pictures.batch import counted
from ki67.pictures.markup import Cell, Mark, doubted, named, number, percent, small_picture, warned
from ki67.pictures.outline import parts_of_pictures
from ki67.score.results import CellResult

HEADS = (
    "picture", "name", "Ki-67 index", "category", "positive", "negative", "hot spot", "TIL score", "µm/px", "warnings",
)  # fmt: skip
RINGS = tuple(Mark(colour, name) for name, colour in QUPATH_CLASSES.values())


def summary(results: Sequence[CellResult], failures: Sequence[str], cut_offs: CutOffs) -> str:
    """What a reader should know before the table."""
    cells = sum(result.scores.n_cells for result in results)
    lines = [f"{counted(len(results), 'picture')}, {counted(cells, 'cell')}.", f"Categories by the cut-offs {cut_offs.name}."]
    lines += parts_of_pictures(result.inside_mm2 for result in results)
    lines += _doubts(results) + [f"{len(failures)} could not be scored."] * bool(failures)
    lines.append("The index is positive / (positive + negative) with the 95 % interval that the counted cells allow; the hot")
    lines.append("spot is the highest index of 500 tumour cells that lie together.")
    return " ".join(lines)


def total(results: Sequence[CellResult]) -> str:
    """All counted cells of a case. It is no pooled index of a case with an interval: pictures of a case are not independent."""
    s = Scores.total([result.scores for result in results])
    counts = f"{counted(len(results), 'picture')}; {s.n_positive:,} cells positive, {s.n_negative:,} negative"
    index = f"{percent(s.ki67_index)} of all counted tumour cells" if s.n_tumour else "the index is not defined"
    part = parts_of_pictures(result.inside_mm2 for result in results)
    return " ".join([f"{counts}: {index}.", *part, *_doubts(results)])


def report_row(result: CellResult, thumbnail: Path, digest: str, cut_offs: CutOffs) -> Sequence[Cell]:
    """A line of the table, under `HEADS`."""
    s, (low, high) = result.scores, result.scores.interval
    index = percent(s.ki67_index) + ("" if math.isnan(low) else f"<br><small>{percent(low)} to {percent(high)}</small>")
    spot = "–" if result.hot_spot is None else percent(result.hot_spot)
    return [
        small_picture(result.image, thumbnail), named(result.image, digest, result.inside_mm2), number(s.ki67_index, index),
        doubted(result.category(cut_offs), result.warnings), number(s.n_positive, f"{s.n_positive:,}"),
        number(s.n_negative, f"{s.n_negative:,}"), number(result.hot_spot, spot), number(s.til_score, percent(s.til_score)),
        number(result.um_per_px, f"{result.um_per_px:.3g}"), warned(result.warnings),
    ]  # fmt: skip


def _doubts(results: Sequence[CellResult]) -> list[str]:
    doubted_of = sum(bool(result.warnings) for result in results)
    return [f"{counted(doubted_of, 'picture')} with a warning."] * bool(doubted_of)
