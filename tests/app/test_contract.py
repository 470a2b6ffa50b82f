"""The contract is whole, and the service keeps it whatever it is sent."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from ki67.app.access.permissions import PERMISSIONS, Needs
from ki67.app.problems import MEDIA_TYPE

METHODS = {"get", "post", "put", "patch", "delete", "head"}


@pytest.fixture
def database_url() -> str:
    """What the contract says does not depend on the database."""
    return ""


@pytest.fixture
def told(nobody: TestClient) -> dict[str, Any]:
    return nobody.get("/v1/openapi.json").json()


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, all_of_it in told["paths"].items():
        for method, operation in all_of_it.items():
            assert method in METHODS
            yield method.upper(), path, operation


def test_the_contract_describes_every_route(told: dict[str, Any]) -> None:
    of_the_api = {(method, path) for method, path in PERMISSIONS if path.startswith("/v1/")}  # the rest are pages
    assert {(method, path) for method, path, _ in operations(told)} == of_the_api


def test_every_refusal_is_a_problem_in_one_form(told: dict[str, Any]) -> None:
    refused = [
        answer for _, _, operation in operations(told) for status, answer in operation["responses"].items() if status >= "400"
    ]
    assert len(refused) > 2 * len(told["paths"])
    assert all(list(answer["content"]) == [MEDIA_TYPE] for answer in refused)


def test_who_must_sign_in_is_told_how(told: dict[str, Any]) -> None:
    for method, path, operation in operations(told):
        assert bool(operation["security"]) == (PERMISSIONS[method, path].needs is not Needs.NOTHING), (method, path)
        assert "401" in operation["responses"] or not operation["security"]


def test_every_text_and_number_has_an_example_that_the_contract_allows(told: dict[str, Any]) -> None:
    without = []
    for kind, schema in told["components"]["schemas"].items():
        for name, described in schema.get("properties", {}).items():
            without += [f"{kind}.{name}"] if is_free(described) and "examples" not in described else []
            for example in described.get("examples", ()):
                jsonschema.validate(example, described | {"components": told["components"]})
    assert not without


def is_free(described: dict[str, Any]) -> bool:
    """Text or a number, or a list of them; what has a few values shows them itself."""
    kinds = [described, *described.get("anyOf", ()), described.get("items", {})]
    return any(kind.get("type") in ("string", "number", "integer") and not {"enum", "const"} & kind.keys() for kind in kinds)
