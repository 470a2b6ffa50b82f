"""How much a request may bring, and how slowly: counted as it comes, whatever its head promises, before it is made use of."""

import asyncio
import time
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ki67.app.answers import answer
from ki67.app.settings import Caps

JSON = "application/json"
PART_S = 30.0  # until more of a body comes: a slow line sends something, and who sends nothing holds a place for nobody
LEAST = 8_000  # bytes a second, after the first PART_S: who sends a byte now and then holds a place for nobody either


class CappedBodies:
    """JSON is read as a whole, so it gets little; what is streamed to a file gets more."""

    def __init__(self, app: ASGIApp, caps: Caps, part_s: float = PART_S) -> None:
        self.app, self.caps, self.part_s = app, caps, part_s

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
        return await self.app(scope, counted(in_time(receive, self.part_s), most), send)


def in_time(receive: Receive, part_s: float, least: float = LEAST) -> Receive:
    """The same stream, which ends in a refusal where nothing comes for long, or all of it too slowly.

    Only the time is counted in which the service waits for its sender. Behind the end of a body there is no hurry.
    """
    whole, left_s = False, part_s

    async def next_part() -> Message:
        nonlocal whole, left_s
        if whole:
            return await receive()
        start, patience_s = time.monotonic(), min(part_s, left_s)
        try:
            async with asyncio.timeout(patience_s):
                message = await receive()
        except TimeoutError as error:
            raise too_slow(part_s, least) from error
        left_s += len(message.get("body", b"")) / least - (time.monotonic() - start)
        whole = not message.get("more_body", False)
        return message

    return next_part


def too_slow(part_s: float, least: float) -> HTTPException:
    """The refusal, with both measures."""
    line = f"nothing more came for {part_s:g} s, or less than {least:g} bytes a second; send it again, or in smaller parts"
    return HTTPException(HTTPStatus.REQUEST_TIMEOUT, line)


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
