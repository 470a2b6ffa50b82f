"""The client's files in the service: made when somebody first asks for them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ki67.app.browser.made import CHECKOUT, MAKERS, made
from ki67.app.service import Service

KEPT = Path(__file__).parents[2] / CHECKOUT


@pytest.fixture
def database_url() -> str:
    """None of this asks which database it is."""
    return ""


def test_where_the_disk_is_full_whoever_opens_the_client_is_told_when_to_come_again(nobody: TestClient, service: Service) -> None:
    folder, network, example = service.settings.client, made("network.bin", KEPT), made("example.jpg", KEPT)
    folder.mkdir()
    (folder / network.name).symlink_to(network)
    (folder / f"{example.name}.partial").symlink_to("/dev/full")  # of which no byte is free
    told = nobody.get("/")
    assert (told.status_code, told.headers["content-type"]) == (507, "application/problem+json")
    assert int(told.headers["retry-after"]) > 0 and not (folder / example.name).exists()
    assert nobody.get("/example.jpg").content == example.read_bytes()


def test_of_several_who_need_a_file_at_once_the_first_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAKERS, "example.jpg", "platform")  # is made sooner: this machine's name
    with ThreadPoolExecutor(4) as together:
        seen = list(together.map(lambda _: made("example.jpg", tmp_path).stat().st_ino, range(4)))
    assert len(set(seen)) == 1
    [path] = tmp_path.glob("*-example.jpg")
    assert path.stat().st_size > 0
