"""The learning curve: who labels never judges, and what it says of a folder is what fine-tuning does there."""

from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stained_dots import UM_PER_PX, write_fields, write_start

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.data.frames import Frames, save_frames
from ki67.finetune.command import settings_with
from ki67.simulate.laboratories import POOLS
from ki67.study import other_laboratories, trial_by_trial
from ki67.study.learning_curve import LEARNING_CURVE
from ki67.study.other_laboratories import folder_trials, patients_of, simulated_trials


def frames(patients: list[str]) -> Frames:
    names = tuple(f"{patient}_{i}" for i, patient in enumerate(patients))
    return Frames(names, tuple(patients), np.zeros((len(names), 256, 256, 3), np.uint8), (Cells.empty("network"),) * len(names))


def test_no_patient_labels_and_judges() -> None:
    trials = list(folder_trials(frames(["p1"] * 8 + ["p2"] * 2 + ["p22"])))
    assert [(trial.laboratory, len(trial.labelled)) for trial in trials] == [
        ("without p1", 2), ("without p2", 2), ("without p22", 2), ("without p2", 5), ("without p22", 5),
    ]  # fmt: skip
    assert not any(set(trial.labelled.patients) & set(trial.judged.patients) for trial in trials)


def test_simulated_laboratories_label_other_fields_than_they_judge(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(other_laboratories, "SIZES", (1, 3))
    for share in POOLS["other"]:
        save_frames(frames([f"p{i}" for i in range(5)]), tmp_path / f"{share.laboratory.name}.npz".replace(" ", "_"))
    trials = list(simulated_trials(tmp_path))
    assert len(trials) == 2 * len(POOLS["other"])
    assert all(len(trial.judged) == 2 and not set(trial.labelled.names) & set(trial.judged.names) for trial in trials)


def test_every_laboratory_has_patients_of_its_own() -> None:
    theirs = [set(islice(patients_of(share.laboratory.name), 5)) for share in POOLS["other"]]
    assert all(len(numbers) == 5 for numbers in theirs) and len(set.union(*theirs)) == 5 * len(theirs)


def test_a_folder_s_curve_is_what_fine_tuning_does_there(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    quick = settings_with({"epochs": 1, "simulated": 1, "crops_per_frame": 8, "learning_rate": 0.01})
    monkeypatch.setattr(trial_by_trial, "settings_with", lambda changes: quick)
    write_fields(tmp_path / "pale", 3, strength=0.45)
    lines = list(LEARNING_CURVE.asked(write_start(tmp_path / "dots.ki67"), Path("pale"), UM_PER_PX))
    table = pd.read_csv(tmp_path / "release/learning_curve_folder.csv").set_index("laboratory")
    assert list(table["labelled"]) == [3, 2, 2, 2] and len(lines) == 5
    of_all = table.loc["all, by cross-validation"]
    assert of_all["gain"] == of_all["promised"] > 0.5 and not of_all["kept"]
    assert (table["gain"][table["kept"]] == 0).all()
    assert not list((tmp_path / ".ki67").iterdir())


def test_a_folder_that_is_refused_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_fields(tmp_path / "single", 1)
    with pytest.raises(InputError, match="single: a single picture"):
        list(LEARNING_CURVE.asked(write_start(tmp_path / "dots.ki67"), Path("single"), UM_PER_PX))
    assert {path.name for path in tmp_path.iterdir()} == {"dots.ki67", "single"}
