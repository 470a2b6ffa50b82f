"""A picture's line in the report for people: its cellularity, what it rests on, and what speaks against trusting it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ki67.pictures.batch import counted
from ki67.pictures.markup import Cell, Mark, doubted, named, number, percent, small_picture, warned, words
from ki67.pictures.outline import parts_of_pictures
from ki67.pictures.tables import NOT_DEFINED
from ki67.tiles.drawing import PALE, colour, over
from ki67.tiles.results import CellularityResult

HEADS = ("picture", "name", "cellularity", "tiles with tissue", "tissue", "µm/px", "scale from", "warnings")
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
SHADES = (
    *(Mark((int(r), int(g), int(b)), f"{step:g}", "patch")
      for step, (r, g, b) in zip(STEPS, over(colour(np.array(STEPS, np.float32)), PALE).tolist(), strict=True)),
    Mark((PALE, PALE, PALE), "without colour: no tissue", "patch"),
)  # fmt: skip


def summary(results: Sequence[CellularityResult], failures: Sequence[str]) -> str:
    """What a reader should know before the table."""
    lines = [_counts(results), *parts_of_pictures(result.inside_mm2 for result in results), *_doubts(results)]
    lines += [f"{len(failures)} could not be scored."] * bool(failures)
    lines.append("Cellularity is the share of the tumour bed that malignant cells fill, as a pathologist estimates it on a")
    lines.append("patch. A picture's figure is the mean over its tiles with tissue, each weighed by its tissue; glass counts for")
    lines.append("nothing.")
    return " ".join(lines)


def total(results: Sequence[CellularityResult]) -> str:
    """What the pictures of a case come to: from the least to the most cellular of them."""
    found = [result.cellularity for result in results if result.cellularity is not None]
    reach = [f"Cellularity from {min(found):.2f} to {max(found):.2f}."] if found else ["No tissue."]
    part = parts_of_pictures(result.inside_mm2 for result in results)
    return " ".join([_counts(results), *reach, *part, *_doubts(results)])


def report_row(result: CellularityResult, thumbnail: Path, digest: str) -> Sequence[Cell]:
    """A line of the table, under `HEADS`."""
    found = NOT_DEFINED if result.cellularity is None else f"{result.cellularity:.2f}"
    return [
        small_picture(result.image, thumbnail), named(result.image, digest, result.inside_mm2),
        number(result.cellularity, doubted(found, result.warnings).html),
        number(result.tiles_with_tissue, f"{result.tiles_with_tissue:,} of {result.tiles:,}"),
        number(result.tissue_share, percent(result.tissue_share)), number(result.um_per_px, f"{result.um_per_px:.3g}"),
        words(result.scale_from), warned(result.warnings),
    ]  # fmt: skip


def _counts(results: Sequence[CellularityResult]) -> str:
    tiles = sum(result.tiles_with_tissue for result in results)
    return f"{counted(len(results), 'picture')}, {counted(tiles, 'tile')} with tissue."


def _doubts(results: Sequence[CellularityResult]) -> list[str]:
    doubted_of = sum(bool(result.warnings) for result in results)
    return [f"{counted(doubted_of, 'picture')} with a warning."] * bool(doubted_of)
