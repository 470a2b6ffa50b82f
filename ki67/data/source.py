"""Where a dataset comes from: drawn in code, published, or somebody's own. Only the published one is held against its paper."""

import json
from dataclasses import dataclass
from pathlib import Path

from ki67.base.errors import InputError

SIMULATED_MARK = "cohort.json"  # the simulator leaves its settings beside what it made
SCALE_MARK = "scale.json"  # `ki67 data use --mpp` leaves the scale beside data of one's own
SIMULATED, OWN = "simulated", "own data"


@dataclass(frozen=True)
class Source:
    """What stands in a dataset's folder, in a word, and its scale."""

    kind: str
    um_per_px: float


def source_of(root: Path, published: Source | None) -> Source:
    """By the marks in the folder, and by what a survey took the files for: a published set, where their numbers are its own."""
    if (root / SIMULATED_MARK).is_file():
        return Source(SIMULATED, _scale_in(root / SIMULATED_MARK))
    if published:
        return published
    if (root / SCALE_MARK).is_file():
        return Source(OWN, _scale_in(root / SCALE_MARK))
    raise InputError(f"{root}: not the published set, so its scale is not known; put it there by `ki67 data use` with --mpp")


def _scale_in(mark: Path) -> float:
    return float(json.loads(mark.read_text())["um_per_px"])
