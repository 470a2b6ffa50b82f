"""Learning without labels: sure cells are labels, doubts stay doubts, and labels that are there only judge."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stained_dots import UM_PER_PX, write_fields, write_start
from test_learning_curve import frames

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.cells.density import Stamp, density_maps
from ki67.cells.detect import Detector
from ki67.finetune import unlabelled
from ki67.finetune.command import frames_in, settings_with
from ki67.finetune.start import load_start
from ki67.finetune.unlabelled import Lesson, self_trained, taught
from ki67.study import other_laboratories, trial_by_trial
from ki67.study.other_laboratories import Trial
from ki67.study.trial_by_trial import Pupil
from ki67.study.without_labels import WITHOUT_LABELS, answer, rows_of, simulated

DETECTOR = Detector((60.0, 60.0, 60.0))


def said(*cells: tuple[int, int, int, float]) -> np.ndarray:
    """A network's maps with one peak a cell: x, y, class, height."""
    return sum(
        (density_maps(Cells.of_points([[x, y]], [k], "network"), 256, Stamp(peak=high, centre=high)) for x, y, k, high in cells),
        np.zeros((256, 256, 3), np.float32),
    )


def test_the_surer_half_of_each_class_are_labels_wherever_they_lie() -> None:
    """The paler negative cells of one picture do not become labels because their picture has no better ones."""
    pictures = np.stack([
        said((40, 40, POSITIVE, 250), (80, 40, POSITIVE, 90), (40, 90, NEGATIVE, 130), (80, 90, NEGATIVE, 120)),
        said((40, 40, NEGATIVE, 80), (80, 80, NEGATIVE, 70)),
    ])  # fmt: skip
    first, second = Lesson.of(np.zeros((2, 256, 256, 3), np.uint8), pictures, DETECTOR).cells
    assert sorted(zip(first.label.tolist(), np.rint(255 * first.confidence).tolist(), strict=True)) == [
        (POSITIVE, 250), (NEGATIVE, 120), (NEGATIVE, 130),
    ]  # fmt: skip
    assert len(second) == 0


def test_nothing_is_found_and_nothing_is_taught() -> None:
    lesson = Lesson.of(np.zeros((1, 256, 256, 3), np.uint8), said()[None], DETECTOR)
    assert len(lesson.cells[0]) == 0 and not lesson.maps(Stamp()).any()


def test_sure_cells_become_labels_doubts_stay_and_the_rest_is_ground() -> None:
    maps = said((40, 40, POSITIVE, 200), (90, 40, POSITIVE, 45), (140, 40, POSITIVE, 20)) - 3
    drawn = density_maps(Cells.of_points([[40, 40]], [POSITIVE], "network"), 256, Stamp())
    lesson = taught(drawn, maps, DETECTOR)[40, :, POSITIVE - 1]
    assert lesson[40] == 255 and lesson[90] == 42 and lesson[140] == 0 and lesson[200] == 0


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network of dots that goes on fast, beside the dots that it knows."""
    monkeypatch.chdir(tmp_path)
    settings = settings_with({"epochs": 4, "crops_per_frame": 8, "learning_rate": 0.01})
    monkeypatch.setattr(trial_by_trial, "settings_with", lambda changes: settings)
    write_fields(Path("known"), 2)
    monkeypatch.setattr(trial_by_trial, "replayed", lambda start, settings, kept: frames_in(Path("known"), UM_PER_PX, start))
    return write_start(tmp_path / "dots.ki67")


def pupil_of(quick: Path) -> Pupil:
    return Pupil.of(load_start(quick), trial_by_trial.settings_with({}), Path("state"))


def test_a_network_is_louder_about_what_it_was_sure_of(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what it says once it has repeated its doubts alone."""
    monkeypatch.setattr(unlabelled, "TINT", 0.0)
    write_fields(Path("lab"), 2, 0.6)
    pupil = pupil_of(quick)
    learner, images = pupil.learner, frames_in(Path("lab"), UM_PER_PX, pupil.start).images
    lesson = Lesson.of(images, learner.maps(images), pupil.judge.detector)
    loudness = []
    for cells in (lesson.cells, (Cells.empty("network"),) * 2):
        learner.begin()
        assert list(self_trained(learner, replace(lesson, cells=cells))) == [1, 2, 3, 4]
        loudness.append(float(np.sort(learner.maps(images).ravel())[-500:].mean()))
    assert loudness[0] > 1.02 * loudness[1]


@pytest.mark.parametrize("hits", [90, 50, 20])
def test_what_was_gained_or_lost_is_told_class_by_class(hits: int) -> None:
    """Of 100 positive cells in each of four pictures half are found at first, and no other class is labelled."""
    shown = frames([f"p{i}" for i in range(4)])
    before = np.zeros((4, 3, 3), np.int64)
    before[:, 0] = (50, 0, 50)
    after = before.copy()
    after[:, 0] = (hits, 0, 100 - hits)
    lesson = Lesson(shown.images, shown.cells, np.zeros((4, 256, 256, 3), np.float32), DETECTOR)
    positive, average = rows_of(Trial("lab", shown, shown), lesson, before, after)
    assert (positive.cells, average.cells) == ("positive", "average") and positive.gain == average.gain
    assert np.sign([positive.low, positive.gain, positive.high]).tolist() == [np.sign(hits - 50)] * 3
    assert positive.f1 == pytest.approx(2 * hits / (100 + hits)) and positive.f1_start == pytest.approx(2 / 3)


def test_familiar_pictures_change_nothing(quick: Path) -> None:
    write_fields(Path("lab"), 3)
    *lines, last = WITHOUT_LABELS.asked(quick, Path("lab"), UM_PER_PX)
    table = pd.read_csv("release/without_labels_folder.csv").set_index("cells")
    assert list(table.index) == ["positive", "negative", "average"] and len(lines) == 3 and last.startswith("written: ")
    assert abs(table.loc["average", "gain"]) < 0.02
    assert 0 < table.loc["average", "right"] <= table.loc["average", "own"]
    assert not list(Path(".ki67").iterdir())


def test_labels_of_the_pictures_that_teach_are_not_looked_at(quick: Path) -> None:
    write_fields(Path("lab"), 2, 0.6)
    pupil = pupil_of(quick)
    labelled = frames_in(Path("lab"), UM_PER_PX, pupil.start)
    blind = replace(labelled, cells=(Cells.empty("network"),) * 2)
    seen, unseen = (pd.DataFrame(answer(pupil, Trial("lab", shown, labelled))) for shown in (labelled, blind))
    assert list(seen["f1"]) == list(unseen["f1"]) and (unseen["right"] == 0).all() and (seen["right"] > 0).any()


def test_simulated_laboratories_are_judged_by_pictures_that_did_not_teach(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(other_laboratories, "fields_of", lambda name, kept: frames([f"{name} {i}" for i in range(31)]))
    trials = list(simulated(tmp_path))
    assert [len(trial.labelled) for trial in trials] == [11] * 4
    assert not any(set(trial.labelled.patients) & set(trial.judged.patients) for trial in trials)
