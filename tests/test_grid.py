"""The grid's choice: least index error, then least TIL error, and honest about what it cannot tell apart."""

from pathlib import Path

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.compression.chosen import space
from ki67.compression.grid import choose, grid_table, load_grid, trials_of, worse
from ki67.compression.trials import Judgement, Trial, TrialResult, judgement, keep, kept
from ki67.data.frames import Frames
from ki67.settings.compression import Compress
from ki67.settings.params import assignments, settings_of, values_of

ROOT = Path(__file__).parents[1]


def judged(errors: list[float | None], til: float = 0.01) -> Judgement:
    return Judgement(errors, [til] * len(errors), 1.0)


def outcome(k: int, *epochs: Judgement) -> TrialResult:
    return TrialResult(Trial("cws", k, 0.001), k, 7.0, 30.0, [0.1] * (len(epochs) - 1), list(epochs))


def test_the_best_epoch_has_the_least_index_error() -> None:
    assert outcome(256, judged([0.04] * 4), judged([0.01] * 4), judged([0.02] * 4)).best == 1


def test_equal_index_errors_are_decided_by_til() -> None:
    assert outcome(256, judged([0.04] * 4, til=0.02), judged([0.04] * 4, til=0.01)).best == 1
    chosen = choose([outcome(256, judged([0.04] * 4, til=0.02)), outcome(1024, judged([0.04] * 4, til=0.01))], seed=0)
    assert chosen.k == 1024


def test_the_choice_counts_what_it_cannot_tell_apart() -> None:
    best, like, far = [0.010, 0.020, 0.030] * 5, [0.012, 0.018, 0.031] * 5, [0.1, 0.11, 0.12] * 5
    chosen = choose([outcome(4096, judged(far)), outcome(256, judged(best)), outcome(1024, judged(like))], seed=0)
    assert (chosen.k, chosen.trials, chosen.not_distinguished) == (256, 3, 1)


def test_worse_needs_every_patient_to_say_so() -> None:
    assert worse(judged([0.04] * 9), judged([0.01] * 9), seed=0)
    assert not worse(judged([0.01] * 9), judged([0.04] * 9), seed=0)
    assert not worse(judged([0.04, 0.0] * 5), judged([0.01, 0.03] * 5), seed=0)


def test_a_patient_without_tumour_cells_is_left_out_of_the_index() -> None:
    assert judged([0.04, None]).index_rmse == pytest.approx(0.2)
    truth = Cells.of_points([(5, 5)], [TIL], "network")
    frames = Frames(("a",), ("p1",), np.zeros((1, 8, 8, 3), np.uint8), (truth,))
    assert judgement(frames, [truth], 0.0).index_squared == [None]


def test_errors_are_of_patients_not_of_fields() -> None:
    one, other = (Cells.of_points([(5, 5), (9, 9)], labels, "network") for labels in ([POSITIVE, POSITIVE], [NEGATIVE, NEGATIVE]))
    frames = Frames(("a", "b"), ("p1", "p1"), np.zeros((2, 8, 8, 3), np.uint8), (one, other))
    assert judgement(frames, [other, one], 0.0).index_squared == [0.0]


def test_a_finished_trial_is_read_back_as_it_was(tmp_path: Path) -> None:
    done = outcome(256, judged([0.04, None]), judged([0.01, None]))
    keep(done, tmp_path / "trial.json")
    assert kept(tmp_path / "trial.json") == done
    table = grid_table([done], seed=0)
    assert table["epoch"].tolist() == [1]
    assert table["before"].tolist() == [pytest.approx(0.2)]


def test_the_default_grid_has_48_trials() -> None:
    trials = trials_of(settings_of(Compress, ROOT / "params.yaml"))
    assert len(trials) == len(set(trials)) == 48


def test_first_fields_are_the_same_number_of_every_patient() -> None:
    nothing = Cells.of_points([], [], "network")
    frames = Frames(tuple("abcde"), ("p1", "p1", "p2", "p1", "p2"), np.zeros((5, 4, 4, 3), np.uint8), (nothing,) * 5)
    assert frames.first_of_each_patient(2).names == ("a", "b", "c", "e")
    assert len(frames.first_of_each_patient(100)) == 5


def test_the_published_spaces_nearly_follow_from_k() -> None:
    reckoned = space(3_220_296, 46, 3_236_907, (256, 1024, 4096))
    for k, printed in ((256, 3.937), (1024, 1.942), (4096, 1.789)):
        assert 0.001 < reckoned[f"k{k}"] - printed < 0.006
    assert reckoned["megabytes"] == pytest.approx(12.948, abs=0.001)


def test_settings_on_the_command_line_are_read_as_in_the_file() -> None:
    assert assignments(["ks=[256]", "update=gradient"]) == {"ks": [256], "update": "gradient"}
    with pytest.raises(InputError, match="write NAME=VALUE"):
        assignments(["ks"])


def test_trials_that_another_profile_left_are_not_read(tmp_path: Path) -> None:
    settings = Compress(**values_of(Compress, ROOT / "params.yaml") | {"quantizers": ["cws"], "ks": [256], "clr": [0.001, 1e-6]})
    for trial in [*trials_of(settings), Trial("cws", 1024, 0.001)]:
        result = TrialResult(trial, 256, 7.0, 30.0, [], [judged([0.01])])
        keep(result, tmp_path / f"{trial.quantizer}-{trial.k}/{trial.clr:g}.json")
    assert [one.trial for one in load_grid(tmp_path, settings)] == trials_of(settings)
