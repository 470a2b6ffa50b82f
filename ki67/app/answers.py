"""Problems as responses: the service's own refusals, the framework's, and those of what is not as the contract says."""

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ki67.app.problems import MEDIA_TYPE, Problem, problem_view
from ki67.base.errors import one_line


def answer(status: int, detail: str, retry_after: int | None = None) -> JSONResponse:
    """A problem as a response."""
    view = problem_view(status, detail)
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


def answer_fault(request: Request, error: Exception) -> JSONResponse:
    """A mistake of the service's own. What went wrong stands in its log, not in the answer."""
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "the service made a mistake; whoever runs it finds it in its log")
