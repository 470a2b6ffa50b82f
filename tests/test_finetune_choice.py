"""How the way is chosen: by pictures that were held out, the start first, and no picture has a say in how it is judged."""

import numpy as np
import pytest

from ki67.finetune.choice import LEAST, Tried, Way
from ki67.finetune.folds import folds_of, groups_of
from ki67.finetune.gain import gain, signed
from ki67.finetune.pieces import starts

START = Way(0, (1, 1, 1))


def table(frames: int, epochs: int = 2, thresholds: int = 3, labels: int = 100) -> np.ndarray:
    """Of 100 cells a class and frame half are found, on every way."""
    counts = np.zeros((frames, 1 + epochs, thresholds, 3, 3), np.int64)
    counts[..., 0], counts[..., 2] = labels // 2, labels - labels // 2
    return counts


def found(counts: np.ndarray, where: tuple, hits: int) -> None:
    """So many of the labels there are hit."""
    labels = counts[where][..., 0] + counts[where][..., 2]
    counts[(*where, ..., 0)], counts[(*where, ..., 2)] = hits, labels - hits


def test_where_all_ways_are_as_good_the_start_wins() -> None:
    assert Tried(table(4), START).best(np.arange(4)) == START


def test_the_better_epoch_and_threshold_are_taken() -> None:
    counts = table(4)
    found(counts, (slice(None), 2, 0), 90)
    assert Tried(counts, START).best(np.arange(4)) == Way(2, (0, 0, 0))


def test_a_class_with_few_labels_keeps_its_threshold() -> None:
    counts = table(4)
    counts[:, :, :, 2] = 0
    counts[:, :, 0, 2, 0] = (LEAST - 1) // 4
    counts[:, :, 1, 2, 2] = (LEAST - 1) // 4
    counts[:, :, 2, 2, 2] = (LEAST - 1) // 4
    assert Tried(counts, START).best(np.arange(4)).thresholds[2] == 1


def test_no_frame_chooses_how_it_is_judged() -> None:
    """Each frame has a way of its own that finds nearly all; by the others' ways it gains nothing."""
    counts = table(3, epochs=3)
    for frame in range(3):
        found(counts, (frame, frame + 1), 95)
        found(counts, ([i for i in range(3) if i != frame], frame + 1), 20)
    way = Tried(counts, START)
    crossed = way.crossed([np.array([i]) for i in range(3)])
    assert crossed[..., 0].sum() <= way.at(START)[..., 0].sum()


@pytest.mark.parametrize("better", [True, False])
def test_a_gain_is_sure_where_every_patient_gains(better: bool) -> None:
    groups = groups_of([f"p{i}_1" for i in range(5)], [f"p{i}" for i in range(5)])
    before = Tried(table(5), START).at(START)
    after = before.copy()
    for frame in range(5):
        found(after, (frame,), 60 if better or frame % 2 else 40)
    assert gain(before, after, groups).sure is better


def test_a_fold_holds_whole_patients_and_every_frame_is_in_one() -> None:
    patients = ["p1"] * 8 + ["p2"] * 2 + ["p22"]
    folds = folds_of(groups_of([f"{p}_{i}" for i, p in enumerate(patients)], patients), 5)
    assert [len(fold) for fold in folds] == [8, 2, 1]
    many = [f"p{i // 2}" for i in range(40)]
    folds = folds_of(groups_of([f"{p}_{i}" for i, p in enumerate(many)], many), 5)
    assert sorted(np.concatenate(folds)) == list(range(40)) and {len(fold) for fold in folds} == {8}


def test_names_that_tell_no_patient_are_told_from_those_of_one() -> None:
    assert "no name tells a patient" in groups_of(["a", "b"], ["a", "b"]).why
    assert "all are of patient p1" in groups_of(["p1_1", "p1_2"], ["p1", "p1"]).why
    assert groups_of(["p1_1", "p2_1"], ["p1", "p2"]).unit == "patient"


def test_frames_cover_a_picture_but_for_a_narrow_rim() -> None:
    assert starts(256) == [0] and starts(200) == [0] and starts(280) == [12]
    for length in (300, 512, 700, 1000):
        covered = {pixel for start in starts(length) for pixel in range(start, start + 256)}
        assert covered == set(range(length))


def test_a_difference_is_printed_as_the_last_line_has_it() -> None:
    assert [signed(value) for value in (0.05, -0.021, 1.0)] == ["+.05", "−.02", "+1.00"]
