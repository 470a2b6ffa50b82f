"""The page of the whole study shows the figures of the files, each with its interval, and all five papers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.data.frames import Frames
from ki67.figures.abstract import Question, abstract
from ki67.study.abstract import note, questions, richest
from ki67.study.printed import load_claims

ROOT = Path(__file__).parents[1]
QUESTIONS = questions(ROOT / "metrics")


def fields(*counts: tuple[int, int, int]) -> Frames:
    rng = np.random.default_rng(3)
    labels = [[POSITIVE] * p + [NEGATIVE] * n + [TIL] * t for p, n, t in counts]
    cells = tuple(Cells.of_points(rng.uniform(0, 256, (len(label), 2)), label, "network") for label in labels)
    names = tuple(f"p{place}_1" for place in range(len(counts)))
    return Frames(names, names, rng.integers(0, 255, (len(counts), 256, 256, 3), dtype=np.uint8), cells)


def test_every_paper_of_the_claims_has_its_frame() -> None:
    papers = {group.paper for group in load_claims(ROOT / "claims.yaml")}
    assert {question.paper.lower().replace(" ", "") for question in QUESTIONS} == papers


def test_the_dots_are_the_figures_of_the_files() -> None:
    slides = pd.read_csv(ROOT / "metrics/slides.csv").set_index("title")
    for title, (dot,) in QUESTIONS[3].rows.items():
        assert (dot.value, dot.low, dot.high) == tuple(slides.loc[title, ["dice", "dice_low", "dice_high"]])
    index = pd.read_csv(ROOT / "metrics/app_index.csv")
    mine = index[(index["split"] == "patient") & (index["method"] == "unet")]
    assert sorted(dot.value for dot in QUESTIONS[4].rows["U-Net"]) == sorted(mine["rmse"])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.paper)
def test_every_dot_lies_in_its_interval_and_is_of_a_kind_that_has_a_colour(question: Question) -> None:
    dots = [dot for row in question.rows.values() for dot in row]
    assert len(dots) >= 4
    assert all(dot.low - 1e-9 <= dot.value <= dot.high + 1e-9 for dot in dots)
    assert {dot.kind for dot in dots} <= set(question.colours)


def test_every_question_is_drawn_within_its_frame_and_the_tissue_is_named() -> None:
    shown = fields((5, 4, 3))
    figure = abstract(shown.images[0], shown.cells[0], 0.65, QUESTIONS, note(ROOT / "metrics"))
    for axes, question in zip(figure.axes[1:], QUESTIONS, strict=True):
        left, right = axes.get_xlim()
        ends = np.concatenate([np.asarray(line.get_xdata(), float) for line in axes.lines])
        assert axes.get_title().strip() == question.asked
        assert (ends >= left).all() and (ends <= right).all()
    assert "simulated" in note(ROOT / "metrics") and "Research use only" in note(ROOT / "metrics")


def test_the_field_shown_is_the_one_in_which_the_rarest_class_is_most_frequent() -> None:
    assert richest(fields((40, 40, 0), (5, 4, 3), (40, 2, 40))) == 1
    assert richest(fields((5, 4, 3), (9, 8, 3), (9, 4, 3))) == 1


def test_no_field_is_shown_in_which_rings_hide_the_nuclei_where_there_is_another() -> None:
    assert richest(fields((30, 30, 200), (5, 4, 3))) == 1
    assert richest(fields((30, 30, 200), (50, 40, 130))) == 1
