"""Options that several commands have, each with its help and what it may be."""

import math
from typing import Annotated

import typer


def finite(value: float | None) -> float | None:
    """Neither infinite nor no number at all, which a least value lets pass."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no scale; give micrometres per pixel")
    return value


Scale = Annotated[float | None, typer.Option("--mpp", min=0.01, callback=finite, help="micrometres per pixel of the pictures")]
