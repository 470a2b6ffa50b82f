"""`ki67 cellularity` as the command line calls it."""

from collections.abc import Sequence
from pathlib import Path

from ki67.pictures.run import run_command
from ki67.pictures.tool import ordered
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.tool import CellularityTool


def cellularity_command(
    paths: Sequence[Path],
    out: Path,
    um_per_px: float | Path | None,
    model: Path | None,
    max_pixels: int,
    case: str | None = None,
    inside: Path | None = None,
) -> int:
    """Grade the tiles of pictures, as `ki67 cellularity` does; what comes back is the exit code."""
    order = ordered(paths, out, um_per_px, max_pixels, case, inside)
    return run_command(CellularityTool(load_cellularity_model(model)), order)
