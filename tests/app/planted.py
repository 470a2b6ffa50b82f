"""Pictures and results put into a service as the scoring processes leave them, without scoring anything."""

from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import count

import numpy as np
import tifffile
from fastapi.testclient import TestClient
from PIL import Image

from ki67.app.service import Service
from ki67.app.store.cells import keep_cells
from ki67.app.store.rows import Case, Picture, Result, Tumour
from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.cells.scores import score

SIDE = 200
NUMBERS = count(1)
SignedIn = Callable[..., TestClient]


def opened(client: TestClient, name: str = "a case", blind: bool = False) -> str:
    """A new case of whoever is signed in; its id."""
    answer = client.post("/v1/cases", json={"name": name, "blind": blind})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def some_cells(n_positive: int, n_negative: int) -> Cells:
    """So many cells on a grid, far enough from each other to be told apart."""
    n = n_positive + n_negative
    xy = [(20 * (i % 10) + 5, 20 * (i // 10) + 5) for i in range(n)]
    return Cells.of_points(xy, [POSITIVE] * n_positive + [NEGATIVE] * n_negative, "image")


def plain_png(number: int) -> bytes:
    """A picture that is like no other."""
    stream = BytesIO()
    Image.new("RGB", (SIDE, SIDE), (number % 256, number // 256, 200)).save(stream, "PNG")
    return stream.getvalue()


def plain_slide(number: int) -> bytes:
    """A slide that is like no other."""
    stream = BytesIO()
    tifffile.imwrite(stream, np.full((SIDE, SIDE, 3), number % 256, np.uint8), tile=(64, 64), photometric="rgb", metadata=None)
    return stream.getvalue()


def planted(service: Service, case_id: str, cells: Cells | None, um_per_px: float = 0.648) -> str:
    """A picture of a case, scored where there are cells; its id."""
    number = next(NUMBERS)
    with service.database.writing() as session:
        owner_id = session.get_one(Case, case_id).owner_id
        digest = service.files.keep_bytes(owner_id, plain_png(number))
        picture = Picture(
            case_id=case_id, number=number, kind="field", sent_digest=f"{number:064x}", digest=digest, format="PNG", bytes=9,
            width=SIDE, height=SIDE, um_per_px=um_per_px, state="scored" if cells else "waiting",
        )  # fmt: skip
        session.add(picture)
        session.flush()
        if cells is not None:
            s = score(cells)
            session.add(Result(
                picture_id=picture.id, network="feed" * 16, version="0", n_positive=s.n_positive, n_negative=s.n_negative,
                n_til=s.n_til, hot_spot=None, um_per_px=um_per_px, cells=keep_cells(service.files, owner_id, cells), warnings=[],
            ))  # fmt: skip
        return picture.id


def planted_slide(service: Service, case_id: str) -> str:
    """An outlined slide of a case; its id."""
    number = next(NUMBERS)
    with service.database.writing() as session:
        owner_id = session.get_one(Case, case_id).owner_id
        picture, found = (service.files.keep_bytes(owner_id, content) for content in (plain_slide(number), b"{}"))
        slide = Picture(
            case_id=case_id, number=number, kind="slide", sent_digest=f"{number:064x}", digest=picture, format="slide", bytes=9,
            width=SIDE, height=SIDE, um_per_px=0.5, state="scored",
        )  # fmt: skip
        session.add(slide)
        session.flush()
        session.add(Tumour(
            picture_id=slide.id, network="feed" * 16, version="0", um_per_px=0.5, tissue_mm2=2.0, tumour_mm2=1.0,
            tumour_share=0.5, patches=9, damaged_patches=0, outline=found, mask=found, heat=found, warnings=[],
        ))  # fmt: skip
        return slide.id


def befriended(asker: TestClient, login: str) -> str:
    """Somebody among one's contacts; their id."""
    person_id = str(asker.get("/v1/people", params={"login": login}).json()["id"])
    assert asker.put(f"/v1/contacts/{person_id}").status_code == 200
    return person_id


def handed(asker: TestClient, case_id: str, login: str, blind: bool = True) -> str:
    """A case in somebody's hands; the assignment's id."""
    asked = {"to_id": befriended(asker, login), "blind": blind}
    answer = asker.post(f"/v1/cases/{case_id}/assignments", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def reviewed(reader: TestClient, picture_id: str, n_positive: int, n_negative: int) -> str:
    """A reader's count; its id."""
    said = {"kind": "count", "n_positive": n_positive, "n_negative": n_negative}
    answer = reader.post(f"/v1/pictures/{picture_id}/reviews", json=said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def marks(cells: Cells) -> Sequence[dict[str, object]]:
    """Cells as a reader sends them."""
    names = {POSITIVE: "positive", NEGATIVE: "negative"}
    return [{"x": float(x), "y": float(y), "label": names[label]} for (x, y), label in zip(cells.xy, cells.label, strict=True)]
