"""The frame that networks see: reduced pictures, scaled labels, Gaussian stamps."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.cells.density import Stamp, density_maps
from ki67.data import shidc
from ki67.data.frames import load_frames, save_frames
from ki67.data.framing import build_frames
from ki67.data.images import resized


def cells(*points: tuple[float, float, int]) -> Cells:
    return Cells.of_points([p[:2] for p in points], [p[2] for p in points], "network")


def test_labels_keep_their_place_when_the_picture_is_reduced(dataset: Path) -> None:
    frames = build_frames(shidc.read_part(dataset / "Train"))
    assert frames.images.shape == (4, 256, 256, 3)
    assert frames.cells[0].frame == "network"
    np.testing.assert_allclose(frames.cells[0].xy, [[40, 80], [120, 160]])


def test_frames_come_back_from_disk_as_they_went(dataset: Path, tmp_path: Path) -> None:
    frames = build_frames(shidc.read_part(dataset / "Train"))
    save_frames(frames, tmp_path / "f.npz")
    back = load_frames(tmp_path / "f.npz")
    assert back.names == frames.names
    assert back.patients == ("p1", "p1", "p2", "p2")
    np.testing.assert_array_equal(back.images, frames.images)
    np.testing.assert_array_equal(back.cells[3].xy, frames.cells[3].xy)


def test_area_averaging_counts_every_pixel_once() -> None:
    board = np.indices((512, 512)).sum(0) % 2 * 200
    flat = resized(Image.fromarray(np.stack([board] * 3, -1).astype(np.uint8)), 256)
    assert (flat == 100).all()


def test_a_picture_that_is_not_square_is_refused(dataset: Path) -> None:
    Image.new("RGB", (64, 50)).save(dataset / "Test" / "p3_0001_1.jpg")
    with pytest.raises(InputError, match="not square"):
        build_frames(shidc.read_part(dataset / "Test"))


def test_a_stamp_peaks_at_255_and_is_cut_off_at_13_5_percent() -> None:
    maps = density_maps(cells((20, 30, 2)), 64, Stamp())
    assert maps[30, 20, 1] == 255
    assert maps[30, 24, 1] == pytest.approx(255 * np.exp(-2), abs=1e-3)
    assert maps[30, 25, 1] == 0
    assert maps[..., [0, 2]].sum() == 0


def test_coordinates_are_truncated_and_stamps_may_leave_the_frame() -> None:
    maps = density_maps(cells((0.9, 63.9, 1)), 64, Stamp())
    assert maps[63, 0, 0] == 255
    assert np.count_nonzero(maps) == 25


def test_a_later_cell_overwrites_an_earlier_one_unless_the_maximum_is_asked() -> None:
    pair = cells((20, 20, 1), (23, 20, 1))
    last, maximum = (density_maps(pair, 64, Stamp(overlap=rule)) for rule in ("last", "maximum"))
    assert last[20, 20, 0] == pytest.approx(255 * np.exp(-9 / 8), rel=1e-5)
    assert maximum[20, 20, 0] == 255


def test_the_paper_s_raised_centre_touches_one_pixel() -> None:
    plain, raised = (density_maps(cells((20, 20, 1)), 64, Stamp(centre=c)) for c in (255, 2250))
    assert raised.max() == 2250
    assert (plain != raised).sum() == 1
