"""What the service asks before it listens: beyond this machine no password goes unencrypted."""

from pathlib import Path

import pytest

from ki67.app.server import check_exposure, check_tls, configuration
from ki67.app.service import Service
from ki67.app.settings import AppSettings, Tls
from ki67.base.errors import InputError

HERE = Path()


@pytest.fixture
def database_url() -> str:
    """None of this asks which database it is."""
    return ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "ki67.example"])
def test_beyond_this_machine_there_is_tls(host: str) -> None:
    with pytest.raises(InputError, match="--tls"):
        check_exposure(AppSettings(HERE, host=host))
    check_exposure(AppSettings(HERE, host=host, tls=Tls(HERE, HERE)))
    check_exposure(AppSettings(HERE, host=host, public="https://ki67.example"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_none_is_needed(host: str) -> None:
    check_exposure(AppSettings(HERE, host=host))


def test_a_proxy_that_does_not_encrypt_is_refused() -> None:
    with pytest.raises(InputError, match="https://"):
        check_exposure(AppSettings(HERE, public="http://ki67.example"))


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").write_text("none")
    with pytest.raises(InputError, match=r"key\.pem: no such file"):
        check_tls(Tls(tmp_path / "certificate.pem", tmp_path / "key.pem"))
    (tmp_path / "key.pem").write_text("none")
    with pytest.raises(InputError, match="no certificate with its key"):
        check_tls(Tls(tmp_path / "certificate.pem", tmp_path / "key.pem"))


def test_no_answer_names_the_program_that_sent_it(service: Service) -> None:
    assert not configuration(service).server_header


def test_no_list_of_who_asked_for_what_is_kept(service: Service) -> None:
    assert not configuration(service).access_log
