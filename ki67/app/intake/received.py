"""What somebody sends, as it comes: into a file, hashed on the way, never whole in memory."""

import hashlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from starlette.requests import ClientDisconnect

from ki67.app.problems import Problem
from ki67.app.store.files import BLOCK


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it, before anything is known of it."""

    path: Path
    digest: str
    bytes: int


class Receiving:
    """Writes blocks to a file; more than may come is refused as soon as it does."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.file, self.most, self.bytes, self._hash = file, most, 0, hashlib.sha256()

    def take(self, block: bytes) -> None:
        """One more."""
        self.bytes += len(block)
        refuse_more(self.bytes, self.most)
        self._hash.update(block)
        self.file.write(block)

    def sent(self, path: Path) -> Sent:
        """All that came, at the path that was written to."""
        self.file.flush()
        return Sent(path, self._hash.hexdigest(), self.bytes)


def refuse_more(size: int, most: int) -> None:
    """A file of more bytes than are taken."""
    if size > most:
        what = f"has more than {most} bytes, which are the most that a file may have"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"picture: {what}; cut it into smaller ones")


async def received(stream: AsyncIterable[bytes], draft: Path, most: int) -> Sent:
    """The body of a request, as a draft."""
    with draft.open("wb") as file:
        receiving = Receiving(file, most)
        try:
            async for block in stream:
                receiving.take(block)
        except ClientDisconnect as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "picture: was cut off on its way; send it again") from error
        return receiving.sent(draft)


def copied(source: BinaryIO, draft: Path, most: int) -> Sent:
    """A part of a form, as a draft."""
    with draft.open("wb") as file:
        receiving = Receiving(file, most)
        while block := source.read(BLOCK):
            receiving.take(block)
        return receiving.sent(draft)
