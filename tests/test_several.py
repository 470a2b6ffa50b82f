"""Who asks many questions at once must be surer of each answer."""

import pytest

from ki67.cells.several import holm


def test_holm_corrects_the_least_most_and_never_crosses() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]).tolist() == [1, 1]


def test_one_question_alone_needs_no_correction() -> None:
    assert holm([0.03]).tolist() == [0.03]
