"""Networks side by side: a better one leads, an equal one does not, and counts that are too low show as bias."""

from dataclasses import dataclass

import numpy as np
import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.cells.evaluation import Resampling
from ki67.cells.outcomes import Outcome
from ki67.data.frames import Frames
from ki67.models.contest import contest

DRAWS = Resampling(0, 200)


@dataclass(frozen=True)
class Finder:
    """What finds every cell but each `blind`-th positive one."""

    name: str
    blind: int = 0

    def outcome(self, frames: Frames) -> Outcome:
        return Outcome(self.name, frames.names, frames.patients, frames.cells, [self.found(cells) for cells in frames.cells])

    def found(self, cells: Cells) -> Cells:
        missed = (cells.label == POSITIVE) & (np.cumsum(cells.label == POSITIVE) % self.blind == 0) if self.blind else False
        kept = np.broadcast_to(~np.asarray(missed), cells.label.shape)
        return Cells.of_points(cells.xy[kept], cells.label[kept], "network")


def frames() -> Frames:
    rng, cells = np.random.default_rng(1), []
    for _ in range(8):
        grid = np.stack(np.meshgrid(range(20, 250, 25), range(20, 250, 25)), -1).reshape(-1, 2)
        cells.append(Cells.of_points(grid, rng.choice([POSITIVE, NEGATIVE], len(grid)), "network"))
    names = tuple(f"f{i}" for i in range(8))
    return Frames(names, tuple(f"p{i // 2}" for i in range(8)), np.zeros((8, 256, 256, 3), np.uint8), tuple(cells))


def test_the_better_network_leads_where_it_is_better() -> None:
    found = contest([Finder("ours"), Finder("theirs", blind=2)], {"test": frames()}, DRAWS)
    leads = found.leads.set_index("cells")
    assert leads.loc["positive", "low"] > 0.2
    assert leads.loc["negative", "difference"] == pytest.approx(0)
    assert set(found.detection["method"]) == {"ours", "theirs"}


def test_missed_positives_are_a_bias_below_nought() -> None:
    found = contest([Finder("ours"), Finder("theirs", blind=2)], {"near": frames(), "far": frames()}, DRAWS)
    bias = found.index.set_index(["cohort", "method", "unit"])["bias"]
    assert bias["far", "ours", "patient"] == pytest.approx(0)
    assert -0.25 < bias["far", "theirs", "patient"] < -0.1
    assert set(found.index["cohort"]) == {"near", "far"}
