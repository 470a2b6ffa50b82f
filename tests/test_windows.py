"""A large picture in windows: every place belongs to one of them, and no cell is counted twice."""

from itertools import pairwise

import numpy as np
import pytest

from ki67.cells.cells import Cells
from ki67.score.sliding import Window, put_together
from ki67.score.windows import MARGIN, SIDE, Span, own_cells, side_of, spans, without_twins

EVERYWHERE = Span(0, -np.inf, np.inf)


@pytest.mark.parametrize("length", [16, 250, 384, 385, 700, 1000, 4171])
def test_every_pixel_belongs_to_one_window(length: int) -> None:
    places = np.arange(0, length, 0.5)
    owners = sum(((span.low <= places) & (places < span.high)).astype(int) for span in spans(length))
    assert (owners == 1).all()


@pytest.mark.parametrize("length", [513, 700, 1000, 4171])
def test_windows_reach_beyond_their_own_part(length: int) -> None:
    found = spans(length)
    assert found[0].start == 0
    assert found[-1].start + SIDE == length
    for one, other in pairwise(found):
        assert one.high == other.low
        assert one.start + SIDE - one.high >= MARGIN / 2
        assert other.low - other.start >= MARGIN / 2


def test_a_picture_that_fits_is_one_window_as_wide_as_the_network_needs() -> None:
    assert spans(250) == [EVERYWHERE]
    assert [side_of(length) for length in (16, 17, 250, 384, 2000)] == [16, 32, 256, 384, 384]


def test_a_window_keeps_its_own_cells_and_moves_them() -> None:
    found = Cells.of_points([[10, 5], [90, 5]], [1, 2], "network")
    own = own_cells(found, Span(100, 150.0, 250.0), EVERYWHERE)
    assert own.xy.tolist() == [[190, 5]]
    assert own.label.tolist() == [2]


def test_of_two_finds_of_one_cell_the_more_confident_stays() -> None:
    cells = Cells.of_points([[10, 5], [13, 5]], [1, 1], "network", [0.4, 0.6])
    assert without_twins(cells, np.array([0, 1])).confidence.tolist() == pytest.approx([0.6])


def test_neighbours_of_one_window_or_of_two_classes_both_stay() -> None:
    cells = Cells.of_points([[10, 5], [13, 5]], [1, 1], "network")
    assert len(without_twins(cells, np.array([0, 0]))) == 2
    assert len(without_twins(Cells.of_points([[10, 5], [13, 5]], [1, 2], "network"), np.array([0, 1]))) == 2
    assert len(without_twins(Cells.of_points([[10, 5], [17, 5]], [1, 1], "network"), np.array([0, 1]))) == 2


def test_a_picture_without_cells_is_put_together_too() -> None:
    window = Window(np.zeros((16, 16, 3), np.uint8), Cells.empty("network"), EVERYWHERE, EVERYWHERE)
    assert len(put_together([window, window])) == 0
