"""What is said of real fields: who they are of, what nobody labelled, and what a constant answer would have got right."""

import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.evaluation import ALWAYS_LOW, ALWAYS_MEAN, Resampling, evaluate
from ki67.cells.metrics import Estimate
from ki67.cells.outcomes import Outcome
from ki67.cells.summary import Error, summary
from ki67.study.real_cells import Fields, scores_by_field

DRAWS = Resampling(resamples=200)


def cells(positive: int, negative: int, til: int = 0) -> Cells:
    label = [POSITIVE] * positive + [NEGATIVE] * negative + [TIL] * til
    return Cells.of_points([[20.0 * place, 10.0] for place in range(len(label))], label, "network")


def outcome(truths: list[Cells], found: list[Cells]) -> Outcome:
    names = [f"p{1 + (i > 1)}_{i}" for i in range(len(truths))]
    return Outcome("pathonet", names, [name.split("_")[0] for name in names], truths, found)


TRUTHS = [cells(1, 9), cells(2, 8), cells(4, 6)]
SEEN = outcome(TRUTHS, [cells(1, 9), cells(4, 6), cells(4, 6)])


def fields(one: Outcome, fields_of: dict[str, int] | None) -> Fields:
    found = evaluate([one], DRAWS)
    told = {"strict R=6": {kind: Estimate(0.5, 0.4, 0.6) for kind in ("positive", "negative", "til")}}
    nothing: dict[str, Error] = {}
    scores = scores_by_field(found, [one], DRAWS)
    return Fields(len(one.names), fields_of, 0.65, [], summary(found).detection, nothing, scores, told)


def test_constant_answers_stand_beside_every_accuracy() -> None:
    scores = scores_by_field(evaluate([SEEN], DRAWS), [SEEN], DRAWS)
    right = {name: (found.category_16_30.correct, found.category_10_20.correct) for name, found in scores.items()}
    assert right == {"pathonet": (2, 2), ALWAYS_LOW: (1, 0), ALWAYS_MEAN: (1, 1)}
    assert scores[ALWAYS_LOW].index.value == pytest.approx(0.26458, abs=1e-5)
    assert scores["pathonet"].index.value == pytest.approx(0.11547, abs=1e-5)


def test_it_is_said_of_how_many_patients_fields_are_or_that_nobody_knows() -> None:
    assert "3 real fields of 2 patients, development figures" in fields(SEEN, {"p1": 2, "p2": 1}).lines("shidc")[0]
    assert "3 real fields of patients unknown" in fields(SEEN, None).lines("bcdata")[0]


def test_lymphocytes_are_judged_where_they_are_labelled_and_nowhere_else() -> None:
    with_til = outcome([cells(1, 9, 2)] * 3, [cells(1, 9, 2)] * 3)
    without = outcome(TRUTHS, [cells(1, 9, 2)] * 3)
    assert all("til" in line for line in fields(with_til, None).lines("shidc")[1:4])
    assert not any("til" in line for line in fields(without, None).lines("bcdata"))
