"""What a browser finds in a picture is what `ki67 score` finds: the same cells, figures and warnings, on every rung."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ki67.app.browser.vectors import DENSE, FIELD, VECTORS, Vector, field, jpeg, png
from ki67.cells.cells import LABELS, Cells
from ki67.cells.scores import CUT_OFFS
from ki67.engine.model import load_model
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK

START = """async () => {
  const names = ['scorer/scorer.js', 'words/en.js', 'scorer/result.js'];
  const modules = names.map(name => new URL(name, location).href);
  const [{Scorer}, {words}, {pooled}] = await Promise.all(modules.map(name => import(name)));
  Object.assign(self, {scorer: await Scorer.start(), words, pooled});
  return scorer.threads;
}"""
SCORE = """async ([bytes, umPerPx, square]) => {
  const blob = new Blob([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))]);
  try {
    const {cells, warnings, error, ...rest} = await scorer.score(blob, {umPerPx, square});
    const all = ['paper', 'consensus'].map(cutOffs => pooled([{cells, error}], cutOffs));
    const said = warnings.map(each => words.warnings[each.code](each)), categories = all.map(each => each.category);
    return JSON.stringify({...rest, xy: [...cells.xy], label: [...cells.label], warnings: said, figures: all[0], categories});
  } catch (error) {
    return JSON.stringify({refused: words.refused[error.code](error.why)});
  }
}"""
NEAR = 0.5  # pixels


@dataclass(frozen=True)
class Seen:
    """An answer of the browser's."""

    told: dict[str, Any]

    def of(self, label: int) -> np.ndarray:
        return np.reshape(self.told["xy"], (-1, 2))[np.array(self.told["label"]) == label]


@dataclass(frozen=True)
class InBrowser:
    page: Any
    threads: int

    def score(self, vector: Vector, square: dict[str, int] | None = None) -> Seen:
        asked = [base64.b64encode(vector.content).decode(), vector.um_per_px, square]
        return Seen(json.loads(self.page.evaluate(SCORE, asked)))


def opened(context: Any, address: str) -> Iterator[InBrowser]:
    page = context.new_page()
    page.goto(address)
    yield InBrowser(page, page.evaluate(START))
    context.close()


@pytest.fixture(scope="module")
def threads(browser: Any, isolated_client: str) -> Iterator[InBrowser]:
    yield from opened(browser.new_context(), isolated_client)


@pytest.fixture(scope="module")
def lowest(browser: Any, static_client: str) -> Iterator[InBrowser]:
    yield from opened(browser.new_context(service_workers="block"), static_client)


@pytest.fixture(scope="module")
def python() -> Iterator[CellScorer]:
    with CellScorer(load_model(NETWORK), "float32") as scorer:
        yield scorer


def same_cells(seen: Seen, cells: Cells) -> None:
    for label in LABELS:
        found, expected = seen.of(label), cells.xy[cells.label == label]
        assert len(found) == len(expected)
        if len(found):
            assert cKDTree(found).query(expected)[0].max() < NEAR
            assert cKDTree(expected).query(found)[0].max() < NEAR


@pytest.mark.parametrize("name", VECTORS)
def test_a_browser_answers_as_python_does(threads: InBrowser, python: CellScorer, tmp_path: Path, name: str) -> None:
    vector = VECTORS[name]()
    seen, answer = threads.score(vector), vector.answer(python, tmp_path)
    result, scores = answer.result, answer.result.scores
    same_cells(seen, answer.cells)
    assert seen.told["warnings"] == result.warnings
    assert seen.told["hotSpot"] == (None if result.hot_spot is None else pytest.approx(result.hot_spot))
    assert (seen.told["umPerPx"], seen.told["scaleKnown"]) == (pytest.approx(result.um_per_px), True)
    figures = [seen.told["figures"][name] for name in ("index", "low", "high")]
    assert figures == ([None] * 3 if not scores.n_tumour else pytest.approx([scores.ki67_index, *result.interval]))
    assert seen.told["figures"]["countingOnly"] is (result.error is None)
    undefined = result.scores.n_tumour == 0
    expected = [None if undefined else result.category(CUT_OFFS[number]) for number in (1, 0)]
    assert seen.told["categories"] == expected


@pytest.mark.parametrize("name", ["a published field", "windows beside each other"])
def test_one_thread_gives_the_same_cells(lowest: InBrowser, python: CellScorer, tmp_path: Path, name: str) -> None:
    assert lowest.threads == 1
    vector = VECTORS[name]()
    same_cells(lowest.score(vector), vector.answer(python, tmp_path).cells)


def test_an_isolated_page_counts_in_several_threads(threads: InBrowser) -> None:
    assert threads.threads > 1


def test_a_square_is_counted_as_a_picture_of_its_own_and_told_in_the_whole(
    threads: InBrowser, python: CellScorer, tmp_path: Path
) -> None:
    whole, (x, y, side) = field(size=(500, 400)), (90, 60, 321)
    square = threads.score(png(whole, 0.33), {"x": x, "y": y, "width": side, "height": side})
    alone = png(whole.crop((x, y, x + side, y + side)), 0.33).answer(python, tmp_path).cells
    same_cells(square, Cells.of_points(alone.xy + np.float32([x, y]), alone.label, "image", alone.confidence))


def test_without_a_scale_that_of_training_is_taken_and_said(threads: InBrowser) -> None:
    seen = threads.score(jpeg(field(DENSE, (FIELD - 8, FIELD - 8)), None))
    assert (seen.told["umPerPx"], seen.told["scaleKnown"]) == (0.135, False)
    assert len(seen.told["label"]) > 100


def test_what_cannot_be_counted_is_refused_in_words(threads: InBrowser) -> None:
    torn = jpeg(field(size=(640, 640))).content
    refused = {
        "damaged": Vector(torn[: len(torn) // 2] + torn[-2:]),
        "has lost bytes": Vector(torn[:20_000] + bytes(3000) + torn[23_000:]),
        "transparent": png(_half_there()),
        "far": png(field(), 40.0),
        "small": png(field().crop((0, 0, 30, 30))),
    }
    said = {name: threads.score(vector).told["refused"] for name, vector in refused.items()}
    assert said["damaged"] == said["has lost bytes"] == "damaged or truncated; copy or export it again"
    assert said["transparent"] == "is transparent in parts; lay it on white and save it without transparency"
    assert "40 µm/px is more than 4 times as coarse as the network's 0.648" in said["far"]
    assert said["small"] == "30×30 at 0.647578125 µm/px; 21 µm at least are needed"


def _half_there() -> Any:
    picture = field().convert("RGBA")
    picture.putpixel((200, 200), (90, 90, 90, 254))
    return picture
