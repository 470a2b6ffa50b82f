"""A picture's line in the report for people: its cellularity, what it rests on, and what speaks against trusting it."""

from collections.abc import Sequence
from pathlib import Path

from ki67.pictures.page import number, percent, row, small_picture, warned, words
from ki67.pictures.tables import NOT_DEFINED
from ki67.tiles.results import CellularityResult

HEADS = ("picture", "name", "cellularity", "tiles with tissue", "tissue", "µm/px", "scale from", "warnings")


def summary(results: Sequence[CellularityResult], failures: Sequence[str]) -> str:
    """What a reader should know before the table."""
    tiles, warned_of = sum(result.tiles_with_tissue for result in results), sum(bool(result.warnings) for result in results)
    lines = [f"{len(results)} pictures, {tiles:,} tiles with tissue."]
    lines += [f"{warned_of} pictures carry a warning."] * bool(warned_of)
    lines += [f"{len(failures)} could not be scored."] * bool(failures)
    lines.append("Cellularity is the share of the tumour bed that malignant cells fill, as a pathologist estimates it on a")
    lines.append("patch. A picture's figure is the mean over its tiles with tissue, each weighed by its tissue; glass counts for")
    lines.append("nothing.")
    return " ".join(lines)


def report_row(result: CellularityResult, thumbnail: Path) -> str:
    """A line of the table, under `HEADS`."""
    found = NOT_DEFINED if result.cellularity is None else f"{result.cellularity:.2f}"
    cells = [
        small_picture(result.image, thumbnail), words(result.image), number(result.cellularity, found),
        number(result.tiles_with_tissue, f"{result.tiles_with_tissue:,} of {result.tiles:,}"),
        number(result.tissue_share, percent(result.tissue_share)), number(result.um_per_px, f"{result.um_per_px:.3g}"),
        words(result.scale_from), warned(result.warnings),
    ]  # fmt: skip
    return row(cells)
