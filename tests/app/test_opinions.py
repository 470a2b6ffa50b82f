"""Second opinions: asked of contacts, given once and again, never changed; comments beside them."""

import json

import pytest
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from made_pictures import names_under
from planted import SIDE, SignedIn, befriended, handed, marks, opened, planted, reviewed, some_cells
from sqlalchemy import select

from ki67.app.service import Service
from ki67.app.store.log import broken
from ki67.app.store.rows import Account, LogEntry, Review


def test_a_contact_is_found_by_login_added_once_and_taken_out(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    signed_in("bob")
    bob_id = befriended(ada, "BOB")
    assert befriended(ada, "bob") == bob_id
    assert [person["login"] for person in ada.get("/v1/contacts").json()] == ["bob"]
    assert ada.delete(f"/v1/contacts/{bob_id}").status_code == 204
    assert ada.get("/v1/contacts").json() == []


def test_nobody_is_their_own_contact_and_strangers_are_not_found(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    me = ada.get("/v1/people", params={"login": "ada"}).json()["id"]
    assert ada.put(f"/v1/contacts/{me}").status_code == 409
    assert ada.put(f"/v1/contacts/{'0' * 32}").status_code == 404
    assert ada.get("/v1/people", params={"login": "carl"}).status_code == 404


def test_a_case_that_is_handed_over_comes_in_done_and_is_seen_until_it_is_taken_back(signed_in: SignedIn) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada, "B 12/3")
    assert bob.get(f"/v1/cases/{case_id}").status_code == 404
    assignment = handed(ada, case_id, "bob", blind=False)
    [received] = bob.get("/v1/assignments").json()["assignments"]
    assert (received["id"], received["case_name"], received["by"]["login"]) == (assignment, "B 12/3", "ada")
    assert bob.get(f"/v1/cases/{case_id}").json()["saved_at"] is not None
    assert bob.post(f"/v1/assignments/{assignment}/done").json()["done_at"] is not None
    assert ada.get(f"/v1/cases/{case_id}/assignments").json()[0]["done_at"] is not None
    assert ada.delete(f"/v1/assignments/{assignment}").status_code == 204
    assert bob.get("/v1/assignments").json()["assignments"] == []
    assert bob.get(f"/v1/cases/{case_id}").status_code == 404


def test_a_case_goes_to_contacts_only_once_at_a_time_and_from_its_owner_alone(signed_in: SignedIn) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id, bob_id = opened(ada), ada.get("/v1/people", params={"login": "bob"}).json()["id"]
    address, asked = f"/v1/cases/{case_id}/assignments", {"to_id": bob_id}
    assert ada.post(address, json=asked).status_code == 409
    assignment = handed(ada, case_id, "bob")
    assert ada.post(address, json=asked).status_code == 409
    assert bob.post(address, json=asked).status_code == 404
    assert bob.delete(f"/v1/assignments/{assignment}").status_code == 404
    assert ada.post(f"/v1/assignments/{assignment}/done").status_code == 404
    assert ada.delete(f"/v1/assignments/{assignment}").status_code == 204
    assert ada.post(address, json=asked).status_code == 201


def test_a_later_review_supersedes_and_both_stay(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    first, second = reviewed(ada, picture, 3, 7), reviewed(ada, picture, 5, 5)
    found = ada.get(f"/v1/pictures/{picture}/reviews").json()
    assert [(review["id"], review["supersedes"], review["index"]) for review in found] == [
        (first, None, 0.3),
        (second, first, 0.5),
    ]


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ({"kind": "count", "n_positive": 1, "n_negative": 3}, 0.25),
        ({"kind": "count", "n_positive": 0, "n_negative": 0}, None),
        ({"kind": "estimate", "estimate": 0.15}, 0.15),
        ({"kind": "cells", "cells": marks(some_cells(1, 3))}, 0.25),
        ({"kind": "cells", "cells": []}, None),
    ],
)
def test_a_count_an_estimate_and_cells_come_to_an_index(
    signed_in: SignedIn, service: Service, said: dict[str, object], index: float | None
) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    answer = ada.post(f"/v1/pictures/{picture}/reviews", json={**said, "comment": "thick"})
    assert (answer.status_code, answer.json()["index"], answer.json()["comment"]) == (201, index, "thick")


def test_cells_come_back_as_geojson_that_can_be_sent_again(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    sent = ada.post(f"/v1/pictures/{picture}/reviews", json={"kind": "cells", "cells": marks(some_cells(2, 1))}).json()
    back = ada.get(f"/v1/reviews/{sent['id']}/cells.geojson")
    assert back.headers["content-type"] == "application/geo+json"
    assert [feature["geometry"]["coordinates"] for feature in back.json()["features"]] == [[5, 5], [25, 5], [45, 5]]
    again = ada.post(f"/v1/pictures/{picture}/reviews", json={"kind": "cells", "cells": json.loads(back.text)})
    assert (again.status_code, again.json()["n_positive"], again.json()["n_negative"]) == (201, 2, 1)


@ON_SQLITE
@pytest.mark.parametrize(
    "said",
    [
        {"kind": "count", "n_positive": -1, "n_negative": 3},
        {"kind": "count", "n_positive": 10**12, "n_negative": 3},
        {"kind": "estimate", "estimate": 1.01},
        {"kind": "estimate", "estimate": None},
        {"kind": "guess"},
        {"kind": "cells", "cells": [{"x": SIDE, "y": 1, "label": "positive"}]},
        {"kind": "cells", "cells": [{"x": 1, "y": 1, "label": "cell"}]},
        {"kind": "cells", "cells": {"type": "FeatureCollection", "features": [{"type": "Feature"}]}},
    ],
    ids=str,
)
def test_a_review_that_says_nothing_sensible_is_refused(signed_in: SignedIn, service: Service, said: dict[str, object]) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    assert ada.post(f"/v1/pictures/{picture}/reviews", json=said).status_code == 422
    assert ada.get(f"/v1/pictures/{picture}/reviews").json() == []


def test_who_saw_another_answer_first_gives_no_blind_opinion(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture = planted(service, case_id, some_cells(1, 1))
    handed(ada, case_id, "bob", blind=False)
    reviewed(ada, picture, 3, 7)
    assert len(bob.get(f"/v1/pictures/{picture}/reviews").json()) == 1
    reviewed(bob, picture, 3, 7)
    found = {review["by"]["login"]: review["blind"] for review in ada.get(f"/v1/pictures/{picture}/reviews").json()}
    assert found == {"ada": True, "bob": False}


def test_who_read_the_others_words_gives_no_blind_opinion(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture = planted(service, case_id, None)
    handed(ada, case_id, "bob", blind=False)
    for reader in (ada, bob):
        assert reader.post(f"/v1/cases/{case_id}/comments", json={"text": "about a third"}).status_code == 201
    assert [comment["by"]["login"] for comment in bob.get(f"/v1/cases/{case_id}/comments").json()] == ["ada", "bob"]
    reviewed(bob, picture, 3, 7)
    reviewed(ada, picture, 3, 7)
    found = {review["by"]["login"]: review["blind"] for review in ada.get(f"/v1/pictures/{picture}/reviews").json()}
    assert found == {"ada": True, "bob": False}


def test_nobody_begins_with_an_answer_that_they_were_not_shown(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), some_cells(1, 1))
    said = {"kind": "estimate", "estimate": 0.5, "started_from": "network"}
    assert ada.post(f"/v1/pictures/{picture}/reviews", json=said).status_code == 409


def test_cells_that_readers_mark_count_with_whose_case_it_is_and_tell_nobody_how_many(
    signed_in: SignedIn, service: Service
) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture = planted(service, case_id, None)
    handed(ada, case_id, "bob")
    held = [kept_bytes(ada)]
    for cells in (some_cells(2, 1), some_cells(60, 30)):
        assert bob.post(f"/v1/pictures/{picture}/reviews", json={"kind": "cells", "cells": marks(cells)}).status_code == 201
        held.append(kept_bytes(ada))
    assert held[2] - held[1] == held[1] - held[0] > 0 == kept_bytes(bob)


def test_cells_beyond_the_quota_are_refused_and_leave_nothing(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    said = {"id": "c3" * 16, "kind": "cells", "cells": marks(some_cells(2, 1))}
    first = ada.post(f"/v1/pictures/{picture}/reviews", json=said)
    with service.database.writing() as session:
        session.scalars(select(Account)).one().may_keep_bytes = kept_bytes(ada) + 100
    files = names_under(service.files.root)
    refused = ada.post(f"/v1/pictures/{picture}/reviews", json={"kind": "cells", "cells": marks(some_cells(1, 5))})
    assert (refused.status_code, "may keep" in refused.json()["detail"]) == (413, True)
    assert names_under(service.files.root) == files
    again = ada.post(f"/v1/pictures/{picture}/reviews", json=said)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    reviewed(ada, picture, 3, 7)


def kept_bytes(of: TestClient) -> int:
    return int(of.get("/v1/me").json()["kept_bytes"])


SENT = {"id": "b2" * 16, "kind": "count", "n_positive": 3, "n_negative": 7, "comment": "thick"}


def test_a_review_that_is_sent_again_is_kept_once(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    first, again = (ada.post(f"/v1/pictures/{picture}/reviews", json=SENT) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    cells = {"id": "c3" * 16, "kind": "cells", "cells": marks(some_cells(2, 1))}
    assert [ada.post(f"/v1/pictures/{picture}/reviews", json=cells).status_code for _ in range(2)] == [201, 200]
    assert [found["id"] for found in ada.get(f"/v1/pictures/{picture}/reviews").json()] == [SENT["id"], cells["id"]]


def test_a_reader_is_told_of_which_pictures_their_own_opinion_is_in(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture, other = planted(service, case_id, None), planted(service, case_id, None)
    handed(ada, case_id, "bob")
    reviewed(bob, picture, 3, 7)
    for reader, said in ((ada, set[str]()), (bob, {picture})):
        found = reader.get(f"/v1/cases/{case_id}/pictures").json()["pictures"]
        assert {one["id"] for one in found if one["said"]} == said
        assert reader.get(f"/v1/pictures/{other}").json()["said"] is False


def test_the_id_of_another_review_is_refused(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada)
    picture, other = planted(service, case_id, None), planted(service, case_id, None)
    handed(ada, case_id, "bob")
    assert ada.post(f"/v1/pictures/{picture}/reviews", json=SENT).status_code == 201
    assert ada.post(f"/v1/pictures/{picture}/reviews", json={**SENT, "n_positive": 4}).status_code == 409
    assert ada.post(f"/v1/pictures/{other}/reviews", json=SENT).status_code == 409
    assert bob.post(f"/v1/pictures/{picture}/reviews", json=SENT).status_code == 409
    assert len(ada.get(f"/v1/pictures/{picture}/reviews").json()) == 1


def test_whom_their_own_device_showed_a_network_gives_no_blind_opinion_from_then_on(
    signed_in: SignedIn, service: Service
) -> None:
    ada = signed_in("ada")
    picture = planted(service, opened(ada), None)
    reviewed(ada, picture, 3, 7)
    corrected = {"kind": "cells", "cells": marks(some_cells(2, 1)), "started_from": "network", "shown": "network"}
    assert ada.post(f"/v1/pictures/{picture}/reviews", json=corrected).status_code == 201
    reviewed(ada, picture, 4, 6)
    found = ada.get(f"/v1/pictures/{picture}/reviews").json()
    assert [(review["started_from"], review["blind"]) for review in found] == [
        ("nothing", True),
        ("network", False),
        ("nothing", False),
    ]


def test_every_deed_stands_in_a_whole_log_by_ids_alone(signed_in: SignedIn, service: Service) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada, "Erika Mustermann")
    picture = planted(service, case_id, None)
    assignment = handed(ada, case_id, "bob")
    reviewed(bob, picture, 1234, 4321)
    bob.post(f"/v1/cases/{case_id}/comments", json={"text": "looks like a third"})
    bob.post(f"/v1/assignments/{assignment}/done")
    ada.delete(f"/v1/assignments/{assignment}")
    with service.database.reading() as session:
        lines = session.query(LogEntry).order_by(LogEntry.number).all()
        assert session.query(Review).one().assignment_id == assignment
    assert [line.action for line in lines] == [
        "case.opened", "contact.added", "case.handed_over", "review.given", "comment.added", "assignment.done",
        "assignment.taken_back",
    ]  # fmt: skip
    assert broken(lines) is None
    assert not [word for word in ("Erika", "1234", "third", "bob") if word in str([line.detail for line in lines])]
