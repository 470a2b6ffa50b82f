"""Figure 4's six screens in WebKitGTK, the second engine: from a file to what a case exports, and there again afterwards."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from ki67.app.browser.made import made
from ki67.bench.client.webkit import webkit
from ki67.bench.service.figures import NotHere
from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.cells.scores import Scores
from ki67.cells.uncertainty import Judged
from ki67.engine.model import load_model
from ki67.weights import NETWORK
from tests.client.conftest import KEPT
from tests.client.hands import Hands
from tests.client.on_device import wait_until

pytestmark = pytest.mark.webkit
NAME, FIELD, UM_PER_PX = "T-2041", 1228, 0.135
RADIUS = 600  # of what is seen through the ocular, in pixels
SQUARE = 0.97 * RADIUS * 2**0.5  # its largest square, without the blurred rim
HAS_SQUARE = "async () => document.querySelector('.square') !== null"
FOUND = """async ([address]) => {
  const {Store} = await import(`${address}store/device.js`), store = await Store.open();
  const [{id}] = await store.cases(), [{id: picture, square}] = await store.pictures(id);
  const {cells: {xy, label}} = await store.result(picture);
  return {square, cells: [...label].map((each, i) => [xy[2 * i] - square.x, xy[2 * i + 1] - square.y, each])};
}"""


@pytest.fixture
def ocular(tmp_path: Path) -> Path:
    """The simulated field as a telephone sees it through an ocular."""
    with Image.open(made("example.jpg", KEPT)) as field:
        disc = Image.new("L", field.size, 0)
        ImageDraw.Draw(disc).circle((field.width / 2, field.height / 2), RADIUS, fill=255)
        seen = Image.composite(field, Image.new("RGB", field.size, "#080808"), disc)
    seen.save(tmp_path / "ocular.jpg", quality=95)
    return tmp_path / "ocular.jpg"


@pytest.fixture
def hands(tmp_path: Path, isolated_client: str) -> Iterator[Hands]:
    """In a browser that has opened the client, and whose home is the test's folder."""
    try:
        with webkit(tmp_path) as session:
            yield Hands(session).open(isolated_client)
    except NotHere as why:
        pytest.skip(str(why))


def test_a_blind_case_goes_through_all_six_screens_and_is_there_after_a_reload(
    hands: Hands, isolated_client: str, ocular: Path, tmp_path: Path
) -> None:
    take_in(hands, ocular)
    look_at_it(hands)
    count_blind_first(hands)
    found = hands.session.evaluate(FOUND, [isolated_client])
    scores = counted(found["cells"])
    correct_and_take_back(hands, found, scores)
    read_the_index(hands, scores)
    export(hands, scores, tmp_path)
    hands.reload()
    hands.press("Back")
    hands.sees(f"{100 * scores.ki67_index:.1f} %")
    assert hands.session.evaluate(FOUND, [isolated_client]) == found


def take_in(hands: Hands, file: Path) -> None:
    """(a) A blind case, and a picture from a file."""
    hands.press("New case")
    hands.fill("Name", NAME)
    hands.choose("Count blind first")
    hands.press("Create")
    hands.press("Add fields")
    hands.hand_over(file)
    hands.press("Look at it")


def look_at_it(hands: Hands) -> None:
    """(b) The square in the circle was found; all of it is another choice, and back. Then the scale, and RUN."""
    hands.sees("the light is right")
    assert share_that_is_counted(hands) == pytest.approx(SQUARE / FIELD, abs=0.01)
    hands.choose("All of it")
    wait_until(lambda: not hands.session.evaluate(HAS_SQUARE, []))
    hands.choose("Square")
    assert share_that_is_counted(hands) == pytest.approx(SQUARE / FIELD, abs=0.01)
    hands.choose("Typed")
    hands.fill("Micrometres per pixel", str(UM_PER_PX))
    hands.press("Count cells")


def share_that_is_counted(hands: Hands) -> float:
    return hands.width("//*[@class='square']") / hands.width("//*[@class='plate']")


def count_blind_first(hands: Hands) -> None:
    """(c) Three marks of one's own, one of them taken back; only then the network's beside them."""
    for place in (0.2, 0.5, 0.8):
        hands.tap(place * SQUARE, 0.5 * SQUARE, SQUARE)
    assert legend(hands) == Scores(3, 0, 0)
    hands.press("Undo")
    assert legend(hands) == Scores(2, 0, 0)
    hands.press("Save my count")
    hands.sees("Only the network")


def correct_and_take_back(hands: Hands, found: Any, scores: Scores) -> None:
    """(d) A tap changes the class of the cell that it meets, and of no other."""
    hands.press("To the result")
    hands.press("See the cells")
    hands.choose("As a mask")
    assert legend(hands) == scores
    x, y = alone(found["cells"], NEGATIVE)
    hands.tap(x, y, found["square"]["width"])
    assert legend(hands) == Scores(scores.n_positive + 1, scores.n_negative - 1, scores.n_til)
    hands.press("Undo")
    assert legend(hands) == scores
    hands.press("Back")


def read_the_index(hands: Hands, scores: Scores) -> None:
    """(e) As Python computes it from the same counts."""
    low, high = Judged(scores, scores).interval(load_model(NETWORK).error)
    hands.sees(f"95 % interval {100 * low:.1f} % to {100 * high:.1f} %")
    assert hands.read("//p[@class='index']/strong") == f"{100 * scores.ki67_index:.1f} %"
    hands.sees(f"{scores.n_tumour} of the 500 tumour cells that a case needs")


def export(hands: Hands, scores: Scores, downloads: Path) -> None:
    """(f) The case under its name, its cells as a table and for QuPath."""
    hands.press("To the case")
    hands.press("Save and export")
    hands.press("Save: Cells")
    rows = list(csv.DictReader(arrived(downloads / f"{NAME}.cells.csv").read_text().splitlines()))
    assert counted([(row["x"], row["y"], int(row["label"])) for row in rows]) == scores
    hands.press("Save: Cells for QuPath")
    with zipfile.ZipFile(arrived(downloads / f"{NAME}.geojson.zip")) as files:
        sizes = {name: len(json.loads(files.read(name))["features"]) for name in files.namelist()}
    assert sizes == {f"{NAME}.1.geojson": scores.n_cells, f"{NAME}.1.own.geojson": 2}


def arrived(file: Path) -> Path:
    """A download that is whole."""
    wait_until(file.is_file)
    return file


def legend(hands: Hands) -> Scores:
    """How many cells of each class the screen tells."""
    places = [f"//*[contains(@class, 'kind')][contains(., '{kind}')]/b" for kind in ("Ki-67+", "Ki-67−", "TIL")]
    return Scores(*(int(hands.read(place)) for place in places))


def counted(cells: Any) -> Scores:
    """Of rows of x, y and a label."""
    labels = [label for *_, label in cells]
    return Scores(*(labels.count(label) for label in (POSITIVE, NEGATIVE, TIL)))


def alone(cells: Any, label: int) -> tuple[float, float]:
    """The cell of a class that lies farthest from any other."""
    xy = np.array([cell[:2] for cell in cells])
    apart = cKDTree(xy).query(xy, 2)[0][:, 1]
    x, y = xy[max((i for i, cell in enumerate(cells) if cell[2] == label), key=lambda i: apart[i])]
    return float(x), float(y)
