"""`ki67 app` on the command line: what keeps it from serving is told in one line, before anything listens or is scored."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from ki67.app.command import LOCK
from ki67.app.service import Service
from ki67.app.settings import SQLITE_FILE, AppSettings
from ki67.cli.main import main

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    errors: str


Run = Callable[..., Ended]


@pytest.fixture
def ki67(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`ki67 app`, in a folder of its own: `ki67("--port", "80")`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["ki67", "app", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Something else listens there."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def assert_refused(ended: Ended, says: str) -> None:
    """In one line, with exit code 2, and without a word of having begun."""
    assert (ended.code, ended.out) == (2, ""), ended
    (line,) = ended.errors.strip().splitlines()
    assert line.startswith("ki67: ") and says in line, line


def kept_by_a_service(folder: Path) -> Path:
    """What a service leaves when it ends."""
    Service.opened(AppSettings(folder)).close()
    return folder


def test_a_port_that_is_taken(ki67: Run, taken_port: int) -> None:
    assert_refused(ki67("--port", taken_port), f"127.0.0.1:{taken_port}: cannot be listened on")


def test_an_address_of_another_machine(ki67: Run) -> None:
    assert_refused(ki67("--host", "192.0.2.7", "--public", "https://ki67.example"), "192.0.2.7:8067: cannot be listened on")


def test_beyond_this_machine_without_a_certificate(ki67: Run) -> None:
    assert_refused(ki67("--host", "0.0.0.0"), "give --tls CERTIFICATE KEY")


def test_a_proxy_that_does_not_encrypt(ki67: Run) -> None:
    assert_refused(ki67("--public", "http://ki67.example"), "must begin with https://")


def test_a_certificate_that_is_not_there_and_one_that_is_none(ki67: Run, tmp_path: Path) -> None:
    assert_refused(ki67("--tls", "a.pem", "b.pem"), "a.pem: no such file")
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_text("no certificate")
    assert_refused(ki67("--tls", "a.pem", "b.pem"), "a.pem, b.pem: no certificate with its key")


@pytest.mark.parametrize("address", ["mysql://ada@host/ki67", "sqlite:///ki67.sqlite", "ki67", "http://host"])
@pytest.mark.parametrize("command", [[], ["verify"]], ids=["app", "verify"])
def test_a_database_of_another_kind(ki67: Run, address: str, command: list[str]) -> None:
    assert_refused(ki67(*command, "--database", address), "--database: no such kind of database; give postgresql://")


def test_a_database_that_cannot_be_reached(ki67: Run, tmp_path: Path) -> None:
    assert_refused(ki67("--port", 0, "--database", NOWHERE), "the database cannot be used (connection failed")
    kept_by_a_service(tmp_path / "ki67-app")
    assert_refused(ki67("verify", "--database", NOWHERE), "the database cannot be used")


def test_a_file_in_the_place_of_the_database(ki67: Run, tmp_path: Path) -> None:
    kept_by_a_service(tmp_path / "kept")
    (tmp_path / "kept" / SQLITE_FILE).write_bytes(b"my diary " * 1_000)
    for command in ([], ["verify"]):
        assert_refused(ki67(*command, "--data", "kept"), "the database cannot be used (file is not a database)")


def test_a_folder_that_cannot_be_written_to(ki67: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert_refused(ki67("--data", "file/kept"), "file/kept: cannot be written to (Not a directory)")
    assert_refused(ki67("--data", "file"), "file: cannot be written to (File exists)")


def test_a_folder_that_another_server_serves(ki67: Run, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with FileLock(tmp_path / "kept" / LOCK):
        assert_refused(ki67("--data", "kept"), "kept: another `ki67 app` serves this folder")


def test_a_folder_that_no_service_kept_is_not_looked_over(ki67: Run, tmp_path: Path) -> None:
    assert_refused(ki67("verify", "--data", "nowhere"), "nowhere: no folder of `ki67 app`")
    (tmp_path / "empty" / "files").mkdir(parents=True)
    assert_refused(ki67("verify", "--data", "empty"), "empty: no folder of `ki67 app`")
    assert not (tmp_path / "empty" / SQLITE_FILE).exists()


def test_a_folder_of_a_service_is_looked_over_and_what_is_wrong_with_it_is_named(ki67: Run, tmp_path: Path) -> None:
    kept_by_a_service(tmp_path / "ki67-app")
    ended = ki67("verify")
    assert (ended.code, ended.errors) == (0, "") and "faults: 0" in ended.out
