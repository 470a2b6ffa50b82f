"""A slide's line in the report for people: how much of its tissue is tumour, and what speaks against trusting that."""

from collections.abc import Sequence
from pathlib import Path

from ki67.pictures.batch import counted
from ki67.pictures.drawing import INK
from ki67.pictures.markup import Cell, Mark, doubted, named, number, percent, small_picture, warned, words
from ki67.slides.results import SlideResult, known

HEADS = ("slide", "name", "tumour, mm²", "tissue, mm²", "tumour of tissue", "patches", "µm/px", "scale from", "warnings")
MARKS = (Mark(INK, "border of the tumour; what lies outside is paler"),)


def summary(results: Sequence[SlideResult], failures: Sequence[str]) -> str:
    """What a reader should know before the table."""
    lines = [_counts(results), *_doubts(results), *[f"{len(failures)} could not be scored."] * bool(failures)]
    lines.append("The area of tumour is what lies inside the outline, stroma and fat too, as a pathologist draws it.")
    lines.append("Its share is of the tissue alone: glass counts for nothing.")
    return " ".join(lines)


def total(results: Sequence[SlideResult]) -> str:
    """What the slides of a case come to."""
    areas = f"Tumour {sum(r.tumour_mm2 for r in results):.1f} mm² of {sum(r.tissue_mm2 for r in results):.1f} mm² of tissue."
    return " ".join([_counts(results), areas, *_doubts(results)])


def report_row(result: SlideResult, thumbnail: Path, digest: str) -> Sequence[Cell]:
    """A line of the table, under `HEADS`."""
    return [
        small_picture(result.image, thumbnail), named(result.image, digest),
        number(result.tumour_mm2, doubted(f"{result.tumour_mm2:.2f}", result.warnings).html),
        number(result.tissue_mm2, f"{result.tissue_mm2:.2f}"),
        number(result.tumour_share, percent(known(result.tumour_share))), number(result.patches, f"{result.patches:,}"),
        number(result.um_per_px, f"{result.um_per_px:.3g}"), words(result.scale_from), warned(result.warnings),
    ]  # fmt: skip


def _counts(results: Sequence[SlideResult]) -> str:
    patches = sum(result.patches for result in results)
    return f"{counted(len(results), 'slide')}, {patches:,} {'patch' if patches == 1 else 'patches'} of tissue."


def _doubts(results: Sequence[SlideResult]) -> list[str]:
    doubted_of = sum(bool(result.warnings) for result in results)
    return [f"{counted(doubted_of, 'slide')} with a warning."] * bool(doubted_of)
