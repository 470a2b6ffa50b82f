"""Tables say what the cells say: exact on made-up outcomes, empty where nothing is defined."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.evaluation import (
    ALWAYS_LOW,
    ALWAYS_MEAN,
    Resampling,
    constant_answers,
    cut_off_row,
    detection_rows,
    differences,
    error_rows,
    evaluate,
    image_scores,
    patient_scores,
    radius_curves,
    radius_table,
)
from ki67.cells.outcomes import PUBLISHED, STRICT, Outcome, chance, patient_counts
from ki67.cells.scores import CUT_OFFS, CutOffs
from ki67.cells.summary import summary

LATTICE = np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=-1).reshape(-1, 2) * 30.0 + 15
KI67 = CutOffs("ki67_index", 0.16, 0.30)


def cells(positive: int, negative: int, til: int = 0, shift: float = 0.0) -> Cells:
    """That many cells on a wide lattice, all moved to the right."""
    label = [POSITIVE] * positive + [NEGATIVE] * negative + [TIL] * til
    return Cells.of_points(np.add(LATTICE[: len(label)], (shift, 0)), label, "network")


def outcome(pairs: list[tuple[str, Cells, Cells]], method: str = "ours") -> Outcome:
    names = [f"{patient}_{i}" for i, (patient, _, _) in enumerate(pairs)]
    return Outcome(method, names, [p for p, _, _ in pairs], [t for _, t, _ in pairs], [f for _, _, f in pairs])


@pytest.fixture
def shifted() -> Outcome:
    """Two fields of a, one of b; every prediction 10 px off: a hit at R = 20 and none at R = 6."""
    fields = [("a", 2, 18), ("b", 10, 10), ("a", 4, 16)]
    return outcome([(p, cells(pos, neg), cells(pos, neg, shift=10)) for p, pos, neg in fields])


def test_ten_pixels_off_is_perfect_by_one_rule_and_worthless_by_the_other(shifted: Outcome) -> None:
    published, strict = ({row.cells: row for row in detection_rows(shifted, rule, Resampling(0))} for rule in (PUBLISHED, STRICT))
    assert (published["positive"].tp, published["positive"].f1, published["average"].f1) == (16, 1.0, 1.0)
    assert (strict["positive"].tp, strict["positive"].fn, strict["any"].f1) == (0, 16, 0.0)
    assert math.isnan(published["til"].f1) and published["average"].tp is None


def test_rows_come_by_class_then_average_then_any(shifted: Outcome) -> None:
    assert [row.cells for row in detection_rows(shifted, STRICT, Resampling(0))] == [
        "positive",
        "negative",
        "til",
        "average",
        "any",
    ]


def test_counts_are_summed_by_patient_in_sorted_order(shifted: Outcome) -> None:
    counts = patient_counts(shifted, PUBLISHED)
    assert shifted.who == ["a", "b"]
    assert counts[:, 0].tolist() == [[6, 0, 0], [10, 0, 0]]
    assert counts[:, 3].tolist() == [[40, 0, 0], [20, 0, 0]]


def test_intervals_hold_the_figure() -> None:
    fields = [(f"p{i}", cells(5, 15), cells(5 - i % 3, 15 - i)) for i in range(8)]
    for row in detection_rows(outcome(fields), STRICT, Resampling(1)):
        if row.cells != "til":
            assert row.f1_low < row.f1 < row.f1_high


def test_scores_of_a_patient_come_from_summed_counts(shifted: Outcome) -> None:
    table = patient_scores(shifted).set_index("patient")
    assert table.loc["a", "ki67_index_truth"] == pytest.approx(6 / 40)
    assert table.loc["a", "images"] == 2
    assert image_scores(shifted)["ki67_index_truth"].tolist() == pytest.approx([0.1, 0.5, 0.2])


def test_errors_are_those_of_hand() -> None:
    fields = [("a", cells(2, 8), cells(4, 6)), ("a", cells(2, 8), cells(2, 8)), ("b", cells(5, 5), cells(4, 6))]
    made = outcome(fields)
    rows = {(r.measure, r.unit): r for r in error_rows(image_scores(made), patient_scores(made), Resampling())}
    assert rows["ki67_index", "image"].rmse == pytest.approx(math.sqrt((0.04 + 0 + 0.01) / 3))
    assert rows["ki67_index", "patient"].rmse == pytest.approx(math.sqrt((0.01 + 0.01) / 2))
    assert rows["til_score", "image"].rmse == 0


def test_undefined_scores_are_left_out_and_counted() -> None:
    fields = [("a", cells(0, 0, 3), cells(1, 1)), ("b", cells(1, 1), cells(0, 0)), ("c", cells(1, 9), cells(1, 9))]
    made = outcome(fields)
    row = error_rows(image_scores(made), patient_scores(made), Resampling())[0]
    assert (row.n, row.undefined, row.rmse) == (1, 2, 0.0)
    cut = cut_off_row(patient_scores(made), KI67, Resampling())
    assert (cut.correct, cut.n, cut.undefined, cut.accuracy) == (1, 1, 2, 1.0)


def test_cut_off_accuracy_counts_patients_in_the_right_category() -> None:
    fields = [("a", cells(1, 9), cells(1, 19)), ("b", cells(2, 8), cells(4, 6)), ("c", cells(5, 5), cells(6, 4))]
    row = cut_off_row(patient_scores(outcome(fields)), KI67, Resampling())
    assert (row.correct, row.n) == (2, 3) and row.accuracy == pytest.approx(2 / 3)


def test_accuracy_by_image_counts_images_and_draws_patients() -> None:
    fields = [("a", cells(1, 9), cells(1, 19)), ("a", cells(2, 8), cells(4, 6)), ("b", cells(5, 5), cells(6, 4))]
    row = cut_off_row(image_scores(outcome(fields)), KI67, Resampling())
    assert (row.correct, row.n, row.low, row.high) == (2, 3, 0.5, 1.0)


def test_constant_answers_look_at_no_picture() -> None:
    fields = [("a", cells(1, 9), cells(5, 5)), ("b", cells(3, 7), cells(5, 5)), ("c", cells(0, 0, 4), cells(5, 5))]
    low, mean = constant_answers(image_scores(outcome(fields)))
    assert low["ki67_index_predicted"].tolist() == [0, 0, 0]
    assert mean["ki67_index_predicted"].tolist() == pytest.approx([0.2] * 3)
    assert [cut_off_row(table, KI67, Resampling()).correct for table in (low, mean)] == [1, 1]
    assert cut_off_row(low, KI67, Resampling()).undefined == 1
    spread = error_rows(mean, mean, Resampling())[0].rmse
    assert spread == pytest.approx(np.std([0.1, 0.3]))


def test_paired_differences_favour_the_better_method(shifted: Outcome) -> None:
    exact = Outcome("exact", shifted.names, shifted.patients, shifted.truths, shifted.truths)
    rows = {row.cells: row for row in differences(exact, shifted, STRICT, Resampling())}
    assert rows["positive"].difference == rows["average"].low == 1.0
    other = Outcome("other", ["x", "y", "z"], shifted.patients, shifted.truths, shifted.truths)
    with pytest.raises(ValueError, match="same images"):
        differences(exact, other, STRICT, Resampling())


def test_f1_over_the_radius_jumps_at_the_shift(shifted: Outcome) -> None:
    table = radius_table([shifted], radii=(9, 11)).query("cells == 'negative' and matching == 'strict'")
    assert table["f1"].tolist() == [0, 1]


def test_curves_are_the_table_by_method(shifted: Outcome) -> None:
    curves = radius_curves(radius_table([shifted, chance(shifted, 256, 1)], radii=(9, 11)))
    assert list(curves) == ["ours", "chance"]
    assert curves["ours"][:, 1].tolist() == [0, 1] and np.isnan(curves["ours"][:, 2]).all()


def test_chance_is_seeded_and_keeps_the_numbers(shifted: Outcome) -> None:
    one, same, other = (chance(shifted, 256, seed) for seed in (1, 1, 2))
    assert [len(c) for c in one.predictions] == [20, 20, 20]
    assert np.array_equal(one.predictions[0].xy, same.predictions[0].xy)
    assert not np.array_equal(one.predictions[0].xy, other.predictions[0].xy)
    assert not np.array_equal(one.predictions[0].xy, one.predictions[1].xy)


def test_the_whole_evaluation_has_no_nan_and_is_the_same_every_time(shifted: Outcome) -> None:
    one, same = (evaluate([shifted], Resampling(3)) for _ in range(2))
    assert summary(one) == summary(same) and "NaN" not in json.dumps(asdict(summary(one)))
    til = summary(one).detection["ours"]["strict"]["til"]
    assert til.f1 is None and til.tp == 0 and isinstance(til.tp, int)
    assert set(summary(one).detection) == {"ours", "chance"} and set(summary(one).scores) == {"ours", ALWAYS_LOW, ALWAYS_MEAN}
    assert len(one.cut_offs) == 3 * len(CUT_OFFS)


def test_a_summary_has_every_figure_under_its_name() -> None:
    fields = [("a", cells(2, 8, 3), cells(4, 6, 3)), ("b", cells(0, 0, 1), cells(0, 0, 1)), ("c", cells(2, 4), cells(2, 4))]
    found = summary(evaluate([outcome(fields)], Resampling()))
    own = found.scores["ours"]
    assert (found.images, found.patients, own.undefined_images) == (3, 3, 1)
    assert own.ki67_rmse_image.value == own.ki67_rmse_patient.value == pytest.approx(math.sqrt(0.04 / 2), abs=1e-6)
    assert (own.ki67_accuracy_16_30.correct, own.ki67_accuracy_10_20.correct, own.ki67_accuracy_16_30.of) == (1, 1, 2)
    assert own.til_rmse_image.value == 0 and (own.til_accuracy_10_40.value, own.til_accuracy_10_60.of) == (1.0, 3)
    assert found.detection["ours"]["published"]["any"].tp == 20


def test_tables_call_a_rule_by_its_name_and_files_by_its_key(shifted: Outcome) -> None:
    found = evaluate([shifted], Resampling(3))
    assert set(found.detection["matching"]) == set(found.differences["matching"]) == {"published R=20", "strict R=6"}
    assert set(found.radius["matching"]) == set(summary(found).detection["chance"]) == {"published", "strict"}


def test_an_outcome_needs_all_its_parts(shifted: Outcome) -> None:
    with pytest.raises(ValueError, match="differ in number"):
        Outcome("short", shifted.names[:1], shifted.patients, shifted.truths, shifted.predictions)
