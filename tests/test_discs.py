"""Weak labels: a disc at each centre, one channel a pixel."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from ki67.cells.cells import TIL
from ki67.cellularity.discs import BACKGROUND, CHANNELS, discs
from ki67.cellularity.pictures import painted, score_distribution, scored_plate, weak_labels
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL, Nuclei, Patches, most_kinds
from ki67.figures.palette import COLOURS, HEALTHY, NUCLEI, TUMOUR


def nuclei(*rows: tuple[float, float, int]) -> Nuclei:
    table = np.array(rows, np.float32).reshape(-1, 3)
    return Nuclei(table[:, :2], table[:, 2].astype(np.uint8))


def test_a_disc_has_the_diameter_of_the_paper_halved() -> None:
    mask = discs(nuclei((30, 50, MALIGNANT)), side=64)
    assert mask.shape == (64, 64, 4) and mask.dtype == np.float32
    rows, columns = np.nonzero(mask[..., MALIGNANT])
    assert np.array_equal(np.hypot(columns - 30, rows - 50) <= 3.75, np.ones(len(rows), bool))
    assert len(rows) == pytest.approx(np.pi * 3.75**2, rel=0.05)
    assert len(np.nonzero(discs(nuclei((30, 50, MALIGNANT)), 64, 15)[..., MALIGNANT])[0]) == pytest.approx(
        np.pi * 7.5**2, rel=0.05
    )


def test_every_pixel_has_exactly_one_channel() -> None:
    rng = np.random.default_rng(1)
    crowd = Nuclei(rng.uniform(-5, 69, (200, 2)).astype(np.float32), rng.integers(0, 3, 200).astype(np.uint8))
    mask = discs(crowd, side=64)
    assert np.array_equal(mask.sum(axis=2), np.ones((64, 64)))
    assert set(np.unique(mask)) == {0.0, 1.0} and len(CHANNELS) == 4


def test_where_discs_overlap_the_nearest_centre_wins_whatever_the_order() -> None:
    pair = ((20, 20, NORMAL), (24, 20, LYMPHOCYTE))
    mask = discs(nuclei(*pair), side=40)
    assert np.array_equal(mask, discs(nuclei(*pair[::-1]), side=40))
    assert mask[20, 21, NORMAL] == 1 and mask[20, 23, LYMPHOCYTE] == 1
    for row, column in zip(*np.nonzero(mask[..., BACKGROUND] == 0), strict=True):
        wanted = NORMAL if np.hypot(column - 20, row - 20) < np.hypot(column - 24, row - 20) else LYMPHOCYTE
        if column != 22:
            assert mask[row, column, wanted] == 1


def test_a_disc_at_the_edge_is_cut_and_none_gives_background() -> None:
    assert discs(nuclei((0, 0, NORMAL)), side=20)[..., NORMAL].sum() == pytest.approx(np.pi * 3.75**2 / 4, abs=4)
    assert discs(nuclei((-2, 19, NORMAL)), side=20)[19, 0, NORMAL] == 1
    empty = discs(nuclei(), side=20)
    assert empty[..., BACKGROUND].all() and empty[..., :BACKGROUND].sum() == 0


def test_a_centre_between_pixels_is_rounded_by_distance_not_by_index() -> None:
    mask = discs(nuclei((10.5, 10.5, MALIGNANT)), side=22)[..., MALIGNANT]
    assert np.array_equal(mask, mask[::-1]) and np.array_equal(mask, mask.T)


def patches(scores: list[float], crowds: list[Nuclei]) -> Patches:
    count = len(scores)
    images = np.zeros((count, 256, 256, 3), np.uint8)
    return Patches(tuple(map(str, range(count))), ("p",) * count, images, np.array(scores, np.float32), tuple(crowds))


def test_masks_are_painted_in_the_colours_that_their_nuclei_have_everywhere() -> None:
    picture = painted(discs(nuclei((10, 10, MALIGNANT), (30, 10, NORMAL), (50, 10, LYMPHOCYTE)), side=60))
    seen = [to_hex(picture[10, x] / 255).upper() for x in (10, 30, 50)]
    assert seen == [NUCLEI[kind] for kind in (MALIGNANT, NORMAL, LYMPHOCYTE)] == [TUMOUR, HEALTHY, COLOURS[TIL]]
    assert (picture[40] == 0).all()


def test_every_score_is_counted_in_the_column_it_was_written_for() -> None:
    shown = patches([0.0, 0.35, 0.35, 0.45, 1.0], [nuclei()] * 5)
    bars = score_distribution({"train": shown, "test": shown}).axes[0].patches
    tops = {round(bar.get_x() + bar.get_width() / 2, 2): bar.get_y() + bar.get_height() for bar in bars}
    assert {at: top for at, top in tops.items() if top} == {0.0: 2, 0.35: 4, 0.45: 2, 1.0: 2}


def test_patches_with_all_kinds_are_shown_first() -> None:
    all_three = nuclei((1, 1, NORMAL), (2, 2, LYMPHOCYTE), (3, 3, MALIGNANT))
    shown = patches([0.1, 0.2, 0.3], [nuclei(), all_three, nuclei((1, 1, NORMAL))])
    assert most_kinds(shown, 2) == [1, 0]
    assert len(weak_labels(shown).axes) == 6 and scored_plate(shown).axes[1].get_title() == "score 0.20"
