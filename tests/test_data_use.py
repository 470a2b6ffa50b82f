"""Pointing the study at a real dataset: checked first, lines aloud, put in place whole."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made import write_sample
from made_slides import tumour, write_bcs1, write_mask, write_table

from ki67.base.errors import InputError
from ki67.data.source import Source, source_of
from ki67.data.use import use
from ki67.models.own_data import settings_with, train_on_folder
from ki67.simulate.he import TissueCohort, write_cohort


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that has imported what it generated."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "generated/shidc").mkdir(parents=True)
    (folder / "generated/shidc/cohort.json").write_text("{}")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=folder, check=True)
    (folder / "data.dvc").write_text("deps:\n- path: generated\nouts:\n- path: data\n")
    subprocess.run([sys.executable, "-m", "dvc", "repro", "-q", "data.dvc"], cwd=folder, check=True)
    return folder


@pytest.fixture
def study(imported: Path, tmp_path: Path, monkeypatch) -> Path:
    folder = shutil.copytree(imported, tmp_path / "study", symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def test_a_real_dataset_takes_the_simulated_one_s_place_and_stays(study: Path, dataset: Path) -> None:
    write_sample(dataset / "Test", "p1_0009_1", [])
    lines = "\n".join(use(dataset, "shidc", 0.25))
    assert "own data: nothing is set against the paper" in lines
    assert "Train: 4 pictures of 2 patients; 4 positive, 4 negative, 0 TIL" in lines
    assert "patient p1 is in Train and in Test" in lines
    assert not (study / "data/shidc/cohort.json").exists()
    assert source_of(study / "data/shidc", None) == Source("own data", 0.25)
    subprocess.run([sys.executable, "-m", "dvc", "repro", "-q", "data.dvc"], check=True)
    assert len(list((study / "data/shidc/Train").glob("*.jpg"))) == 4


def test_a_wrong_dataset_is_refused_and_the_old_one_kept(study: Path, dataset: Path) -> None:
    (dataset / "Train/p1_0001_1.json").write_text("{}")
    before = (study / "data.dvc").read_bytes()
    with pytest.raises(InputError, match=r"p1_0001_1\.json"):
        use(dataset, "shidc")
    assert (study / "data.dvc").read_bytes() == before
    assert (study / "data/shidc/cohort.json").is_file()


def test_breastpathq_is_checked_and_copied_beside_the_other_dataset(study: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    write_cohort(
        made,
        TissueCohort(2, 1, 1, 2, 1, seed=1, test_patients=1, test_patches_per_slide=1, test_seed=2),
        workers=1,
        progress=False,
    )
    (made / "train/9_9.tif").write_bytes((made / "train/101_1.tif").read_bytes())
    (made / "notes.txt").write_text("mine")
    lines = "\n".join(use(made, "breastpathq"))
    assert "BreastPathQ layout" in lines and "train: 2 scored patches of 2 slides of 2 patients" in lines
    assert "test: 1 scored patches of 1 slides of 1 patients" in lines
    assert "1 oddities:\n  train/9_9.tif: no score" in lines
    copied = study / "data/breastpathq"
    assert sorted(p.name for p in copied.iterdir()) == [
        "cells", "cohort.json", "patient_ids.csv", "test", "test_labels.csv", "train", "train_labels.csv"
    ]  # fmt: skip
    assert (study / "data/shidc/cohort.json").is_file()
    (made / "patient_ids.csv").write_text("patient_id,slide\n1,101\n")
    with pytest.raises(InputError, match="slide 201 has no patient"):
        use(made, "breastpathq")
    assert len((copied / "patient_ids.csv").read_text().splitlines()) == 4


def test_whole_sections_are_checked_and_copied_with_the_scale_that_their_slides_tell(study: Path, tmp_path: Path) -> None:
    made = write_bcs1(tmp_path / "made", 0.5)
    lines = "\n".join(use(made, "bcs1"))
    assert "BCS-1 layout, own data" in lines and "in no part yet: 6 sections of 5 patients" in lines
    copied = study / "data/bcs1"
    assert sorted(p.name for p in copied.iterdir()) == ["grades.csv", "masks", "scale.json", "slides"]
    assert source_of(copied, None) == Source("own data", 0.5)
    (made / "split.csv").write_text("slide,part\na,test\n")
    use(made, "bcs1", 0.3)
    assert (copied / "split.csv").is_file() and source_of(copied, None) == Source("own data", 0.3)
    write_mask(made / "masks/a.tif", tumour(200))
    with pytest.raises(InputError, match="not a quarter of the slide"):
        use(made, "bcs1")
    assert source_of(copied, None) == Source("own data", 0.3)


def test_whole_sections_that_do_not_tell_their_scale_need_it(study: Path, tmp_path: Path) -> None:
    made = write_bcs1(tmp_path / "made", None)
    with pytest.raises(InputError, match="data of your own; give --mpp"):
        use(made, "bcs1")
    write_table(made / "cohort.json", '{"um_per_px": 1.0}', [])
    use(made, "bcs1")
    assert source_of(study / "data/bcs1", None) == Source("simulated", 1.0)


def test_own_data_need_a_scale_and_others_have_one(study: Path, dataset: Path) -> None:
    with pytest.raises(InputError, match="data of your own; give --mpp"):
        use(dataset, "shidc")
    (dataset / "cohort.json").write_text('{"um_per_px": 0.135}')
    with pytest.raises(InputError, match="leave --mpp out"):
        use(dataset, "shidc", 0.25)
    assert (study / "data/shidc/cohort.json").read_text() == "{}"


def test_own_training_refuses_before_it_starts(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.epochs"):
        settings_with({"epochs": 0})
    assert settings_with({"epochs": 3, "learning_rate": None}).epochs == 3
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.json").write_text("{}")
    with pytest.raises(InputError, match="holds a finished model"):
        train_on_folder(dataset / "Train", tmp_path / "model", 0.135, {})
