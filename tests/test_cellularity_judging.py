"""The measures of cellularity: each against a definition or an example of its own, their intervals over patients."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import somersd

from ki67.cells.agreement import icc, linear_kappa
from ki67.cellularity.judging import category, judged, judged_table, mse_difference


def table(truth: list[float], predicted: list[float], patients: list[str] | None = None) -> pd.DataFrame:
    names = [f"{i}_1" for i in range(len(truth))]
    return pd.DataFrame({"name": names, "patient": patients or names, "truth": truth, "predicted": predicted})


def made(patients: int, seed: int = 0, error: float = 0.1, each: int = 12) -> pd.DataFrame:
    """Patients whose errors are alike within each: what makes an interval over patients wider than one over patches."""
    rng = np.random.default_rng(seed)
    truth = np.round(rng.beta(0.7, 1.0, (patients, each)), 2)
    own = rng.normal(0, error, (patients, 1))
    predicted = np.clip(truth + own + rng.normal(0, error / 2, truth.shape), 0, 1)
    who = np.repeat([f"p{i:03d}" for i in range(patients)], each).tolist()
    return table(truth.ravel().tolist(), predicted.ravel().tolist(), who)


def plain_kappa(first: np.ndarray, second: np.ndarray) -> float:
    """How often both say the same, beyond how often they would if neither knew of the other."""
    chance = sum((first == k).mean() * (second == k).mean() for k in range(4))
    return float(((first == second).mean() - chance) / (1 - chance))


def test_a_score_on_an_edge_belongs_to_the_category_below() -> None:
    scores = [0, 0.25, 0.2501, 0.5, 0.51, 0.75, 0.76, 1]
    assert category(scores).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert category(np.float32([0.25, 0.5, 0.75])).tolist() == [0, 1, 2]


def test_five_patches_by_hand() -> None:
    found = judged(table([0.0, 0.2, 0.4, 0.6, 1.0], [0.1, 0.3, 0.2, 0.6, 0.6]), 100, 0)
    assert found.mse.value == pytest.approx((0.01 + 0.01 + 0.04 + 0 + 0.16) / 5)
    # Of ten pairs one stands the wrong way round (0.2 and 0.4) and one is tied (0.6 and 1.0).
    assert found.prediction_probability.value == pytest.approx((8 + 0.5) / 10)
    # Categories 0 0 1 2 3 against 0 1 0 2 2: two agree; by chance (2·2 + 1·1 + 1·2 + 1·0)/25 would.
    assert found.kappa.value == pytest.approx((2 / 5 - 7 / 25) / (1 - 7 / 25))


def test_pairs_of_the_same_true_score_say_nothing() -> None:
    assert judged(table([0.5, 0.5, 0.9], [0.1, 0.8, 0.9]), 100, 0).prediction_probability.value == 1
    assert np.isnan(judged(table([0.5, 0.5], [0.1, 0.8]), 100, 0).prediction_probability.value)
    assert judged(table([0.1, 0.5, 0.9], [0.4, 0.4, 0.4]), 100, 0).prediction_probability.value == 0.5


@pytest.mark.parametrize("seed", range(3))
def test_the_values_are_those_of_the_plain_definitions(seed: int) -> None:
    predictions = made(15, seed).round(1)  # many ties
    truth, predicted = predictions["truth"], predictions["predicted"]
    found = judged(predictions, 100, 0)
    assert found.mse.value == pytest.approx(((truth - predicted) ** 2).mean())
    assert found.kappa.value == pytest.approx(plain_kappa(category(truth), category(predicted)))
    assert found.linear_kappa.value == pytest.approx(linear_kappa(category(truth), category(predicted), 4))
    assert found.icc.value == pytest.approx(icc(np.column_stack([truth, predicted])).value)
    assert found.prediction_probability.value == pytest.approx((somersd(truth, predicted).statistic + 1) / 2)


def test_intervals_are_those_of_tables_really_drawn_by_patients() -> None:
    predictions = made(8)
    drawn = []
    own = dict(list(predictions.groupby("patient")))
    # The very draws of the bootstrap: how often each patient comes.
    for times in np.random.default_rng(5).multinomial(8, np.full(8, 1 / 8), 300):
        parts = [part for n, part in zip(times, own.values(), strict=True) for _ in range(n)]
        found = judged(pd.concat(parts), 100, 0)
        drawn.append([v for name, v in found.row().items() if not name.endswith(("_low", "_high"))])
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    row = judged(predictions, 300, 5).row()
    assert [v for name, v in row.items() if name.endswith("_low")] == pytest.approx(low.tolist())
    assert [v for name, v in row.items() if name.endswith("_high")] == pytest.approx(high.tolist())


def test_fewer_patients_give_wider_intervals_and_one_gives_none() -> None:
    few, many = (judged(made(n), 500, 0).row() for n in (6, 100))
    for name in ("mse", "kappa", "linear_kappa", "icc", "prediction_probability"):
        assert few[f"{name}_high"] - few[f"{name}_low"] > 1.5 * (many[f"{name}_high"] - many[f"{name}_low"])
        assert many[f"{name}_low"] < many[name] < many[f"{name}_high"]
    assert np.isnan(judged(made(1), 100, 0).mse.low)


def test_a_perfect_model_is_perfect_by_every_measure() -> None:
    truth = made(5)
    row = judged(truth.assign(predicted=truth["truth"]), 100, 0).row()
    assert [row[name] for name in ("mse", "kappa", "linear_kappa", "icc", "prediction_probability")] == [0, 1, 1, 1, 1]


def test_a_difference_is_paired() -> None:
    worse = made(20)
    better = worse.assign(predicted=worse["truth"] + 0.9 * (worse["predicted"] - worse["truth"]))
    found = mse_difference(worse, better, 500, 0)
    assert 0 < found.low < found.value == pytest.approx(0.19 * judged(worse, 100, 0).mse.value)
    # Apart, the two intervals overlap; side by side, one model is better wherever patients are drawn.
    assert judged(worse, 500, 0).mse.low < judged(better, 500, 0).mse.high
    with pytest.raises(ValueError, match="same patches"):
        mse_difference(worse, better.iloc[::-1], 100, 0)


def test_a_table_has_a_row_a_model_and_the_same_bytes_twice() -> None:
    models = {"gbt": made(5), "sr": made(5, error=0.02)}
    found = judged_table(models, 200, 3)
    assert list(found["model"]) == ["gbt", "sr"] and set(found["patches"]) == {60} and set(found["patients"]) == {5}
    assert list(found.columns[3:6]) == ["mse", "mse_low", "mse_high"]
    assert found["mse"][0] > found["mse"][1] and found["icc"][0] < found["icc"][1]
    assert found.to_csv() == judged_table(models, 200, 3).to_csv()
