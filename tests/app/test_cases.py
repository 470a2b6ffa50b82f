"""Cases: their owner's alone, listed a page at a time, and gone for good when deleted."""

import pytest
from databases import ON_SQLITE
from planted import SignedIn, opened, planted, some_cells
from sqlalchemy import func, select

from ki67.app.service import Service
from ki67.app.store.rows import LogEntry


def test_a_case_is_opened_named_anew_and_saved(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    case = f"/v1/cases/{opened(ada, ' B 12/3 ')}"
    assert (ada.get(case).json()["name"], ada.get(case).json()["saved_at"]) == ("B 12/3", None)
    assert ada.patch(case, json={"name": "B 12/4", "saved": True}).json()["name"] == "B 12/4"
    saved = ada.get(case).json()
    assert saved["saved_at"] is not None and saved["mine"] and saved["opened"]


def test_a_case_that_is_opened_again_by_its_id_is_the_same_and_stays_as_it_is(signed_in: SignedIn) -> None:
    ada, new = signed_in("ada"), {"id": "a1" * 16, "name": "B 12/3"}
    assert ada.post("/v1/cases", json=new).status_code == 201
    ada.patch(f"/v1/cases/{new['id']}", json={"name": "B 12/4"})
    again = ada.post("/v1/cases", json=new)
    assert (again.status_code, again.json()["name"]) == (200, "B 12/4")
    assert len(ada.get("/v1/cases").json()["cases"]) == 1
    assert signed_in("bob").post("/v1/cases", json=new).status_code == 409


def test_others_and_administrators_see_no_case_of_mine(signed_in: SignedIn) -> None:
    case = f"/v1/cases/{opened(signed_in('ada'))}"
    for other in (signed_in("bob"), signed_in("root", administrator=True)):
        answers = [other.get(case), other.patch(case, json={"name": "mine"}), other.delete(case)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert other.get("/v1/cases").json()["cases"] == []


def test_pages_hold_every_case_once_the_newest_first(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    names = [f"case {number}" for number in range(5)]
    for name in names:
        opened(ada, name)
    found, after = list[str](), ""
    while after is not None:
        page = ada.get("/v1/cases", params={"limit": 2} | ({"after": after} if after else {})).json()
        found += [case["name"] for case in page["cases"]]
        after = page["after"]
    assert found == names[::-1]


def test_a_deleted_case_leaves_only_its_id_in_the_log(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case_id = opened(ada, "Erika Mustermann")
    assert ada.delete(f"/v1/cases/{case_id}").status_code == 204
    assert ada.get(f"/v1/cases/{case_id}").status_code == 404
    with service.database.reading() as session:
        lines = session.execute(select(LogEntry.action, LogEntry.subject, LogEntry.detail)).all()
        assert session.scalar(select(func.count()).select_from(LogEntry)) == 2
    assert [tuple(line) for line in lines] == [("case.opened", case_id, {}), ("case.deleted", case_id, {})]


def test_a_deleted_case_takes_its_files_with_it_but_none_that_another_case_names(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    kept, gone = opened(ada, "kept"), opened(ada, "gone")
    for case_id in (kept, gone):
        planted(service, case_id, some_cells(3, 2))  # the same cells in both, so one file
    planted(service, gone, some_cells(1, 2))
    files = [path for path in service.files.root.rglob("*") if path.is_file()]
    assert len(files) == 3 + 2  # pictures, and cells of two kinds
    assert ada.delete(f"/v1/cases/{gone}").status_code == 204
    left = [path for path in service.files.root.rglob("*") if path.is_file()]
    assert len(left) == 2 and set(left) < set(files)


@ON_SQLITE
@pytest.mark.parametrize("name", ["", "   ", "a\0b", "two\nlines", "x" * 121, 7, None, "\ud800"])
def test_a_name_that_is_none_is_refused(signed_in: SignedIn, name: object) -> None:
    if name == "\ud800":
        answer = signed_in("ada").post("/v1/cases", content=b'{"name": "\\ud800"}', headers={"Content-Type": "application/json"})
    else:
        answer = signed_in("ada").post("/v1/cases", json={"name": name})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@ON_SQLITE
@pytest.mark.parametrize("case_id", ["x", "0" * 31, "%00", "0" * 32 + "%0a"])
def test_what_is_no_id_is_refused_before_any_database_is_asked(signed_in: SignedIn, case_id: str) -> None:
    assert signed_in("ada").get(f"/v1/cases/{case_id}").status_code == 422
