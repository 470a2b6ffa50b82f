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
    lines.append(f"The index is positive / (positive + negative) with its 95 % interval: {interval_of(results)}. The hot")
    lines.append("spot is the highest index of 500 tumour cells that lie together.")
    return " ".join(lines)


def interval_of(results: Sequence[CellResult]) -> str:
    """What the intervals know of."""
    known = all(result.error for result in results)
    return "counting and the network's own error" if known else "counting alone, not the network's own error"


def total(results: Sequence[CellResult]) -> str:
    """All counted cells of pictures that nobody called a case: no index of a patient, so without an interval."""
    s = Scores.total([result.scores for result in results])
    counts = f"{counted(len(results), 'picture')}; {s.n_positive:,} cells positive, {s.n_negative:,} negative"
    index = f"{percent(s.ki67_index)} of all counted tumour cells" if s.n_tumour else "the index is not defined"
    part = parts_of_pictures(result.inside_mm2 for result in results)
    return " ".join([f"{counts}: {index}.", *part, *_doubts(results)])


def report_row(result: CellResult, thumbnail: Path, digest: str, cut_offs: CutOffs) -> Sequence[Cell]:
    """A line of the table, under `HEADS`."""
    s = result.scores
    return [
        small_picture(result.image, thumbnail), named(result.image, digest, result.inside_mm2), index(s, result.interval),
        doubted(result.category(cut_offs), result.warnings), number(s.n_positive, f"{s.n_positive:,}"),
        number(s.n_negative, f"{s.n_negative:,}"), spot(result.hot_spot), number(s.til_score, percent(s.til_score)),
        number(result.um_per_px, f"{result.um_per_px:.3g}"), warned(result.warnings),
    ]  # fmt: skip


def index(scores: Scores, interval: tuple[float, float]) -> Cell:
    """With its interval below."""
    low, high = interval
    below = "" if math.isnan(low) else f"<br><small>{percent(low)} to {percent(high)}</small>"
    return number(scores.ki67_index, percent(scores.ki67_index) + below)


def spot(value: float | None) -> Cell:
    """The index of a hot spot, or that there is none."""
    return number(value, "–" if value is None else percent(value))


def _doubts(results: Sequence[CellResult]) -> list[str]:
    doubted_of = sum(bool(result.warnings) for result in results)
    return [f"{counted(doubted_of, 'picture')} with a warning."] * bool(doubted_of)
