"""Masks from points and back: the same as the public code's, pixel by pixel, without the library that it is written on."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ki67.base.errors import InputError
from ki67.cells import cells as labelled
from ki67.cells.cells import Cells
from ki67.cells.scores import Scores, score
from ki67.masks.decoding import decoded
from ki67.masks.fields import MaskFields
from ki67.masks.from_points import coloured, mask_of
from ki67.masks.names import BACKGROUND, NEGATIVE, POSITIVE, SIDE
from ki67.masks.outlines import areas, outlines
from ki67.masks.threshold import bright, grey_of, surroundings
from tests.made_masks import field, mask_fields

Picture = NDArray[np.uint8]
NOBODY = Cells.empty("image")
# A bent shape, a ring with a speck in its hole, a line, a diagonal chain, a lone pixel.
SHAPES = [
    "..............",
    ".#####..####..",
    ".#......#..#..",
    ".#......#..#..",
    ".#####..####..",
    "..............",
    ".#######......",
    ".#.....#.###..",
    ".#..#..#......",
    ".#..##.#..#...",
    ".#.....#...#..",
    ".#######....#.",
    "..............",
]


def drawn(rows: list[str]) -> NDArray[np.bool_]:
    return np.array([[letter == "#" for letter in row] for row in rows])


def by_opencv(dark: NDArray[np.bool_], points: list[tuple[int, int]]) -> Picture:
    """The colouring of the public code: contours, and a flood from each label that lies strictly inside of one."""
    contours = cv2.findContours(dark.astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)[0]
    mask = cv2.drawContours(np.zeros(dark.shape, np.uint8), contours, -1, 128, thickness=-1)
    for contour in contours:
        if cv2.contourArea(contour) > 120:
            for point in points:
                if cv2.pointPolygonTest(contour, point, False) == 1:
                    cv2.floodFill(mask, np.zeros(np.add(dark.shape, 2), np.uint8), point, 255)
    return mask


def counted_by_opencv(mask: Picture) -> NDArray[np.float64]:
    """The cells of the public code, as rows of x, y and label in the order of x."""
    white = cv2.adaptiveThreshold(mask, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 199, 5)
    rows = []
    for contour in cv2.findContours(white, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)[0]:
        if moments := [m for m in [cv2.moments(contour)] if m["m00"] != 0]:
            x, y = (moments[0][name] / moments[0]["m00"] for name in ("m10", "m01"))
            if colour := mask[int(y), int(x)]:
                rows.append((x, y, labelled.POSITIVE if colour == 255 else labelled.NEGATIVE))
    return np.array(sorted(rows)).reshape(-1, 3)


def rows_of(cells: Cells) -> NDArray[np.float64]:
    return np.array(sorted(zip(*cells.xy.T.tolist(), cells.label.tolist(), strict=True))).reshape(-1, 3)


def test_grey_is_the_grey_of_opencv_for_every_mixture() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    assert np.array_equal(grey_of(pixels), cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def test_what_is_dark_is_what_opencv_takes_for_dark_but_for_a_pixel_in_a_hundred_thousand() -> None:
    grey = grey_of(field(0).image)
    theirs = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 199, 5)
    assert np.count_nonzero(~bright(grey) != (theirs > 0)) <= grey.size // 100_000  # a mean of a half, rounded up or down
    assert 0.05 < (theirs > 0).mean() < 0.6


def test_the_surroundings_of_an_even_picture_are_its_grey_up_to_the_edge() -> None:
    assert (surroundings(np.full((SIDE, SIDE), 77, np.uint8)) == 77).all()


def test_an_outline_runs_through_the_middles_of_pixels() -> None:
    found = outlines(drawn(["......", ".####.", ".####.", ".####.", "......"]))
    assert found.area.tolist() == [6, 0]  # 3 × 2, and the ground, which has no outline
    assert found.centre[0].tolist() == [2.5, 2]


@pytest.mark.parametrize("turns", range(4))
def test_outlines_enclose_what_opencvs_contours_enclose(turns: int) -> None:
    white = np.rot90(drawn(SHAPES), turns)
    found = outlines(white)
    contours = cv2.findContours(white.astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)[0]
    moments = [m for m in map(cv2.moments, contours) if m["m00"]]
    theirs = sorted((m["m00"], m["m10"] / m["m00"], m["m01"] / m["m00"]) for m in moments)
    ours = sorted((area, *centre) for area, centre in zip(found.area, found.centre.tolist(), strict=True) if area)
    assert np.allclose(ours, theirs)
    assert len(ours) > 4


def test_outlines_of_chance_enclose_what_opencvs_contours_enclose() -> None:
    white = np.random.default_rng(1).random((90, 90)) < 0.55
    contours = cv2.findContours(white.astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)[0]
    assert sorted(filter(None, map(cv2.contourArea, contours))) == sorted(filter(None, outlines(white).area.tolist()))


def test_the_area_of_a_shape_without_holes_is_that_of_its_outline() -> None:
    white = drawn(["......", ".####.", ".###..", ".####.", "......"])
    assert areas(white.astype(np.int32))[1] == outlines(white).area[0] == 5


def test_a_positive_label_turns_its_shape_white_and_no_other() -> None:
    dark = np.zeros((60, 60), bool)
    dark[5:25, 5:25] = dark[30:50, 30:50] = True
    mask = coloured(dark, np.array([[10, 10]]))
    assert (mask[5:25, 5:25] == POSITIVE).all()
    assert (mask[30:50, 30:50] == NEGATIVE).all()


@pytest.mark.parametrize(("side", "white"), [(12, True), (11, False)])
def test_a_shape_must_enclose_more_than_120_pixels_to_turn_white(side: int, white: bool) -> None:
    dark = np.zeros((40, 40), bool)
    dark[5 : 6 + side, 5 : 5 + side] = True  # its outline encloses side × (side − 1)
    assert (coloured(dark, np.array([[8, 8]])) == POSITIVE).any() == white


def test_a_label_on_the_outline_itself_is_not_inside() -> None:
    dark = np.zeros((40, 40), bool)
    dark[5:30, 5:30] = True
    assert not (coloured(dark, np.array([[5, 10]])) == POSITIVE).any()
    assert (coloured(dark, np.array([[6, 10]])) == POSITIVE).any()


def test_a_label_in_a_pale_middle_turns_the_middle_white_and_leaves_the_rim_grey() -> None:
    dark = np.zeros((40, 40), bool)
    dark[5:30, 5:30] = True
    dark[12:20, 12:20] = False
    mask = coloured(dark, np.array([[15, 15]]))
    assert (mask[12:20, 12:20] == POSITIVE).all()
    assert mask[6, 6] == NEGATIVE


@pytest.mark.parametrize("seed", range(3))
def test_labels_strewn_over_chance_colour_as_in_the_public_code(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dark = cv2.GaussianBlur(rng.random((200, 200)), (0, 0), 3) > 0.5
    points = rng.integers(0, 200, (40, 2))
    theirs = by_opencv(dark, [(int(x), int(y)) for x, y in points])
    assert np.array_equal(coloured(dark, points), theirs)
    assert set(np.unique(theirs)) == {BACKGROUND, NEGATIVE, POSITIVE}


@pytest.mark.parametrize("number", range(2))
def test_the_mask_of_a_field_is_that_of_the_public_code(number: int) -> None:
    picture, cells = field(number).image, field(number).cells
    dark = cv2.adaptiveThreshold(grey_of(picture), 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 199, 5) > 0
    full = by_opencv(dark, [(int(x), int(y)) for x, y in cells.of(labelled.POSITIVE).xy])
    small = np.asarray(Image.fromarray(full).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    theirs = cv2.inRange(small, 60, 240) // 255 * 128 + cv2.inRange(small, 241, 255)
    assert np.array_equal(mask_of(picture, cells), theirs)
    assert (theirs == POSITIVE).any()


def test_labels_of_other_cells_change_nothing() -> None:
    picture, cells = field(0).image, field(0).cells
    alone = cells.of(labelled.POSITIVE)
    assert np.array_equal(mask_of(picture, cells), mask_of(picture, alone))
    assert not np.array_equal(mask_of(picture, cells), mask_of(picture, NOBODY))


def test_white_fades_into_a_band_of_grey() -> None:
    picture = np.full((512, 512, 3), 255, np.uint8)
    picture[200:261, 200:261] = 30
    mask = mask_of(picture, Cells.of_points([(230, 230)], [labelled.POSITIVE], "image"))
    assert mask[115, 115] == POSITIVE
    assert NEGATIVE in mask  # of one positive cell alone


@pytest.mark.parametrize("number", range(2))
def test_a_mask_is_decoded_into_the_cells_of_the_public_code(number: int) -> None:
    mask = mask_fields().masks[number]
    ours, theirs = rows_of(decoded(mask)), counted_by_opencv(mask)
    assert len(ours) > 20
    assert np.allclose(ours, theirs, atol=1e-4)


def discs(centres: list[tuple[int, int]]) -> Picture:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for centre in centres:
        cv2.circle(mask, centre, 6, NEGATIVE, -1)
    return mask


TISSUE = [(x, y) for x in range(16, SIDE, 32) for y in range(16, SIDE, 32)]


def test_cells_that_touch_are_decoded_as_one() -> None:
    assert len(decoded(discs(TISSUE))) == 64
    assert len(decoded(discs([*TISSUE, (16 + 15, 16)]))) == 65
    assert len(decoded(discs([*TISSUE, (16 + 11, 16)]))) == 64


def test_a_cell_alone_in_a_wide_gap_is_lost_in_the_ground() -> None:
    assert len(decoded(discs([(100, 100)]))) == 0  # black is not darker than its surroundings where these are black too


def test_a_bent_cell_is_lost() -> None:
    mask = discs(TISSUE)
    cv2.ellipse(mask, (128, 128), (12, 12), 0, 0, 200, POSITIVE, 2)
    assert (mask == POSITIVE).any()
    assert score(decoded(mask)) == Scores(0, 64)


def test_an_empty_field_gives_no_cells_where_the_public_code_divides_by_zero() -> None:
    empty = decoded(np.zeros((SIDE, SIDE), np.uint8))
    assert len(empty) == 0
    assert empty.frame == "network"


def test_fields_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    fields = mask_fields(3)
    fields.save(tmp_path / "fields.npz")
    again = MaskFields.load(tmp_path / "fields.npz")
    assert (again.names, again.patients, again.split_by_patient) == (fields.names, fields.patients, fields.split_by_patient)
    assert np.array_equal(again.masks, fields.masks)
    assert np.array_equal(again.images, fields.images)
    assert again.annotated.tolist() == fields.annotated.tolist()


def test_a_part_holds_the_fields_that_the_split_puts_there() -> None:
    fields = mask_fields(3)
    assert fields.part("picture", "test").names == ("p2_0000_1",)
    assert fields.part("patient", "test").names == ("p0_0000_1",)
    assert fields.part("picture", "train").annotated.tolist() == [fields.annotated[0].tolist()]


def test_fields_that_are_not_there_say_which_stage_writes_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ki67 stage masks"):
        MaskFields.load(tmp_path / "fields.npz")
