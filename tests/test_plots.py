"""Figures show every cell they are given, and their bytes hold nothing but the figure."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from PIL import Image

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.detect import Tuning
from ki67.cells.evaluation import radius_table
from ki67.cells.metrics import Counts
from ki67.cells.outcomes import Outcome, chance
from ki67.cells.scores import Scores
from ki67.cellularity.score_pictures import limits_of_agreement, scatter
from ki67.figures import fields as pictures
from ki67.figures import judged, plots
from ki67.figures.answer import answered
from ki67.figures.diagrams import architecture


@pytest.fixture
def cells() -> Cells:
    xy = np.random.default_rng(1).uniform(0, 64, (9, 2))
    return Cells.of_points(xy, [POSITIVE] * 5 + [NEGATIVE] * 4, "network")


def picture(seed: int = 0) -> pictures.Picture:
    return np.random.default_rng(seed).integers(0, 255, (64, 64, 3), dtype=np.uint8)


def patients() -> pd.DataFrame:
    """An index of 0.1, 0.4 and none from labels, 0.2, 0.5 and 0.1 predicted; TIL scores of 0, 0.05 and 1, and 0, 0.2 and 0.9."""
    labelled = {"n_positive_truth": [10, 38, 0], "n_negative_truth": [90, 57, 0], "n_til_truth": [0, 5, 20]}
    ours = {"n_positive_predicted": [20, 40, 1], "n_negative_predicted": [80, 40, 9], "n_til_predicted": [0, 20, 90]}
    return pd.DataFrame({"method": "ours", **labelled, **ours})


def every_figure(cells: Cells) -> dict[str, Figure]:
    mask = np.zeros((64, 64), bool)
    mask[20:30, 20:30] = True
    steps = pictures.Steps(picture(), mask * np.float32(200), mask, mask.astype(np.float32), mask.astype(np.int32), cells)
    outcome = Outcome("ours", ["a"], ["a"], [cells], [cells])
    tuning = Tuning((0, 50, 100), ((Counts(1, 5, 0),) * 3, (Counts(5, 1, 0),) * 3, (Counts(1, 0, 5),) * 3), (50.0,) * 3)
    rows = [
        {"seed": s, "epoch": e, "loss": 3 / e, "validation_loss": 4 / e, "learning_rate": 1e-3} for s in (1, 2) for e in (1, 2)
    ]
    return {
        "panels": pictures.panels([picture()], [cells], [cells.of(POSITIVE)], 0.65),
        "plate": pictures.plate([picture(i) for i in range(3)], ["a", "b", "c"], columns=2, um_per_px=0.5),
        "radius": judged.f1_over_radius(radius_table([outcome, chance(outcome, 64, 0)], radii=(2, 6, 20))),
        "thresholds": judged.threshold_curves(tuning),
        "training": plots.training_curves(pd.DataFrame(rows)),
        "scores": judged.scores_scatter(patients()),
        "pipeline": pictures.pipeline(steps, left=0, top=0, side=64, um_per_px=0.65),
        "answer": answered(picture(), cells, 0.65),
        "architecture": architecture(),
    }


def test_the_same_figure_is_the_same_bytes_and_says_nothing_of_its_maker(cells: Cells, tmp_path: Path) -> None:
    for name in ("1", "2"):
        for title, figure in every_figure(cells).items():
            plots.save(figure, tmp_path / name / f"{title}.png")
    for path in sorted((tmp_path / "1").iterdir()):
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name
        with Image.open(path) as image:
            assert image.width == 980 and set(image.info) <= {"dpi"}


def test_every_cell_gets_a_ring_in_its_colour(cells: Cells) -> None:
    figure = pictures.panels([picture()], [cells], [cells.of(POSITIVE)])
    _, labels, ours = figure.axes
    rings = [c for c in labels.collections if isinstance(c, EllipseCollection)]
    assert [len(c.get_offsets()) for c in rings] == [5, 5, 4, 4]
    assert labels.get_title() == "labels: 9 cells" and ours.get_title() == "prediction: 5 cells"


def test_the_legend_names_the_classes_that_occur(cells: Cells) -> None:
    figure = pictures.panels([picture()], [cells], [cells])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["Ki-67+", "Ki-67−"]
    with_til = Cells.of_points([(1, 1)], [TIL], "network")
    assert [t.get_text() for t in pictures.panels([picture()], [with_til], [with_til]).legends[0].get_texts()] == ["TIL"]
    none = Cells.empty("network")
    assert not pictures.panels([picture()], [none], [none]).legends


def test_the_scatter_counts_right_and_wrong_categories_of_the_defined() -> None:
    index, til = (axes.get_legend() for axes in judged.scores_scatter(patients()).axes)
    assert index is not None and til is not None
    assert [t.get_text() for t in index.get_texts()] == ["right category: 1", "wrong category: 1"]
    assert [t.get_text() for t in til.get_texts()] == ["right category: 2", "wrong category: 1"]


def test_every_point_of_the_scatter_has_the_intervals_that_its_counts_allow() -> None:
    index = judged.scores_scatter(patients()).axes[0]
    across, up = ([line for bars in index.collections[k::3] for line in bars.get_segments()] for k in (3, 4))
    right, wrong = Scores(38, 57), Scores(10, 90)
    assert [tuple(line[:, 0]) for line in across] == [right.interval, wrong.interval]
    assert [tuple(line[:, 0]) for line in up] == [(0.4, 0.4), (0.1, 0.1)]


def test_the_figure_over_the_radius_says_by_which_rule(cells: Cells) -> None:
    assert every_figure(cells)["radius"].axes[0].get_ylabel() == "F1, published rule"


def test_a_number_with_a_sign_is_never_minus_nought() -> None:
    assert [plots.signed(value) for value in (-0.004, 0.004, 0.0, -0.006, 0.12)] == ["0.00", "0.00", "0.00", "−0.01", "+0.12"]
    said = [text.get_text() for text in limits(np.array([0.2, 0.4, 0.6]), np.array([0.2, 0.401, 0.598])).axes[0].texts]
    assert said == ["0.00", "0.00", "0.00"]


def limits(truth: np.ndarray, predicted: np.ndarray) -> Figure:
    return limits_of_agreement({"ours": pd.DataFrame({"truth": truth, "predicted": predicted})})


@pytest.mark.parametrize("draw", [scatter, limits_of_agreement])
def test_the_worst_of_scores_lies_inside_its_frame(draw: Callable[[dict[str, pd.DataFrame]], Figure]) -> None:
    worst = pd.DataFrame({"truth": [0.0, 1.0, 0.0, 1.0], "predicted": [0.0, 1.0, 1.0, 0.0]})
    axes = draw({"ours": worst}).axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = np.asarray(axes.collections[0].get_offsets()).T
    assert (x > left).all() and (x < right).all() and (y > low).all() and (y < high).all()


def bar(um_per_px: float, side: int = 256) -> tuple[str, float]:
    """What a scale bar says, and its length in micrometres by the axes it lies in."""
    axes = plots.new_figure(2).subplots()
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    pictures.scale_bar(axes, um_per_px)
    start, end = np.asarray(axes.lines[0].get_xdata(), float)
    return axes.texts[0].get_text(), float(end - start) * side * um_per_px


@pytest.mark.parametrize(("um_per_px", "text", "um"), [(0.6476, "50 µm", 50), (1.0, "100 µm", 100), (40.0, "2 mm", 2000)])
def test_a_scale_bar_is_as_long_as_it_says(um_per_px: float, text: str, um: float) -> None:
    said, length = bar(um_per_px)
    assert said == text and length == pytest.approx(um)


def test_fields_to_show_are_of_several_patients_from_few_cells_to_many() -> None:
    fields = [Cells.of_points(np.zeros((count, 2)), [POSITIVE] * count, "network") for count in range(12)]
    of_two = pictures.of_several_patients(fields, ["p1"] * 10 + ["p2"] * 2)
    assert of_two == [3, 10], "one field of each"
    apart = pictures.of_several_patients(fields, [f"p{number // 2}" for number in range(12)])
    assert apart == [3, 6, 9]
    assert pictures.of_several_patients([], []) == []


def test_the_part_shown_at_full_size_is_where_cells_are() -> None:
    field = picture()
    crowd = Cells.of_points([(50, 40), (55, 45), (60, 50), (2, 2)], [POSITIVE] * 4, "image")
    assert np.array_equal(pictures.fullest_part(field, crowd, 32), field[24:56, 32:64])


def test_the_answer_gives_the_index_its_interval_and_every_class(cells: Cells) -> None:
    said = [text.get_text() for text in answered(picture(), cells, 0.65).axes[1].texts]
    low, high = (f"{100 * end:.0f}" for end in Scores(5, 4).interval)
    assert said[1] == "56 %" and f"{low} to {high} %" in said[2] and "9 tumour cells" in said[2]
    assert said[3:6] == ["5  Ki-67+", "4  Ki-67−", "0  TIL"]
    assert answered(picture(), Cells.empty("image"), 0.65).axes[1].texts[1].get_text() == "none"
