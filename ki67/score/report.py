"""A picture's line in the report for people: its index, what the index rests on, and what speaks against trusting it."""

import math
from collections.abc import Sequence
from pathlib import Path

from ki67.cells.scores import CutOffs
from ki67.pictures.page import number, percent, row, small_picture, warned, words
from ki67.score.results import CellResult

HEADS = ("picture", "name", "Ki-67 index", "tumour cells", "hot spot", "TIL score", "category", "warnings")


def summary(results: Sequence[CellResult], failures: Sequence[str], cut_offs: CutOffs) -> str:
    """What a reader should know before the table."""
    cells, coarse = sum(result.scores.n_cells for result in results), sum(bool(result.warnings) for result in results)
    lines = [f"{len(results)} pictures, {cells:,} cells.", f"Categories by the cut-offs {cut_offs.name}."]
    lines += [f"{coarse} pictures carry a warning."] * bool(coarse) + [f"{len(failures)} could not be scored."] * bool(failures)
    lines.append("The index is positive / (positive + negative) with the 95 % interval that the counted cells allow; the hot")
    lines.append("spot is the highest index of 500 tumour cells that lie together.")
    return " ".join(lines)


def report_row(result: CellResult, thumbnail: Path, cut_offs: CutOffs) -> str:
    """A line of the table, under `HEADS`."""
    s, (low, high) = result.scores, result.scores.interval
    index = percent(s.ki67_index) + ("" if math.isnan(low) else f"<br><small>{percent(low)} to {percent(high)}</small>")
    spot = "–" if result.hot_spot is None else percent(result.hot_spot)
    cells = [
        small_picture(result.image, thumbnail), words(result.image), number(s.ki67_index, index),
        number(s.n_tumour, f"{s.n_tumour:,}"), number(result.hot_spot, spot), number(s.til_score, percent(s.til_score)),
        words(result.category(cut_offs)), warned(result.warnings),
    ]  # fmt: skip
    return row(cells)
