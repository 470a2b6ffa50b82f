"""The client that the book shows works as it stands, against a service that runs."""

import importlib.util
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from ki67.weights import fields

BOOK = Path(__file__).parents[2] / "book"
START = "from ki67.cli.main import main; main()"
ADDRESS, TOKEN = re.compile(r"http://localhost:\d+"), re.compile(r"#link=([\w-]+)")


@pytest.fixture(scope="module")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("app_client", BOOK / "app_client.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["app_client"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def running(client: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """`ki67 app`, its first account, and a token for the client: what the book's first steps do with curl."""
    command = [sys.executable, "-c", START, "app", "--data", str(tmp_path_factory.mktemp("service")), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = ADDRESS.search(process.stdout.readline())[0]
    link = TOKEN.search(process.stdout.readline())[1]
    yield client.Service(address, token(address, link))
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130  # ended by Ctrl-C


def token(address: str, link: str) -> str:
    from urllib.request import Request, urlopen

    def ask(path: str, body: dict[str, object], cookie: str = "") -> tuple[dict[str, str], str]:
        head = {"Content-Type": "application/json", "Origin": address, "Cookie": cookie}
        with urlopen(Request(f"{address}/v1{path}", json.dumps(body).encode(), head)) as answer:
            return json.load(answer), (answer.headers.get("Set-Cookie") or "").partition(";")[0]

    ask("/links/open", {"token": link, "login": "ada", "name": "Ada", "password": "a long sentence of mine"})
    _, cookie = ask("/session", {"login": "ada", "password": "a long sentence of mine"})
    made, _ = ask("/tokens", {"name": "client", "scopes": ["cases:read", "cases:write"]}, cookie)
    return made["token"]


def test_a_picture_is_sent_and_its_cells_are_counted(running: object, tmp_path: Path) -> None:
    path = tmp_path / "field.png"
    Image.fromarray(fields().images[1]).save(path)
    picture = running.send(case := running.open_case("a case"), path, um_per_px=0.648)
    assert running.send(case, path, um_per_px=0.648) == picture
    assert running.result(picture)["n_positive"] + running.result(picture)["n_negative"] > 50


def test_what_is_no_picture_is_refused_in_one_line(running: object, tmp_path: Path) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no picture")
    with pytest.raises(ValueError, match=r"^picture: [^\n]+$"):
        running.send(running.open_case("a case"), path)
