"""Designs asked about sections: each map is judged in its slide's frame, and what learns nothing scores what it must."""

import numpy as np
import pytest

from ki67.slides.grid import Grid
from ki67.slides.heat import HeatMap
from ki67.tumour.prepared import Prepared
from ki67.tumour.verdicts import Lot, patch_maps, untaught, verdicts

GRID = Grid(20 * 256, 16 * 256)
LEFT = np.zeros((16 * 32, 20 * 32), bool)
LEFT[:, : 10 * 32] = True


def section(name: str = "a") -> Prepared:
    """Tissue in all columns but the last four, tumour in the left half; the view is pink where there is tissue."""
    tissue = np.ones((16, 20), np.float32)
    tissue[:, 16:] = 0
    view = np.full((64, 64, 3), 240, np.uint8)
    view[:, : 64 * 16 // 20] = (220, 140, 180)
    labels, truth = np.zeros((16, 20), np.uint8), np.zeros((64, 64), np.float32)
    truth[:, :32] = 1
    return Prepared(name, "p", 3, "test", GRID, tissue, labels, view, truth, LEFT)


def test_a_square_map_and_a_heat_map_are_judged_in_the_slides_frame() -> None:
    one = section()
    (square,) = verdicts("unet_lr", [one], {"a": one.truth})
    heat = HeatMap(GRID, np.broadcast_to(np.arange(20) < 10, (16, 20)).astype(np.float32))
    (patches,) = verdicts("mob_pw", [one], patch_maps([one], {"a": heat}))
    assert (square.section, square.patient, square.grade, square.dice) == ("a", "p", 3, 1.0)
    assert patches.dice == pytest.approx(1, abs=0.005)


def test_what_learns_nothing_calls_tissue_tumour_or_tosses() -> None:
    found = {verdict.design: verdict for verdict in untaught([section()], Lot(0.5, 0))}
    for design in ("otsu", "all_tissue"):
        assert found[design].recall == 1 and found[design].precision == pytest.approx(10 / 16, abs=0.02)
    assert found["chance"].recall == pytest.approx(0.5, abs=0.1)
    assert found["chance"].precision == pytest.approx(10 / 16, abs=0.08)
