"""Pictures come in whole, once, and without their names, or not at all."""

import hashlib

from made_pictures import names_under, opened_case, picture, sent
from planted import SignedIn
from sqlalchemy import func, select

from ki67.app.scoring.network import FIELD, FRAME, LEAST, shipped
from ki67.app.service import Service
from ki67.app.store.rows import Account, Job, Picture
from ki67.engine import model
from ki67.score import scorer
from ki67.weights import NETWORK


def test_a_picture_is_kept_and_waits_to_be_scored(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    answer = sent(ada, opened_case(ada), picture())
    assert answer.status_code == 201
    view = answer.json()
    assert (view["state"], view["number"], round(view["um_per_px"], 3)) == ("waiting", 1, 0.65)
    assert ada.get(f"/v1/pictures/{view['id']}").json() == view | {"said": False}
    with service.database.reading() as session:
        row, owner = session.scalars(select(Picture)).one(), session.scalars(select(Account.id)).one()
        assert session.scalars(select(Job.picture_id)).one() == row.id
    kept = service.files.path(owner, row.digest)
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == row.digest != row.sent_digest
    assert names_under(service.files.incoming) == []


def test_the_same_bytes_twice_are_one_picture_of_a_case_and_another_of_another(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case, other = opened_case(ada), opened_case(ada)
    first, second, elsewhere = (sent(ada, each, picture()) for each in (case, case, other))
    assert [answer.status_code for answer in (first, second, elsewhere)] == [201, 200, 201]
    assert first.json() == second.json() and elsewhere.json()["id"] != first.json()["id"]
    assert sent(ada, case, picture(seed=2)).json()["number"] == 2
    with service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 3


def test_a_picture_of_unknown_scale_waits_for_it(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    assert sent(ada, case, picture(dpi=(72, 72))).json()["state"] == "needs_scale"
    assert sent(ada, case, picture(dpi=(72, 72), seed=2), um_per_px=0.7).json()["um_per_px"] == 0.7
    with service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_nobody_adds_to_the_case_of_another(signed_in: SignedIn, service: Service) -> None:
    case = opened_case(signed_in("ada"))
    assert sent(signed_in("bob"), case, picture()).status_code == 404
    assert names_under(service.files.root) == []


BAD = {
    b"": "empty",
    b"a text": "not a picture",
    picture("GIF"): "not a picture",
    picture()[:-3000]: "damaged",
    picture("PNG")[:-300]: "damaged",
}


def test_what_cannot_be_decoded_to_its_end_leaves_nothing(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    for content, says in BAD.items():
        answer = sent(ada, case, content)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert answer.json()["detail"].startswith("picture: ") and says in answer.json()["detail"]
    assert names_under(service.files.root) == names_under(service.files.incoming) == []
    assert sent(ada, case, picture()).status_code == 201


def test_a_scale_at_which_it_cannot_be_scored_is_refused(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    for scale, says in ((10.0, "times as coarse"), (0.05, "are needed")):
        answer = sent(ada, case, picture(), um_per_px=scale)
        assert answer.status_code == 422 and says in answer.json()["detail"]


def test_an_account_keeps_no_more_than_its_quota(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case, content = opened_case(ada), picture()
    with service.database.writing() as session:
        session.scalars(select(Account)).one().may_keep_bytes = len(content) + 100
    assert sent(ada, case, content).status_code == 201
    answer = sent(ada, case, picture(seed=2))
    assert answer.status_code == 413 and "may keep" in answer.json()["detail"]
    assert len(names_under(service.files.root)) == 1


def test_intake_knows_the_shipped_network_as_the_engine_does() -> None:
    assert (FRAME, FIELD, LEAST) == (model.FRAME, model.FIELD, scorer.LEAST)
    assert shipped().seen == model.load_model(NETWORK).um_per_px
