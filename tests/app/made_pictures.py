"""Small pictures as people send them, and a case to send them to."""

import io
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from hostile.fields_made import SCALE, field


def picture(kind: str = "JPEG", seed: int = 1, **how: Any) -> bytes:
    """A field of 256 pixels at 0.65 µm/px, which its file tells."""
    stream = io.BytesIO()
    field(seed).save(stream, kind, **(SCALE | how))
    return stream.getvalue()


def opened_case(client: TestClient, **how: Any) -> str:
    """The address of a new case."""
    return f"/v1/cases/{client.post('/v1/cases', json={'name': 'B 12/3'} | how).json()['id']}"


def sent(client: TestClient, case: str, content: bytes, **query: Any) -> Any:
    """What answers a picture."""
    return client.post(f"{case}/pictures", content=content, params=query)


def names_under(folder: Path) -> list[str]:
    """All files there are."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
