"""What a field loses on the way from its labels to a mask and back, and who trains, validates and tests on masks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made import write_sample
from PIL import Image

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE as LABELLED_NEGATIVE
from ki67.cells.cells import POSITIVE as LABELLED_POSITIVE
from ki67.cells.cells import TIL, Cells
from ki67.cells.evaluation import Resampling
from ki67.data.samples import Sample
from ki67.data.shidc import survey
from ki67.masks.dataset import all_masked, mask_fields, masked, split_by_picture
from ki67.masks.field_loss import FieldLoss, field_loss, loss_table, rim_grey, specks
from ki67.masks.lost import lost, sides
from ki67.masks.names import BACKGROUND, NEGATIVE, POSITIVE, SIDE
from ki67.masks.pictures import good_and_bad

DRAWS = Resampling(seed=0, resamples=100)


def tissue() -> np.ndarray:
    """Sixty-four negative cells of 12 × 12 pixels, and a positive one in their midst."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for y in range(10, SIDE, 32):
        for x in range(10, SIDE, 32):
            mask[y : y + 12, x : x + 12] = NEGATIVE
    mask[106:118, 106:118] = POSITIVE
    return mask


def loss_of(points: list[tuple[int, int]], labels: list[int], mask: np.ndarray) -> FieldLoss:
    return field_loss("a", "p", mask, mask, Cells.of_points(points, labels, "image"))


def loss(positive: int, negative: int, decoded: tuple[int, int], patient: str = "p") -> FieldLoss:
    return FieldLoss("a", patient, positive, negative, *decoded, 0, 0, negative, 0, 0, 0, float("nan"))


def test_a_field_that_loses_nothing_says_so() -> None:
    mask = tissue()
    mask[mask == POSITIVE] = NEGATIVE
    mask[106:118, 42:54] = POSITIVE
    points = [(x + 6, y + 6) for y in range(10, SIDE, 32) for x in range(10, SIDE, 32)]
    labels = [LABELLED_POSITIVE if point == (48, 112) else LABELLED_NEGATIVE for point in points]
    found = loss_of(points, labels, mask)
    assert (found.index_annotated, found.index_decoded) == (1 / 64, 1 / 64)
    assert (found.merged, found.never_white, found.others_white, found.others_on_ground, found.specks) == (0, 0, 0, 0, 0)


def test_each_label_is_looked_up_in_the_mask() -> None:
    points = [(112, 112), (16, 16), (112, 110), (48, 16), (0, 0)]
    found = loss_of(points, [LABELLED_POSITIVE, LABELLED_POSITIVE, LABELLED_NEGATIVE, TIL, TIL], tissue())
    assert (found.positive, found.never_white) == (2, 1)
    assert (found.others, found.others_white, found.others_on_ground) == (3, 1, 1)


def test_two_labels_in_one_shape_are_merged_and_two_in_two_are_not() -> None:
    negative = [LABELLED_NEGATIVE, LABELLED_NEGATIVE]
    assert loss_of([(12, 12), (20, 20)], negative, tissue()).merged == 1
    assert loss_of([(12, 12), (48, 16)], negative, tissue()).merged == 0
    assert loss_of([(12, 12), (20, 20)], [LABELLED_NEGATIVE, TIL], tissue()).merged == 0


def test_a_shape_of_six_pixels_is_a_speck_and_one_of_seven_is_not() -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[5:7, 5:8] = NEGATIVE
    mask[20:21, 20:27] = POSITIVE
    assert specks(mask) == 1


def test_the_rim_of_a_positive_cell_is_looked_at_on_all_sides() -> None:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[50:60, 50:60] = NEGATIVE
    mask[51:59, 51:59] = POSITIVE
    assert rim_grey(mask) == 1
    mask[mask == NEGATIVE] = BACKGROUND
    assert rim_grey(mask) == 0
    assert np.isnan(rim_grey(np.zeros((SIDE, SIDE), np.uint8)))


def test_a_field_without_tumour_cells_has_no_index_and_no_category_but_its_losses_count() -> None:
    table = loss_table([loss(0, 0, (0, 9)), loss(1, 9, (1, 9), "q"), loss(5, 5, (0, 10), "r")])
    assert table["category_annotated"].tolist() == ["", "middle", "high"]
    found = lost(table, DRAWS)
    assert (found.fields, found.index.fields) == (3, 2)
    assert (found.positive_annotated, found.positive_decoded, found.negative_annotated, found.negative_decoded) == (6, 1, 14, 28)
    assert (found.categories_agree.count, found.categories_agree.of) == (1, 2)


def test_the_error_is_the_root_of_the_mean_square_and_the_bias_keeps_its_sign() -> None:
    found = lost(loss_table([loss(5, 5, (1, 9)), loss(5, 5, (5, 5), "q")]), DRAWS).index
    assert found.rmse == pytest.approx(0.4 / 2**0.5)
    assert found.bias == pytest.approx(-0.2)
    assert found.low == 0 and found.high == pytest.approx(0.4)


def test_an_index_of_few_cells_is_left_out_where_many_are_asked_for() -> None:
    found = lost(loss_table([loss(2, 0, (1, 99)), loss(20, 20, (50, 50), "q")]), DRAWS)
    assert found.index.rmse > 0.6
    assert (found.index_of_many.fields, found.index_of_many.rmse) == (1, 0)


def test_the_good_field_is_the_nearest_and_the_bad_one_the_farthest_of_those_with_many_positives() -> None:
    near, far, few, none = loss(10, 30, (10, 31)), loss(10, 30, (1, 99)), loss(2, 0, (0, 9)), loss(0, 50, (0, 50))
    assert good_and_bad(loss_table([none, far, few, near])) == [3, 1]
    assert good_and_bad(loss_table([none, few])) == []


def test_pictures_are_split_by_the_shares_of_the_paper_and_the_same_way_every_time() -> None:
    parts = split_by_picture(100, 0.15, seed=4)
    assert [parts.count(part) for part in ("train", "validation", "test")] == [70, 15, 15]
    assert parts == split_by_picture(100, 0.15, seed=4) != split_by_picture(100, 0.15, seed=5)


def shidc(root: Path) -> Path:
    for part, patients in (("Train", (1, 2, 3)), ("Test", (4,))):
        for patient in patients:
            for number in (1, 2, 3):
                write_sample(root / part, f"p{patient}_{number}_1", [{"x": 5, "y": 5, "label_id": 1}])
    return root


def test_a_split_by_patient_tests_the_published_test_and_shares_nobody(tmp_path: Path) -> None:
    found = survey(shidc(tmp_path))
    made = all_masked([sample for part in found.parts.values() for sample in part])
    fields = mask_fields(found, made, share=0.25, seed=4)
    assert set(fields.part("patient", "test").patients) == {"p4"}
    assert sides(fields, "patient") == {"train": 6, "validation": 3, "test": 3, "shared_patients": 0}
    by_picture = sides(fields, "picture")
    assert (by_picture["train"], by_picture["validation"], by_picture["test"]) == (6, 3, 3)
    assert by_picture["shared_patients"] > 0


def test_a_picture_that_is_not_square_is_refused_by_name(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "p1_1_1.jpg")
    (tmp_path / "p1_1_1.json").write_text("[]")
    with pytest.raises(InputError, match=r"p1_1_1\.jpg: 64×48 is not square"):
        masked(Sample(tmp_path / "p1_1_1.jpg", tmp_path / "p1_1_1.json", "p1"))


def test_the_table_has_a_row_a_field() -> None:
    table = loss_table([loss(1, 9, (1, 9)), loss(1, 9, (1, 9))])
    assert isinstance(table, pd.DataFrame) and len(table) == 2
