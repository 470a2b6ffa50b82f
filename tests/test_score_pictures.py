"""Pictures of predicted scores: each shows the patches, the limits and the epochs that it was given."""

import numpy as np
import pandas as pd
import pytest

from ki67.cellularity.score_pictures import error_curves, limits_of_agreement, scatter


def predictions(off: float = 0.0) -> pd.DataFrame:
    truth = np.linspace(0, 0.9, 10)
    return pd.DataFrame({"truth": truth, "predicted": truth + off + 0.05 * (-1.0) ** np.arange(10)})


def curve(*models: str) -> pd.DataFrame:
    """Two epochs of each of the trainings that follow one another."""
    epochs = np.arange(1, 2 * len(models) + 1)
    return pd.DataFrame({"epoch": epochs, "validation_mse": 0.1 / epochs, "model": np.repeat(models, 2)})


def test_every_patch_is_a_point_under_its_model_s_title() -> None:
    models = {name: predictions(off) for name, off in (("a", 0.0), ("b", 0.1), ("c", 0.0), ("d", -0.1))}
    axes = scatter(models).axes
    assert [one.get_title() for one in axes if one.get_visible()] == list("abcd")
    for one, table in zip(axes, models.values(), strict=False):
        np.testing.assert_allclose(one.collections[0].get_offsets(), table[["truth", "predicted"]])
        assert one.lines[0].get_xydata().tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("off", [0.2, -0.2])
def test_a_model_that_is_off_has_its_limits_about_that(off: float) -> None:
    axes = limits_of_agreement({"a": predictions(off)}).axes[0]
    upper, bias, lower = (line.get_ydata()[0] for line in axes.lines)
    assert bias == pytest.approx(off) and lower < bias < upper
    assert upper - bias == pytest.approx(1.96 * np.std([0.05, -0.05] * 5, ddof=1))
    assert axes.texts[1].get_text() == ("+0.20" if off > 0 else "−0.20")
    means = axes.collections[0].get_offsets()[:, 0]
    assert means.mean() == pytest.approx(predictions(off)[["truth", "predicted"]].to_numpy().mean())


def test_the_error_falls_epoch_by_epoch_and_a_second_training_is_marked() -> None:
    axes = error_curves({"SR": curve("sr_frozen", "sr"), "R": curve("resnet34")}, 0.08).axes[0]
    sr, let_loose, other, mean = axes.lines
    assert sr.get_ydata().tolist() == pytest.approx([0.1, 0.05, 0.1 / 3, 0.025])
    assert (let_loose.get_xdata()[0], let_loose.get_linestyle()) == (2.5, ":")
    assert len(other.get_xdata()) == 2
    assert (mean.get_ydata()[0], mean.get_linestyle()) == (0.08, "--")


def test_no_network_is_left_out_and_no_two_look_alike() -> None:
    names = [f"network {number}" for number in range(8)]
    axes = error_curves({name: curve(name) for name in names}, 0.08).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [*names, "the training mean"]
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 9
