"""Answers that say what is wrong, as RFC 9457 has them: a status, a short title, one line for a person."""

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from ki67.base.errors import InputError, TooLarge, WrongKind, one_line

MEDIA_TYPE = "application/problem+json"


class ProblemView(BaseModel):
    """What a refused request is answered with."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Problem(Exception):
    """A request cannot be granted; the detail says what to do."""

    def __init__(self, status: HTTPStatus, detail: str, retry_after: int | None = None) -> None:
        super().__init__(one_line(detail))
        self.status, self.retry_after = status, retry_after


def not_found() -> Problem:
    """What is not there and what one may not see look the same."""
    return Problem(HTTPStatus.NOT_FOUND, "there is nothing here that you may see")


def refused_picture(error: InputError, name: str) -> Problem:
    """The line that `ki67 score` gives, with the status that a client can act on; `name` stands for the file's path."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, TooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    elif isinstance(error, WrongKind):
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return Problem(status, f"{name}:{str(error).partition(':')[2]}")


def answer(status: int, detail: str, retry_after: int | None = None) -> JSONResponse:
    """A problem as a response."""
    view = ProblemView(title=HTTPStatus(status).phrase, status=status, detail=detail)
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse(view.model_dump(), status, headers, MEDIA_TYPE)


def answer_problem(request: Request, error: Exception) -> JSONResponse:
    """What the service itself refuses."""
    assert isinstance(error, Problem)
    return answer(error.status, str(error), error.retry_after)


def answer_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: no such address, not by this method."""
    assert isinstance(error, HTTPException)
    return answer(error.status_code, one_line(str(error.detail)))


def answer_invalid(request: Request, error: Exception) -> JSONResponse:
    """A body or a parameter that is not what the contract says; the first fault, by its place."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, one_line(f"{place}: {first['msg']}"))
