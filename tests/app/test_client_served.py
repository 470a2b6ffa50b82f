"""The client's files in the service: made when somebody first asks for them."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ki67.app.browser.made import CHECKOUT, made
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
