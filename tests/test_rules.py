"""What a rule makes of printed means and deviations is what the data behind them would have given."""

import numpy as np
import pytest
from scipy.stats import tukey_hsd

from ki67.study.rules import RULES, Numbers, one_hot, pooled, tukey


@pytest.mark.parametrize("sizes", [(11, 48, 31), (5, 5, 5), (2, 90)])
def test_groups_give_the_deviation_of_all_cases(sizes: tuple[int, ...]) -> None:
    random = np.random.default_rng(4)
    groups = [random.normal(0.5 + 0.2 * number, 0.1 + 0.1 * number, size) for number, size in enumerate(sizes)]
    numbers = Numbers([group.mean() for group in groups], [group.std() for group in groups], sizes)
    whole = np.concatenate(groups)
    assert pooled(numbers) == pytest.approx(whole.std())
    assert pooled(numbers) < whole.std(ddof=1), "n stands below the line, not n − 1"


@pytest.mark.parametrize(("groups", "size"), [(8, 90), (3, 6), (2, 20)])
def test_means_and_deviations_give_tukeys_p_without_the_data(groups: int, size: int) -> None:
    cases = np.random.default_rng(groups).normal(0, 1, (groups, size)) + np.linspace(0, 0.6, groups)[:, None]
    expected = tukey_hsd(*cases).pvalue
    deviations = cases.std(axis=1)
    for other in range(1, groups):
        found = tukey(Numbers([cases[0].mean(), cases[other].mean()], deviations, [size]))
        assert found == pytest.approx(expected[0, other], abs=1e-6)


def test_equal_means_are_no_evidence_and_far_ones_are() -> None:
    assert tukey(Numbers([0.9, 0.9], [0.1, 0.1, 0.1], [90])) == pytest.approx(1)
    assert tukey(Numbers([0.9, 0.5], [0.1, 0.1, 0.1], [90])) < 1e-6


def test_precision_and_recall_of_pixels_give_their_accuracy_over_three_channels() -> None:
    random = np.random.default_rng(2)
    truth, predicted = random.integers(0, 3, 5000), random.integers(0, 4, 5000)  # 3 is a pixel that no channel claims
    true, found = (values[:, None] == np.arange(3) for values in (truth, predicted))
    precision, recall = (true & found).sum() / found.sum(), (true & found).sum() / true.sum()
    assert precision > recall
    assert one_hot(Numbers([precision, recall], [], [])) == pytest.approx((true == found).mean())
    assert one_hot(Numbers([recall, precision], [], [])) != pytest.approx((true == found).mean())


def test_a_share_is_of_all_that_is_named() -> None:
    assert RULES["share"](Numbers([3, 1, 2], [], [])) == 0.5
