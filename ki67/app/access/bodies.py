"""How much a request may bring: counted as it comes, whatever its head promises, before anything is made of it."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ki67.app.answers import answer
from ki67.app.settings import Caps

JSON = "application/json"


class CappedBodies:
    """JSON is read as a whole, so it gets little; what is streamed to a file gets more."""

    def __init__(self, app: ASGIApp, caps: Caps) -> None:
        self.app, self.caps = app, caps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what says that it is too large, and stop reading what turns out to be."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        most = self.caps.json_bytes if headers.get("content-type", JSON).startswith(JSON) else self.caps.request_bytes
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            return await answer(HTTPStatus.BAD_REQUEST, "Content-Length: is no number of bytes")(scope, receive, send)
        if int(length) > most:
            refused = too_much(most)
            return await answer(refused.status_code, refused.detail)(scope, receive, send)
        return await self.app(scope, counted(receive, most), send)


def counted(receive: Receive, most: int) -> Receive:
    """The same stream, which ends in a refusal where more comes than may."""
    left = most

    async def next_part() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise too_much(most)
        return message

    return next_part


def too_much(most: int) -> HTTPException:
    """The refusal, with the limit; of the framework's kind, which its reading of bodies lets through."""
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request of this kind has at most {most} bytes")
