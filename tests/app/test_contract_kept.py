"""Whatever a program sends, by the contract or against it, the service answers as the contract says, and never by a fault."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from planted import planted_slide
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from ki67.app.access.permissions import PERMISSIONS
from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import COOKIE
from ki67.app.api import create_app
from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.app.store.rows import Account, Case, SignIn
from ki67.app.store.rows.base import now

ORIGIN = "https://testserver"
KEPT = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance,
]  # fmt: skip
Ids = dict[str, str]
NOTHING: Ids = {}
TRIED = settings(max_examples=5, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    opened = Service.opened(AppSettings(Path(tmp_path_factory.mktemp("contract")), public=ORIGIN))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def contract(at: Service) -> Any:
    return schemathesis.openapi.from_asgi("/v1/openapi.json", create_app(at))


@pytest.fixture(scope="module")
def account_id(at: Service) -> str:
    with at.database.writing() as session:
        account = Account(login="ada", name="Ada", is_administrator=True)
        session.add(account)
        session.flush()
        return account.id


@pytest.fixture(scope="module")
def ids(at: Service, account_id: str) -> Ids:
    """Things that are there, so that routes are not only asked for what is not."""
    with at.database.writing() as session:
        case = Case(owner_id=account_id, name="A case")
        session.add(case)
        session.flush()
    return {"case_id": case.id, "picture_id": planted_slide(at, case.id)}


@pytest.fixture
def headers(at: Service, account_id: str) -> dict[str, str]:
    """Of a browser that is signed in; some routes sign it out."""
    token = new_token()
    with at.database.writing() as session:
        session.add(SignIn(token_hash=hash_of(token), account_id=account_id, ends_at=now() + timedelta(days=1)))
    return {"Origin": ORIGIN, "Cookie": f"{COOKIE}={token}"}


@pytest.mark.parametrize("place", [place for place in PERMISSIONS if place[1].startswith("/v1/")], ids=" ".join)
def test_the_contract_is_kept(contract: Any, headers: dict[str, str], ids: Ids, place: tuple[str, str]) -> None:
    method, path = place
    operation = contract[path][method]

    def kept(case: Any, known: Ids) -> None:
        case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.call_and_validate(checks=KEPT, headers=headers)

    tried(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), lambda case: kept(case, NOTHING))
    if method != "DELETE":
        tried(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), lambda case: kept(case, ids))
    if "422" in operation.definition.raw["responses"]:
        tried(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), lambda case: kept(case, NOTHING))


def tried(cases: Any, kept: Callable[[Any], None]) -> None:
    """Some of the many, the same every time."""
    seed(1)(TRIED(given(cases)(kept)))()
