"""The scorer in the browser, part by part, against Python's: same cells of maps, same bytes of pictures, same shares."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from ki67.cells.cells import Cells
from ki67.cells.detect import Detector
from ki67.cells.pooling import pooled
from ki67.cells.scores import CUT_OFFS, Scores, score, wilson
from ki67.cells.uncertainty import ScorerError
from ki67.score.hotspot import hot_spot
from ki67.score.results import CellResult
from ki67.score.windows import spans
from tests.client.in_page import InPage, pixels

DETECTOR = Detector((95.0, 80.0, 55.0))
DETECT = """
  const [maps, width, height, thresholds, minDistance] = values, floats = new Float32Array(bytes(maps).buffer);
  const {xy, label, confidence} = detect.detect(floats, width, height, {thresholds, minDistance});
  return [...label].map((each, i) => [each, xy[2 * i], xy[2 * i + 1], confidence[i]]);
"""
RESIZE = """
  const [picture, from, to] = values, data = bytes(picture), half = from.height >> 1, row = 4 * from.width;
  const reduction = new resize.Reduction(from, to);
  reduction.take({data: data.subarray(0, half * row), width: from.width, height: half}, 0);
  reduction.take({data: data.subarray(half * row), width: from.width, height: from.height - half}, half);
  return text(reduction.done().data);
"""
HOT_SPOT = """
  const [xy, label] = values, floats = new Float32Array(bytes(xy).buffer);
  return hotspot.hotSpot({xy: floats, label: bytes(label), confidence: floats}, {enough: 500, places: 400, apart: 100});
"""


def blobs(height: int, width: int, blur: float, ground: float) -> np.ndarray:
    rng = np.random.default_rng([height, width])
    maps = np.stack([gaussian_filter(rng.normal(size=(height, width)), blur) for _ in range(3)], axis=-1)
    return (maps / np.abs(maps).max() * 255 + ground).astype(np.float32)


@pytest.mark.parametrize(("height", "width", "blur", "ground"), [
    (256, 256, 2.0, 0.0), (96, 160, 3.0, 60.0), (40, 33, 2.0, 20.0), (64, 64, 6.0, 120.0), (32, 32, 2.0, -400.0),
    (32, 48, 2.0, 500.0),
])  # fmt: skip
def test_maps_give_the_same_cells(parts: InPage, height: int, width: int, blur: float, ground: float) -> None:
    maps = blobs(height, width, blur, ground)
    cells = DETECTOR(maps)
    expected = np.column_stack([cells.label, cells.xy, cells.confidence])
    planes = np.ascontiguousarray(maps.transpose(2, 0, 1)).tobytes()
    answer = parts.asked("detect", DETECT, planes, width, height, DETECTOR.thresholds, DETECTOR.min_distance)
    found = np.array(answer, np.float32).reshape(-1, 4)
    order, other = (np.lexsort(each.T) for each in (expected, found))
    np.testing.assert_allclose(found[other], expected[order], atol=1e-4)


@pytest.mark.parametrize(("size", "wanted"), [((1228, 300), (256, 63)), ((100, 60), (250, 150)), ((40, 40), (40, 40))])
def test_a_picture_is_reduced_to_pillows_bytes(parts: InPage, size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture = np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3), np.uint8)
    opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    sizes = [dict(zip(("width", "height"), each, strict=True)) for each in (size, wanted)]
    found = pixels(parts.asked("resize", RESIZE, opaque.tobytes(), *sizes), wanted[1])
    assert np.array_equal(found, np.asarray(Image.fromarray(picture).resize(wanted, Image.Resampling.BOX)))


@pytest.mark.parametrize("length", [40, 384, 385, 700, 1000, 2501])
def test_windows_lie_where_pythons_do(parts: InPage, length: int) -> None:
    rules = {"side": 384, "margin": 48, "stride": 16, "twins": 6}
    code = "return windows.spans(...values).map(({start, high}) => [start, String(high)]);"
    found = parts.asked("windows", code, length, rules)
    expected = [[span.start, float(span.high)] for span in spans(length)]
    assert [[start, float(high.replace("Infinity", "inf"))] for start, high in found] == expected


@pytest.mark.parametrize("cells", [500, 501, 1200])
def test_the_hot_spot_is_pythons(parts: InPage, cells: int) -> None:
    rng = np.random.default_rng(cells)
    xy, label = rng.uniform(0, 900, (cells, 2)).astype(np.float32), rng.integers(1, 3, cells).astype(np.uint8)
    label[xy[:, 0] < 300] = 1
    found = parts.asked("hotspot", HOT_SPOT, xy.tobytes(), label.tobytes())
    expected = hot_spot(Cells.of_points(xy, label, "image"))
    if expected is None:
        assert found is None
    else:
        told = [expected.x, expected.y, expected.radius, expected.positive]
        assert [found[name] for name in ("x", "y", "radius", "positive")] == pytest.approx(told)


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (3, 7), (120, 500)])
def test_an_interval_is_wilsons(parts: InPage, hits: int, trials: int) -> None:
    assert parts.asked("scores", "return scores.wilson(...values);", hits, trials) == pytest.approx(wilson(hits, trials))


@pytest.mark.parametrize(("name", "limits"), [("consensus", CUT_OFFS[0]), ("paper", CUT_OFFS[1])])
def test_categories_are_pythons_at_both_cut_offs(parts: InPage, name: str, limits: Any) -> None:
    shares = [0.0, limits.low - 0.001, limits.low, 0.18, limits.high, limits.high + 0.001, 1.0]
    code = "const [all, name] = values; return all.map(share => scores.category(share, scores.CUT_OFFS[name]));"
    words = ("low", "middle", "high")
    assert parts.asked("scores", code, shares, name) == [words[place] for place in limits.categories(shares)]


def counted(cells: Cells, error: ScorerError) -> CellResult:
    return CellResult("", 9, 9, 0.5, score(cells), None, (), error=error)


@pytest.mark.parametrize("labels", [([1, 1, 2, 3], [2, 2, 2, 1]), ([1], [1, 1]), ([2, 2], []), ([3], [])])
def test_an_interval_is_widened_by_a_scorers_error_as_pythons_is(parts: InPage, labels: tuple[list[int], ...]) -> None:
    errors = ScorerError(0.4, 0.002), ScorerError(0.7, 0.001)
    fields = [{"cells": {"label": each}, "error": asdict(error)} for each, error in zip(labels, errors, strict=True)]
    found = parts.asked("result", "return result.pooled(values, 'paper');", *fields)
    given = zip(labels, errors, strict=True)
    expected = pooled([counted(Cells.of_points([(0, 0)] * len(each), each, "image"), error) for each, error in given])
    assert found["countingOnly"] is expected.counting_only is False
    interval = pytest.approx(list(expected.interval)) if expected.scores.n_tumour else [None, None]
    assert [found["low"], found["high"]] == interval


def test_a_case_is_the_sum_of_its_fields(parts: InPage) -> None:
    code = "return result.pooled(values.map(label => ({cells: {label}})), 'paper');"
    found, expected = parts.asked("result", code, [1, 1, 2, 3], [2, 2, 2, 1], []), Scores(3, 4, 1)
    assert [found[name] for name in ("nPositive", "nNegative", "nTil")] == [3, 4, 1]
    assert [found["index"], found["low"], found["high"]] == pytest.approx([expected.ki67_index, *expected.interval])
    assert found["countingOnly"] is True
