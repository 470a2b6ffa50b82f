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
from ki67.pictures.tool import ordered
from ki67.score.tool import CellTool
from ki67.weights import NETWORK

SHARE = r"\d+\.?\d*|\.\d+"  # a number of per cent


def score_command(
    paths: Sequence[Path],
    out: Path,
    um_per_px: float | Path | None,
    model: Path | None,
    precision: AskedPrecision,
    cut_offs: str,
    max_pixels: int,
    case: str | None = None,
    inside: Path | None = None,
) -> int:
    """Count the cells of pictures, as `ki67 score` does; what comes back is the exit code."""
    limits, network = cut_offs_of(cut_offs), load_model(model or NETWORK)
    tool = CellTool(network, precision_of(precision, network), limits)
    return run_command(tool, ordered(paths, out, um_per_px, max_pixels, case, inside))


def precision_of(asked: AskedPrecision, model: Model) -> Precision:
    """The one that is named, or the one that was measured to be best here."""
    return remembered(model.digest, processor()) if asked == "auto" else asked


def cut_offs_of(text: str) -> CutOffs:
    """The category limits from text such as `16/30`, in per cent."""
    found = re.fullmatch(rf"\s*({SHARE})\s*/\s*({SHARE})\s*%?\s*", text, re.ASCII)
    low, high = (float(found[1]), float(found[2])) if found else (1.0, 0.0)
    if not 0 <= low <= high <= 100:
        raise InputError(f"--cut-offs {text}: not two limits in per cent, the lower first; write 16/30")
    return CutOffs("ki67_index", low / 100, high / 100)
