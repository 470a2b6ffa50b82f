"""What the printed counts of H2G-Net say about how its networks were built."""

import numpy as np
import pandas as pd
import pytest

from ki67.tumour.counts import Count, decided, table


@pytest.fixture(scope="module")
def ways() -> pd.DataFrame:
    return decided()


def test_every_printed_count_is_met_one_way() -> None:
    rows = table().set_index("network")
    assert rows["parameters"].to_dict() == {
        "MobileNetV2": 2_386_686,
        "InceptionV3": 22_008_286,
        "U-Net": 11_572_562,
        "AGU-Net": 7_668_537,
        "DAGU-Net": 9_992_680,
        "DoubleU-Net": 16_025_076,
    }
    assert rows["agrees"].to_dict() == {
        "MobileNetV2": "plain",
        "InceptionV3": "plain, cut",
        "U-Net": "renormalised",
        "AGU-Net": "renormalised",
        "DAGU-Net": "plain",
        "DoubleU-Net": "renormalised",
    }


def test_a_count_that_is_not_printed_agrees_with_neither() -> None:
    assert Count("one", 1_114_999, 1_120_000, 1.10).agrees == "neither"
    assert Count("one", 1_109_999, 1_120_000, 1.10).agrees == "plain, cut"


def test_the_counts_decide_every_question_and_for_one_answer_only(ways: pd.DataFrame) -> None:
    agreeing = ways[ways["agrees"]].set_index("network")["built_with"].to_dict()
    assert agreeing == {
        "U-Net": "up-sampling without weights",
        "AGU-Net": "input pyramid",
        "DAGU-Net": "input pyramid",
        "DoubleU-Net": "atrous pooling of 32",
    }
    assert ways["agrees"].sum() == len(agreeing)
    assert (ways.groupby("network").size() > 1).all()


def test_the_alternatives_are_far_from_print(ways: pd.DataFrame) -> None:
    rows = ways.set_index(["network", "built_with"])["parameters"] / 1e6
    assert np.isclose(rows["AGU-Net", "no input pyramid"], 6.72, atol=0.005)
    assert np.isclose(rows["DAGU-Net", "no input pyramid"], 9.04, atol=0.005)
    assert np.isclose(rows["DAGU-Net", "what positions are compared by"], 10.07, atol=0.005)
    assert np.isclose(rows["DoubleU-Net", "atrous pooling of 42"], 16.24, atol=0.005)
