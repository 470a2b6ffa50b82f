"""Slides come in parts, are kept without label and names, and outlined as `ki67 slide` does it, whatever happens meanwhile."""

import errno
import json
import os
import pickle
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openslide
import pytest
import tifffile
from at_work import states, until, working
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from made_pictures import names_under, opened_case, picture, sent
from PIL import Image
from planted import SignedIn, handed
from slide_networks import outlined, section, write_networks, write_slide
from sqlalchemy import select
from test_export import rows, taken
from test_uploads import begun, part

from ki67.app.intake.slides import refuse_no_small_level, refuse_other_shapes
from ki67.app.problems import Problem
from ki67.app.scoring import queue, worker
from ki67.app.scoring.keeper import Keeper
from ki67.app.scoring.network import of_patches
from ki67.app.scoring.queue import Task
from ki67.app.scoring.slides import SlideOutliner, score, told_when_hindered
from ki67.app.service import Service
from ki67.app.store.files import Files
from ki67.app.store.rows import Account, Picture
from ki67.app.store.rows.base import now
from ki67.app.store.verify import verified
from ki67.base import cluster as base_cluster
from ki67.base.errors import InputError, WrongKind
from ki67.pictures.header import slide_header
from ki67.pictures.regions import Size
from ki67.slides.grid import PATCH, UM_PER_PX
from ki67.slides.kept import KeptRows, Row
from ki67.slides.model import OtherNetworks, load_slide_model
from ki67.slides.remote import Refused
from ki67.slides.tool import SlideTool

SECRET = "Jane Roe 1951"


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated section of six patches a side, half of it tumour."""
    return write_slide(tmp_path_factory.mktemp("slides") / "slide.tif", section(6))


def as_slide(client: TestClient, case: str, content: bytes, **how: Any) -> Any:
    """What answers the second of two parts; the first was cut off and sent again from where it was."""
    upload, half = begun(client, case, content, kind="slide", **how).json()["id"], len(content) // 2
    assert part(client, upload, content[:half], 0).json()["received"] == half
    assert begun(client, case, content, kind="slide", **how).json()["id"] == upload
    return part(client, upload, content[half:], half)


def coordinates(outline: Any) -> list[Any]:
    return [feature["geometry"]["coordinates"] for feature in outline["features"]]


@ON_SQLITE
def test_a_slide_in_parts_is_outlined_as_ki67_slide_does_it_and_leaves_nothing_behind(
    signed_in: SignedIn, service: Service, slide: Path, networks: Path, tmp_path: Path
) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    view = as_slide(ada, case, slide.read_bytes()).json()["picture"]
    assert (view["kind"], view["state"], view["um_per_px"], view["width"]) == ("slide", "waiting", 0.5, 3149)
    address = f"/v1/pictures/{view['id']}"
    assert ada.get(f"{address}/tumour").status_code == 409
    with working(service, SlideOutliner(service.files, networks=networks), "slide"):
        until(lambda: states(service) == ["scored"])
    outlined([slide], tmp_path, networks)
    alone = rows_of_table(tmp_path / "slides.csv")
    found = ada.get(f"{address}/tumour").json()
    assert [f"{found[name]:.4f}" for name in ("tissue_mm2", "tumour_mm2", "tumour_share")] == alone
    assert found["tumour_mm2"] > 0.1 and found["patches"] > 4 and found["damaged_patches"] == 0
    outline = ada.get(f"{address}/tumour/outline.geojson").json()
    assert coordinates(outline) == coordinates(json.loads((tmp_path / "slide.geojson").read_text())) != []
    for name, mode in (("mask", "P"), ("heat", "L")):
        with Image.open(BytesIO(ada.get(f"{address}/tumour/{name}.png").content)) as seen:
            assert (seen.mode, seen.size) == (mode, (197, 184))
    for name in ("result", "mask.png", "cells.geojson"):
        refused = ada.get(f"{address}/{name}")
        assert refused.status_code == 409 and "is a slide" in refused.json()["detail"]
    assert ada.get(f"{address}/thumbnail").headers["content-type"] == "image/jpeg"
    assert ada.get(f"{case}/result").json()["n_pictures"] == 0
    assert (verified(service.database, service.files).files, verified(service.database, service.files).faults) == (4, [])
    archive = taken(ada, case.removeprefix("/v1/cases/"))
    assert {"1.geojson", "1.mask.png", "1.heat.png", "slides.html"} < {*archive.namelist()}
    assert [row["tumour_mm2"] for row in rows(archive, "tumours.csv")] == [alone[1]]
    assert ada.delete(case).status_code == 204
    assert names_under(service.files.root) == names_under(service.files.incoming) == []


def rows_of_table(path: Path) -> list[str]:
    """The areas and the share of the only slide."""
    head, row = (line.split(",") for line in path.read_text().splitlines())
    return [row[head.index(name)] for name in ("tissue_mm2", "tumour_mm2", "tumour_share")]


def aperio(path: Path) -> Path:
    """As Aperio's scanners write it: a level, a thumbnail, a label with a name on it, a photograph of the glass."""
    pixels, small = section(4), np.full((300, 200, 3), 99, np.uint8)
    words = f"Aperio Image Library v1.0\n2125x1917|AppMag = 20|MPP = 0.5|User = {SECRET}|Filename = {SECRET}"
    level = {"tile": (256, 256), "photometric": "rgb", "compression": "zlib", "description": words, "metadata": None}
    with tifffile.TiffWriter(path) as file:
        file.write(pixels, **level)
        file.write(pixels[::8, ::8], photometric="rgb", description=f"Aperio thumbnail {SECRET}", metadata=None)
        file.write(pixels[::4, ::4], **level)
        for kind, number in (("label", 1), ("macro", 9)):
            told = f"Aperio\n{kind} 200x300 {SECRET}"
            file.write(small, photometric="rgb", description=told, metadata=None, subfiletype=number)
    return path


def test_of_a_slide_its_levels_are_kept_and_neither_label_nor_photograph_nor_a_name(
    signed_in: SignedIn, service: Service, tmp_path: Path
) -> None:
    ada, path = signed_in("ada"), aperio(tmp_path / "sent.svs")
    with openslide.OpenSlide(path) as before:
        assert {"label", "macro", "thumbnail"} <= {*before.associated_images}
        levels = before.level_dimensions
        seen = before.read_region((500, 500), 0, (600, 600)).tobytes()
    answer = as_slide(ada, opened_case(ada), path.read_bytes()).json()["picture"]
    kept = tmp_path / "kept.tif"
    kept.write_bytes(ada.get(f"/v1/pictures/{answer['id']}/file").content)
    assert answer["um_per_px"] == 0.5 and SECRET.encode() in path.read_bytes()
    assert SECRET.encode() not in kept.read_bytes() and b"Aperio" not in kept.read_bytes()
    with openslide.OpenSlide(kept) as after:
        assert not after.associated_images and after.level_dimensions == levels
        assert after.read_region((500, 500), 0, (600, 600)).tobytes() == seen
    with tifffile.TiffFile(kept) as pages:
        assert len(pages.pages) == len(levels) == 2


def test_what_ki67_slide_refuses_is_refused_at_the_last_part_and_leaves_nothing(
    signed_in: SignedIn, service: Service, slide: Path, tmp_path: Path
) -> None:
    ada, content = signed_in("ada"), slide.read_bytes()
    case = opened_case(ada)
    flat = write_slide(tmp_path / "unknown.tif", section(3), None).read_bytes()
    for sent_bytes, how, says in (
        (b"a text", {}, "no slide that OpenSlide reads"), (picture(), {}, "no slide that OpenSlide reads"),
        (content[:30_000], {}, "no slide that OpenSlide reads"), (content[:-2_000] + bytes(2_000), {}, "picture: damaged"),
        (content, {"um_per_px": 10}, "times as coarse"), (content, {"um_per_px": 0.049}, "is no scale of a microscope"),
    ):  # fmt: skip
        refused = as_slide(ada, case, sent_bytes, **how)
        assert refused.status_code in (415, 422) and says in refused.json()["detail"]
    assert names_under(service.files.root) == names_under(service.files.incoming) == []
    waiting = as_slide(ada, case, flat).json()["picture"]
    assert waiting["state"] == "needs_scale"
    assert ada.patch(f"/v1/pictures/{waiting['id']}", json={"um_per_px": 10}).status_code == 422
    assert ada.patch(f"/v1/pictures/{waiting['id']}", json={"um_per_px": 0.5}).json()["state"] == "waiting"


@pytest.mark.parametrize(("label", "taken"), [((512, 768), False), ((531, 479), True)])  # a quarter of the slide is no label
def test_a_label_in_tiles_is_no_level(signed_in: SignedIn, service: Service, tmp_path: Path, label: Size, taken: bool) -> None:
    ada, path, pixels = signed_in("ada"), tmp_path / "slide.tif", section(4)
    width, height = label
    with tifffile.TiffWriter(path) as file:
        for number, page in enumerate((pixels, np.full((height, width, 3), 99, np.uint8))):
            file.write(page, tile=(256, 256), photometric="rgb", compression="zlib", metadata=None, subfiletype=number)
    answer = as_slide(ada, opened_case(ada), path.read_bytes())
    assert answer.is_success is taken
    assert taken or f"{width}×{height} pixels are no smaller copy" in answer.json()["detail"]
    assert taken is bool(names_under(service.files.root))


@pytest.mark.parametrize("smaller", [(1250, 12), (625, 6), (312, 3)])
def test_a_narrow_slide_may_have_levels_that_whole_pixels_round(smaller: Size) -> None:
    refuse_other_shapes(Path("slide"), [(20_000, 200), smaller])


def test_a_slide_that_could_not_be_looked_at_in_small_is_refused() -> None:
    refuse_no_small_level(Path("slide"), (4_000, 4_000))
    with pytest.raises(WrongKind, match="smallest level has 4001×4000 pixels"):
        refuse_no_small_level(Path("slide"), (4_001, 4_000))


def test_intake_knows_the_scale_that_the_scorer_asks_for() -> None:
    assert (of_patches().seen, of_patches().least) == (UM_PER_PX, PATCH // 2)


def test_slides_on_their_way_count_in_the_quota(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    with service.database.writing() as session:
        session.scalars(select(Account)).one().may_keep_bytes = 100
    first = begun(ada, case, b"1", kind="slide", bytes=60)
    assert (first.status_code, begun(ada, case, b"2", kind="slide", bytes=41).status_code) == (201, 413)
    assert ada.delete(f"/v1/uploads/{first.json()['id']}").status_code == 204
    assert begun(ada, case, b"2", kind="slide", bytes=41).status_code == 201


def test_a_blind_reader_says_how_much_is_tumour_before_they_see_the_outline(
    signed_in: SignedIn, service: Service, slide: Path, networks: Path
) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case = opened_case(ada)
    address = f"/v1/pictures/{as_slide(ada, case, slide.read_bytes()).json()['picture']['id']}"
    handed(ada, case.removeprefix("/v1/cases/"), "bob")
    with working(service, SlideOutliner(service.files, networks=networks), "slide"):
        until(lambda: states(service) == ["scored"])
    routes = [f"{address}/tumour{each}" for each in ("", "/outline.geojson", "/mask.png", "/heat.png")]
    assert [bob.get(route).status_code for route in routes] == [403] * 4
    assert bob.get(f"{case}/export.zip").status_code == 403
    refused = bob.post(f"{address}/reviews", json={"kind": "estimate", "estimate": 0.3})
    assert refused.status_code == 409 and "of kind share" in refused.json()["detail"]
    own = bob.post(f"{address}/reviews", json={"kind": "share", "estimate": 0.3}).json()
    assert (own["blind"], own["estimate"], own["index"]) == (True, 0.3, None)
    assert [bob.get(route).status_code for route in routes] == [200] * 4
    assert ada.get(f"{address}/tumour").status_code == 200
    later = ada.post(f"{address}/reviews", json={"kind": "share", "estimate": 0.4}).json()
    assert later["blind"] is False and ada.get("/v1/agreement").json() == []
    field = sent(ada, case, picture()).json()["id"]
    assert ada.post(f"/v1/pictures/{field}/reviews", json={"kind": "share", "estimate": 0.4}).status_code == 409
    [said] = [row for row in rows(taken(ada, case.removeprefix("/v1/cases/")), "reviews.csv") if row["reader"] == "Bob"]
    assert (said["tumour_share"], said["ki67_index"]) == ("0.3000", "")


def test_a_slide_that_is_tried_again_goes_on_where_it_was_left(
    signed_in: SignedIn, service: Service, slide: Path, networks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, added, add = signed_in("ada"), list[int](), KeptRows.add

    def cut(kept: KeptRows, row: Row) -> None:
        if len(added) == 2:
            added.append(-1)
            raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "the disk is full")
        add(kept, row)
        added.append(row.row)

    monkeypatch.setattr(KeptRows, "add", cut)
    as_slide(ada, opened_case(ada), slide.read_bytes())
    with working(service, SlideOutliner(service.files, networks=networks), "slide"):
        until(lambda: states(service) == ["scored"])
    done = [row for row in added if row >= 0]
    assert added[2] == -1 and len(done) > 2 and sorted(set(done)) == done
    assert names_under(service.files.incoming) == []


def test_a_slide_that_takes_longer_than_its_lease_is_not_given_to_another(
    signed_in: SignedIn, service: Service, slide: Path, networks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def score(task: Task) -> Any:
        over.wait()
        return SlideOutliner(service.files, networks=networks)(task)

    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr(worker, "PATIENCE", 0.1)
    ada = signed_in("ada")
    as_slide(ada, opened_case(ada), slide.read_bytes())
    with working(service, score, "slide"):
        time.sleep(3)
        with service.database.writing() as session:
            assert queue.claim(session, "another", "slide", 1, now()) == []
        over.set()
        until(lambda: states(service) == ["scored"])


@ON_SQLITE
def test_a_field_does_not_wait_for_a_slide_and_a_process_killed_in_the_middle_of_one_loses_nothing(
    signed_in: SignedIn, service: Service, tmp_path: Path
) -> None:
    ada, keeper = signed_in("ada"), Keeper(service.settings)
    case, large = opened_case(ada), write_slide(tmp_path / "large.tif", section(14))
    as_slide(ada, case, large.read_bytes())
    with service.database.reading() as session:
        row = session.scalars(select(Picture)).one()
    kept = service.files.begun / f"{row.id}.rows"
    with keeper.running(service.database):
        until(lambda: kept.is_file() and len(kept.read_bytes().splitlines()) > 1)
        sent(ada, case, picture())
        keeper.ring()
        until(lambda: states(service) == ["waiting", "scored"])
        os.kill(keeper.pids[-1], signal.SIGKILL)
        until(lambda: len(keeper.pids) == 2)
        until(lambda: states(service) == ["scored", "scored"])
    with service.database.reading() as session:
        owner_id = session.scalars(select(Account.id)).one()
    task = Task(0, row.id, owner_id, row.digest, "slide", row.um_per_px, 0)
    undisturbed = SlideOutliner(service.files)(task)
    found = ada.get(f"/v1/pictures/{row.id}/tumour").json()
    assert (found["tumour_mm2"], found["tissue_mm2"]) == (undisturbed.result.tumour_mm2, undisturbed.result.tissue_mm2)


def test_on_a_cluster_a_slide_is_outlined_the_same_and_waits_where_the_cluster_is_away(
    cluster: tuple[str, object], slide: Path, networks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(tmp_path / "files", tmp_path / "incoming")
    task = Task(0, "slide", "ada", files.keep_bytes("ada", slide.read_bytes()), "slide", 0.5, 0)
    there, here = (SlideOutliner(files, address, networks)(task) for address in (cluster[0], ""))
    assert there == here
    monkeypatch.setattr(base_cluster, "PATIENCE", 0.3)
    with pytest.raises(Problem, match="no Dask scheduler answers"):
        SlideOutliner(files, "tcp://127.0.0.1:9", networks)(task)


def raised(error: InputError, cause: BaseException | None) -> InputError:
    """As a worker catches it."""
    try:
        raise error from cause
    except InputError as caught:
        return caught


FULL_DISK, ELSEWHERE = OSError(errno.ENOSPC, "No space left on device"), OSError(errno.ENOENT, "No such file or directory")


@pytest.mark.parametrize(
    ("error", "cluster", "again"),
    [
        (raised(InputError("not written"), FULL_DISK), "", True),
        (raised(InputError("not written"), FULL_DISK), "tcp://there", True),
        (raised(InputError("cannot be read"), ELSEWHERE), "tcp://there", True),
        (raised(InputError("cannot be read"), ELSEWHERE), "", False),
        (raised(InputError("damaged"), ValueError()), "tcp://there", False),
        (OtherNetworks("a worker has other networks"), "tcp://there", True),
    ],
)
def test_what_is_no_fault_of_the_slide_is_tried_again_also_where_a_worker_met_it(
    error: InputError, cluster: str, again: bool
) -> None:
    arrived = pickle.loads(pickle.dumps(Refused.of(error)))
    with pytest.raises(Problem if again else InputError, match=str(error)), told_when_hindered(cluster):
        raise arrived.error from arrived.cause


def test_a_worker_with_other_networks_hinders_a_slide_and_does_not_fail_it(
    cluster: tuple[str, object], slide: Path, networks: Path, tmp_path: Path
) -> None:
    tool = SlideTool(replace(load_slide_model(networks), digest="another"), tmp_path, cluster[0])
    with pytest.raises(Problem, match="has other networks there"):
        score(tool, "slide", replace(slide_header(slide), asked=0.5))
