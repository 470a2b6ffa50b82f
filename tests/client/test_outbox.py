"""What was made on a device reaches the service once and whole, however often the way there is cut."""

import io
import re
from itertools import count
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.client.colleagues import Colleague, noise_png
from tests.client.conftest import Member, Newcomer, Service
from tests.client.on_device import wait_until

PARTS = re.compile(r"/v1/uploads/")
NUMBERS = count(1)
LARGE = 900  # pixels of a side: three parts

AGAIN = """async ([caseId, estimate]) => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), [picture] = await store.pictures(caseId);
  const [review] = await store.reviews(picture.id);
  await store.addReview({...review, id: crypto.randomUUID(), made: Date.now(), estimate, remote: null});
}"""
OF_ANOTHER = """async caseId => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), [picture] = await store.pictures(caseId);
  const [review] = await store.reviews(picture.id);
  await store.addReview({...review, id: crypto.randomUUID(), estimate: .9, by: 'Bob', remote: null});
}"""
SQUARE = """async square => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), [found] = await store.cases();
  const [picture] = await store.pictures(found.id), xy = Float32Array.from([square.x + 3.25, square.y + 4.5, 1, 1]);
  await store.addReview({
    id: crypto.randomUUID(), picture: picture.id, made: Date.now(), kind: 'cells', nPositive: 1, nNegative: 0, estimate: null,
    cells: {xy, label: Uint8Array.from([1, 2]), confidence: Float32Array.from([1, 1])}, startedFrom: 'nothing', blind: true,
    comment: '', remote: null,
  });
  await store.putPicture({...picture, square, state: 'counted'});
}"""
ELSEWHERE = """picture => fetch(`/v1/pictures/${picture}/reviews`, {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({kind: 'estimate', estimate: 0.3}),
}).then(answer => answer.status)"""


@pytest.fixture
def ada(member: Member) -> Colleague:
    """Somebody at a browser, signed in, to whom nothing belongs yet."""
    return member(f"ada-{next(NUMBERS)}")


def the_case(ada: Colleague) -> str:
    """The one case that she has."""
    [case] = ada.asks("/v1/cases")["cases"]
    return str(case["id"])


def pictures(ada: Colleague) -> Any:
    return ada.asks(f"/v1/cases/{the_case(ada)}/pictures")["pictures"]


def reviews(ada: Colleague) -> Any:
    return [review for picture in pictures(ada) for review in ada.asks(f"/v1/pictures/{picture['id']}/reviews")]


def test_an_upload_that_was_cut_goes_on_where_it_was_after_the_service_was_killed(
    newcomer: Newcomer, own_service: Service
) -> None:
    ada = newcomer()
    ada.opens(own_service.setup, "ada")
    picture, sent = noise_png(1, LARGE), list[int]()

    def part(route: Any) -> None:
        sent.append(int(route.request.headers["upload-offset"]))
        if len(sent) == 2:
            own_service.kill()
            route.abort()
        else:
            route.continue_()

    ada.page.route(PARTS, part)
    ada.makes("B 12/3", [picture], [0.1])
    ada.sees("No connection · 2 waiting")
    own_service.start()
    ada.page.evaluate("dispatchEvent(new Event('online'))")
    ada.sees("Everything is on the server")
    assert sent == [0, 1_000_000, 1_000_000, 2_000_000]
    assert [(found["bytes"], found["said"]) for found in pictures(ada)] == [(len(picture), True)]
    assert [(review["index"], review["blind"]) for review in reviews(ada)] == [(0.1, True)]


def test_what_came_though_its_answer_was_lost_is_there_once(ada: Colleague) -> None:
    lost = list[str]()

    def first_answer_lost(route: Any) -> None:
        address = re.sub("[0-9a-f]{32}", "…", route.request.url.partition("/v1/")[2])
        if route.request.method == "GET" or address in lost:
            return route.continue_()
        assert route.fetch().ok
        lost.append(address)
        return route.abort()

    ada.page.route(re.compile("/v1/(cases|uploads|pictures)"), first_answer_lost)
    ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.sees("Everything is on the server")
    assert lost == ["cases", "cases/…", "cases/…/uploads", "uploads/…", "pictures/…/reviews"]
    ada.page.reload()
    ada.sees("Everything is on the server")
    [kept] = ada.held()
    assert [found["id"] for found in pictures(ada)] == [kept["picture"]]
    assert [review["id"] for review in reviews(ada)] == kept["reviews"]


def test_a_case_that_was_read_at_both_places_keeps_both_opinions(ada: Colleague) -> None:
    case_id = ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.sees("Everything is on the server")
    [picture] = pictures(ada)
    ada.page.context.set_offline(True)
    ada.page.evaluate(AGAIN, [case_id, 0.2])
    ada.sees("No connection · 1 waiting")
    ada.page.context.set_offline(False)
    ada.page.evaluate(ELSEWHERE, picture["id"])
    ada.sees("Everything is on the server")
    found = reviews(ada)
    assert sorted(review["index"] for review in found) == [0.1, 0.2, 0.3]
    assert [review["supersedes"] for review in found] == [None, found[0]["id"], found[1]["id"]]


def test_another_readers_opinion_that_came_by_a_file_is_not_sent_as_ones_own(ada: Colleague) -> None:
    case_id = ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.page.evaluate(OF_ANOTHER, case_id)
    ada.page.evaluate(AGAIN, [case_id, 0.2])
    ada.sees("Everything is on the server")
    wait_until(lambda: len(reviews(ada)) == 2)
    assert [review["estimate"] for review in reviews(ada)] == [0.1, 0.2]
    assert None not in ada.held()[0]["reviews"]


def test_what_the_service_refuses_stays_on_the_device_with_its_line_until_somebody_tries_again(ada: Colleague) -> None:
    problem = {"type": "about:blank", "title": "Too large", "status": 413, "detail": "a picture: has too many bytes"}
    ada.page.route(PARTS, lambda route: route.fulfill(status=413, json=problem))
    ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.sees("B 12/3: the server does not take a part of it. a picture: has too many bytes")
    ada.page.unroute(PARTS)
    ada.press("Try again")
    ada.sees("Everything is on the server")
    assert len(reviews(ada)) == 1


def test_who_is_asked_to_wait_waits_and_sends_by_themselves(ada: Colleague) -> None:
    waits = [(429, "too often"), (507, "the service's disk is full")]

    def later(route: Any) -> None:
        if not waits:
            return route.continue_()
        status, why = waits.pop(0)
        return route.fulfill(status=status, headers={"Retry-After": "1"}, json={"detail": why})

    ada.page.route(PARTS, later)
    ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.sees("The server asks to wait · 2 waiting")
    ada.sees("Everything is on the server")
    assert not waits and len(pictures(ada)) == 1


def test_who_saw_the_devices_own_count_first_is_not_said_to_be_blind(ada: Colleague) -> None:
    ada.makes("B 12/3", [noise_png(1)], [0.1], shown=True)
    ada.sees("Everything is on the server")
    assert [review["blind"] for review in reviews(ada)] == [False]


def test_of_a_picture_that_is_looked_at_in_part_only_the_part_is_sent_with_its_cells(ada: Colleague) -> None:
    ada.page.context.set_offline(True)
    ada.makes("B 12/3", [noise_png(1)], [])
    ada.page.evaluate(SQUARE, {"x": 16, "y": 8, "width": 40, "height": 32})
    ada.page.context.set_offline(False)
    ada.sees("Everything is on the server")
    [picture], [review] = pictures(ada), reviews(ada)
    assert (picture["width"], picture["height"]) == (40, 32)
    [cell] = ada.asks(f"/v1/reviews/{review['id']}/cells.geojson")["features"]
    assert cell["geometry"]["coordinates"] == [3.25, 4.5]
    sent = ada.page.request.get(f"{ada.page.url.split('#')[0]}v1/pictures/{picture['id']}/file").body()
    part = np.asarray(Image.open(io.BytesIO(noise_png(1))))[8:40, 16:56]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(sent)).convert("RGB")), part)


def test_no_name_of_a_file_is_sent(ada: Colleague) -> None:
    sent = list[bytes]()
    ada.page.on("request", lambda request: sent.append(str(request.headers).encode() + (request.post_data_buffer or b"")))
    ada.makes("B 12/3", [noise_png(1)], [0.1])
    ada.sees("Everything is on the server")
    assert any(b"B 12/3" in body for body in sent)
    assert not any(b"Mustermann" in body for body in sent)
