"""Slides that many threads read from: opened when first asked for, and kept open as long as there is room."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, Self

from ki67.pictures.regions import Pixels, Region, Regions

MOST = 48  # each may hold some 32 MB of decoded tiles


class Source(Regions, Protocol):
    """A picture that leaves out what is damaged, and keeps a line of it."""

    damage: list[str]


Opener = Callable[[Path], AbstractContextManager[Source]]


@dataclass(eq=False)
class Shared:
    """An open slide: how many threads use it, and whose turn it is, so that damage is told of the reading that met it."""

    slide: Source
    closing: ExitStack
    users: int = 0
    turn: Lock = field(default_factory=Lock)


class OpenSlides:
    """Reads from any slide by its path; of those that nobody reads from, the one used longest ago makes room."""

    def __init__(self, open_one: Opener, most: int = MOST) -> None:
        self._open_one, self._most = open_one, most
        self._open: dict[Path, Shared] = {}
        self._lock = Lock()
        self._damage: set[str] = set()

    def read(self, path: Path, region: Region) -> Pixels | None:
        """A region of a slide, or nothing where a part of it is damaged."""
        with self._lent(path) as shared, shared.turn:
            shared.slide.damage.clear()  # what was met before need not be told again
            pixels = shared.slide.read(region)
            met = [f"{path}: {line}" for line in shared.slide.damage]
        self._damage.update(met)
        return None if met else pixels

    @property
    def damage(self) -> list[str]:
        """All that was met so far, a line each."""
        return sorted(self._damage)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close every slide; nobody may still be reading."""
        while self._open:
            self._open.popitem()[1].closing.close()

    @contextmanager
    def _lent(self, path: Path) -> Iterator[Shared]:
        with self._lock:
            shared = self._open.pop(path, None) or self._opened(path)
            self._open[path] = shared  # now the last
            shared.users += 1
        try:
            yield shared
        finally:
            with self._lock:
                shared.users -= 1
                self._make_room()

    def _opened(self, path: Path) -> Shared:
        with ExitStack() as stack:
            return Shared(stack.enter_context(self._open_one(path)), stack.pop_all())

    def _make_room(self) -> None:
        idle = [path for path, shared in self._open.items() if not shared.users]
        for path in idle[: max(0, len(self._open) - self._most)]:
            self._open.pop(path).closing.close()
