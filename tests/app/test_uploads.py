"""Large files come in parts and go on after a cut; many pictures come in one form, each by itself."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from made_pictures import names_under, opened_case, picture, sent
from planted import SignedIn
from starlette.exceptions import HTTPException

from ki67.app.intake import take_in
from ki67.app.intake.uploads import receive_part
from ki67.app.service import Service
from ki67.app.store.rows import Upload


def begun(client: TestClient, case: str, content: bytes, **how: Any) -> Any:
    announced = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} | how
    return client.post(f"{case}/uploads", json=announced)


def part(client: TestClient, upload: str, content: bytes, offset: int) -> Any:
    return client.patch(f"/v1/uploads/{upload}", content=content, headers={"Upload-Offset": str(offset)})


def test_a_file_in_parts_becomes_the_same_picture_as_in_one_piece(signed_in: SignedIn, service: Service) -> None:
    ada, content = signed_in("ada"), picture()
    case, other, cut = opened_case(ada), opened_case(ada), len(picture()) // 2
    upload = begun(ada, case, content).json()["id"]
    assert part(ada, upload, content[:cut], 0).json()["received"] == cut
    again = part(ada, upload, content[:cut], 0)
    assert again.status_code == 409 and f"{cut} bytes are here" in again.json()["detail"]
    assert begun(ada, case, content).json()["id"] == upload
    assert ada.head(f"/v1/uploads/{upload}").headers["upload-offset"] == str(cut)
    done = part(ada, upload, content[cut:], cut).json()
    assert done["id"] is None and done["picture"]["state"] == "waiting"
    assert ada.head(f"/v1/uploads/{upload}").status_code == 404
    whole = sent(ada, other, content).json()
    assert {**done["picture"], "id": "", "case_id": "", "created_at": ""} == {**whole, "id": "", "case_id": "", "created_at": ""}
    assert begun(ada, case, content).json()["picture"] == done["picture"]
    assert sent(ada, case, content).status_code == 200
    other_kind = begun(ada, case, content, kind="slide")
    assert other_kind.status_code == 409 and "already, as a field" in other_kind.json()["detail"]
    assert names_under(service.files.incoming) == []


def test_what_came_of_a_part_that_came_too_slowly_is_here(signed_in: SignedIn, service: Service) -> None:
    ada, content = signed_in("ada"), picture()
    case, cut = opened_case(ada), len(picture()) // 2

    async def too_slow() -> AsyncIterator[bytes]:
        yield content[:cut]
        raise HTTPException(408)

    upload = begun(ada, case, content).json()["id"]
    with service.database.reading() as session:
        row = session.get_one(Upload, upload)
    with pytest.raises(HTTPException):
        anyio.run(receive_part, service, row, too_slow())
    assert ada.head(f"/v1/uploads/{upload}").headers["upload-offset"] == str(cut)
    assert part(ada, upload, content[cut:], cut).json()["picture"]["state"] == "waiting"


def test_a_last_part_that_came_twice_is_answered_with_the_picture_both_times(
    signed_in: SignedIn, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, content, keep = signed_in("ada"), picture(), take_in.keep
    case = opened_case(ada)
    upload, answers = begun(ada, case, content).json()["id"], list[Any]()

    def overtaken(*asked: Any) -> Any:
        monkeypatch.setattr(take_in, "keep", keep)
        answers.append(part(ada, upload, b"", len(content)))
        return keep(*asked)

    monkeypatch.setattr(take_in, "keep", overtaken)
    answers.append(part(ada, upload, content, 0))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json() and answers[0].json()["picture"]


def test_what_is_not_what_was_announced_leaves_nothing(signed_in: SignedIn, service: Service) -> None:
    ada, content = signed_in("ada"), picture()
    case = opened_case(ada)
    other = begun(ada, case, content).json()["id"]
    assert part(ada, other, bytes(len(content)), 0).status_code == 422
    text = begun(ada, case, b"a text").json()["id"]
    assert part(ada, text, b"a text", 0).status_code == 422
    longer = begun(ada, case, content).json()["id"]
    assert part(ada, longer, content + b"more", 0).status_code == 413
    assert ada.delete(f"/v1/uploads/{longer}").status_code == 204
    assert begun(ada, case, content, bytes=service.settings.caps.picture_bytes + 1).status_code == 413
    assert names_under(service.files.root) == names_under(service.files.incoming) == []


def test_an_upload_is_its_owners_alone(signed_in: SignedIn) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    case = opened_case(ada)
    upload = begun(ada, case, picture()).json()["id"]
    assert begun(bob, case, picture()).status_code == 404
    assert part(bob, upload, b"x", 0).status_code == bob.head(f"/v1/uploads/{upload}").status_code == 404
    assert bob.delete(f"/v1/uploads/{upload}").status_code == 404


def test_what_is_refused_of_a_batch_keeps_none_of_the_others_out(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    case = opened_case(ada)
    contents = (picture(), b"a text", picture(), picture("PNG"))
    files = [("pictures", ("Jane Roe.jpg", content)) for content in contents]
    answers = ada.post(f"{case}/batch", files=files).json()
    assert [(each["added"], each["problem"] and each["problem"]["status"]) for each in answers] == [
        (True, None), (False, 422), (False, None), (True, None),
    ]  # fmt: skip
    assert answers[0]["picture"] == answers[2]["picture"] and answers[3]["picture"]["number"] == 2
    assert names_under(service.files.incoming) == []
    assert ada.post(f"{case}/batch", files=[("others", ("a.jpg", picture()))]).status_code == 422
    assert ada.post(f"{case}/batch", content=picture()).status_code == 415
