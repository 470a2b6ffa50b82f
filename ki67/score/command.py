"""`ki67 score` as the command line calls it: what is asked for is read there and understood here."""

import re
from collections.abc import Sequence
from pathlib import Path

from ki67.base.errors import InputError
from ki67.base.hardware import processor
from ki67.cells.scores import CutOffs
from ki67.engine.model import Model, load_model
from ki67.engine.names import AskedPrecision, Precision
from ki67.engine.remembered import remembered
from ki67.pictures.run import run_command
from ki67.pictures.tool import Order
from ki67.score.tool import CellTool
from ki67.weights import NETWORK


def score_command(
    paths: Sequence[Path],
    out: Path,
    um_per_px: float | None,
    model: Path | None,
    precision: AskedPrecision,
    cut_offs: str,
    max_pixels: int,
) -> int:
    """The exit code."""
    limits, network = cut_offs_of(cut_offs), load_model(model or NETWORK)
    return run_command(CellTool(network, precision_of(precision, network), limits), Order(paths, out, um_per_px, max_pixels))


def precision_of(asked: AskedPrecision, model: Model) -> Precision:
    """The one that is named, or the one that was measured to be best here."""
    return remembered(model.digest, processor()) if asked == "auto" else asked


def cut_offs_of(text: str) -> CutOffs:
    """`16/30`, in per cent."""
    found = re.fullmatch(r"\s*([0-9.]+)\s*/\s*([0-9.]+)\s*%?\s*", text)
    low, high = (float(found[1]), float(found[2])) if found else (1.0, 0.0)
    if not 0 <= low <= high <= 100:
        raise InputError(f"--cut-offs {text}: not two limits in per cent, the lower first; write 16/30")
    return CutOffs("ki67_index", low / 100, high / 100)
