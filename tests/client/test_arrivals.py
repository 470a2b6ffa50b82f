"""A second device: cases that are on the server alone are offered, and open there as the blind rule permits."""

from typing import Any

from PIL import Image

from ki67.app.browser.vectors import field, png
from tests.client.barriers import barriers
from tests.client.colleagues import Colleague, noise_png
from tests.client.conftest import Member, Service
from tests.client.on_device import wait_until

SIDE = 256
DOTS = 39_224  # an inch: the network's own scale
KEPT = """async () => {
  const {Store} = await import('/store/device.js'), store = await Store.open(), found = [];
  for (const one of await store.cases()) for (const picture of await store.pictures(one.id)) {
    const result = await store.result(picture.id), opinions = await store.opinions(picture.id);
    found.push({
      case: one.name, blind: one.blind, state: picture.state, hash: picture.hash, bytes: (await store.pixels(picture.id)).size,
      labels: result && [...result.cells.label], warnings: result && result.warnings.map(({line}) => line),
      opinions: opinions.map(({by, estimate, cells, remote}) => [by, estimate, cells && [...cells.xy], remote !== null]),
    });
  }
  return found;
}"""
MARKED = """async () => {
  const {Store} = await import('/store/device.js'), store = await Store.open();
  const [one] = await store.cases(), [picture] = await store.pictures(one.id);
  const cells = {xy: Float32Array.from([10, 20]), label: Uint8Array.from([1]), confidence: Float32Array.from([1])};
  await store.addReview({
    id: crypto.randomUUID(), picture: picture.id, made: Date.now(), kind: 'cells', nPositive: 1, nNegative: 0, estimate: null,
    cells, startedFrom: 'nothing', blind: false, comment: '', by: null, remote: null,
  });
}"""


def stained() -> bytes:
    """A simulated field that the service counts, for it says its scale."""
    picture: Image.Image = field(size=(SIDE, SIDE))
    return png(picture, dpi=(DOTS, DOTS)).content


def scored(who: Colleague) -> Any:
    """The result of the one picture that the service has, once it has one."""
    [case] = who.asks("/v1/cases")["cases"]
    address = f"/v1/cases/{case['id']}/pictures"
    wait_until(lambda: who.asks(address)["pictures"][0]["state"] == "scored", 120)
    return who.asks(f"/v1/pictures/{who.asks(address)['pictures'][0]['id']}/result")


def test_a_case_is_brought_with_its_pictures_the_result_and_the_opinions(member: Member) -> None:
    phone = member("hal")
    phone.makes("B 12/3", [stained()], [0.3], blind=False, shown=True)
    phone.page.evaluate(MARKED)
    phone.sees("Everything is on the server")
    result = scored(phone)
    desk = member("hal")
    desk.press("Bring it here: B 12/3")
    desk.page.get_by_role("heading", name="B 12/3").wait_for()
    desk.sees("By your own counts")
    [there], [here] = desk.page.evaluate(KEPT), phone.page.evaluate(KEPT)
    assert (there["case"], there["blind"], there["state"]) == ("B 12/3", False, "counted")
    assert (there["hash"], there["bytes"], there["opinions"]) == (here["hash"], here["bytes"], here["opinions"])
    assert there["opinions"] == [[None, 0.3, None, True], [None, None, [10, 20], True]]
    assert [there["labels"].count(label) for label in (1, 2, 3)] == [
        result[f"n_{name}"] for name in ("positive", "negative", "til")
    ]
    assert sum(there["labels"].count(label) for label in (1, 2)) > 10
    assert there["warnings"] == result["warnings"]
    with desk.page.expect_response("**/v1/assignments"):
        desk.goes("#/cases")
    desk.sees("Nothing to send")
    desk.page.wait_for_timeout(200)
    assert desk.page.get_by_text("On the server", exact=True).count() == 0
    assert len(desk.asks("/v1/cases")["cases"]) == 1


def test_of_a_blind_case_no_answer_comes_before_ones_own_and_ones_own_stays_blind(member: Member) -> None:
    phone = member("ivy")
    case_id = phone.makes("B 12/3", [stained()], [])
    phone.sees("Everything is on the server")
    wait_until(lambda: phone.asks("/v1/cases")["cases"][0]["n_scored"] == 1, 120)
    desk = member("ivy")
    desk.press("Bring it here: B 12/3")
    desk.page.get_by_role("heading", name="B 12/3").wait_for()
    [there] = desk.page.evaluate(KEPT)
    assert (there["blind"], there["state"], there["labels"], there["opinions"]) == (True, "new", None, [])
    desk.page.locator(".list a").click()
    [picture] = desk.asks(f"/v1/cases/{case_id.replace('-', '')}/pictures")["pictures"]
    desk.goes(desk.page.url.partition("#")[2] + "/blind")
    desk.page.get_by_role("radio", name="Estimate").check()
    desk.page.get_by_role("spinbutton").fill("20")
    desk.press("Save my count")
    wait_until(lambda: len(desk.asks(f"/v1/pictures/{picture['id']}/reviews")) == 1)
    [review] = desk.asks(f"/v1/pictures/{picture['id']}/reviews")
    assert (review["estimate"], review["blind"]) == (0.2, True)


def test_what_was_cut_off_in_the_middle_is_offered_again_and_goes_on(member: Member) -> None:
    phone = member("joe")
    phone.makes("B 12/3", [noise_png(1), noise_png(2)], [0.1, 0.2], blind=False)
    phone.sees("Everything is on the server")
    desk, asked = member("joe"), list[str]()

    def file(route: Any) -> None:
        asked.append(route.request.url)
        route.abort() if len(asked) == 2 else route.continue_()

    desk.page.route("**/v1/pictures/*/file", file)
    desk.press("Bring it here: B 12/3")
    desk.sees("The server does not answer")
    desk.goes("#/scale")
    desk.goes("#/cases")
    desk.sees("1 of 2 pictures here")
    desk.press("Bring it here: B 12/3")
    desk.page.get_by_role("heading", name="B 12/3").wait_for()
    assert [kept["opinions"][0][1] for kept in desk.page.evaluate(KEPT)] == [0.1, 0.2]
    assert len(asked) == 3


def test_a_case_that_somebody_asked_about_is_offered_too(member: Member) -> None:
    kim, lea = member("kim"), member("lea")
    case_id = kim.makes("B 12/3", [noise_png(1)], [0.1])
    kim.sees("Everything is on the server")
    kim.goes("#/contacts")
    kim.fill({"Their login": "lea"})
    kim.press("Add")
    kim.sees("Remove")
    kim.goes(f"#/case/{case_id}/assign")
    kim.press("Ask")
    kim.sees("open · blind")
    lea.goes("#/cases")
    lea.sees("Kim asks for your opinion of 1 picture")
    assert lea.page.get_by_text("B 12/3").count() == 0
    lea.press("Read it")
    lea.sees("Picture 1 of 1")


def test_on_a_device_of_another_account_no_case_is_brought(member: Member, service: Service) -> None:
    nia, otto = member("nia"), member("otto")
    for who in (nia, otto):
        who.makes("B 12/3", [noise_png(1)], [0.1])
        who.sees("Everything is on the server")
    nia.page.context.add_cookies([service.sign_in("otto")])
    nia.page.reload()
    nia.press("Bring it here: B 12/3")
    nia.sees("belongs to another account")
    assert len(nia.page.evaluate(KEPT)) == 1


def test_axe_finds_nothing_where_cases_are_offered(member: Member) -> None:
    phone = member("pia")
    phone.makes("B 12/3", [noise_png(1)], [0.1])
    phone.sees("Everything is on the server")
    desk = member("pia")
    desk.sees("Bring it here")
    assert barriers(desk.page) == []
