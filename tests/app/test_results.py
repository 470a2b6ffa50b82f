"""What the network found goes out as figures, cells and a mask, to those who may see it."""

import io
import json
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi.testclient import TestClient
from made_pictures import opened_case, picture, sent
from PIL import Image
from planted import SignedIn
from sqlalchemy import select

from ki67.app.routes.events import told
from ki67.app.scoring import queue
from ki67.app.scoring.results import counted, write
from ki67.app.service import Service
from ki67.app.store.rows import Account, Assignment, Job, Seen
from ki67.app.store.rows.base import now
from ki67.cells.cells import NEGATIVE, POSITIVE, QUPATH_CLASSES, TIL, Cells
from ki67.cells.pooling import pooled
from ki67.cells.scores import score, wilson
from ki67.cells.uncertainty import ScorerError
from ki67.score.results import CellResult

CELLS = Cells.of_points([[50, 60], [100, 100], [200, 40], [120, 180]], [POSITIVE, POSITIVE, NEGATIVE, TIL], "image")


def found(service: Service, error: ScorerError | None = None) -> None:
    """The same four cells in every picture that waits."""
    with service.database.writing() as session:
        for task in queue.claim(session, "here", "field", 100, now()):
            result = CellResult("", 256, 256, 0.65, score(CELLS), None, (), error=error)
            write(session, task, counted(service.files, task, "a" * 64, result, CELLS))
            assert queue.finish(session, "here", task.job_id)


@pytest.fixture
def ada(signed_in: SignedIn) -> TestClient:
    return signed_in("ada")


def test_a_result_has_counts_an_interval_and_categories(ada: TestClient, service: Service) -> None:
    case = opened_case(ada)
    address = f"/v1/pictures/{sent(ada, case, picture()).json()['id']}"
    assert ada.get(f"{address}/result").status_code == 409
    found(service)
    result = ada.get(f"{address}/result").json()
    assert (result["n_positive"], result["n_negative"], result["n_til"]) == (2, 1, 1)
    assert result["ki67_index"] == pytest.approx(2 / 3)
    assert (result["ki67_low"], result["ki67_high"]) == pytest.approx(wilson(2, 3))
    assert (result["interval_of"], result["error"]) == ("counting", None)
    assert result["categories"] == [{"cut_offs": name, "category": "high"} for name in ("16/30 %", "10/20 %")]
    assert result["warnings"] == ["3 tumour cells, fewer than 500"]
    sent(ada, case, picture(seed=2))
    assert (whole := ada.get(f"{case}/result").json())["n_positive"] == 2
    assert (whole["n_pictures"], whole["n_scored"]) == (2, 1)


def test_a_case_is_one_index_whose_interval_holds_the_networks_own_error(ada: TestClient, service: Service) -> None:
    case = opened_case(ada)
    first, _ = (sent(ada, case, picture(seed=seed)).json()["id"] for seed in (1, 2))
    found(service, ScorerError(0.2, 0.01))
    one, whole = ada.get(f"/v1/pictures/{first}/result").json(), ada.get(f"{case}/result").json()
    assert one["error"] == {"cells": 0.2, "shared": 0.01}
    assert one["interval_of"] == whole["interval_of"] == "counting and scorer"
    counted = CellResult("", 9, 9, 0.65, score(CELLS), None, (), error=ScorerError(0.2, 0.01))
    assert (one["ki67_low"], one["ki67_high"]) == pytest.approx(counted.interval)
    assert (whole["n_positive"], whole["hot_spot"]) == (4, None)
    assert (whole["ki67_low"], whole["ki67_high"]) == pytest.approx(pooled([counted, counted]).interval)


def test_cells_come_as_points_and_as_a_mask_of_the_pictures_size(ada: TestClient, service: Service) -> None:
    address = f"/v1/pictures/{sent(ada, opened_case(ada), picture()).json()['id']}"
    found(service)
    features = ada.get(f"{address}/cells.geojson").json()["features"]
    assert [feature["geometry"]["coordinates"] for feature in features] == CELLS.xy.tolist()
    with Image.open(io.BytesIO(ada.get(f"{address}/mask.png").content)) as mask:
        seen = np.asarray(mask.convert("RGBA"))
    assert seen.shape == (256, 256, 4) and seen[0, 0, 3] == 0
    assert [tuple(seen[int(y), int(x), :3]) for x, y in CELLS.xy] == [QUPATH_CLASSES[label][1] for label in CELLS.label]


def test_a_picture_comes_back_without_times_and_in_small(ada: TestClient, service: Service) -> None:
    address = f"/v1/pictures/{sent(ada, opened_case(ada), picture('PNG')).json()['id']}"
    answer = ada.get(f"{address}/file")
    assert answer.headers["content-type"] == "image/png" and not {"etag", "last-modified"} & set(answer.headers)
    assert Image.open(io.BytesIO(answer.content)).size == (256, 256)
    assert ada.get(f"{address}/file", headers={"Range": "bytes=1-3"}).content == answer.content
    assert Image.open(io.BytesIO(ada.get(f"{address}/thumbnail").content)).format == "JPEG"


def test_a_scale_that_is_given_afterwards_lets_a_picture_be_scored_once(ada: TestClient, service: Service) -> None:
    address = f"/v1/pictures/{sent(ada, opened_case(ada), picture(dpi=(72, 72))).json()['id']}"
    assert ada.patch(address, json={"um_per_px": 10}).status_code == 422
    assert ada.patch(address, json={"um_per_px": 0.6}).json()["state"] == "waiting"
    assert ada.patch(address, json={"um_per_px": 0.7}).status_code == 409
    with service.database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_a_blind_reader_gets_neither_result_nor_number_nor_order(signed_in: SignedIn, ada: TestClient, service: Service) -> None:
    case, bob = opened_case(ada), signed_in("bob")
    ids = [sent(ada, case, picture(seed=seed)).json()["id"] for seed in (1, 2, 3)]
    found(service)
    with service.database.writing() as session:
        people = {account.login: account.id for account in session.scalars(select(Account))}
        handed = Assignment(case_id=case.rpartition("/")[2], from_id=people["ada"], to_id=people["bob"], blind=True)
        session.add(handed)
    for name in ("result", "mask.png", "cells.geojson"):
        assert bob.get(f"/v1/pictures/{ids[0]}/{name}").status_code == 403
    assert bob.get(f"{case}/result").status_code == 403
    listed = bob.get(f"{case}/pictures").json()["pictures"]
    assert {each["id"] for each in listed} == set(ids)
    assert {(each["number"], each["created_at"]) for each in listed} == {(None, None)}
    with service.database.reading() as session:
        assert session.scalars(select(Seen)).all() == []
    ada.get(f"/v1/pictures/{ids[0]}/result")
    with service.database.reading() as session:
        assert [(seen.account_id, seen.picture_id) for seen in session.scalars(select(Seen))] == [(people["ada"], ids[0])]


def test_pages_hold_every_picture_once(signed_in: SignedIn, ada: TestClient, service: Service) -> None:
    case = opened_case(ada)
    ids = [sent(ada, case, picture(seed=seed)).json()["id"] for seed in range(3)]
    pages, after = [], None
    while page := ada.get(f"{case}/pictures", params={"limit": 2} | ({"after": after} if after else {})).json():
        pages.append([each["id"] for each in page["pictures"]])
        if (after := page["after"]) is None:
            break
    assert pages == [ids[:2], ids[2:]]
    assert ada.get(f"{case}/pictures", params={"after": "0" * 32}).status_code == 404


def test_events_tell_of_each_change_and_end_when_nothing_waits(ada: TestClient, service: Service) -> None:
    case = opened_case(ada)
    ids = sorted(sent(ada, case, picture(seed=seed)).json()["id"] for seed in (1, 2))
    found(service)
    answer = ada.get(f"{case}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [part.split("\n") for part in answer.text.strip().split("\n\n")]
    told_of = [json.loads(data.removeprefix("data: ")) for name, data in events if name == "event: picture"]
    assert told_of == [{"id": each, "state": "scored"} for each in ids]
    assert events[-1][0] == "event: settled"


@pytest.mark.anyio
async def test_only_what_changed_is_told_again() -> None:
    looks: Iterator[dict[str, str]] = iter(
        [{"a": "waiting", "b": "waiting"}, {"a": "scored", "b": "waiting"}, {"a": "scored", "b": "failed"}]
    )
    lines = [line async for line in told(lambda: next(looks), every=0)]
    assert [json.loads(line.split("data: ")[1]).get("id") for line in lines] == ["a", "b", "a", "b", None]
