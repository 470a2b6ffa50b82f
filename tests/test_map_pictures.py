"""Pictures of maps: each shows what it was given, and an empty map is a picture too."""

import numpy as np
import pandas as pd
import pytest

from ki67.cellularity.map_pictures import THRESHOLDS, at_thresholds, examples, jaccard_curves

PATCH = np.full((64, 64, 3), 220, np.uint8)
BLOBS = np.array([[20, 30, 2], [40, 10, 1]], np.float32)
NO_BLOBS = np.empty((0, 3), np.float32)


def peak() -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    return np.exp(-((x - 20) ** 2 + (y - 30) ** 2) / 50).astype(np.float32)


def test_a_higher_threshold_leaves_less_of_the_map() -> None:
    figure = at_thresholds(PATCH, peak(), dict.fromkeys(THRESHOLDS, BLOBS))
    above = [axes.get_title() for axes in figure.axes[:4]]
    areas = [float(title.split("area ")[1].rstrip("%")) for title in above]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > areas[-1] > 0
    assert figure.axes[4].get_title() == "at 0.04: 2 blobs"


@pytest.mark.parametrize(("activation", "blobs"), [(peak(), BLOBS), (np.zeros((64, 64), np.float32), NO_BLOBS)])
def test_an_example_is_a_row_of_four(activation: np.ndarray, blobs: np.ndarray) -> None:
    figure = examples([PATCH] * 2, [activation > 0.5] * 2, [activation] * 2, [blobs] * 2)
    figure.canvas.draw()
    assert [axes.get_title() for axes in figure.axes[:4]] == ["patch", "weak labels", "activation", "blobs"]
    assert len(figure.axes) == 8
    assert [len(axes.collections[-1].get_offsets()) for axes in (figure.axes[3], figure.axes[7])] == [len(blobs)] * 2


def test_each_network_has_its_curve_and_its_last_index() -> None:
    curve = pd.DataFrame({"epoch": [1, 2], "validation_jaccard": [0.1, 0.325]})
    figure = jaccard_curves({"fpn": curve, "unet": curve / 2})
    axes, (legend,) = figure.axes[0], figure.legends
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown == ["pyramid (FPN), last epoch: 0.33", "U-Net, last epoch: 0.16"]
    assert axes.lines[0].get_ydata().tolist() == [0.1, 0.325]
