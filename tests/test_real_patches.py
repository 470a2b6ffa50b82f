"""Real patches are scored by the command's own way, beside their labels; without a network one line says so."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tile_network import PINK, PURPLE, write_network

from ki67.base.errors import InputError
from ki67.base.tables import read_json
from ki67.study import real_fields as real
from ki67.study.real_fields import check_folder
from ki67.tiles import model as models


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two patches, one of them labelled, and one of nuclei that has no score."""
    monkeypatch.chdir(tmp_path)
    for module in (real, models):
        monkeypatch.setattr(module, "CELLULARITY", tmp_path / "weights")
    root = tmp_path / "real/breastpathq"
    for name, purple in (("train/1_1", 128), ("train/1_2", 384), ("cells/9_crop", 0)):
        picture = np.full((512, 512, 3), PINK, np.uint8)
        picture[:, :purple] = PURPLE
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(root / f"{name}.tif")
    (root / "train_labels.csv").write_text("slide,rid,y\n1,2,0.5\n3,1,0.9\n")
    return tmp_path / "real"


def test_patches_stand_beside_their_labels(folder: Path, tmp_path: Path) -> None:
    write_network(tmp_path / "weights")
    lines = check_folder(folder, None)
    found = read_json(tmp_path / "release/real_check.json")["breastpathq"]
    assert found["patches"] == {"1_1": {"cellularity": 0.25, "label": None}, "1_2": {"cellularity": 0.75, "label": 0.5}}
    assert (found["images"], found["labelled"], found["mse"]) == (2, 1, 0.0625)
    assert "  1_2            0.750, a pathologist 0.50" in lines


def test_without_a_network_one_line_says_so(folder: Path, tmp_path: Path) -> None:
    assert check_folder(folder, None) == ["breastpathq: skipped; no network for cellularity is shipped"]
    assert not (tmp_path / "release").exists()


STRANGE = {
    "a,b\n1,2\n": "no column slide and rid and y",
    "slide,rid,y\n1,1,nan\n": "line 2 has the score 'nan'; cellularity lies between 0 and 1",
    "slide,rid,y\n1,1,0.9\n1,2,97\n": "line 3 has the score '97'",
}


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_table_of_labels_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    write_network(tmp_path / "weights")
    (folder / "breastpathq/train_labels.csv").write_text(text)
    with pytest.raises(InputError, match=rf"train_labels\.csv: {STRANGE[text]}"):
        check_folder(folder, None)
