"""A case to take away holds everything that its reader may have, and nothing before that."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
from planted import SignedIn, handed, opened, planted, reviewed, some_cells

from ki67.app.exports import case as exports
from ki67.app.service import Service


def taken(client, case_id: str) -> ZipFile:
    answer = client.get(f"/v1/cases/{case_id}/export.zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return ZipFile(io.BytesIO(answer.content))


def rows(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_an_export_holds_scores_cells_reviews_objects_and_a_report(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case_id = opened(ada, "B <12/3>")
    picture_id = planted(service, case_id, some_cells(3, 9))
    planted(service, case_id, None)  # is not scored yet
    reviewed(ada, picture_id, 4, 8)
    archive = taken(ada, case_id)
    [objects] = [name for name in archive.namelist() if name.endswith(".geojson")]
    assert {*archive.namelist()} - {objects} == {"cases.csv", "cells.csv", "report.html", "reviews.csv", "scores.csv"}
    [score] = rows(archive, "scores.csv")
    assert (score["n_positive"], score["n_negative"], score["ki67_index"]) == ("3", "9", "0.2500")
    assert (score["category_10_20"], score["category_16_30"]) == ("high", "middle")
    [case] = rows(archive, "cases.csv")
    assert (case["case"], case["images"], case["ki67_index"], case["category_10_20"]) == ("B <12/3>", "1", "0.2500", "high")
    [review] = rows(archive, "reviews.csv")
    assert (review["reader"], review["kind"], review["n_positive"], review["blind"]) == ("Ada", "count", "4", "yes")
    assert len(rows(archive, "cells.csv")) == 12
    assert len(json.loads(archive.read(objects))["features"]) == 12
    report = archive.read("report.html").decode()
    assert "B &lt;12/3&gt;" in report and "25" in report and "simulated" in report


def test_the_same_case_gives_the_same_bytes(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case_id = opened(ada)
    planted(service, case_id, some_cells(3, 9))
    assert len({ada.get(f"/v1/cases/{case_id}/export.zip").content for _ in range(2)}) == 1
    assert list(service.files.incoming.iterdir()) == []


def test_a_blind_reader_takes_nothing_away_before_their_own_opinion(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture_id = planted(service, case_id, some_cells(3, 9))
    handed(ada, case_id, "bob")
    assert bob.get(f"/v1/cases/{case_id}/export.zip").status_code == 403
    reviewed(bob, picture_id, 1, 1)
    assert len(rows(taken(bob, case_id), "scores.csv")) == 1


def test_who_took_a_case_away_is_blind_no_more(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case_id = opened(ada)
    picture_id = planted(service, case_id, some_cells(3, 9))
    taken(ada, case_id)
    reviewed(ada, picture_id, 3, 9)
    assert [review["blind"] for review in rows(taken(ada, case_id), "reviews.csv")] == ["no"]


def test_what_is_scored_while_a_case_goes_out_is_noted_as_seen_too(
    signed_in: SignedIn, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, late, opened_case = signed_in("ada"), list[str](), exports.opened_case
    case_id = opened(ada)

    def scored_meanwhile(*asked):
        late.append(planted(service, case_id, some_cells(3, 9)))
        return opened_case(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(exports, "opened_case", scored_meanwhile)
        assert len(rows(taken(ada, case_id), "scores.csv")) == 1
    reviewed(ada, late[0], 3, 9)
    assert [review["blind"] for review in rows(taken(ada, case_id), "reviews.csv")] == ["no"]
