"""The scorer in the browser, part by part, against Python's: same cells of maps, same bytes of pictures, same shares."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from ki67.cells.detect import Detector
from ki67.cells.scores import wilson
from ki67.score.windows import spans
from tests.browser.conftest import ROOT, Silent

pytestmark = pytest.mark.browser
CLIENT = ROOT / "ki67/app/client"
DETECTOR = Detector((95.0, 80.0, 55.0))
DETECT = """async ([name, width, height, thresholds, minDistance]) => {
  const {detect} = await import('/scorer/detect.js');
  const maps = new Float32Array(await (await fetch(name, {cache: 'no-store'})).arrayBuffer());
  const {xy, label, confidence} = detect(maps, width, height, {thresholds, minDistance});
  return [...label].map((each, i) => [each, xy[2 * i], xy[2 * i + 1], confidence[i]]);
}"""
RESIZE = """async ([name, from, to]) => {
  const {Reduction} = await import('/scorer/resize.js');
  const data = new Uint8Array(await (await fetch(name, {cache: 'no-store'})).arrayBuffer());
  const half = from.height >> 1, row = 4 * from.width;
  const reduction = new Reduction(from, to);
  reduction.take({data: data.subarray(0, half * row), width: from.width, height: half}, 0);
  reduction.take({data: data.subarray(half * row), width: from.width, height: from.height - half}, half);
  return [...reduction.done().data];
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder that holds the client, and its address."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "scorer").symlink_to(CLIENT / "scorer")
    (folder / "index.html").write_text("<!doctype html><title>scorer</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def page(browser: Any, served: tuple[Path, str]) -> Any:
    opened = browser.new_page()
    opened.goto(served[1])
    return opened


def blobs(height: int, width: int, blur: float, ground: float) -> np.ndarray:
    rng = np.random.default_rng([height, width])
    maps = np.stack([gaussian_filter(rng.normal(size=(height, width)), blur) for _ in range(3)], axis=-1)
    return (maps / np.abs(maps).max() * 255 + ground).astype(np.float32)


@pytest.mark.parametrize(("height", "width", "blur", "ground"), [
    (256, 256, 2.0, 0.0), (96, 160, 3.0, 60.0), (40, 33, 2.0, 20.0), (64, 64, 6.0, 120.0), (32, 32, 2.0, -400.0),
    (32, 48, 2.0, 500.0),
])  # fmt: skip
def test_maps_give_the_same_cells(
    page: Any, served: tuple[Path, str], height: int, width: int, blur: float, ground: float
) -> None:
    maps = blobs(height, width, blur, ground)
    (served[0] / "maps.f32").write_bytes(np.ascontiguousarray(maps.transpose(2, 0, 1)).tobytes())
    cells = DETECTOR(maps)
    expected = np.column_stack([cells.label, cells.xy, cells.confidence])
    found = np.array(page.evaluate(DETECT, ["maps.f32", width, height, DETECTOR.thresholds, 5]), np.float32).reshape(-1, 4)
    order, other = (np.lexsort(each.T) for each in (expected, found))
    np.testing.assert_allclose(found[other], expected[order], atol=1e-4)


@pytest.mark.parametrize(("size", "wanted"), [((1228, 300), (256, 63)), ((100, 60), (250, 150)), ((40, 40), (40, 40))])
def test_a_picture_is_reduced_to_pillows_bytes(
    page: Any, served: tuple[Path, str], size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3), np.uint8)
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    (served[0] / "picture.u8").write_bytes(opaque.tobytes())
    sizes = [dict(zip(("width", "height"), each, strict=True)) for each in (size, wanted)]
    found = np.array(page.evaluate(RESIZE, ["picture.u8", *sizes]), np.uint8).reshape(wanted[1], wanted[0], 4)
    assert np.array_equal(found[..., :3], np.asarray(Image.fromarray(pixels).resize(wanted, Image.Resampling.BOX)))


@pytest.mark.parametrize("length", [40, 384, 385, 700, 1000, 2501])
def test_windows_lie_where_pythons_do(page: Any, length: int) -> None:
    rules = {"side": 384, "margin": 48, "stride": 16, "twins": 6}
    asked = "async (all) => (await import('/scorer/windows.js')).spans(...all).map(({start, high}) => [start, String(high)])"
    expected = [[span.start, float(span.high)] for span in spans(length)]
    found = page.evaluate(asked, [length, rules])
    assert [[start, float(high.replace("Infinity", "inf"))] for start, high in found] == expected


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (3, 7), (120, 500)])
def test_an_interval_is_wilsons(page: Any, hits: int, trials: int) -> None:
    found = page.evaluate("async (all) => (await import('/scorer/scores.js')).wilson(...all)", [hits, trials])
    assert found == pytest.approx(wilson(hits, trials))
