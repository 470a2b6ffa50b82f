"""`ki67 slide` as the command line calls it."""

from collections.abc import Sequence
from pathlib import Path

from ki67.pictures.header import MOST_PIXELS
from ki67.pictures.run import run_command
from ki67.pictures.tool import ordered
from ki67.pictures.written import STATE
from ki67.slides.model import load_slide_model
from ki67.slides.names import Numbers
from ki67.slides.tool import SlideTool


def slide_command(
    paths: Sequence[Path],
    out: Path,
    um_per_px: float | Path | None,
    model: Path | None = None,
    numbers: Numbers = "float32",
    cluster: str = "",
    case: str | None = None,
) -> int:
    """Outline the tumour on slides, as `ki67 slide` does; what comes back is the exit code."""
    order = ordered(paths, out, um_per_px, MOST_PIXELS, case, None)
    return run_command(SlideTool(load_slide_model(model).computed_in(numbers), out / STATE, cluster), order)
