"""The client as a host serves it: every file by its address, and the list of their hashes by which it works offline.

It has two homes. The service serves it beside its own addresses. The book holds it as files for any static host: there the page
itself says what it may load, since no server does, and that it has no service to ask.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Self

from ki67.app.browser.imports import needed
from ki67.app.browser.made import MAKERS, made
from ki67.app.browser.policy import PAGE
from ki67.base.files import write_bytes

CLIENT = Path(__file__).parents[1] / "client"
KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".png": "image/png", ".svg": "image/svg+xml",
    ".bin": "application/octet-stream", ".jpg": "image/jpeg",
}  # fmt: skip
FRONT, VERSION = "index.html", "version.js"
STARTS = ("app.js", "screens/cases.js")  # the shell, and the screen that it opens with
IN_SERVICE = '<meta name="ki67-home" content="service">'
IN_BOOK = f'<meta name="ki67-home" content="book">\n<meta http-equiv="Content-Security-Policy" content="{"; ".join(PAGE)}">'


def written() -> list[str]:
    """The addresses of the files that are served as they were written."""
    return sorted(path.relative_to(CLIENT).as_posix() for path in CLIENT.rglob("*") if path.suffix in KINDS)


def as_written() -> dict[str, bytes]:
    """Those files."""
    return {name: (CLIENT / name).read_bytes() for name in written()}


def addresses() -> list[str]:
    """All addresses of the client; the empty one is the front page's too."""
    return ["", *written(), *MAKERS, VERSION]


def kind_of(address: str) -> str:
    """What a browser is told that a file is."""
    return KINDS[Path(address or FRONT).suffix]


@dataclass(frozen=True)
class Site:
    """The files by their addresses."""

    files: Mapping[str, bytes]

    @classmethod
    def of_service(cls, kept: Path) -> Self:
        """For the service; what is made is kept in a folder."""
        return cls.around(as_written(), kept)

    @classmethod
    def of_book(cls, kept: Path) -> Self:
        """For a static host."""
        files = as_written()
        return cls.around(files | {FRONT: files[FRONT].replace(IN_SERVICE.encode(), IN_BOOK.encode())}, kept)

    @classmethod
    def around(cls, files: Mapping[str, bytes], kept: Path) -> Self:
        """With what is made here, and the list."""
        whole = dict(files) | {FRONT: asking_at_once(files)} | {name: made(name, kept).read_bytes() for name in MAKERS}
        return cls(whole | {VERSION: listed(whole)})

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        return hashes(self.files)

    def answer(self, address: str) -> bytes:
        """What lies at an address."""
        return self.files[address or FRONT]

    def tag(self, address: str) -> str:
        """What changes when a file does."""
        return f'"{self._hashes[address or FRONT][:32]}"'

    def write(self, folder: Path) -> None:
        """As a folder of files; one that the client no longer has is removed."""
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            if path.relative_to(folder).as_posix() not in self.files:
                path.unlink()
        for address, content in self.files.items():
            write_bytes(folder / address, content)


def asking_at_once(files: Mapping[str, bytes]) -> bytes:
    """The front page, which names every module that its first screen needs."""
    modules = sorted(set.union(*(needed(files, start) for start in STARTS)))
    links = "".join(f'  <link rel="modulepreload" href="{module}">\n' for module in modules)
    return files[FRONT].replace(b"  <script", links.encode() + b"  <script", 1)


def listed(files: Mapping[str, bytes]) -> bytes:
    """What the service worker reads: each file's hash. A change of any file makes another list, which browsers notice."""
    own = {name: found for name, found in hashes(files).items() if name != "sw.js"}
    return f"self.FILES = {json.dumps(own, indent=0)};\n".encode()


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Of each file, in the order of their addresses."""
    return {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
