"""Pointing the study at a real dataset: checked first, said aloud, put in place whole."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made import write_sample

from ki67.base.errors import InputError
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
    said = "\n".join(use(dataset, "shidc"))
    assert "Train: 4 pictures of 2 patients; 4 positive, 4 negative, 0 TIL" in said
    assert "patient p1 is in Train and in Test" in said
    assert not (study / "data/shidc/cohort.json").exists()
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
    write_cohort(made, TissueCohort(3, 1, 1, 2, 1, seed=1), workers=1, progress=False)
    (made / "train/9_9.tif").write_bytes((made / "train/101_1.tif").read_bytes())
    (made / "notes.txt").write_text("mine")
    said = "\n".join(use(made, "breastpathq"))
    assert "BreastPathQ layout" in said and "train: 3 scored patches of 3 slides of 3 patients" in said
    assert "1 oddities:\n  train/9_9.tif: no score" in said
    copied = study / "data/breastpathq"
    assert sorted(p.name for p in copied.iterdir()) == ["cells", "cohort.json", "patient_ids.csv", "train", "train_labels.csv"]
    assert (study / "data/shidc/cohort.json").is_file()
    (made / "patient_ids.csv").write_text("patient_id,slide\n1,101\n")
    with pytest.raises(InputError, match="slide 201 has no patient"):
        use(made, "breastpathq")
    assert len((copied / "patient_ids.csv").read_text().splitlines()) == 4


def test_own_training_refuses_before_it_starts(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.epochs"):
        settings_with({"epochs": 0})
    assert settings_with({"epochs": 3, "learning_rate": None}).epochs == 3
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.json").write_text("{}")
    with pytest.raises(InputError, match="holds a finished model"):
        train_on_folder(dataset / "Train", tmp_path / "model", None, 0.135, {})
