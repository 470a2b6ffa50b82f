"""What a route may refuse, as the contract declares it: `responses=refusals(404, 409)`.

What every route may refuse (not signed in, not permitted, too many requests, a database that is away) is added to all of
them by `ki67.app.openapi`; a route names only what is its own.
"""

from http import HTTPStatus
from typing import Any

from ki67.app.problems import MEDIA_TYPE, ProblemView

REFERENCE = {"$ref": f"#/components/schemas/{ProblemView.__name__}"}
Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Responses:
    """Answers of these statuses, each a problem in one line."""
    return {status: refusal(HTTPStatus(status)) for status in statuses}


def refusal(status: HTTPStatus) -> dict[str, Any]:
    """One of them, with how it reads."""
    example = ProblemView(title=status.phrase, status=status, detail=status.description or status.phrase)
    return {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": REFERENCE, "example": example.model_dump()}},
    }
