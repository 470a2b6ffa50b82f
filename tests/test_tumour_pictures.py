"""Pictures of what the designs find: the right sections, drawn in one frame, with points on the right side of the line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ki67.cells.evaluation import Resampling
from ki67.figures.plots import save
from ki67.slides.grid import Grid
from ki67.slides.heat import HeatMap
from ki67.tumour.comparison import Verdict, compared, table_of
from ki67.tumour.prepared import Prepared
from ki67.tumour.refining import Shown
from ki67.tumour.result_pictures import Example, before_and_after, curves, dice_of_designs, good_median_bad, side_by_side

SIDE = 64


def verdicts() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    patches = rng.uniform(0.5, 0.9, 15)
    helped = {"otsu": -0.2, "mob_pw": 0.0, "mob_pw_unet": 0.06, "chance": -0.2}
    return table_of([
        Verdict(design, f"s{i:02d}", f"p{i // 2}", 1 + i % 3, 0.9, 0.8, float(dice + shift * (i > 2 or shift < 0)))
        for design, shift in helped.items() for i, dice in enumerate(patches)
    ])  # fmt: skip


TABLE = verdicts()


def example(seed: int) -> Example:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    radius = np.hypot(x, y)
    truth, tissue = (radius < 0.25).astype(np.float32), radius < 0.42
    view = np.where(tissue[..., None], np.where(truth[..., None] > 0, (150, 90, 170), (230, 170, 200)), 248)
    grid = Grid(2560, 2048)
    cells = np.hypot(*(np.mgrid[: grid.rows, : grid.columns] - np.array([3.5, 4.5])[:, None, None]))
    heat = np.where(cells < 4.6, (cells < 2.6) * rng.uniform(0.3, 1, cells.shape), np.nan).astype(np.float32)
    refined = (1 / (1 + np.exp(40 * (radius - 0.25 + 0.03 * rng.normal())))).astype(np.float32)
    shares = np.zeros(cells.shape, np.float32)
    section = Prepared(f"s{seed}", "p", 2, None, grid, shares, shares.astype(np.uint8), view.astype(np.uint8), truth, truth > 0)
    return Example(Shown(section, HeatMap(grid, heat)), refined, 0.9)


def test_a_design_is_shown_at_its_best_in_the_middle_and_at_its_worst() -> None:
    dice = TABLE[TABLE["design"] == "mob_pw"].set_index("section")["dice"]
    best, middle, worst = good_median_bad(TABLE, "mob_pw")
    assert (dice[best], dice[middle], dice[worst]) == (dice.max(), dice.median(), dice.min())


def test_a_row_an_example_with_the_outlines_where_they_belong(tmp_path: Path) -> None:
    figure = side_by_side([example(0), example(1), example(2)])
    panels = figure.axes[:12]
    lines = [len(axes.collections) for axes in panels[:4]]
    assert lines == [2, 0, 0, 4]  # white and coloured: the pathologist's, none, none, both
    assert [axes.get_images()[0].get_array().shape[:2] for axes in panels] == [(SIDE, SIDE)] * 12
    assert save(figure, tmp_path / "examples.png").stat().st_size > 10_000


def test_points_above_the_line_are_counted_as_better() -> None:
    axes = before_and_after(TABLE).axes[0]
    # refinement leaves the first three sections as they are, one of each grade
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        f"grade {grade}: better in 4 of 5" for grade in ("I", "II", "III")
    ]


def test_designs_stand_in_the_papers_order_with_their_means() -> None:
    found = compared(TABLE, Resampling(0, 200))
    axes = dice_of_designs(found, TABLE).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "(I) Otsu", "(IV) Mob-PW", "(VI) Mob-PW-UNet", "chance",
    ]  # fmt: skip
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert means == pytest.approx(found["dice"].tolist())
    assert sum(len(points.get_offsets()) for points in axes.collections) == len(TABLE)


def test_curves_mark_the_epoch_whose_weights_are_kept() -> None:
    curve = pd.DataFrame({"epoch": [1, 2, 3, 4], "loss": [0.9, 0.5, 0.4, 0.3], "validation_dice": [0.2, 0.7, 0.8, 0.75]})
    right = curves({"U-Net": curve}, "validation_dice", "Dice on validation").axes[1]
    assert [line.get_xdata()[0] for line in right.lines if line.get_marker() == "o"] == [3]
