"""What goes out of a device: tables and cells as Python writes them, case files that come back, nothing of names and cameras."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ki67.cells.cells import CSV_HEADER, Cells, write_csv
from ki67.cells.scores import CUT_OFFS, score
from ki67.pictures.tables import csv_lines, escaped
from ki67.score.results import SCORES, CellResult
from tests.client.on_device import Device, picture

CAMERA, NAME = "SECRET-CAMERA", "Mrs Miller.jpg"
CUT_OFFS_OF = {"consensus": CUT_OFFS[0], "paper": CUT_OFFS[1]}
BYTES = "btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), byte => String.fromCharCode(byte)).join(''))"
TAKE = """async bytes => {
  const {takeFile} = await import('/store/case_file.js');
  const file = new Blob([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))]);
  return takeFile(self.store, file).catch(error => error.code ?? String(error));
}"""
PUT = """async ([picture, {xy, label, confidence}, more]) => {
  const cells = {xy: Float32Array.from(xy.flat()), label: Uint8Array.from(label), confidence: Float32Array.from(confidence)};
  const alone = {picture, made: 2, network: 'abc', milliseconds: 3, scaleKnown: true, hotSpot: null, warnings: [], error: null};
  const counted = {...alone, ...more};
  await self.store.putResult({...counted, cells});
  await self.store.putPicture({...await self.store.picture(picture), state: 'counted'});
}"""


def ties(seed: int = 3) -> Cells:
    """Cells at places of which many lie in the middle between two hundredths."""
    rng = np.random.default_rng(seed)
    xy = np.concatenate([rng.integers(0, 400, (60, 2)) / 8, rng.uniform(0, 48, (60, 2))])
    return Cells.of_points(xy, rng.integers(1, 4, 120), "image", rng.integers(0, 17, 120) / 16)


def sent(cells: Cells) -> dict[str, Any]:
    return {"xy": cells.xy.tolist(), "label": cells.label.tolist(), "confidence": cells.confidence.tolist()}


@pytest.fixture(scope="module")
def page(browser: Any, isolated_client: str) -> Iterator[Any]:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(isolated_client + "words/en.js")
    yield opened
    context.close()


@pytest.fixture(scope="module")
def device(page: Any) -> Device:
    """One for all tests: each makes a case of its own."""
    return Device(page).open()


@pytest.fixture
def other(browser: Any, isolated_client: str) -> Iterator[Device]:
    """Another device, on which nothing is."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(isolated_client + "words/en.js")
    yield Device(opened).open()
    context.close()


def counted_case(device: Device, cells: Cells, name: str = "T-2041", **more: Any) -> tuple[str, str]:
    """A case of one picture, counted; their ids."""
    case = device.new_case(name)
    picture_id = device.add(case, picture(words=CAMERA), NAME)["id"]
    device.page.evaluate(PUT, [picture_id, sent(cells), {"umPerPx": 0.25} | more])
    return case, picture_id


def table(device: Device, case: str, name: str) -> str:
    return str(device.page.evaluate("""async ([id, name]) => {
      const [{contentOf}, csv] = [await import('/exports/content.js'), await import('/exports/csv.js')];
      const content = await contentOf(self.store, await self.store.case(id));
      return name === 'casesTable' ? csv.casesTable([content]) : csv[name](content);
    }""", [case, name]))  # fmt: skip


def exported(device: Device, case: str, name: str = "caseFile") -> bytes:
    made = f"""async ([id, name]) => {{
      const file = await import('/store/case_file.js'), blob = await file[name](self.store, await self.store.case(id));
      return {BYTES};
    }}"""
    return base64.b64decode(device.page.evaluate(made, [case, name]))


def taken(device: Device, file: bytes) -> Any:
    return device.page.evaluate(TAKE, base64.b64encode(file).decode())


@pytest.mark.parametrize("kind", ["detection", "annotation"])
def test_cells_go_to_qupath_in_pythons_own_bytes(page: Any, tmp_path: Path, kind: Any) -> None:
    cells = ties()
    cells.to_geojson(tmp_path / "cells.geojson", "7", kind)
    written = page.evaluate("""async ([{xy, label, confidence}, kind]) => {
      const {geojson} = await import('/exports/geojson.js');
      const cells = {xy: Float32Array.from(xy.flat()), label: Uint8Array.from(label), confidence: Float32Array.from(confidence)};
      return geojson(cells, '7', kind);
    }""", [sent(cells), kind])  # fmt: skip
    assert written == (tmp_path / "cells.geojson").read_text()


def test_no_cells_are_an_answer_too(page: Any, tmp_path: Path) -> None:
    Cells.empty("image").to_geojson(tmp_path / "cells.geojson", "7")
    ask = "async cells => (await import('/exports/geojson.js')).geojson(cells, '7', 'detection')"
    assert page.evaluate(ask, {"xy": [], "label": [], "confidence": []}) == (tmp_path / "cells.geojson").read_text()


def test_the_table_of_cells_is_pythons(device: Device, tmp_path: Path) -> None:
    cells = ties()
    case, _ = counted_case(device, cells)
    write_csv(tmp_path / "cells.csv", {"1": cells})
    assert table(device, case, "cellsTable") == (tmp_path / "cells.csv").read_text()
    assert table(device, case, "cellsTable").startswith(",".join(CSV_HEADER))


@pytest.mark.parametrize("classes", [[1] * 3 + [2] * 29, [1, 2, 2, 3], [3], []])
def test_the_table_of_scores_is_pythons(device: Device, classes: list[int]) -> None:
    cells = Cells.of_points([[i, i] for i in range(len(classes))], classes, "image")
    case, _ = counted_case(device, cells, umPerPx=0.2734375, hotSpot=0.15625)
    result = CellResult("1", 64, 48, 0.2734375, score(cells), 0.15625, ())
    row = list(result.row(CUT_OFFS_OF["paper"]))
    assert table(device, case, "scoresTable") == "".join(csv_lines([SCORES.columns, [*row[:-1], ""]]))


def test_a_warning_of_a_later_version_is_told_by_its_code(device: Device) -> None:
    case, _ = counted_case(device, ties(), warnings=[{"code": "notYetKnown"}])
    assert table(device, case, "scoresTable").endswith(",notYetKnown\n")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "'=1", "a,b", 'a"b', "T-1"])
def test_no_spreadsheet_computes_a_name(device: Device, name: str) -> None:
    case, _ = counted_case(device, ties(), name)
    first = next(csv_lines([[escaped(name), "1"]])).rstrip()
    assert table(device, case, "casesTable").splitlines()[1].startswith(first + ",")


def test_what_is_read_blind_goes_out_only_after_ones_own_count(device: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("putCase", device.call("case", case) | {"blind": True})
    assert table(device, case, "scoresTable").count("\n") == table(device, case, "cellsTable").count("\n") == 1
    device.call("addReview", opinion(picture_id))
    assert table(device, case, "scoresTable").count("\n") == 2
    assert table(device, case, "reviewsTable").splitlines()[1].startswith(f"1,,count,3,5,0.3750,nothing,yes,of-{picture_id},")


def test_the_printed_page_says_what_a_reader_of_it_must_know(device: Device) -> None:
    case, picture_id = counted_case(device, Cells.of_points([[9, 9]] * 40, [1] * 9 + [2] * 31, "image"),
                                    warnings=[{"code": "few", "cells": 40, "enough": 500}])  # fmt: skip
    device.call("addReview", opinion(picture_id))
    text = device.page.evaluate("""async id => {
      const [{contentOf}, {printed}] = [await import('/exports/content.js'), await import('/exports/printed.js')];
      return (await printed(await contentOf(self.store, await self.store.case(id)), self.store, 'simulated')).textContent;
    }""", case)  # fmt: skip
    low, high = (f"{100 * end:.1f} %" for end in score(Cells.of_points([[9, 9]] * 40, [1] * 9 + [2] * 31, "image")).interval)
    for said in ("T-2041", "22.5 %", f"{low} to {high}", "high by 10 and 20 %", "borderline by 16 and 30 %", "40 of the 500",
                 "fewer than 500", "37.5 %, blind", "network abc, trained on simulated", "Research use only"):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(("label", "colour"), [(1, (213, 94, 0)), (2, (0, 114, 178)), (3, (0, 158, 115))])
def test_a_drawing_has_a_ring_of_its_class_round_every_cell(page: Any, label: int, colour: tuple[int, int, int]) -> None:
    made = f"""async ([bytes, label]) => {{
      const {{drawn, png}} = await import('/exports/drawn.js'), field = new Blob([Uint8Array.from(bytes)]);
      const cells = {{xy: Float32Array.of(32, 24), label: Uint8Array.of(label), confidence: Float32Array.of(1)}};
      const blob = await png(await drawn(field, cells, .36));
      return {BYTES};
    }}"""
    with Image.open(io.BytesIO(base64.b64decode(page.evaluate(made, [list(picture()), label])))) as drawing:
        pixels = np.asarray(drawing.convert("RGB"), int)
    rows, columns = np.nonzero((abs(pixels - colour) < 9).all(axis=2))
    assert pixels.shape == (48, 64, 3)
    assert len(rows) > 20
    assert np.hypot(columns - 31.5, rows - 23.5) == pytest.approx(np.full(len(rows), 10), abs=2)


def opinion(picture_id: str, comment: str = "") -> dict[str, Any]:
    return {
        "id": f"of-{picture_id}", "picture": picture_id, "made": 3, "kind": "count", "nPositive": 3, "nNegative": 5,
        "estimate": None, "cells": None, "startedFrom": "nothing", "blind": True, "comment": comment, "remote": "there",
    }  # fmt: skip


def test_a_case_file_is_a_zip_that_anybody_opens(device: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("addReview", opinion(picture_id))
    with zipfile.ZipFile(io.BytesIO(exported(device, case))) as archive:
        assert archive.testzip() is None
        content = json.loads(archive.read(f"cases/{case}.json"))
        pixels = archive.read(f"pictures/{content['pictures'][0]['hash']}.jpg")
    assert pixels == device.pixels(picture_id)
    assert content["results"][0]["cells"] == {name: np.ravel(values).tolist() for name, values in sent(ties()).items()}
    assert (content["case"]["name"], content["reviews"][0]["remote"]) == ("T-2041", None)


def test_nothing_of_names_and_cameras_goes_out(device: Device) -> None:
    case, _ = counted_case(device, ties())
    tables = [table(device, case, f"{name}Table").encode() for name in ("scores", "cells", "cases", "reviews")]
    for content in [*tables, exported(device, case), exported(device, case, "picturesFile")]:
        assert not any(word.encode() in content for word in (CAMERA, NAME, "Miller"))
    assert CAMERA.encode() in picture(words=CAMERA)


def test_a_case_goes_to_another_device_and_coming_twice_adds_nothing(device: Device, other: Device) -> None:
    case, picture_id = counted_case(device, ties(), warnings=[{"code": "few", "cells": 12, "enough": 500}])
    device.call("addReview", opinion(picture_id))
    file = exported(device, case)
    assert taken(other, file) == {"cases": 1, "pictures": 1, "reviews": 1}
    assert parts(exported(other, case)) == parts(file)
    assert taken(other, file) == taken(device, file) == {"cases": 0, "pictures": 0, "reviews": 0}


def width(device: Device, case: str) -> float:
    """Of the interval of a case."""
    row = table(device, case, "casesTable").splitlines()[1].split(",")
    return float(row[7]) - float(row[6])


def test_the_error_of_its_network_goes_with_a_result_and_widens_the_interval(device: Device, other: Device) -> None:
    known, _ = counted_case(device, ties(), name="known", error={"cells": 0.5, "shared": 0.01})
    unknown, _ = counted_case(device, ties(), name="unknown")
    for case in (known, unknown):
        taken(other, exported(device, case))
        assert table(other, case, "casesTable") == table(device, case, "casesTable")
    assert width(other, known) > 1.3 * width(other, unknown)


@pytest.mark.parametrize(("since", "state", "counted"), [
    ({}, "counted", 1),
    ({"state": "new", "umPerPx": 0.5}, "new", 0),
    ({"state": "new", "square": {"x": 0, "y": 0, "width": 32, "height": 32}}, "new", 0),
    ({"state": "failed"}, "new", 0),
], ids=["unchanged", "another scale", "another part", "counting failed"])  # fmt: skip
def test_a_result_goes_to_another_device_as_one_only_where_its_field_is_still_as_it_was_counted(
    device: Device, other: Device, since: dict[str, Any], state: str, counted: int
) -> None:
    case, picture_id = counted_case(device, ties())
    before = device.call("picture", picture_id) | since
    device.call("putPicture", before)
    taken(other, exported(device, case))
    after = other.call("picture", picture_id)
    assert after["state"] == state
    assert (after["umPerPx"], after["square"]) == (before["umPerPx"], before["square"])
    assert table(other, case, "scoresTable").count("\n") == 1 + counted


def parts(file: bytes) -> dict[str, Any]:
    """What is in a case file, whatever the order of its words."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    return {name: json.loads(each) if name.endswith(".json") else each for name, each in content.items()}


def test_two_opinions_under_one_id_are_both_kept(device: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("addReview", opinion(picture_id, comment="from here"))
    file = fixed(exported(device, case).replace(b"from here", b"elsewhere"))
    assert taken(device, file)["reviews"] == 1
    assert taken(device, file)["reviews"] == 0
    assert {each["comment"] for each in device.call("reviews", picture_id)} == {"from here", "elsewhere"}


@pytest.mark.parametrize(("file_says", "here", "own"), [
    ("Ada", "Bob", False), ("Ada", "Ada", True), ("Ada", "", False), ("", "Bob", True),
])  # fmt: skip
def test_an_opinion_in_a_case_file_is_its_readers(device: Device, other: Device, file_says: str, here: str, own: bool) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("nameReader", file_says)
    device.call("addReview", opinion(picture_id))
    other.call("nameReader", here)
    file = exported(device, case)
    assert taken(other, file)["reviews"] == 1
    assert taken(other, file)["reviews"] == 0
    [review] = other.call("opinions", picture_id)
    assert review["by"] == (None if own else file_says)
    assert len(other.call("reviews", picture_id)) == own
    assert table(other, case, "reviewsTable").splitlines()[1].startswith(f"1,{here if own else file_says},count,")


def test_another_readers_opinion_opens_no_blind_case_and_is_hidden_in_it(device: Device, other: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("putCase", device.call("case", case) | {"blind": True})
    device.call("nameReader", "Ada")
    device.call("addReview", opinion(picture_id))
    taken(other, exported(device, case))
    assert all(table(other, case, f"{name}Table").count("\n") == 1 for name in ("scores", "cells", "reviews"))
    other.call("addReview", opinion(picture_id) | {"id": "of-bob"})
    assert [row.split(",")[1] for row in table(other, case, "reviewsTable").splitlines()] == ["reader", "", "Ada"]


def test_who_is_called_by_that_name_later_finds_the_opinion_their_own(device: Device, other: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("nameReader", "Ada")
    device.call("addReview", opinion(picture_id))
    taken(other, exported(device, case))
    assert other.call("reviews", picture_id) == []
    other.call("nameReader", "Ada")
    assert len(other.call("reviews", picture_id)) == 1


def fixed(file: bytes) -> bytes:
    """A zip file written again, after something in it was changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as changed, zipfile.ZipFile(stream, "w") as archive:
        for info in changed.infolist():
            start = info.header_offset + 30 + len(info.filename)
            archive.writestr(info.filename, file[start : start + info.file_size])
    return stream.getvalue()


def test_another_reader_gets_the_pictures_alone(device: Device) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("addReview", opinion(picture_id, comment="mine"))
    with zipfile.ZipFile(io.BytesIO(exported(device, case, "picturesFile"))) as archive:
        content = json.loads(archive.read(f"cases/{case}.json"))
    assert (len(content["pictures"]), content["results"], content["reviews"]) == (1, [], [])


@pytest.mark.parametrize(("harm", "code"), [
    (lambda file: b"words", "notACaseFile"),
    (lambda file: file[: len(file) // 2], "notACaseFile"),
    (lambda file: file.replace(b"T-2041", b"T-2042"), "cutFile"),
    (lambda file: fixed(file.replace(b'"version":1', b'"version":2')), "newerFile"),
    (lambda file: fixed(file.replace(b'"kind":"count"', b'"kind":"curse"')), "notACaseFile"),
    (lambda file: fixed(file.replace(b'"xy":[', b'"yx":[')), "notACaseFile"),
])  # fmt: skip
def test_what_is_no_case_file_is_refused_in_words(device: Device, harm: Any, code: str) -> None:
    case, picture_id = counted_case(device, ties())
    device.call("addReview", opinion(picture_id))
    assert taken(device, harm(exported(device, case))) == code


def test_a_packed_zip_is_refused_in_words(device: Device) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cases/a.json", "{}" * 100)
    assert taken(device, stream.getvalue()) == "packedFile"
