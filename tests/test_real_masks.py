"""Masks of real fields are held against their labels, beside what the network finds in them."""

from pathlib import Path

import pandas as pd
import pytest
from made_masks import field
from PIL import Image

from ki67.base.errors import InputError
from ki67.study.real_fields import shidc_parts
from ki67.study.real_masks import TABLE, check_masks


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two fields of two patients."""
    monkeypatch.chdir(tmp_path)
    for patient in range(2):
        made = field(0, patient)
        Image.fromarray(made.image).save(tmp_path / f"p{patient}_1_1.png")
        made.cells.to_shidc_json(tmp_path / f"p{patient}_1_1.json")
    return tmp_path


def test_labels_stand_beside_what_the_masks_are_decoded_into(folder: Path) -> None:
    found = check_masks(shidc_parts(folder))
    table = pd.read_csv(TABLE)
    assert table["name"].tolist() == ["p0_1_1", "p1_1_1"]
    assert found.lost.positive_annotated == table["positive"].sum()
    assert found.lost.negative_decoded == table["decoded_negative"].sum()
    off = table["index_decoded"] - table["index_annotated"]
    assert found.lost.index.rmse == pytest.approx((off**2).mean() ** 0.5, rel=1e-5)
    assert found.lost.index.rmse > 0.01


def test_the_lines_say_how_far_the_two_truths_lie_apart(folder: Path) -> None:
    found = check_masks(shidc_parts(folder))
    first, cells, second, _ = found.lines("masks")
    assert first.startswith("masks: 2 real fields, development figures") and str(TABLE) in first
    assert f"positive: {found.lost.positive_annotated} labels" in cells
    assert f"RMSE {found.lost.index.rmse:.3f}" in second and "of 2" in second


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pictures in it"):
        check_masks(shidc_parts(tmp_path))
