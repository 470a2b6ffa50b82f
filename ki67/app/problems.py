"""What cannot be granted, as RFC 9457 has it: a status, a short title, one line for a person. No word of the web framework."""

from http import HTTPStatus

from pydantic import BaseModel

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


def problem_view(status: int, detail: str) -> ProblemView:
    """Of a status, by its usual title."""
    return ProblemView(title=HTTPStatus(status).phrase, status=status, detail=detail)


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
