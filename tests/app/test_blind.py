"""Blind means blind: no route tells a blind reader anything before their own opinion is in, and afterwards they see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from planted import SignedIn, handed, opened, planted, reviewed, some_cells
from sqlalchemy import select, update

from ki67.app.access.permissions import PERMISSIONS
from ki67.app.access.who import SCOPES, Who
from ki67.app.opinions.blind import eyes, owner_sees
from ki67.app.service import Service
from ki67.app.store.rows import Case, Picture, Result, Review
from ki67.app.store.rows.base import new_id

NAME, ESTIMATE, COMMENT, WORDS, NETWORK = "Mustermann-E", 0.4242, "looks rather active", "more than a third", "feedfeed"
N_POSITIVE, N_NEGATIVE = 733_187, 913_763  # an index of .4452
COUNTS = (str(N_POSITIVE), str(N_NEGATIVE), "0.445")
OTHER = "carl"
SECRETS = (NAME, OTHER, str(ESTIMATE), COMMENT, WORDS, NETWORK, *COUNTS)
OPENING = ("POST", "/v1/pictures/{picture_id}/reviews")  # one's own opinion, after which one sees


@dataclass(frozen=True)
class Scene:
    """Ada's case with an answer of the network and one of Carl's; Bob is to read it blind."""

    case_id: str
    pictures: tuple[str, str]
    review_id: str
    assignment_id: str

    def address(self, path: str) -> str:
        """A route's address with the ids that it asks for."""
        known = {
            "case_id": self.case_id, "picture_id": self.pictures[0], "review_id": self.review_id, "other_id": self.review_id,
            "assignment_id": self.assignment_id,
        }  # fmt: skip
        return re.sub(r"{(\w+)}", lambda found: known.get(found[1], new_id()), path)


def played(signed_in: SignedIn, service: Service, blind_case: bool = False) -> Scene:
    """Everything that a blind reader must not learn, in place."""
    ada, carl = signed_in("ada"), signed_in(OTHER)
    signed_in("bob")
    case_id = opened(ada, NAME)
    pictures = planted(service, case_id, some_cells(3, 4)), planted(service, case_id, some_cells(2, 4))
    with service.database.writing() as session:
        session.execute(update(Result).values(n_positive=N_POSITIVE, n_negative=N_NEGATIVE))
    assignment_id = handed(ada, case_id, OTHER, blind=False)
    said = {"kind": "estimate", "estimate": ESTIMATE, "comment": COMMENT}
    review_id = carl.post(f"/v1/pictures/{pictures[0]}/reviews", json=said).json()["id"]
    assert carl.post(f"/v1/cases/{case_id}/comments", json={"text": WORDS}).status_code == 201
    handed(ada, case_id, "bob")
    if blind_case:
        assert ada.patch(f"/v1/cases/{case_id}", json={"blind": True}).status_code == 200
    return Scene(case_id, pictures, review_id, assignment_id)


def asked(browser: TestClient, scene: Scene) -> Iterator[tuple[str, int, str]]:
    """Every route that gives: its path, the status, and all that came back, headers included."""
    for method, path in PERMISSIONS:
        if method == "GET":
            answer = browser.get(scene.address(path))
            yield path, answer.status_code, answer.text + str(dict(answer.headers))


def told(browser: TestClient, scene: Scene, secrets: tuple[str, ...] = SECRETS) -> dict[str, list[str]]:
    """Which secrets which route told."""
    found = {path: [secret for secret in secrets if secret in text] for path, _, text in asked(browser, scene)}
    return {path: names for path, names in found.items() if names}


def test_no_route_that_gives_tells_a_blind_reader_anything(signed_in: SignedIn, service: Service) -> None:
    scene = played(signed_in, service)
    assert told(signed_in("bob"), scene) == {}


def test_no_route_that_changes_tells_a_blind_reader_anything(signed_in: SignedIn, service: Service) -> None:
    scene = played(signed_in, service)
    for method, path in PERMISSIONS:
        if method != "GET" and (method, path) != OPENING:
            answer = signed_in("bob").request(method, scene.address(path), json={})
            assert answer.status_code < 500
            assert not [secret for secret in SECRETS if secret in answer.text + str(dict(answer.headers))], path


def test_a_blind_reader_sees_a_picture_once_their_own_opinion_of_it_is_in(signed_in: SignedIn, service: Service) -> None:
    scene, bob = played(signed_in, service), signed_in("bob")
    reviewed(bob, scene.pictures[1], 1, 2)
    assert told(bob, scene) == {}  # of the other picture
    reviewed(bob, scene.pictures[0], 1, 2)
    found = {secret for secrets in told(bob, scene).values() for secret in secrets}
    assert found >= {NAME, OTHER, str(ESTIMATE), COMMENT, WORDS}


def test_what_belongs_to_the_case_waits_for_the_last_opinion(signed_in: SignedIn, service: Service) -> None:
    scene, bob = played(signed_in, service), signed_in("bob")
    case, comments = f"/v1/cases/{scene.case_id}", f"/v1/cases/{scene.case_id}/comments"
    reviewed(bob, scene.pictures[0], 1, 2)
    assert len(bob.get(f"/v1/pictures/{scene.pictures[0]}/reviews").json()) == 2
    assert (bob.get(case).json()["name"], bob.get(comments).json()) == (None, [])
    reviewed(bob, scene.pictures[1], 1, 2)
    assert (bob.get(case).json()["name"], len(bob.get(comments).json())) == (NAME, 1)


def test_the_owner_of_a_blind_case_knows_its_name_and_nothing_else(signed_in: SignedIn, service: Service) -> None:
    scene, ada = played(signed_in, service, blind_case=True), signed_in("ada")
    answers = tuple(secret for secret in SECRETS if secret not in (NAME, OTHER))  # Ada herself asked Carl
    assert told(ada, scene, answers) == {}
    assert ada.get("/v1/agreement").json() == []
    for picture in scene.pictures:
        reviewed(ada, picture, 1, 2)
    assert {secret for secrets in told(ada, scene, answers).values() for secret in secrets} >= {str(ESTIMATE), COMMENT, WORDS}


def test_a_blind_case_is_blind_for_who_has_it_open_too(signed_in: SignedIn, service: Service) -> None:
    scene, carl = played(signed_in, service, blind_case=True), signed_in(OTHER)
    secrets = (NAME, NETWORK, *COUNTS)
    assert [path for path in told(carl, scene, secrets) if "{picture_id}" not in path] == []


def test_an_opinion_in_a_blind_assignment_is_a_blind_one_and_the_next_is_not(signed_in: SignedIn, service: Service) -> None:
    scene, bob = played(signed_in, service), signed_in("bob")
    ids = [reviewed(bob, scene.pictures[0], 1, 2)]
    bob.get(f"/v1/pictures/{scene.pictures[0]}/reviews")
    ids.append(reviewed(bob, scene.pictures[0], 3, 2))
    with service.database.reading() as session:
        assert [session.get_one(Review, review_id).blind for review_id in ids] == [True, False]


def test_a_blind_reader_without_pictures_does_not_learn_the_name(signed_in: SignedIn) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case_id = opened(ada, NAME)
    handed(ada, case_id, "bob")
    assert bob.get(f"/v1/cases/{case_id}").json()["name"] is None
    assert bob.get("/v1/assignments").json()["assignments"][0]["case_name"] is None


@pytest.mark.parametrize("blind", [False, True])
def test_the_rule_for_one_picture_and_the_rule_for_all_of_an_owner_are_one(
    signed_in: SignedIn, service: Service, blind: bool
) -> None:
    ada = signed_in("ada")
    case_id = opened(ada, blind=blind)
    pictures = [planted(service, case_id, some_cells(1, 1)) for _ in range(3)]
    reviewed(ada, pictures[1], 1, 1)
    with service.database.reading() as session:
        case = session.get_one(Case, case_id)
        who = Who(case.owner_id, False, SCOPES, None)
        by_picture = {picture for picture in pictures if eyes(session, who, case).may_see(picture)}
        by_condition = set(session.scalars(select(Picture.id).join(Case).where(owner_sees(who.account_id))))
    assert by_picture == by_condition == ({pictures[1]} if blind else set(pictures))
