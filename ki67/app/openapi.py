"""The contract as OpenAPI: what FastAPI knows of the routes, and what holds for all of them: who may ask, what may be refused."""

from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ki67.app.access.origin import SAFE
from ki67.app.access.permissions import PERMISSIONS, Needs, Permission
from ki67.app.access.who import COOKIE
from ki67.app.examples import example_of
from ki67.app.problems import ProblemView
from ki67.app.routes.refusals import refusals

Json = dict[str, Any]
ABOUT = (
    "Count Ki-67 positive and negative nuclei, read blind, ask for second opinions. Research use only. "
    "Every refusal is a problem of RFC 9457 with one line for a person."
)
FRAMEWORKS = ("HTTPValidationError", "ValidationError")  # how FastAPI would refuse
WAYS_IN = {
    "browser": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "set by POST /v1/session"},
    "token": {"type": "http", "scheme": "bearer", "description": "made by POST /v1/tokens, with scopes"},
}


def contract(app: FastAPI) -> Json:
    """The whole of it, put together once."""
    if app.openapi_schema is None:
        app.openapi_schema = described(app)
    return app.openapi_schema


def described(app: FastAPI) -> Json:
    """FastAPI's description, with the refusals that the service has in common, who may ask, and examples."""
    whole = get_openapi(title="ki67", version=version("ki67"), description=ABOUT, routes=app.routes)
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            complete(operation, path, method.upper())
    components = whole["components"]
    schemas = {name: exemplified(schema) for name, schema in components["schemas"].items() if name not in FRAMEWORKS}
    problem = exemplified(ProblemView.model_json_schema())
    return whole | {"components": components | {"schemas": schemas | {ProblemView.__name__: problem}, "securitySchemes": WAYS_IN}}


def complete(operation: Json, path: str, method: str) -> None:
    """What a route has in common with its like."""
    permission = PERMISSIONS[method, path]
    common = refusals(*common_refusals(operation, method, permission))
    own = {int(status): told for status, told in operation["responses"].items() if status != "422"}
    operation["responses"] = {str(status): told for status, told in sorted((common | own).items())}
    operation["security"] = ways_in(permission)
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = with_example(parameter["name"], parameter["schema"])


def common_refusals(operation: Json, method: str, permission: Permission) -> Iterator[HTTPStatus]:
    """Those that follow from where a route lies and what it takes."""
    yield from (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    if "422" in operation["responses"]:  # it takes something, which may be wrong or name what is not there
        yield from (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND)
    if permission.needs is not Needs.NOTHING:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if method not in SAFE:
        yield from (HTTPStatus.FORBIDDEN, HTTPStatus.INSUFFICIENT_STORAGE)
    if "requestBody" in operation:
        yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def ways_in(permission: Permission) -> list[Json]:
    """A browser, or a program with a scope; nobody is asked where anybody may."""
    if permission.needs is Needs.NOTHING:
        return []
    token = {"token": [permission.scope] if permission.scope else []}
    return [{"browser": []}, *([token] if permission.needs is Needs.SIGNED_IN else [])]


def exemplified(schema: Json) -> Json:
    """Each property with an example."""
    if "properties" not in schema:
        return schema
    return schema | {"properties": {name: with_example(name, told) for name, told in schema["properties"].items()}}


def with_example(name: str, told: Json) -> Json:
    """As it is, where it has one or needs none."""
    example = None if "examples" in told else example_of(name, told)
    return told if example is None else told | {"examples": [example]}
