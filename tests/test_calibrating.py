"""What ships knows its own error: measured on fields as other laboratories show them, kept in its file, read from there."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cells.uncertainty import ScorerError
from ki67.container.container import read, write
from ki67.data.frames import Frames
from ki67.engine.model import ERROR, load_model
from ki67.study import calibrating
from ki67.study.calibrating import calibrate, elsewhere, laboratories
from ki67.weights import NETWORK, fields

FOUND = ScorerError(0.51234567, 0.0012345678)


def test_each_patient_is_of_one_laboratory_and_none_is_that_of_training() -> None:
    assert len(laboratories()) == len(set(laboratories())) > 5
    assert all(step != shift.none for shift, step in laboratories())
    image = fields().images[0]
    frames = Frames(("1", "2", "3"), ("a", "b", "a"), np.stack([image] * 3), fields().cells[:3])
    one, other, again = elsewhere(frames)
    assert np.array_equal(one, again) and not np.array_equal(one, other) and not np.array_equal(one, image)


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ships, calibrated by an error that is known."""
    monkeypatch.setattr(calibrating, "write_cohort", lambda folder, cohort: None)
    monkeypatch.setattr(calibrating, "read_part", lambda folder: [])
    monkeypatch.setattr(calibrating, "build_frames", lambda samples: fields())
    monkeypatch.setattr(calibrating, "judged_fields", lambda model, frames: [])
    monkeypatch.setattr(calibrating, "calibrated", lambda fields: FOUND)
    path = Path(shutil.copy(NETWORK, tmp_path))
    assert calibrate(path) == FOUND
    return path


def test_the_error_is_kept_in_the_file_and_read_from_it(network: Path) -> None:
    before, after = read(NETWORK), read(network)
    assert load_model(network).error == ScorerError(0.5123, 0.001235)
    assert {**after.description, ERROR: None} == {**before.description, ERROR: None}
    assert load_model(network).description == load_model(NETWORK).description


@pytest.mark.parametrize("told", [{"cells": 0.5}, {"cells": -1, "shared": 0}, {"cells": "much", "shared": 0}, [1, 2], "much"])
def test_an_error_that_makes_no_sense_is_refused(network: Path, told: object) -> None:
    stored = read(network)
    write(replace(stored, description=stored.description | {ERROR: told}), network)  # type: ignore[dict-item]
    with pytest.raises(InputError, match="makes no sense; copy the file again"):
        load_model(network)


def test_a_file_without_it_has_no_known_error(network: Path) -> None:
    stored = read(network)
    write(replace(stored, description={name: value for name, value in stored.description.items() if name != ERROR}), network)
    assert load_model(network).error is None


def test_what_ships_knows_its_error() -> None:
    assert (error := load_model(NETWORK).error) and 0 < error.cells < 5 and 0 <= error.shared < 0.1
