"""One page for people: every picture with its index, what the index rests on, and what speaks against trusting it."""

import math
from collections.abc import Sequence
from pathlib import Path

from ki67.cells.scores import CutOffs
from ki67.pictures.page import Origin, Page, number, percent, row, small_picture, warned, words
from ki67.score.results import Kept, Result

HEADS = ("picture", "name", "Ki-67 index", "tumour cells", "hot spot", "TIL score", "category", "warnings")


def write_report(
    results: Sequence[Result], failures: Sequence[str], kept: Kept, cut_offs: CutOffs, origin: Origin, out: Path
) -> None:
    """`report.html`."""
    page = Page("Ki-67 report", origin, summary(results, failures, cut_offs), HEADS, failures)
    page.write((_row(result, kept.thumbnail(result.image), cut_offs) for result in results), out / "report.html")


def summary(results: Sequence[Result], failures: Sequence[str], cut_offs: CutOffs) -> str:
    """What a reader should know before the table."""
    cells, coarse = sum(result.scores.n_cells for result in results), sum(bool(result.warnings) for result in results)
    said = [f"{len(results)} pictures, {cells:,} cells.", f"Categories by the cut-offs {cut_offs.name}."]
    said += [f"{coarse} pictures carry a warning."] * bool(coarse) + [f"{len(failures)} could not be scored."] * bool(failures)
    said.append("The index is positive / (positive + negative) with the 95 % interval that the counted cells allow; the hot")
    said.append("spot is the highest index of 500 tumour cells that lie together.")
    return " ".join(said)


def _row(result: Result, thumbnail: Path, cut_offs: CutOffs) -> str:
    s, (low, high) = result.scores, result.scores.interval
    index = percent(s.ki67_index) + ("" if math.isnan(low) else f"<br><small>{percent(low)} to {percent(high)}</small>")
    spot = "–" if result.hot_spot is None else percent(result.hot_spot)
    cells = [
        small_picture(result.image, thumbnail), words(result.image), number(s.ki67_index, index),
        number(s.n_tumour, f"{s.n_tumour:,}"), number(result.hot_spot, spot), number(s.til_score, percent(s.til_score)),
        words(result.category(cut_offs)), warned(result.warnings),
    ]  # fmt: skip
    return row(cells)
