"""The scale of one's own training pictures: told, published, or read from the file; never a guess."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ki67.base.errors import InputError
from ki67.data.samples import Sample
from ki67.models.own_data import field_scale, train_on_folder

PUBLISHED = 0.135


def picture(folder: Path, name: str, size: int, um_per_px: float | None = None) -> Sample:
    path = folder / f"{name}.png"
    dpi = {} if um_per_px is None else {"dpi": (25_400 / um_per_px,) * 2}
    Image.fromarray(np.zeros((size, size, 3), np.uint8)).save(path, **dpi)
    return Sample(path, path.with_suffix(".json"), name)


def test_training_asks_for_the_scale_where_nothing_tells_it(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"p1_0001_1\.jpg: its scale is not known; give it in micrometres per pixel with --mpp"):
        train_on_folder(dataset / "Train", tmp_path / "mine", None, {})
    assert not (tmp_path / "mine").exists()


def test_a_field_of_the_published_size_has_the_published_scale_unless_the_user_says_another(tmp_path: Path) -> None:
    field = [picture(tmp_path, "p1", 1228)]
    assert field_scale(field, None, PUBLISHED) == PUBLISHED
    assert field_scale(field, 0.25, PUBLISHED) == 0.25


def test_a_file_that_tells_its_scale_is_believed(tmp_path: Path) -> None:
    assert field_scale([picture(tmp_path, "p1", 614, 0.5)], None, PUBLISHED) == pytest.approx(0.25, rel=1e-3)


def test_a_network_s_scale_is_that_of_the_tissue_in_its_frame_not_of_the_file_s_pixels(tmp_path: Path) -> None:
    """Half as many pixels, each twice as wide, show the same field."""
    few, many = [picture(tmp_path, "p1", 307)], [picture(tmp_path, "p2", 614)]
    assert field_scale(few, 1.0, PUBLISHED) == field_scale(many, 0.5, PUBLISHED)


def test_pictures_that_show_more_tissue_than_others_are_refused(tmp_path: Path) -> None:
    samples = [picture(tmp_path, "p1", 512), picture(tmp_path, "p2", 1024)]
    says = r"p2\.png: shows 512 µm of tissue, p1\.png 256 µm; cut all pictures to the same size"
    with pytest.raises(InputError, match=says):
        field_scale(samples, 0.5, PUBLISHED)
