"""Options that several commands have, each with its help and what it may be."""

import math
from pathlib import Path
from typing import Annotated, Any

import typer


def finite(value: float | None) -> float | None:
    """Neither infinite nor no number at all, which a least value lets pass."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no scale; give micrometres per pixel")
    return value


def scales(text: str) -> float | Path:
    """One µm/px for all pictures, or the table that has one for each."""
    try:
        value = float(text)
    except ValueError:
        return existing(Path(text))
    if not LEAST <= value < math.inf:
        raise typer.BadParameter(f"{text} is no scale; give micrometres per pixel, {LEAST} at least")
    return value


def existing(table: Path) -> Path:
    """What is no number has to be a table that is there."""
    if not table.is_file():
        raise typer.BadParameter(f"{table} is neither a number nor a table; give micrometres per pixel, or a CSV file")
    return table


LEAST = 0.01  # µm/px
Scale = Annotated[float | None, typer.Option("--mpp", min=LEAST, callback=finite, help="micrometres per pixel of the pictures")]
Scales = Annotated[
    Any, typer.Option("--mpp", parser=scales, metavar="NUMBER|CSV", help="µm per pixel; a CSV with slide and um_per_px for each")
]
INSIDE = "count only inside a GeoJSON outline in this picture's own pixels, not another section's; or a folder of NAME.geojson"
Inside = Annotated[Path | None, typer.Option(help=INSIDE)]
